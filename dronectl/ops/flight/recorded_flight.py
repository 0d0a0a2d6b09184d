"""A sortie with a recording of each drone, from opened links to an exit code."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import DronectlError, Interrupted, NoAnswer, Refused, StorageError
from dronectl.model.plan.flown_sortie import FlownSortie
from dronectl.ops.common.event_loop import first_interrupt
from dronectl.ops.common.events import Listener, Note
from dronectl.ops.control.gate import identify_to_command
from dronectl.ops.control.lost_control import told_who_takes_control
from dronectl.ops.flight.drone_flight import FlightEnd
from dronectl.ops.flight.fly import FlightResult, fly_sortie
from dronectl.ops.flight.readiness.asked import NOTHING_SAID, Operator
from dronectl.ops.flight.remainders import write_remainder
from dronectl.ops.flight.under_way import under_way
from dronectl.ops.plans.flight_authorisation import plans_of
from dronectl.ops.publishing.publish import NOT_PUBLISHED, Publish
from dronectl.ops.recordings.black_box.box import BoxOf, no_box
from dronectl.ops.recordings.record import Recorder, free_names
from dronectl.ops.telemetry.forwarding import NOBODY, Forward

if TYPE_CHECKING:
    from dronectl.checks import ProvedPlan
    from dronectl.model.fleet import Drone


LOOKS_S = 3.0
"""So long a drone is listened for before a person is asked whether it may take off."""


@dataclass(frozen=True, slots=True)
class RecordedFlight:
    """A flight, its recordings, and why a recording ended early."""

    result: FlightResult
    recordings: tuple[str, ...]
    storage_failure: StorageError | None
    remainder: str | None = None
    """The folder of the plan of what was left unflown."""

    def as_json(self) -> dict[str, object]:
        return {**self.result.as_json(), "recordings": list(self.recordings), "remainder": self.remainder}


def recordings(folder: Path, drones: Sequence[Drone], listener: Listener) -> dict[str, Path]:
    """One tlog a drone, by its name; numbered, and said so, where an earlier attempt left recordings of that name."""
    wanted = {drone.name: folder / f"{drone.name}.tlog" for drone in drones}
    files = free_names(wanted)
    if files != wanted:
        names = ", ".join(path.name for path in files.values())
        listener(Note(f"{folder} has recordings of an earlier attempt, which stay; this one goes to {names}"))
    return files


async def fly_and_record(
    proved: ProvedPlan,
    drones: Sequence[Drone],
    *,
    sortie: int,
    folder: Path,
    listener: Listener,
    ready_within_s: float = 0.0,
    operator: Operator = NOTHING_SAID,
    forward: Forward = NOBODY,
    black_box: BoxOf = no_box,
    publish: Publish = NOT_PUBLISHED,
) -> RecordedFlight:
    """One sortie with a tlog per drone in ``folder``; the first Ctrl-C brings the drones home. What ends the program
    from outside, a closed terminal too, leaves those in the air to their missions. What is left unflown is written as a
    plan of its own in ``folder``/remainder.

    Raises:
        DronectlError: see :func:`dronectl.ops.flight.fly.fly`; its details name the recordings.
    """
    from dronectl.link.fleet_link import open_fleet

    stop = asyncio.Event()
    async with open_fleet(drones) as fleet, forward.of(fleet, listener), black_box(fleet, listener):
        vehicles = list(fleet.vehicles.values())
        await identify_to_command(vehicles, {drone.name: drone.uid for drone in drones}, listener)
        files = recordings(folder, drones, listener)
        recorded = tuple(str(path) for path in files.values())
        with (
            Recorder(fleet, files, listener) as recorder,
            told_who_takes_control(vehicles, listener),
            first_interrupt(stop.set, endings_too=False),
        ):
            try:
                async with publish.of(listener, FlownSortie(proved.plan, sortie, tuple(fleet.vehicles))) as heard:
                    result = await fly_sortie(
                        fleet,
                        proved,
                        sortie=sortie,
                        stop=stop,
                        ready_within_s=ready_within_s,
                        listener=heard,
                        operator=operator,
                    )
            except DronectlError as error:
                error.details["recordings"] = list(recorded)
                raise
    left = write_remainder(proved.site, proved.plan, result, folder, listener)
    return RecordedFlight(result, recorded, recorder.failure, None if left is None else str(left))


async def flies_already(proved: ProvedPlan, drones: Sequence[Drone], sortie: int) -> bool:
    """Whether drones are heard that fly the plan now, so that following them launches nobody.

    Raises:
        NotReady: one is in the air with another mission on board.
    """
    from dronectl.link.fleet_link import open_fleet

    async with open_fleet(drones) as fleet:
        vehicles = list(fleet.vehicles.values())
        try:
            plans = plans_of(proved, vehicles)
            return bool(await under_way(vehicles, plans, sortie, heard_within_s=LOOKS_S))
        except NoAnswer:
            return False


def require_completed(flown: RecordedFlight) -> None:
    """The exit code of a flight that ended early, or whose recording did.

    Raises:
        Interrupted: the person stopped it. NoAnswer: a drone is not heard. Refused: it crashed, its motors did not
            stop, or it came back before the end. Each tells the cause, and where who did not land is.
        StorageError: the flight was good, its recording is not whole.
    """
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
            hint="the recordings say why: 'dronectl track info'"
            + ("; 'dronectl fly --resume' flies what is left" if flown.remainder else ""),
            details=details,
        )
    if flown.storage_failure is not None:
        flown.storage_failure.details.update(details)
        raise flown.storage_failure
