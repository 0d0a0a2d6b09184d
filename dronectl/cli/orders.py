"""Single orders to one, some or all drones: arm, disarm, takeoff, start, hold, resume, rtl, land, goto, mode."""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import click

from dronectl.cli.app import App, command_options
from dronectl.errors import InputError

if TYPE_CHECKING:
    from dronectl.link.fleet_link import VehicleLink
    from dronectl.model.fleet import Drone
    from dronectl.model.geo import GeoPoint
    from dronectl.model.site import Site
    from dronectl.ops.events import Event

Order = Callable[["VehicleLink"], Coroutine[Any, Any, None]]

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


HEARTBEAT_NOTE = (
    "note: our heartbeat ends with this command. A drone with FS_GCS_ENABLE set returns home some seconds later; "
    "keep 'dronectl watch' running while one flies."
)


def give(app: App, text: str, order: Order, *, ask: bool, urgent: bool = False, stays_in_flight: bool = False) -> None:
    """Says what will happen, asks first if ``ask``, gives the order to every drone in parallel, reports.

    An order that may set a drone moving goes out only when all of them have shown who they are. An ``urgent`` one,
    which ends what goes on, reaches every drone that is heard, at once, whatever the others do.
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
    from dronectl.ops import orders

    site = app.site()
    if not math.isfinite(altitude_m) or altitude_m > site.rules.ceiling_m:
        raise InputError(
            f"{altitude_m:g} m is above the ceiling of {site.rules.ceiling_m:g} m",
            hint="the ceiling is rules.ceiling_m in dronectl.toml",
        )
    text = f"arm and climb to {altitude_m:g} m"
    give(app, text, lambda vehicle: orders.takeoff(vehicle, altitude_m), ask=not yes, stays_in_flight=True)


@click.command()
@yes_option
@command_options(drones=True, links=True)
def start(app: App, yes: bool) -> None:
    """Start the mission that is on board, whatever it is. `fly PLAN` checks it against a plan first."""
    from dronectl.ops import orders

    give(app, "arm, climb and fly the mission on board", orders.start, ask=not yes, stays_in_flight=True)


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
    """Go on with the mission (AUTO)."""
    from dronectl.ops import orders

    give(app, "go on with the mission", orders.resume, ask=not yes, stays_in_flight=True)


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
    from dronectl.ops import orders

    site = app.site()
    drones = app.drones(site)
    if len(drones) != 1:
        raise InputError("goto sends one drone to one place", hint="name it with --drone NAME")
    point, altitude_m = parse_place(place)
    if altitude_m is not None and not 0 < altitude_m <= site.rules.ceiling_m:
        raise InputError(f"altitude {altitude_m:g} m is not within 0..{site.rules.ceiling_m:g} m (rules.ceiling_m)")
    text = f"fly straight to {point}" + (f" at {altitude_m:g} m" if altitude_m is not None else "")

    async def go(vehicle: VehicleLink) -> None:
        await refuse_bad_leg(site, drones[0], vehicle, point, altitude_m)
        await orders.goto(vehicle, point, altitude_m)

    give(app, text, go, ask=not yes, stays_in_flight=True)


@click.command()
@click.argument("name", shell_complete=lambda _ctx, _param, incomplete: complete_modes(incomplete))
@yes_option
@command_options(drones=True, links=True)
def mode(app: App, name: str, yes: bool) -> None:
    """Set a flight mode by name, e.g. LOITER."""
    from dronectl.ops import orders
    from dronectl.protocol.modes import mode_number

    mode_number(name)
    give(app, f"mode {name.upper()}", lambda vehicle: orders.set_mode(vehicle, name), ask=not yes)


def complete_modes(incomplete: str) -> list[str]:
    """Shell completion of mode names."""
    from dronectl.protocol.modes import MODE_NAMES

    return [name for name in MODE_NAMES if name.startswith(incomplete.upper())]


async def refuse_bad_leg(
    site: Site, drone: Drone, vehicle: VehicleLink, place: GeoPoint, relative_altitude_m: float | None
) -> None:
    """Holds the straight leg from where the drone is now against fence, keep-outs and ceiling.

    Raises:
        RuleViolation: it breaks one of them. NotReady: where the drone is now is not known.
    """
    from dronectl.errors import NotReady, RuleViolation
    from dronectl.ops.waiting import until
    from dronectl.planning.volumes import leg_problems

    state = vehicle.state
    await vehicle.request_streams(2.0)
    await until(vehicle, lambda: state.position is not None, 5.0)
    if state.position is None or state.relative_altitude_m is None:
        raise NotReady(f"{drone.name}: its position is not known", hint="'dronectl fleet status' shows what it says")
    heights = [
        state.relative_altitude_m,
        state.relative_altitude_m if relative_altitude_m is None else relative_altitude_m,
    ]
    problems = leg_problems(site, drone, state.position, place, min(heights), max(heights))
    if problems:
        raise RuleViolation(
            f"the straight way from {state.position} to {place}: {'; '.join(problems)}",
            hint="choose another place or altitude; fly around in several legs",
        )


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
