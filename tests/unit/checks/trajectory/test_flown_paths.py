"""The path of each command as the autopilot flies it: splines, circles, returns, homes, frames, conditions."""

from __future__ import annotations

import itertools
import math
import time
from dataclasses import replace

import numpy as np
import pytest
from checks_site import (
    DAY,
    GROUND_M,
    RTL,
    SITE,
    at,
    drone,
    found,
    home,
    item,
    patrol_of,
    plan_of,
    takeoff,
    warnings,
    waypoint,
)
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.checks import check_mission
from dronectl.checks.flight import Flight, Ground, flight_of_mission, flight_of_plan
from dronectl.checks.trajectory.curves import CURVE_TOLERANCE_M, Spline, circle_sides
from dronectl.checks.trajectory.leg import Leg, LegKind, Position
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem, MissionType
from dronectl.model.site import Site

OPEN = replace(SITE, zones=replace(SITE.zones, keep_outs=(), obstacles=()))


def flown(mission: Mission, site: Site = OPEN, rally: Mission | None = None) -> Flight:
    ground = Ground(site, DAY, LocalFrame(site.home))
    if rally is None:
        return flight_of_mission(mission, site.drones[0], ground)
    return flight_of_mission(mission, site.drones[0], ground, rally)


def legs_of(mission: Mission, seq: int, rally: Mission | None = None) -> list[Leg]:
    return [leg for leg in flown(mission, rally=rally).legs if leg.item == seq]


def spline(x_m: float, y_m: float, z_m: float = 30.0, **fields: float) -> MissionItem:
    return item(Command.NAV_SPLINE_WAYPOINT, x_m, y_m, z_m, **fields)


def bezier(curve: Spline, times: np.ndarray) -> np.ndarray:
    """The same curve by de Casteljau's construction, its tangents cut as the autopilot's comment says."""
    chord_m = float(np.linalg.norm(curve.end - curve.start))
    both_m = float(np.linalg.norm(curve.start_tangent) + np.linalg.norm(curve.end_tangent))
    cut = min(1.0, 4 * chord_m / both_m) if both_m else 1.0
    points = [
        curve.start,
        curve.start + curve.start_tangent * cut / 3,
        curve.end - curve.end_tangent * cut / 3,
        curve.end,
    ]
    stack = [np.repeat(point[None, :], len(times), axis=0) for point in points]
    t = times[:, None]
    while len(stack) > 1:
        stack = [(1 - t) * a + t * b for a, b in itertools.pairwise(stack)]
    return stack[0]


vectors = st.tuples(*[st.floats(-400, 400)] * 3).map(np.array)


@pytest.mark.parametrize(("rtl_altitude_m", "returns_at_m"), [(None, 30.0), (20.0, 30.0), (55.0, 55.0)])
def test_a_plan_returns_at_the_altitude_that_it_sets(rtl_altitude_m: float | None, returns_at_m: float) -> None:
    planned = replace(plan_of(patrol_of(waypoint(100, 0))).drones[0], rtl_altitude_m=rtl_altitude_m)
    ground = Ground(OPEN, DAY, LocalFrame(OPEN.home))
    legs = flight_of_plan(planned, planned.sorties[0], OPEN.drones[0], ground).legs
    assert [leg.end.height_m for leg in legs if leg.kind is LegKind.RETURN] == [pytest.approx(returns_at_m)]


