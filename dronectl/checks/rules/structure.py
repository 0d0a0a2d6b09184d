"""A mission that begins with a take-off, ends with a return or landing, and ends at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import Found, Rule, found
from dronectl.checks.trajectory import unproven
from dronectl.checks.trajectory.flying import NAVIGATION
from dronectl.checks.trajectory.item_order import Problem
from dronectl.checks.wording import Form
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.fix import Fix, inserted
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem

HOME_TOLERANCE_M = 30.0
"""A mission planned for a home farther than this from where the drone stands was planned for another place."""

_NAVIGATION = NAVIGATION - {Command.NAV_DELAY}
_HOMEWARD = frozenset({Command.NAV_RETURN_TO_LAUNCH, Command.NAV_LAND})
_CHECKED_AS_DONE = frozenset({Command.DO_CHANGE_SPEED, Command.DO_SET_HOME, Command.DO_SET_CAM_TRIGG_DIST})
"""What changes the path, its time or the photographs."""


OTHER_ID = Form(
    "planned for system id {planned}, {drone} now has {present}: build the plan again",
    "แผนทำไว้สำหรับหมายเลขระบบ {planned} ตอนนี้ {drone} ใช้ {present}: สร้างแผนใหม่",
)
EMPTY = Form("empty mission: it goes nowhere", "ภารกิจว่าง: ไม่ไปที่ใด")
NO_TAKE_OFF = Form("starts with {command}, NAV_TAKEOFF expected", "เริ่มด้วย {command} ต้องเริ่มด้วย NAV_TAKEOFF")
NO_END = Form(
    "no NAV_RETURN_TO_LAUNCH or NAV_LAND at the end: the drone hovers until its battery is empty",
    "ไม่มี NAV_RETURN_TO_LAUNCH หรือ NAV_LAND ตอนจบ: โดรนจะลอยจนแบตเตอรี่หมด",
)
HELD_BACK = Form(
    "{condition} (item {at}) may delay or skip {command}: checked as done at once",
    "{condition} (รายการ {at}) อาจทำให้ {command} ช้าหรือถูกข้าม: ตรวจโดยถือว่าทำทันที",
)
OTHER_HOME = Form(
    "{distance:.0f} m between the plan's home and the one in dronectl.toml: build the plan again",
    "จุดขึ้นบินในแผนห่างจากใน dronectl.toml {distance} ม.: สร้างแผนใหม่",
    many="with a home that is not the one in dronectl.toml, farthest {distance} m: build the plan again",
    many_thai="จุดขึ้นบินไม่ตรงกับ dronectl.toml ห่างที่สุด {distance} ม.: สร้างแผนใหม่",
)
FILE_HOME = Form(
    "{distance:.0f} m between home in the file and where {drone} stands; checked as flown from there",
    "จุดขึ้นบินในไฟล์ห่างจากที่ {drone} ตั้งอยู่ {distance} ม. ตรวจโดยถือว่าบินจากที่ตั้งอยู่",
)


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """What the items say by themselves, then what was met on the way."""
    for flight in flights:
        drone = flight.drone.name
        for problem in (*_of_items(flight.mission), *unproven.problems(flight.mission), *flight.route.problems):
            yield found(
                "structure",
                flight,
                problem.message,
                item=problem.item,
                where=_place_of(flight, problem.item, ground),
                severity=problem.severity,
                fix=problem.fix,
            )
        if flight.planned_system_id != flight.drone.system_id:
            message = OTHER_ID(planned=flight.planned_system_id, drone=drone, present=flight.drone.system_id)
            yield found("structure", flight, message)
        yield from _home(flight, ground)


def _of_items(mission: Mission) -> Iterator[Problem]:
    navigation = [seq for seq in range(1, len(mission)) if mission.items[seq].command in _NAVIGATION]
    if not navigation:
        yield Problem(0, Severity.ERROR, EMPTY())
        return
    first, last = navigation[0], navigation[-1]
    if mission.items[first].command != Command.NAV_TAKEOFF:
        name = mission.items[first].command_name()
        yield Problem(first, Severity.ERROR, NO_TAKE_OFF(command=name), _take_off(mission.items[first], first))
    if all(mission.items[seq].command not in _HOMEWARD for seq in navigation):
        fix = Fix(
            "add NAV_RETURN_TO_LAUNCH at the end",
            (inserted(len(mission), MissionItem(Command.NAV_RETURN_TO_LAUNCH, Frame.GLOBAL)),),
            mechanical=True,
        )
        yield Problem(last, Severity.ERROR, NO_END(), fix)
    yield from _held_back(mission)


def _take_off(first: MissionItem, seq: int) -> Fix | None:
    """To the height of the first item, where that is above home."""
    if first.frame not in (Frame.GLOBAL_RELATIVE_ALT, Frame.GLOBAL_RELATIVE_ALT_INT) or not first.altitude_m > 1.0:
        return Fix(f"insert a NAV_TAKEOFF before item {seq}")
    climb = MissionItem(Command.NAV_TAKEOFF, altitude_m=first.altitude_m)
    return Fix(f"insert a NAV_TAKEOFF to {first.altitude_m:g} m before item {seq}", (inserted(seq, climb),))


def _held_back(mission: Mission) -> Iterator[Problem]:
    """What a condition delays is done late, or not at all when the next place is reached first."""
    condition: int | None = None
    for seq in range(1, len(mission)):
        item = mission.items[seq]
        if item.command in NAVIGATION:
            condition = None
        elif item.command in (Command.CONDITION_DELAY, Command.CONDITION_DISTANCE):
            condition = seq
        elif condition is not None and item.command in _CHECKED_AS_DONE:
            name = mission.items[condition].command_name()
            held = HELD_BACK(condition=name, at=condition, command=item.command_name())
            yield Problem(seq, Severity.WARNING, held)


def _home(flight: Flight, ground: Ground) -> Iterator[Found]:
    """Where the file, the plan and the workspace say that the drone stands."""
    stands = shapely.Point(*ground.frame.point_to_xy(flight.drone.home))
    planned = shapely.Point(*ground.frame.point_to_xy(flight.home))
    from_home_m = shapely.distance(stands, planned)
    in_file = _place_of(flight, 0, ground)
    if from_home_m > 1.0:
        message = OTHER_HOME(distance=from_home_m)
        severity = Severity.ERROR
    elif in_file is not None and in_file.distance(stands) > HOME_TOLERANCE_M:
        from_home_m = in_file.distance(stands)
        message = FILE_HOME(distance=from_home_m, drone=flight.drone.name)
        severity = Severity.WARNING
    else:
        return
    yield found(
        "structure",
        flight,
        message,
        item=0,
        where=in_file or planned,
        amount=float(from_home_m),
        unit="m",
        severity=severity,
    )


def _place_of(flight: Flight, item: int, ground: Ground) -> shapely.Point | None:
    placed = flight.mission.items[item] if item < len(flight.mission) else None
    if placed is None or (placed.lat_e7 == 0 and placed.lon_e7 == 0):
        return None
    return ground.place(placed)


RULE = Rule(
    id="structure",
    title="A whole mission",
    explanation="A mission must begin with a take-off, end with a return or landing, follow no jump to nowhere and "
    "none for ever, and lie at this site. What makes the path unknown is an error: NAV_GUIDED_ENABLE, NAV_SCRIPT_TIME "
    "and others that the checks cannot fly, NAV_DELAY until a time of day, NAV_LOITER_UNLIM.",
    find=find,
    why="A mission that does not end leaves the drone hovering until its battery fails it; one that begins with a "
    "waypoint is refused by a drone on the ground; what is flown by another computer was not proven.",
    source="ArduCopter 4.5: mode_auto.cpp, AP_Mission.cpp.",
    example="no NAV_RETURN_TO_LAUNCH or NAV_LAND at the end: the drone hovers until its battery is empty",
    remedy="'plan check --fix' adds the return; for the rest the message names the item and what to put there.",
)
