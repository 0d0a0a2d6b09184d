"""A mission against the fence that it comes with: every leg, to the metre, and said once."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from checks_site import DAY, SITE, at, item, plan_of, through

from dronectl.checks import check_mission, check_plan, prove_plan
from dronectl.errors import RuleViolation
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType
from dronectl.model.plan.plan import Plan

INCLUSION, EXCLUSION = Command.FENCE_POLYGON_VERTEX_INCLUSION, Command.FENCE_POLYGON_VERTEX_EXCLUSION
CIRCLE_IN, CIRCLE_OUT = Command.FENCE_CIRCLE_INCLUSION, Command.FENCE_CIRCLE_EXCLUSION


def ring(command: Command, *places: tuple[float, float]) -> tuple[MissionItem, ...]:
    return tuple(item(command, x, y, param1=float(len(places))) for x, y in places)


def box(command: Command, x0: float, y0: float, x1: float, y1: float) -> tuple[MissionItem, ...]:
    return ring(command, (x0, y0), (x1, y0), (x1, y1), (x0, y1))


def circle(command: Command, x: float, y: float, radius_m: float) -> tuple[MissionItem, ...]:
    return (item(command, x, y, param1=radius_m),)


def fence(*parts: tuple[MissionItem, ...]) -> Mission:
    return Mission(tuple(one for part in parts for one in part), MissionType.FENCE)


def told(mission: Mission, carried: Mission, severity: Severity = Severity.ERROR) -> list[Finding]:
    found = check_mission(mission, SITE, SITE.drones[0], day=DAY, fence=carried)
    return [one for one in found if one.rule == "on-board" and one.severity is severity]


STREET = through((0, 200), (200, 200))
"""North, then east, then home; items 2 and 3, the return is item 4."""
AROUND = box(INCLUSION, -500, -500, 500, 500)


@pytest.mark.parametrize(
    ("carried", "items", "amount_m"),
    [
        (fence(box(EXCLUSION, -40, 80, 40, 140)), [2], 30.0),
        (fence(AROUND, box(EXCLUSION, 90, 150, 110, 250)), [3], 10.0),
        (fence(ring(EXCLUSION, (50, 150), (150, 150), (100, 250))), [3], 22.36),  # of a triangle, from its edges
        (fence(circle(CIRCLE_OUT, 110, 190, 25.0)), [3], 15.0),
        (fence(circle(CIRCLE_OUT, -20, 100, 20.5)), [2], 0.5),
        (fence(box(INCLUSION, -50, -50, 150, 250)), [3, 4], 50.0),
        (fence(AROUND, box(INCLUSION, -50, -50, 250, 180)), [2, 3, 4], 20.0),  # inside of every inclusion at once
        (fence(circle(CIRCLE_IN, 0, 0, 250.0)), [3, 4], math.hypot(200, 200) - 250),
        (fence(circle(CIRCLE_IN, 0, 0, 282.8)), [3, 4], math.hypot(200, 200) - 282.8),
    ],
)  # fmt: skip
def test_a_leg_that_breaks_the_fence_of_its_own_file_is_an_error(
    carried: Mission, items: list[int], amount_m: float
) -> None:
    found = told(STREET, carried)
    assert [one.item for one in found] == items
    assert max(one.amount or 0.0 for one in found) == pytest.approx(amount_m, abs=0.3)
    assert all(one.unit == "m" and one.lat_deg is not None and "its own fence's" in one.message for one in found)


@pytest.mark.parametrize(
    "carried",
    [
        fence(AROUND),
        fence(AROUND, box(EXCLUSION, 60, 20, 90, 40), circle(CIRCLE_OUT, 100, 300, 80.0)),
        fence(circle(CIRCLE_IN, 0, 0, 300.0)),
        fence(box(EXCLUSION, 210.5, 150, 260, 250)),
        fence((item(Command.FENCE_RETURN_POINT, 900, 900),)),
        fence(),
    ],
)
def test_a_mission_inside_its_own_fence_is_let_through(carried: Mission) -> None:
    assert told(STREET, carried) == []
    assert told(STREET, carried, Severity.WARNING) == []


def test_the_length_of_the_way_through_is_said() -> None:
    (one,) = told(STREET, fence(box(EXCLUSION, -40, 80, 40, 140)))
    assert "60.0 m of leg 1→2 go through its own fence's exclusion 0-3, up to 29.8 m deep" in one.message
    assert one.thai == "ช่วงบิน 1→2 ผ่านเขตห้ามบิน 0-3ของเขตบินบนโดรนเอง 60.0 ม. ลึกที่สุด 29.8 ม."


def test_near_its_edge_is_a_warning() -> None:
    near = fence(AROUND, box(EXCLUSION, 90, 204, 110, 250))
    assert told(STREET, near) == []
    (one,) = told(STREET, near, Severity.WARNING)
    assert (one.item, one.amount) == (3, pytest.approx(6.0, abs=0.05))
    assert one.message.startswith("4.0 m from the edge of its own fence's exclusion 4-7 on leg 2→3")


def test_a_failsafe_return_through_it_is_a_warning() -> None:
    """From the far end of a leg that goes around the exclusion, straight home leads through it."""
    around = through((0, 200), (200, 200), (200, 20), (20, 0))
    carried = fence(AROUND, box(EXCLUSION, 80, 80, 120, 120))
    assert told(around, carried) == []
    (one,) = told(around, carried, Severity.WARNING)
    assert one.message == (
        "a straight failsafe return would go up to 20.0 m beyond its own fence's 'exclusion 4-7' from items 3–4"
    )
    assert one.zone is None
    narrow = fence(box(INCLUSION, -20, -20, 220, 220), box(EXCLUSION, -400, -400, -300, -300))
    assert told(around, narrow, Severity.WARNING) == []


def test_a_spline_and_a_circle_are_held_against_it_as_flown() -> None:
    bend = through((0, 200), (200, 200))
    spline = replace(bend, items=tuple(
        replace(one, command=int(Command.NAV_SPLINE_WAYPOINT)) if seq in (2, 3) else one
        for seq, one in enumerate(bend.items)
    ))  # fmt: skip
    beyond = fence(box(INCLUSION, -50, -50, 220, 205))
    assert told(bend, beyond) == []
    assert [one.item for one in told(spline, beyond)] == [3]
    turns = Mission(
        (*bend.items[:2], item(Command.NAV_LOITER_TURNS, 0, 150, 30, param1=1.0, param3=60.0), *bend.items[4:])
    )
    assert [one.item for one in told(turns, fence(box(INCLUSION, -70, -50, 70, 200)))] == [2]


def with_fence(plan: Plan, carried: Mission) -> Plan:
    return replace(plan, drones=tuple(replace(one, fence=carried) for one in plan.drones))


def test_a_plan_that_crosses_the_fence_it_uploads_is_not_proved() -> None:
    plan = with_fence(plan_of(STREET), fence(AROUND, box(EXCLUSION, -40, 80, 40, 140)))
    with pytest.raises(RuleViolation, match=r"60.0 m of leg 1→2 go through its own fence's exclusion 4-7"):
        prove_plan(plan, SITE, day=DAY)


def test_what_the_rule_of_a_keep_out_says_is_not_said_again() -> None:
    """The tower of the site is drawn on board too: one finding, by the rule of keep-outs."""
    corners = next(one for one in SITE.zones.keep_outs if one.id == "tower").polygon.exterior
    drawn = tuple(
        MissionItem(int(EXCLUSION), lat_e7=one.lat_e7, lon_e7=one.lon_e7, param1=float(len(corners))) for one in corners
    )
    through_it = through((350, -200), (350, 200))
    plan = with_fence(plan_of(through_it), fence(drawn))
    found = check_plan(plan, SITE, day=DAY)
    assert [one.rule for one in found if one.item == 3 and one.severity is Severity.ERROR] == ["keep-out"]
    allowed = check_plan(replace(plan, overrides=("keep-out by ก",)), SITE, day=DAY)
    (one,) = [one for one in allowed if one.item == 3 and one.rule == "on-board"]
    assert one.severity is Severity.WARNING
    assert "allowed, but the fence on board stops it there" in one.message


def test_rally_points_and_fence_of_a_mission_are_looked_at_with_it_and_once() -> None:
    rally = Mission((item(Command.RALLY_POINT, 600, 0, 30), item(Command.RALLY_POINT, 0, 100, 30)), MissionType.RALLY)
    carried = fence(AROUND, box(EXCLUSION, -10, 90, 10, 110))
    found = check_mission(through((100, 0)), SITE, SITE.drones[0], day=DAY, fence=carried, rally=rally)
    messages = [one.message for one in found if one.severity is Severity.ERROR]
    assert sorted(messages) == [
        "rally point 0 is 100 m outside the fence's inclusion 0-3",
        "rally point 1 is inside the fence's exclusion 4-7",
    ]
    assert at(0, 0) == SITE.home