class TestSplines:
    @examples(20)
    @given(vectors, vectors, vectors, vectors)
    def test_no_point_of_the_curve_is_farther_from_its_pieces_than_the_tolerance(
        self, start: np.ndarray, end: np.ndarray, first: np.ndarray, last: np.ndarray
    ) -> None:
        curve = Spline(start, end, first, last)
        pieces = curve.pieces()
        times = np.linspace(0, 1, 7 * (len(pieces) - 1) + 1)
        points = bezier(curve, times)
        index = np.minimum((times * (len(pieces) - 1)).astype(int), len(pieces) - 2)
        a, b = pieces[index], pieces[index + 1]
        length2 = np.maximum(np.einsum("ij,ij->i", b - a, b - a), 1e-12)
        share = np.clip(np.einsum("ij,ij->i", points - a, b - a) / length2, 0, 1)[:, None]
        assert np.linalg.norm(points - a - share * (b - a), axis=1).max() <= CURVE_TOLERANCE_M + 1e-6

    def test_one_from_a_stop_to_a_stop_is_straight(self) -> None:
        legs = legs_of(patrol_of(spline(100, 0)), 2)
        assert max(abs(leg.end.y_m) for leg in legs) <= 0.02

    def test_after_a_straight_leg_it_goes_on_along_that_leg(self) -> None:
        """From 0,0 → 200,0 straight, then a spline to 200,200: it first overshoots to the east."""
        legs = legs_of(patrol_of(waypoint(200, 0), spline(200, 200)), 3)
        t = np.linspace(0, 1, 1001)
        overshoot_m = (200 * (t - 2 * t**2 + t**3)).max()
        assert max(leg.end.x_m for leg in legs) == pytest.approx(200 + overshoot_m, abs=0.05)
        assert legs[0].words().english == "the spline 2→3"

    def test_after_a_hold_it_starts_from_a_standstill(self) -> None:
        held = replace(waypoint(200, 0), param1=3.0)
        for before in ((), (waypoint(100, 0),)):
            mission = patrol_of(*before, held, spline(200, 200))
            legs = legs_of(mission, 3 + len(before))
            assert max(leg.end.x_m for leg in legs if leg.kind is LegKind.TRAVEL) == pytest.approx(200, abs=0.02)

    def test_before_an_item_in_another_frame_it_ends_at_a_standstill(self) -> None:
        """But where that item has no height of its own, and goes on at the one that there is."""

        def curve(*items: MissionItem) -> list[Position]:
            return [leg.end for leg in legs_of(patrol_of(waypoint(0, 100), *items), 3) if leg.kind is LegKind.TRAVEL]

        after, over_terrain = waypoint(300, 200), int(Frame.GLOBAL_TERRAIN_ALT)
        through, stopped = curve(spline(100, 200), after), curve(replace(spline(100, 200), param1=1.0), after)
        assert through != stopped
        assert curve(spline(100, 200), replace(after, frame=over_terrain)) == stopped
        assert curve(spline(100, 200), replace(after, frame=over_terrain, altitude_m=0.0)) == through

    def test_two_in_a_row_pass_the_middle_parallel_to_the_way_from_first_to_last(self) -> None:
        legs = legs_of(patrol_of(waypoint(0, 100), spline(100, 200), spline(300, 100)), 3)
        last = legs[-1]
        slope = (last.end.y_m - last.start.y_m) / (last.end.x_m - last.start.x_m)
        assert slope == pytest.approx(0.0, abs=0.06), "0,100 → 300,100 is due east"

    def test_what_bulges_into_a_keep_out_is_found_though_the_straight_way_is_clear(self) -> None:
        """Straight 289 → 289 passes 11 m west of the tower's edge at 300; the curve swings round it by 59 m."""
        bulging = patrol_of(waypoint(100, -200), waypoint(289, -200), spline(289, 200), waypoint(100, 200))
        straight = patrol_of(waypoint(100, -200), waypoint(289, -200), waypoint(289, 200), waypoint(100, 200))
        assert found(straight) == []
        (one,) = found(bulging, rule="keep-out")
        assert (one.item, one.zone) == (4, "tower")
        assert "the spline 3→4" in one.message

    def test_a_curve_is_flown_slower_than_a_straight_leg(self) -> None:
        tight = legs_of(patrol_of(waypoint(50, 0), spline(50, 20), spline(0, 20)), 3)
        speeds = [
            math.dist((leg.start.x_m, leg.start.y_m), (leg.end.x_m, leg.end.y_m)) / (leg.end_s - leg.start_s)
            for leg in tight
            if leg.kind is LegKind.TRAVEL
        ]
        assert min(speeds) < 6.0 < drone().cruise_speed_m_s


