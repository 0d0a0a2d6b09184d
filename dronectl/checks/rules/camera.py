"""The camera works where photographs are wanted, as fast as its shutter can, and rests on the way home."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import Found, Rule, found
from dronectl.checks.trajectory.leg import LegKind
from dronectl.checks.wording import Form
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.fix import Fix, inserted, replaced
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem

_SPEED_TOLERANCE_M_S = 0.05
_HOMEWARD = (LegKind.RETURN, LegKind.DESCENT)


TOO_FAST = Form(
    "a picture every {every_s:.2f} s ({distance:g} m at {speed:g} m/s); the camera needs {needs_s:g} s",
    "ถ่ายภาพทุก {every_s} วินาที ({distance} ม. ที่ {speed} m/s) กล้องต้องการ {needs_s} วินาที",
    many="with pictures faster than every {needs_s} s, fastest {every_s} s",
    many_thai="ถ่ายภาพถี่กว่าทุก {needs_s} วินาที ถี่ที่สุด {every_s} วินาที",
)
LEFT_ON = Form(
    "camera still taking pictures on {leg}",
    "กล้องยังถ่ายภาพอยู่ที่{leg}",
    many="with the camera on during the return",
    many_thai="กล้องยังถ่ายภาพระหว่างบินกลับ",
)
LEFT_AIMED = Form(
    "camera still aimed at the place of item {item} on the way home",
    "กล้องยังชี้ไปที่รายการ {item} ระหว่างบินกลับ",
    many="with the camera aimed at a place during the return",
    many_thai="กล้องยังชี้ไปที่จุดหนึ่งระหว่างบินกลับ",
)


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """Warnings: none of these endangers anybody, each spoils the pictures."""
    for flight in flights:
        yield from _too_fast(flight)
        yield from _left_on(flight)
        yield from _left_looking(flight)


def _too_fast(flight: Flight) -> Iterator[Found]:
    """Trigger distance over ground speed is the time between pictures: not less than the shutter needs."""
    interval_s = flight.drone.camera.shutter_interval_s
    distance_m, set_by, speed_m_s = 0.0, 0, flight.drone.cruise_speed_m_s
    for seq, item in enumerate(flight.mission.items):
        if item.command == Command.DO_SET_CAM_TRIGG_DIST:
            distance_m, set_by = max(0.0, item.param1), seq
        elif item.command == Command.DO_CHANGE_SPEED and item.param1 in (0, 1) and item.param2 > 0:
            speed_m_s = item.param2
        else:
            continue
        fastest_m_s = distance_m / interval_s
        if distance_m == 0 or speed_m_s <= fastest_m_s + _SPEED_TOLERANCE_M_S:
            continue
        yield found(
            "camera",
            flight,
            TOO_FAST(every_s=distance_m / speed_m_s, distance=distance_m, speed=speed_m_s, needs_s=interval_s),
            item=seq,
            amount=speed_m_s - fastest_m_s,
            unit="m/s",
            severity=Severity.WARNING,
            group="shutter",
            fix=_slower(flight.mission, seq, set_by, fastest_m_s),
        )


def _slower(mission: Mission, seq: int, set_by: int, fastest_m_s: float) -> Fix:
    speed_m_s = int(fastest_m_s * 10) / 10
    if seq != set_by and speed_m_s > 0:
        item = mission.items[seq]
        slow = MissionItem(item.command, item.frame, item.param1, speed_m_s, item.param3, item.param4)
        return Fix(f"slow down to {speed_m_s:g} m/s in item {seq}", (replaced(seq, slow),))
    if speed_m_s > 0:
        slow = MissionItem(Command.DO_CHANGE_SPEED, Frame.GLOBAL, 1.0, speed_m_s)
        return Fix(f"insert a DO_CHANGE_SPEED to {speed_m_s:g} m/s before item {seq}", (inserted(seq, slow),))
    return Fix(f"trigger at a longer distance in item {set_by}")


def _left_on(flight: Flight) -> Iterator[Found]:
    homeward = next((leg for leg in flight.legs if leg.kind in _HOMEWARD and leg.camera_on), None)
    if homeward is None:
        return
    off = MissionItem(Command.DO_SET_CAM_TRIGG_DIST, Frame.GLOBAL)
    yield found(
        "camera",
        flight,
        LEFT_ON(leg=homeward.words()),
        item=homeward.item,
        severity=Severity.WARNING,
        fix=Fix(
            f"insert a DO_SET_CAM_TRIGG_DIST 0 before item {homeward.item}",
            (inserted(homeward.item, off),),
            mechanical=True,
        ),
    )


def _left_looking(flight: Flight) -> Iterator[Found]:
    """A region of interest that is still set when the drone turns for home keeps its nose there."""
    set_at: int | None = None
    for seq, item in enumerate(flight.mission.items):
        if item.command == Command.DO_SET_ROI:
            set_at = seq if item.lat_e7 or item.lon_e7 else None
        elif item.command == Command.NAV_RETURN_TO_LAUNCH and set_at is not None:
            none = MissionItem(Command.DO_SET_ROI, Frame.GLOBAL)
            yield found(
                "camera",
                flight,
                LEFT_AIMED(item=set_at),
                item=seq,
                severity=Severity.WARNING,
                fix=Fix(f"insert a DO_SET_ROI of no place before item {seq}", (inserted(seq, none),), mechanical=True),
            )
            return


RULE = Rule(
    id="camera",
    title="Pictures as wanted",
    explanation="No picture sooner after another than the camera's shutter_interval_s; no pictures and no region of "
    "interest on the way home. All are warnings.",
    find=find,
    why="A camera that cannot keep up leaves gaps that show only on the ground; one that was left on fills its card "
    "with pictures of the landing, and of people's gardens.",
    source="The camera's data sheet (shutter_interval_s in dronectl.toml); DO_SET_CAM_TRIGG_DIST goes on until it is "
    "set to 0, DO_SET_ROI until it is set to no place (ArduCopter 4.5).",
    example="a picture every 1.25 s (10 m at 8 m/s); the camera needs 2 s",
    remedy="Fly slower or trigger less often; 'plan check --fix' switches camera and region of interest off before the "
    "return.",
)
