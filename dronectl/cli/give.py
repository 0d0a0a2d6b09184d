"""Orders on their way from a command to the drones: asked about, proved, given, confirmed, told."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import click

from dronectl.cli.app import App
from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.link.fleet_link import VehicleLink
    from dronectl.ops.events import Event
    from dronectl.ops.way_ahead import Airspace, MakeWay

Order = Callable[["VehicleLink"], Coroutine[Any, Any, None]]

HEARTBEAT_NOTE = (
    "note: our heartbeat ends with this command. A drone with FS_GCS_ENABLE set returns home some seconds later; "
    "keep 'dronectl watch' running while one flies."
)


def give(
    app: App,
    text: str,
    order: Order,
    *,
    ask: bool,
    urgent: bool = False,
    stays_in_flight: bool = False,
    way: MakeWay | None = None,
    airspace: Airspace | None = None,
) -> None:
    """Says what will happen, asks first if ``ask``, gives the order to every drone in parallel, reports.

    An order that may set a drone moving goes out only when all of them have shown who they are, and when the ``way``
    that each will take from where it is breaks no rule. An ``urgent`` one, which ends what goes on, reaches every drone
    that is heard, at once, whatever the others do.

    Raises:
        RuleViolation: a way breaks a rule; no drone got the order.
    """
    from dronectl.cli import aio
    from dronectl.cli.done import telling_done
    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.identity import ALIVE_TIMEOUT_S, identify_fleet, waiting_for
    from dronectl.ops.parallel import on_each
    from dronectl.ops.patience import patiently

    drones = app.drones()
    names = ", ".join(drone.name for drone in drones)
    if ask:
        confirm(app, f"{text}: {names}. Go?")
    done: list[str] = []

    async def obey(vehicle: VehicleLink) -> None:
        if urgent:
            with patiently(_tell, vehicle.name, waiting_for(vehicle), ALIVE_TIMEOUT_S):
                await vehicle.wait_alive(ALIVE_TIMEOUT_S)
        await order(vehicle)
        done.append(vehicle.name)

    async def main() -> None:
        async with open_fleet(drones) as fleet:
            vehicles = list(fleet.vehicles.values())
            if not urgent:
                await identify_fleet(vehicles, {drone.name: drone.uid for drone in drones}, _tell)
            if way is not None and airspace is not None:
                await require_lawful_ways(vehicles, airspace, way)
            await on_each(vehicles, obey)

    with telling_done(done):
        aio.run(main())
    done = [drone.name for drone in drones]
    if app.json:
        app.print_json({"drones": [{"name": name, "done": True} for name in done]})
    else:
        for name in done:
            click.echo(f"{name}: {text}: done")
    if stays_in_flight:
        click.echo(HEARTBEAT_NOTE, err=True)


async def require_lawful_ways(vehicles: list[VehicleLink], airspace: Airspace, way: MakeWay) -> None:
    """Raises:
    RuleViolation: the way of one of them breaks a rule. NotReady, NoAnswer: it could not be proved.
    """
    from dronectl.ops.parallel import on_each
    from dronectl.ops.way_ahead import proof_of, require_lawful

    proofs = await on_each(vehicles, lambda vehicle: proof_of(vehicle, airspace, way))
    for vehicle in vehicles:
        require_lawful(proofs[vehicle.name], vehicle, "nothing was ordered; lead it there in several legs with goto")


def _tell(event: Event) -> None:
    """Notes on stderr, without what draws bars: an order is not to wait for its import."""
    from dronectl.ops.events import Note

    if isinstance(event, Note):
        click.echo(event.text, err=True)


def confirm(app: App, question: str) -> None:
    """Asks on stderr; without a terminal to answer, ``--yes`` is needed.

    Raises:
        InputError: nobody can answer. click.Abort: the answer is no.
    """
    import sys

    if app.json or not sys.stdin.isatty():
        raise InputError(f"{question} Nobody is there to answer", hint="add --yes if it shall be done")
    click.confirm(question, abort=True, err=True)