class TestCircles:
    @pytest.mark.parametrize("radius_m", [1.0, 10.0, 255.0, 2550.0])
    def test_the_polygon_misses_the_circle_by_a_centimetre_at_most(self, radius_m: float) -> None:
        assert radius_m / math.cos(math.pi / circle_sides(radius_m)) <= radius_m + CURVE_TOLERANCE_M + 1e-9

    def test_half_a_turn_ends_on_the_other_side(self) -> None:
        legs = legs_of(patrol_of(item(Command.NAV_LOITER_TURNS, 200, 0, 30.0, param1=0.5, param3=50.0)), 2)
        assert (legs[0].end.x_m, legs[0].end.y_m) == pytest.approx((150, 0), abs=0.1)
        assert (legs[-1].end.x_m, legs[-1].end.y_m) == pytest.approx((250, 0), abs=2.5)

    def test_no_turns_still_fly_to_the_rim_not_to_the_middle(self) -> None:
        legs = legs_of(patrol_of(item(Command.NAV_LOITER_TURNS, 200, 0, 30.0, param3=50.0)), 2)
        assert [(round(leg.end.x_m), round(leg.end.y_m)) for leg in legs] == [(150, 0)]

    def test_a_keep_out_inside_the_circle_keeps_its_margin_to_the_rim(self) -> None:
        """The tower's corner is 70.7 m from its middle: a rim of 80.6 m is 9.9 m from it, 80.8 m is 10.1 m."""
        for radius_m, breaks in ((80.0, True), (81.0, False)):
            circle = patrol_of(item(Command.NAV_LOITER_TURNS, 350, 0, 30.0, param1=1.0, param3=radius_m))
            assert bool([one for one in found(circle, rule="keep-out") if one.item == 2]) is breaks, radius_m


class TestFramesAndHomes:
    def test_heights_above_the_sea_and_in_the_mission_frame(self) -> None:
        for frame in (Frame.GLOBAL, Frame.GLOBAL_INT, Frame.MISSION):
            high = patrol_of(replace(waypoint(100, 0, GROUND_M + 40), frame=int(frame)))
            assert legs_of(high, 2)[-1].end.height_m == pytest.approx(40)

    def test_home_set_in_the_air_lifts_every_relative_height_after_it(self) -> None:
        mission = patrol_of(waypoint(100, 0), MissionItem(Command.DO_SET_HOME, param1=1.0), waypoint(200, 0))
        assert legs_of(mission, 4)[-1].end.height_m == pytest.approx(60)
        back = legs_of(mission, 5)
        assert (back[-1].end.x_m, back[-1].end.height_m) == pytest.approx((100, 30), abs=0.02)
        assert any("DO_SET_HOME" in one.message for one in warnings(mission, OPEN))

    def test_a_rally_point_nearer_than_home_is_returned_to(self) -> None:
        point = item(Command.RALLY_POINT, 420, 0, 60.0)
        rally = Mission((point,), MissionType.RALLY)
        mission = patrol_of(waypoint(400, 0))
        back = legs_of(mission, 3, rally)
        (over,) = (leg for leg in back if leg.kind is LegKind.RETURN)
        assert (over.end.x_m, over.end.height_m) == pytest.approx((420, 60), abs=0.02)
        assert back[-1].end.height_m == 0
        near = legs_of(patrol_of(waypoint(100, 0)), 3, rally)
        assert near[-1].end.x_m == pytest.approx(0, abs=0.02)
        far = Mission((item(Command.RALLY_POINT, 850, 0, 60.0),), MissionType.RALLY)
        assert legs_of(patrol_of(waypoint(500, 0)), 3, far)[-1].end.x_m == pytest.approx(0, abs=0.02)

    def test_a_take_off_never_descends(self) -> None:
        mission = patrol_of(waypoint(100, 0, 50.0), takeoff(20.0))
        assert legs_of(mission, 2)[-1].end.height_m == 50
        assert legs_of(mission, 3) == []

    def test_payload_is_carried_there_at_the_present_height(self) -> None:
        place = legs_of(patrol_of(item(Command.NAV_PAYLOAD_PLACE, 100, 0, 5.0)), 2)
        assert {leg.end.height_m for leg in place if leg.kind is LegKind.TRAVEL} == {30.0}
        assert min(leg.end.height_m for leg in place) == 0.0
        assert place[-1].end.height_m == 30.0

    def test_what_follows_a_landing_is_flown_only_after_a_take_off(self) -> None:
        landing = item(Command.NAV_LAND, 100, 0)
        ends = Mission((home(), takeoff(), landing, waypoint(400, 0), RTL))
        assert {leg.item for leg in flown(ends).legs} == {1, 2}
        assert any("2 items after NAV_LAND are never flown" in one.message for one in warnings(ends, OPEN))
        goes_on = Mission((home(), takeoff(), landing, takeoff(), waypoint(400, 0), RTL))
        assert {leg.item for leg in flown(goes_on).legs} == {1, 2, 3, 4, 5}


