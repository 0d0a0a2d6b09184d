"""``dronectl param``: get and set."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import click

from dronectl.cli.app import App, command_options
from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.link.fleet_link import VehicleLink
    from dronectl.protocol.parameters import Parameter


@click.group()
def param() -> None:
    """Parameters of one or all drones."""


@param.command("get")
@click.argument("name")
@command_options(drones=True, links=True)
def get(app: App, name: str) -> None:
    """Read one parameter from every drone."""
    from dronectl.ops.parameters import get_parameter

    _on_fleet(app, lambda vehicle: get_parameter(vehicle, name.upper()))


@param.command("set")
@click.argument("name")
@click.argument("value", type=float)
@click.option("--yes", is_flag=True, help="Do not ask.")
@command_options(drones=True, links=True)
def set_(app: App, name: str, value: float, yes: bool) -> None:
    """Set one parameter on every drone and read it back."""
    import math

    from dronectl.cli.orders import confirm
    from dronectl.ops.parameters import set_parameter

    if not math.isfinite(value):
        raise InputError(f"{value} is no value of a parameter")
    drones = app.drones()
    if not yes:
        confirm(app, f"set {name.upper()} to {value:g} on {', '.join(drone.name for drone in drones)}. Go?")
    _on_fleet(app, lambda vehicle: set_parameter(vehicle, name.upper(), value))


def _on_fleet(app: App, action: Callable[[VehicleLink], Coroutine[Any, Any, Parameter]]) -> None:
    from dronectl.cli import aio
    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.identity import identify_fleet
    from dronectl.ops.parallel import on_each

    drones = app.drones()

    async def main() -> dict[str, Parameter]:
        async with open_fleet(drones) as fleet:
            vehicles = list(fleet.vehicles.values())
            await identify_fleet(vehicles, {drone.name: drone.uid for drone in drones})
            return await on_each(vehicles, action)

    values = aio.run(main())
    if app.json:
        app.print_json({"drones": [{"name": n, "parameter": p.name, "value": p.value} for n, p in values.items()]})
    else:
        for drone, parameter in values.items():
            click.echo(f"{drone}: {parameter.name} {parameter.value:g}")
