"""Single orders: ``arm``, ``disarm``, ``takeoff``, ``start``, ``hold``, ``resume``, ``rtl``, ``land``, ``goto``, ``mode``."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import click

from dronectl.cli.app import App, command_options
from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.link.fleet_link import VehicleLink

Order = Callable[["VehicleLink"], Awaitable[None]]

MODE_NAMES = (
    "ACRO ALT_HOLD AUTO AUTOTUNE BRAKE CIRCLE DRIFT FLIP FLOWHOLD FOLLOW GUIDED GUIDED_NOGPS LAND LOITER "
    "POSHOLD RTL SMART_RTL SPORT STABILIZE SYSTEMID THROW ZIGZAG"
).split()

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


def give(app: App, text: str, order: Order, *, moves: bool, yes: bool) -> None:
    """Says what will happen, asks if it moves aircraft, gives the order to every drone in parallel, reports."""
    from dronectl.cli import aio
    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.identity import identify_fleet
    from dronectl.ops.parallel import on_each

    site = app.site()
    drones = app.drones(site)
    names = ", ".join(drone.name for drone in drones)
    if moves and not yes:
        confirm(app, f"{text}: {names}. Go?")

    async def main() -> dict[str, None]:
        async with open_fleet(drones) as fleet:
            vehicles = list(fleet.vehicles.values())
            await identify_fleet(vehicles, {drone.name: drone.uid for drone in drones})
            return await on_each(vehicles, order)

    done = aio.run(main())
    if app.json:
        app.print_json({"drones": [{"name": name, "done": True} for name in done]})
    else:
        for name in done:
            click.echo(f"{name}: {text}: done")


def confirm(app: App, question: str) -> None:
    """Asks on stderr; without a terminal to answer, ``--yes`` is needed.

    Raises:
        InputError: nobody can answer. click.Abort: the answer is no.
    """
    import sys

    if app.json or not sys.stdin.isatty():
        raise InputError(f"{question} Nobody is there to answer", hint="add --yes if it shall be done")
    click.confirm(question, abort=True, err=True)


@click.command()
@yes_option
@command_options(drones=True, links=True)
def arm(app: App, yes: bool) -> None:
    """Arm the motors. They start to turn; stand clear."""
    from dronectl.ops import orders

    give(app, "arm (motors turn)", orders.arm, moves=True, yes=yes)


@click.command()
@command_options(drones=True, links=True)
def disarm(app: App) -> None:
    """Disarm on the ground. In flight the vehicle refuses."""
    from dronectl.ops import orders

    give(app, "disarm", orders.disarm, moves=False, yes=True)


@click.command()
@click.argument("altitude_m", metavar="ALT", type=click.FloatRange(min=0, min_open=True))
@yes_option
@command_options(drones=True, links=True)
def takeoff(app: App, altitude_m: float, yes: bool) -> None:
    """Arm, climb to ALT metres above home and hover there in GUIDED."""
    from dronectl.ops import orders

    site = app.site()
    if not math.isfinite(altitude_m) or altitude_m > site.rules.ceiling_m:
        raise InputError(
            f"{altitude_m:g} m is above the ceiling of {site.rules.ceiling_m:g} m",
            hint="the ceiling is rules.ceiling_m in dronectl.toml",
        )
    text = f"arm and climb to {altitude_m:g} m"
    give(app, text, lambda vehicle: orders.takeoff(vehicle, altitude_m), moves=True, yes=yes)


@click.command()
@yes_option
@command_options(drones=True, links=True)
def start(app: App, yes: bool) -> None:
    """Start the mission that is on board, whatever it is. `fly PLAN` checks it against a plan first."""
    from dronectl.ops import orders

    give(app, "arm, climb and fly the mission on board", orders.start, moves=True, yes=yes)


@click.command()
@command_options(drones=True, links=True)
def hold(app: App) -> None:
    """Stop and hover here (LOITER)."""
    from dronectl.ops import orders

    give(app, "hold", orders.hold, moves=False, yes=True)


@click.command()
@yes_option
@command_options(drones=True, links=True)
def resume(app: App, yes: bool) -> None:
    """Go on with the mission (AUTO)."""
    from dronectl.ops import orders

    give(app, "go on with the mission", orders.resume, moves=True, yes=yes)


@click.command()
@command_options(drones=True, links=True)
def rtl(app: App) -> None:
    """Return to launch and land."""
    from dronectl.ops import orders

    give(app, "return to launch", orders.rtl, moves=False, yes=True)


@click.command()
@yes_option
@command_options(drones=True, links=True)
def land(app: App, yes: bool) -> None:
    """Land here, now, whatever is below."""
    from dronectl.ops import orders

    give(app, "land where it is", orders.land, moves=True, yes=yes)


@click.command()
@click.argument("place", metavar="LAT,LON[,ALT]")
@yes_option
@command_options(drones=True, links=True)
def goto(app: App, place: str, yes: bool) -> None:
    """Fly to a place in a straight line and hover there (GUIDED). ALT is metres above home.

    Exactly one drone is meant: name it with --drone.
    """
    from dronectl.ops import orders

    site = app.site()
    drones = app.drones(site)
    if len(drones) != 1:
        raise InputError("goto sends one drone to one place", hint="name it with --drone NAME")
    point, altitude_m = parse_place(place)
    if altitude_m is not None and not 0 < altitude_m <= site.rules.ceiling_m:
        raise InputError(f"altitude {altitude_m:g} m is not within 0..{site.rules.ceiling_m:g} m (rules.ceiling_m)")
    from dronectl.planning.checks.point import point_problems

    problems = point_problems(site, drones[0], point, altitude_m)
    if problems:
        raise InputError(f"goto {place}: {'; '.join(problems)}", hint="choose a place inside the fence and out of keep-outs")
    text = f"fly straight to {point}" + (f" at {altitude_m:g} m" if altitude_m is not None else "")
    give(app, text, lambda vehicle: orders.goto(vehicle, point, altitude_m), moves=True, yes=yes)


@click.command()
@click.argument("name", metavar="NAME", type=click.Choice(MODE_NAMES, case_sensitive=False))
@yes_option
@command_options(drones=True, links=True)
def mode(app: App, name: str, yes: bool) -> None:
    """Set a flight mode by name."""
    from dronectl.ops import orders

    give(app, f"mode {name.upper()}", lambda vehicle: orders.set_mode(vehicle, name), moves=True, yes=yes)


def parse_place(text: str) -> tuple[GeoPoint, float | None]:
    """``LAT,LON`` or ``LAT,LON,ALT``.

    Raises:
        InputError: not two or three finite numbers, or no place on Earth.
    """
    from dronectl.model.geo import GeoPoint

    try:
        numbers = [float(part) for part in text.split(",")]
        if len(numbers) not in (2, 3) or not all(math.isfinite(number) for number in numbers):
            raise ValueError("two or three numbers are wanted")
        return GeoPoint(numbers[0], numbers[1]), (numbers[2] if len(numbers) == 3 else None)
    except ValueError as error:
        raise InputError(f"'{text}' is no place: {error}", hint="write LAT,LON or LAT,LON,ALT, e.g. 16.0545,103.6520,40") from None


if TYPE_CHECKING:
    from dronectl.model.geo import GeoPoint