class TestUnknownPaths:
    @pytest.mark.parametrize(
        ("bad", "words"),
        [
            (MissionItem(Command.NAV_GUIDED_ENABLE, param1=1.0), "another computer"),
            (MissionItem(42702, param1=1.0), "NAV_SCRIPT_TIME moves the drone"),
            (replace(waypoint(100, 0), command=31), "NAV_LOITER_TO_ALT"),
            (MissionItem(Command.NAV_DELAY, param1=0.0, param2=9.0, param3=30.0), "09:30:00 UTC"),
            (item(Command.NAV_LOITER_UNLIM, 100, 0, 30.0), "waits forever"),
        ],
    )
    def test_what_cannot_be_proven_is_an_error_with_a_fix(self, bad: MissionItem, words: str) -> None:
        (one,) = found(patrol_of(waypoint(50, 0), bad), OPEN, rule="structure")
        assert (one.severity, one.item) == (Severity.ERROR, 3)
        assert words in one.message
        assert one.fix is not None

    def test_what_the_autopilot_stores_is_not_called_refused(self) -> None:
        mission = patrol_of(waypoint(50, 0), MissionItem(42702), MissionItem(531, param1=2.0))
        assert found(mission, OPEN, rule="autopilot") == []
        assert [one.item for one in warnings(mission, OPEN) if "SET_CAMERA_ZOOM" in one.message] == [4]

    def test_a_condition_before_the_camera_is_named(self) -> None:
        mission = patrol_of(
            waypoint(100, 0),
            MissionItem(Command.CONDITION_DISTANCE, param1=20.0),
            MissionItem(Command.DO_SET_CAM_TRIGG_DIST, param1=20.0),
            waypoint(200, 0),
            MissionItem(Command.DO_SET_CAM_TRIGG_DIST),
        )
        (one,) = warnings(mission, OPEN)
        assert (one.rule, one.item) == ("structure", 4)
        assert "CONDITION_DISTANCE (item 3)" in one.message


def test_a_loop_of_many_items_is_checked_in_seconds() -> None:
    """300 items a hundred times, and a circle of 255 turns in each: neither time nor findings explode."""
    many = [waypoint(100 + index % 7, -900 + 6 * index) for index in range(300)]
    looped = patrol_of(*many, MissionItem(Command.DO_JUMP, param1=2.0, param2=100.0))
    turning = patrol_of(*(item(Command.NAV_LOITER_TURNS, 0, 0, 30.0, param1=255.0, param3=5.0) for _ in range(300)))
    for mission in (looped, turning):
        begun = time.process_time()
        findings = check_mission(mission, OPEN, OPEN.drones[0], day=DAY)
        assert time.process_time() - begun < 30, "a bound against explosion, not a measure of speed"
        assert any("not checked" in one.message for one in findings)
        assert len(findings) < 60
    assert at(0, 0) == SITE.home
