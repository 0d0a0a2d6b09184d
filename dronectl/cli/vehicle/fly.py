"""``dronectl fly``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dronectl.cli.common.app import App, command_options
from dronectl.cli.common.out import echo
from dronectl.cli.vehicle.forwarding import NOBODY, Forward, forward_options
from dronectl.errors import DronectlError, Interrupted, NoAnswer, Refused, StorageError
from dronectl.model.text.plain_text import plain
from dronectl.model.text.shown_time import file_stamp, now

if TYPE_CHECKING:
    from dronectl.checks import ProvedPlan
    from dronectl.model.fleet import Drone
    from dronectl.model.plan.plan import Plan
    from dronectl.ops.common.events import Listener
    from dronectl.ops.flight.fly import FlightResult


@click.command()
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--sortie", type=click.IntRange(min=1), default=1, show_default=True, help="Which sortie of the plan.")
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder of the recordings.")
@click.option(
    "--wait",
    "ready_within_s",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    help="Wait so many seconds for autopilots that were just switched on to find their position.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@forward_options
@command_options(drones=True, links=True)
def fly(
    app: App, plan: Path, sortie: int, output: Path | None, ready_within_s: float, yes: bool, forward: Forward
) -> None:
    """Fly a plan that was pushed: go / no-go, arm, take off, follow to the end, record.

    Nobody takes off before all drones of the same start are armed; if one of them fails to start, all come back.
    Ctrl-C at any time disarms who stands and orders who flies to return, and goes on recording until they have
    landed; a second Ctrl-C leaves them to their missions and failsafes. As with push, the plan must be lawful today.
    """
    from dronectl.cli.common import event_loop
    from dronectl.cli.common.event_view import EventView
    from dronectl.cli.common.plan_words import warn_out_of_time
    from dronectl.cli.vehicle.give import confirm
    from dronectl.ops.plans.flight_authorisation import lawful_plan

    site = app.site()
    fleet = app.drones(site)
    proved, drones = lawful_plan(plan, site, sortie=sortie, drones=fleet, each_flies=bool(app.drone_names))
    folder = output or site.root / "flights" / f"{file_stamp(now())}-{proved.plan.name}"
    warn_out_of_time(app, proved.plan, site, sortie)
    if not yes:
        confirm(app, f"{announce(proved.plan, drones, sortie)}\nCtrl-C in flight: all return to launch. Go?")
    try:
        with EventView(app) as view:
            flown = event_loop.run(
                fly_and_record(
                    proved,
                    drones,
                    sortie=sortie,
                    folder=folder,
                    listener=view,
                    ready_within_s=ready_within_s,
                    forward=forward,
                )
            )
    except DronectlError as error:
        _say_recordings(app, error.details.get("recordings"), err=True)
        raise
    if not app.json:
        report(app, flown.result)
    _say_recordings(app, flown.recordings)
    require_completed(flown)
    if app.json:
        app.print_json(flown.as_json())


def _say_recordings(app: App, paths: object, *, err: bool = False) -> None:
    for path in paths if isinstance(paths, list | tuple) and not app.json else ():
        echo(f"recording: {path}", err=err)


@dataclass(frozen=True, slots=True)
class RecordedFlight:
    """A flight, its recordings, and why a recording ended early."""

    result: FlightResult
    recordings: tuple[str, ...]
    storage_failure: StorageError | None

    def as_json(self) -> dict[str, object]:
        return {**self.result.as_json(), "recordings": list(self.recordings)}


def recordings(folder: Path, drones: Sequence[Drone], listener: Listener) -> dict[str, Path]:
    """One tlog a drone, by its name; numbered, and said so, where an earlier attempt left recordings of that name."""
    from dronectl.ops.common.events import Note
    from dronectl.ops.recordings.record import free_names

    wanted = {drone.name: folder / f"{drone.name}.tlog" for drone in drones}
    files = free_names(wanted)
    if files != wanted:
        names = ", ".join(path.name for path in files.values())
        listener(Note(f"{folder} has recordings of an earlier attempt, which stay; this one goes to {names}"))
    return files


def announce(plan: Plan, drones: Sequence[Drone], sortie: int) -> str:
    """What will move, how high, how far and for how long."""
    lines = [f"{plan.name}, sortie {sortie}:"]
    for drone in drones:
        planned = plan.drone(drone.name)
        flight = planned.sortie(sortie) if planned else None
        if flight:
            lines.append(
                f"  {drone.name} takes off, flies {flight.distance_m / 1000:.1f} km at {flight.work_altitude_m:g} m "
                f"above home for about {flight.duration_s / 60:.0f} min, returns and lands"
            )
    return "\n".join(lines)


async def fly_and_record(
    proved: ProvedPlan,
    drones: Sequence[Drone],
    *,
    sortie: int,
    folder: Path,
    listener: Listener,
    ready_within_s: float = 0.0,
    forward: Forward = NOBODY,
) -> RecordedFlight:
    """One sortie with a tlog per drone in ``folder``; the first Ctrl-C brings the drones home.

    Raises:
        DronectlError: see :func:`dronectl.ops.flight.fly.fly`; its details name the recordings.
    """
    from dronectl.cli.common.event_loop import first_interrupt
    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.flight.fly import fly_sortie
    from dronectl.ops.identity.identity import identify_fleet
    from dronectl.ops.recordings.record import Recorder

    stop = asyncio.Event()
    async with open_fleet(drones) as fleet, forward.of(fleet, listener):
        vehicles = list(fleet.vehicles.values())
        await identify_fleet(vehicles, {drone.name: drone.uid for drone in drones}, listener)
        files = recordings(folder, drones, listener)
        recorded = tuple(str(path) for path in files.values())
        with Recorder(fleet, files, listener) as recorder, first_interrupt(stop.set):
            try:
                result = await fly_sortie(
                    fleet,
                    proved,
                    sortie=sortie,
                    stop=stop,
                    ready_within_s=ready_within_s,
                    listener=listener,
                )
            except DronectlError as error:
                error.details["recordings"] = list(recorded)
                raise
        return RecordedFlight(result, recorded, recorder.failure)


def require_completed(flown: RecordedFlight) -> None:
    """The exit code of a flight that ended early, or whose recording did.

    Raises:
        Interrupted: the person stopped it. NoAnswer: a drone is not heard. Refused: it crashed, its motors did not
            stop, or it came back before the end. Each tells the cause, and where who did not land is.
        StorageError: the flight was good, its recording is not whole.
    """
    from dronectl.ops.flight.drone_flight import FlightEnd

    result, details = flown.result, flown.as_json()
    lost = [drone for drone in result.drones if drone.is_lost]
    ends = "; ".join(f"{drone.name} {drone.end}" for drone in lost)
    lying = [drone.name for drone in lost if drone.ended in (FlightEnd.CRASHED, FlightEnd.STILL_ARMED)]
    hint = f"'dronectl disarm{''.join(f' --drone {name}' for name in lying)}' stops its motors" if lying else ""
    if result.interrupted:
        landed = f"NOT seen to land: {ends}" if lost else "every drone has landed"
        where = landed if any(drone.armed for drone in result.drones) else "nothing was armed"
        raise Interrupted(f"stopped by the user; {where}", hint=hint, details=details)
    if lost and all(drone.ended is FlightEnd.UNHEARD for drone in lost):
        raise NoAnswer(f"not seen to land: {ends}", hint="look for it: 'dronectl watch'", details=details)
    if lost:
        raise Refused(f"not seen to land: {ends}", hint=hint or "look for it: 'dronectl watch'", details=details)
    early = [f"{drone.name} {drone.end}" for drone in result.drones if not drone.completed]
    if early:
        raise Refused(
            f"not flown to the end: {'; '.join(early)}",
            hint="the recordings say why; see 'dronectl track info'",
            details=details,
        )
    if flown.storage_failure is not None:
        flown.storage_failure.details.update(details)
        raise flown.storage_failure


def report(app: App, result: FlightResult) -> None:
    """A table of how each drone's sortie went."""
    from rich.text import Text

    from dronectl.cli.common.tables import new_table

    table = new_table(f"sortie {result.sortie}")
    table.add_column("drone")
    for heading in ("items reached", "highest m", "wall s"):
        table.add_column(heading, justify="right")
    table.add_column("end")
    for drone in result.drones:
        words = drone.end
        style = "" if drone.completed else "yellow"
        if drone.is_lost:  # where it is, is told with the error
            words = drone.ended.upper() + (f": {drone.cause}" if drone.cause else "")
            style = "bold red"
        end = Text(plain(words), style=style)
        reached = f"{min(drone.reached_item, drone.last_item)}/{drone.last_item}"
        table.add_row(drone.name, reached, f"{drone.max_relative_altitude_m:.1f}", f"{drone.duration_s:.0f}", end)
    app.out().print(table)
