"""Single orders to one, some or all drones: arm, disarm, takeoff, start, hold, resume, rtl, land, goto, mode."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click

from dronectl.cli.app import App, command_options
from dronectl.cli.give import give
from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.link.fleet_link import VehicleLink
    from dronectl.model.geo import GeoPoint
    from dronectl.ops.way_ahead import Airspace

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


@click.command()
@yes_option
@command_options(drones=True, links=True)
def arm(app: App, yes: bool) -> None:
    """Arm the motors. They start to turn; stand clear."""
    from dronectl.ops import orders

    async def arm_alone(vehicle: VehicleLink) -> None:
        if vehicle.state.armed:
            return
        async with orders.standing_down_on_failure(vehicle):
            await orders.arm(vehicle)

    give(app, "arm (motors turn)", arm_alone, ask=not yes)


@click.command()
@command_options(drones=True, links=True)
def disarm(app: App) -> None:
    """Disarm on the ground. In flight the vehicle refuses."""
    from dronectl.ops import orders

    give(app, "disarm", orders.disarm, ask=False, urgent=True)


@click.command()
@click.argument("altitude_m", metavar="ALT", type=click.FloatRange(min=0, min_open=True))
@yes_option
@command_options(drones=True, links=True)
def takeoff(app: App, altitude_m: float, yes: bool) -> None:
    """Arm, climb to ALT metres above home and hover there in GUIDED."""
    from dronectl.ops import orders, ways
    from dronectl.ops.way_ahead import Airspace

    site = app.site()
    if not math.isfinite(altitude_m) or altitude_m > site.rules.ceiling_m:
        raise InputError(
            f"{altitude_m:g} m is above the ceiling of {site.rules.ceiling_m:g} m",
            hint="the ceiling is rules.ceiling_m in dronectl.toml",
        )
    text = f"arm and climb to {altitude_m:g} m"
    give(
        app,
        text,
        lambda vehicle: orders.takeoff(vehicle, altitude_m),
        ask=not yes,
        stays_in_flight=True,
        way=ways.straight_up(altitude_m),
        airspace=Airspace.of(site),
    )


@click.command()
@yes_option
@command_options(drones=True, links=True)
def start(app: App, yes: bool) -> None:
    """Start the mission that is on board, whatever it is, once the way from here breaks no rule.

    `fly PLAN` also looks whether it is the plan's, and waits until all are ready.
    """
    from dronectl.ops import orders, ways

    text = "arm, climb and fly the mission on board"
    give(app, text, orders.start, ask=not yes, stays_in_flight=True, way=ways.into_mission, airspace=airspace(app))


@click.command()
@command_options(drones=True, links=True)
def hold(app: App) -> None:
    """Stop and hover here (BRAKE: the sticks do nothing until a pilot changes the mode)."""
    from dronectl.ops import orders

    give(app, "hold", orders.hold, ask=False, urgent=True, stays_in_flight=True)


@click.command()
@yes_option
@command_options(drones=True, links=True)
def resume(app: App, yes: bool) -> None:
    """Go on with the mission (AUTO), once the way from here to its end breaks no rule."""
    from dronectl.ops import orders, ways

    text = "go on with the mission"
    give(app, text, orders.resume, ask=not yes, stays_in_flight=True, way=ways.on_with_mission, airspace=airspace(app))


@click.command()
@command_options(drones=True, links=True)
def rtl(app: App) -> None:
    """Return to launch and land. Reaches every drone that is heard, whatever the others do."""
    from dronectl.ops import orders

    give(app, "return to launch", orders.rtl, ask=False, urgent=True)


@click.command()
@yes_option
@command_options(drones=True, links=True)
def land(app: App, yes: bool) -> None:
    """Land here, now, whatever is below."""
    from dronectl.ops import orders

    give(app, "land where it is", orders.land, ask=not yes, urgent=True)


@click.command()
@click.argument("place", metavar="LAT,LON[,ALT]")
@yes_option
@command_options(drones=True, links=True)
def goto(app: App, place: str, yes: bool) -> None:
    """Fly to a place in a straight line and hover there (GUIDED). ALT is metres above home.

    Exactly one drone is meant: name it with --drone.
    """
    from dronectl.ops import orders, ways
    from dronectl.ops.way_ahead import Airspace

    site = app.site()
    drones = app.drones(site)
    if len(drones) != 1:
        raise InputError("goto sends one drone to one place", hint="name it with --drone NAME")
    point, altitude_m = parse_place(place)
    if altitude_m is not None and not 0 < altitude_m <= site.rules.ceiling_m:
        raise InputError(f"altitude {altitude_m:g} m is not within 0..{site.rules.ceiling_m:g} m (rules.ceiling_m)")
    text = f"fly straight to {point}" + (f" at {altitude_m:g} m" if altitude_m is not None else "")
    give(
        app,
        text,
        lambda vehicle: orders.goto(vehicle, point, altitude_m),
        ask=not yes,
        stays_in_flight=True,
        way=ways.straight_to(point, altitude_m),
        airspace=Airspace.of(site),
    )


@click.command()
@click.argument("name", shell_complete=lambda _ctx, _param, incomplete: complete_modes(incomplete))
@yes_option
@command_options(drones=True, links=True)
def mode(app: App, name: str, yes: bool) -> None:
    """Set a flight mode by name, e.g. LOITER. AUTO goes on with the mission, as `resume` does, and is proved alike."""
    from dronectl.ops import orders, ways
    from dronectl.protocol.modes import mode_name, mode_number

    wanted = mode_name(mode_number(name))
    proved = airspace(app) if wanted == "AUTO" else None
    give(
        app,
        f"mode {wanted}",
        lambda vehicle: orders.set_mode(vehicle, wanted),
        ask=not yes,
        way=ways.auto_when_armed,
        airspace=proved,
    )


def airspace(app: App) -> Airspace:
    """What ways are held against: the whole workspace, which must be valid for that."""
    from dronectl.ops.way_ahead import Airspace

    return Airspace.of(app.site())


def complete_modes(incomplete: str) -> list[str]:
    """Shell completion of mode names."""
    from dronectl.protocol.modes import MODE_NAMES

    return [name for name in MODE_NAMES if name.startswith(incomplete.upper())]


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
        raise InputError(
            f"'{text}' is no place: {error}", hint="write LAT,LON or LAT,LON,ALT, e.g. 16.0545,103.6520,40"
        ) from None
