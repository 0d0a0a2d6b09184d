"""Items that ArduCopter would refuse, and those that it would store as something else."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import Found, Rule, found
from dronectl.checks.trajectory.unproven import STORED
from dronectl.model.ardupilot.stored_items import (
    ACCEPTED_COMMANDS,
    COMMANDS_WITH_PLACE,
    FENCE_POLYGONS,
    FENCE_STORAGE_BYTES,
    canonical_item,
    fence_bytes,
    refusal,
)
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.fix import Fix, deleted, replaced
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem, MissionType

_UNSET_YAW = frozenset({Command.NAV_WAYPOINT, Command.NAV_TAKEOFF, Command.NAV_LAND})
"""Commands of which param4, the yaw, may be NaN."""

_ALTITUDE_STEP_M = 0.01
_PART_NAMES = {MissionType.MISSION: "", MissionType.FENCE: "fence ", MissionType.RALLY: "rally "}


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """A refused item is an error each; changes are one warning for each command and field."""
    for flight in flights:
        for mission in (flight.mission, flight.fence, flight.rally):
            for seq, message in _refusals(mission):
                yield found(
                    "autopilot",
                    flight,
                    message,
                    item=seq,
                    where=_place(mission.items[seq], ground),
                    fix=_accepted(mission, seq),
                )
            for seq, field, message in _changes(mission):
                yield found(
                    "autopilot",
                    flight,
                    message,
                    item=seq,
                    where=_place(mission.items[seq], ground),
                    severity=Severity.WARNING,
                    group=f"{mission.items[seq].command} {field}",
                    fix=_as_stored(mission, seq),
                )


def _place(item: MissionItem, ground: Ground) -> shapely.Point | None:
    """Where the item lies, if it has a place."""
    return ground.place(item) if item.command in COMMANDS_WITH_PLACE and (item.lat_e7 or item.lon_e7) else None


def _refusals(mission: Mission) -> Iterator[tuple[int, str]]:
    part = _PART_NAMES[mission.mission_type]
    first = 1 if mission.mission_type is MissionType.MISSION else 0
    for seq in range(first, len(mission)):
        reason = _not_a_number(mission.items[seq]) or _refusal(mission, seq)
        if reason is not None:
            yield seq, f"the autopilot refuses {part}item {seq}: {reason}"
    if mission.mission_type is MissionType.FENCE:
        wrong = list(_wrong_polygons(mission.items))
        yield from wrong
        if not wrong and fence_bytes(mission) > FENCE_STORAGE_BYTES:
            takes = f"it takes {fence_bytes(mission)} bytes, {FENCE_STORAGE_BYTES} fit on board"
            yield len(mission) - 1, f"the autopilot refuses the fence: {takes}; simplify its polygons"


def _accepted(mission: Mission, seq: int) -> Fix | None:
    """What the autopilot takes instead of an item that it refuses."""
    item = mission.items[seq]
    if mission.mission_type is not MissionType.MISSION:
        return None
    match item.command:
        case Command.DO_SET_ROI_LOCATION:
            roi = replace(item, command=int(Command.DO_SET_ROI), param1=0.0, param2=0.0, param3=0.0, param4=0.0)
            return Fix(f"make item {seq} a DO_SET_ROI", (replaced(seq, roi),), mechanical=True)
        case Command.DO_SET_ROI_NONE:
            none = MissionItem(Command.DO_SET_ROI, Frame.GLOBAL)
            return Fix(f"make item {seq} a DO_SET_ROI of no place", (replaced(seq, none),), mechanical=True)
        case command if command not in ACCEPTED_COMMANDS:
            return Fix(f"take out item {seq}", (deleted(seq),))
    if not all(map(math.isfinite, item.params)):
        param1, param2, param3, param4 = (value if math.isfinite(value) else 0.0 for value in item.params)
        unset = replace(item, param1=param1, param2=param2, param3=param3, param4=param4)
        return Fix(f"set the unset parameters of item {seq} to 0", (replaced(seq, unset),), mechanical=True)
    return None


def _as_stored(mission: Mission, seq: int) -> Fix | None:
    """The item as the autopilot would keep it anyway."""
    if mission.mission_type is not MissionType.MISSION:
        return None
    kept = canonical_item(mission.items[seq], seq)
    return Fix(f"write item {seq} as the autopilot stores it", (replaced(seq, kept),), mechanical=True)


def _refusal(mission: Mission, seq: int) -> str | None:
    """What the autopilot stores, though nobody here knows it, is held against the limits that all items have."""
    item = mission.items[seq]
    if mission.mission_type is not MissionType.MISSION or item.command not in STORED:
        return refusal(mission, seq)
    known = replace(item, command=int(Command.NAV_DELAY))
    return refusal(replace(mission, items=(*mission.items[:seq], known, *mission.items[seq + 1 :])), seq)


def _not_a_number(item: MissionItem) -> str | None:
    for number, value in enumerate(item.params, start=1):
        may_be_unset = number == 4 and math.isnan(value) and item.command in _UNSET_YAW
        if not math.isfinite(value) and not may_be_unset:
            return f"param{number} is not a number"
    return None


def _wrong_polygons(items: Sequence[MissionItem]) -> Iterator[tuple[int, str]]:
    """Each vertex says how many its polygon has: as many must follow, and at least three."""
    seq = 0
    while seq < len(items):
        first = items[seq]
        if first.command not in FENCE_POLYGONS or not math.isfinite(first.param1):
            seq += 1
            continue
        wanted = int(first.param1)
        alike = 0
        for item in items[seq : seq + max(wanted, 1)]:
            if (item.command, item.param1) != (first.command, first.param1):
                break
            alike += 1
        if wanted < 3 or alike < wanted:
            yield seq, f"the autopilot refuses fence item {seq}: {alike} vertices of a polygon that says {wanted}"
        seq += max(alike, 1)


def _changes(mission: Mission) -> Iterator[tuple[int, str, str]]:
    """(item, field, words) for each value that would be read back as another."""
    first = 1 if mission.mission_type is MissionType.MISSION else 0
    for seq in range(first, len(mission)):
        item = mission.items[seq]
        if not item.is_finite() or refusal(mission, seq) is not None:
            continue
        kept = canonical_item(item, seq, mission.mission_type)
        for number, (given, stored) in enumerate(zip(item.params, kept.params, strict=True), start=1):
            if given != stored and not (item.command == Command.NAV_LAND and number == 4):
                yield seq, f"param{number}", _words(item, f"param{number}", given, stored)
        if abs(item.altitude_m - kept.altitude_m) >= _ALTITUDE_STEP_M:
            yield seq, "altitude", _words(item, "altitude", item.altitude_m, kept.altitude_m)


def _words(item: MissionItem, field: str, given: float, stored: float) -> str:
    return f"the autopilot changes {item.command_name()}: {field} {given:g} becomes {stored:g}"


RULE = Rule(
    id="autopilot",
    title="Taken by the autopilot",
    explanation="Every item of mission, fence and rally points must be one that ArduCopter stores; a value that it "
    "stores as another is a warning.",
    find=find,
    why="A refused item leaves a mixture of the old mission and the new one on board; a value that is stored as "
    "another is not what was checked.",
    source="Measured on ArduCopter 4.5.6; model/ardupilot/stored_items.py has the table, and the autopilot suite "
    "holds it against the vehicle.",
    example="the autopilot changes NAV_WAYPOINT: param2 3.5 becomes 0",
    remedy="'plan check --fix' writes what the autopilot would store, and DO_SET_ROI for its newer siblings.",
)
