"""Items that ArduCopter would refuse, and those that it would store as something else."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import Found, Rule, found
from dronectl.checks.trajectory.unproven import STORED
from dronectl.checks.wording import Form, recognised
from dronectl.model.ardupilot.stored_items import (
    ACCEPTED_COMMANDS,
    COMMANDS_WITH_PLACE,
    FENCE_POLYGONS,
    FENCE_STORAGE_BYTES,
    canonical_item,
    fence_bytes,
    refusal,
)
from dronectl.model.plan.finding import Message, Severity
from dronectl.model.plan.fix import Fix, deleted, replaced
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem, MissionType

_UNSET_YAW = frozenset({Command.NAV_WAYPOINT, Command.NAV_TAKEOFF, Command.NAV_LAND})
"""Commands of which param4, the yaw, may be NaN."""

_ALTITUDE_STEP_M = 0.01
_REFUSED = {
    MissionType.MISSION: Form("the autopilot refuses item {item}: {reason}", "ออโต้ไพลอตไม่รับรายการ {item}: {reason}"),
    MissionType.FENCE: Form(
        "the autopilot refuses fence item {item}: {reason}", "ออโต้ไพลอตไม่รับรายการเขตบิน {item}: {reason}"
    ),
    MissionType.RALLY: Form(
        "the autopilot refuses rally item {item}: {reason}", "ออโต้ไพลอตไม่รับจุดลงฉุกเฉิน {item}: {reason}"
    ),
}
LARGE_FENCE = Form(
    "the autopilot refuses the fence: {size} bytes, {most} fit on board; simplify its polygons",
    "ออโต้ไพลอตไม่รับเขตบิน: {size} ไบต์ บนโดรนรับได้ {most} ลดจุดของรูปหลายเหลี่ยม",
)
WRONG_POLYGON = Form(
    "the autopilot refuses fence item {item}: {count} vertices, its polygon says {wanted}",
    "ออโต้ไพลอตไม่รับรายการเขตบิน {item}: มี {count} มุม รูปหลายเหลี่ยมระบุ {wanted}",
)
STORED_AS = Form(
    "the autopilot stores {command} {field} {given:g} as {stored:g}",
    "ออโต้ไพลอตเก็บ {command} {field} {given} เป็น {stored}",
)
_REASONS = (
    Form("param{number} is not a number", "param{number} ไม่ใช่ตัวเลข"),
    Form("frame {frame} is not supported", "ไม่รองรับกรอบอ้างอิง {frame}"),
    Form("latitude {lat} is outside ±90°", "ละติจูด {lat} อยู่นอก ±90°"),
    Form("longitude {lon} is outside ±180°", "ลองจิจูด {lon} อยู่นอก ±180°"),
    Form("the altitude is not a number", "ความสูงไม่ใช่ตัวเลข"),
    Form("altitude {altitude} m does not fit: ±{most} m do", "ความสูง {altitude} ม. เกิน ±{most} ม."),
    Form("only {most} items fit on board", "บนโดรนรับได้ {most} รายการ"),
    Form("only {most} vertices and circles fit on board", "บนโดรนรับมุมและวงกลมได้ {most}"),
    Form("only {most} rally points fit on board", "บนโดรนรับจุดลงฉุกเฉินได้ {most} จุด"),
    Form(
        "{command} is refused in missions before ArduCopter 4.6; use DO_SET_ROI (201)",
        "ArduCopter ก่อน 4.6 ไม่รับ {command} ในภารกิจ ใช้ DO_SET_ROI (201)",
    ),
    Form("{command} is not a mission command of ArduCopter", "{command} ไม่ใช่คำสั่งภารกิจของ ArduCopter"),
    Form("{command} is no part of a fence", "{command} ไม่ใช่ส่วนของเขตบิน"),
    Form("{command} is no rally point", "{command} ไม่ใช่จุดลงฉุกเฉิน"),
    Form("a stay of {seconds} s: 0 to {most} s do", "รอ {seconds} วินาที: รับได้ 0 ถึง {most} วินาที"),
    Form("DO_JUMP to item {item}, which does not exist", "DO_JUMP ไปรายการ {item} ซึ่งไม่มี"),
    Form("a circle needs a radius, this one has {radius} m", "วงกลมต้องมีรัศมี วงนี้มี {radius} ม."),
    Form("a fence has one return point", "เขตบินมีจุดกลับได้จุดเดียว"),
    Form("it has no place", "ไม่มีตำแหน่ง"),
)
"""Why ArduCopter refuses an item, as ``stored_items.refusal`` says it."""


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


def _refusals(mission: Mission) -> Iterator[tuple[int, Message]]:
    part = _REFUSED[mission.mission_type]
    first = 1 if mission.mission_type is MissionType.MISSION else 0
    for seq in range(first, len(mission)):
        reason = _not_a_number(mission.items[seq]) or _refusal(mission, seq)
        if reason is not None:
            yield seq, part(item=seq, reason=recognised(reason))
    if mission.mission_type is MissionType.FENCE:
        wrong = list(_wrong_polygons(mission.items))
        yield from wrong
        if not wrong and fence_bytes(mission) > FENCE_STORAGE_BYTES:
            yield len(mission) - 1, LARGE_FENCE(size=fence_bytes(mission), most=FENCE_STORAGE_BYTES)


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


def _wrong_polygons(items: Sequence[MissionItem]) -> Iterator[tuple[int, Message]]:
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
            yield seq, WRONG_POLYGON(item=seq, count=alike, wanted=wanted)
        seq += max(alike, 1)


def _changes(mission: Mission) -> Iterator[tuple[int, str, Message]]:
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


def _words(item: MissionItem, field: str, given: float, stored: float) -> Message:
    return STORED_AS(command=item.command_name(), field=field, given=given, stored=stored)


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
    example="the autopilot stores NAV_WAYPOINT param2 3.5 as 0",
    remedy="'plan check --fix' writes what the autopilot would store, and DO_SET_ROI for its newer siblings.",
)
