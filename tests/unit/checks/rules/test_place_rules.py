"""Fence, keep-outs, obstacles, ceiling, aerodromes: each fires just past its limit and not just before it."""

from __future__ import annotations

from dataclasses import replace

import pyproj
import pytest
from checks_site import (
    FENCE,
    FRAME,
    LID,
    MAST,
    NO_LAW,
    ORIGIN,
    ROOF,
    RTL,
    SITE,
    at,
    box,
    found,
    home,
    item,
    patrol_of,
    takeoff,
    through,
    warnings,
    waypoint,
)

from dronectl.model.geo import GeoPoint
from dronectl.model.ground.zone import KeepOut
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.mission import Command, Frame, Mission
from dronectl.model.rules import Aerodrome

CLEAR = through((100, 100), (200, 200))


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [finding.message for finding in findings]
    return findings[0]


def xy(finding: Finding) -> tuple[float, float]:
    assert finding.lat_deg is not None
    assert finding.lon_deg is not None
    return FRAME.point_to_xy(GeoPoint(finding.lat_deg, finding.lon_deg))


def test_a_clear_patrol_breaks_nothing() -> None:
    assert found(CLEAR) == []
    assert warnings(CLEAR) == []


class TestFence:
    def test_the_margin_itself_is_kept(self) -> None:
        assert found(through((0, -990), (50, -990))) == []

    def test_within_the_margin(self) -> None:
        first = found(through((0, -990.5), (50, -100)))[0]
        assert (first.rule, first.severity, first.item, first.zone) == ("fence", Severity.ERROR, 2, "site")
        assert first.amount == pytest.approx(0.5, abs=0.02)
        assert "9.5 m" in first.message

    def test_outside_names_the_place_and_how_far(self) -> None:
        first = found(through((0, -1040), (50, -100)))[0]
        assert first.amount == pytest.approx(40, abs=0.05)
        assert xy(first) == pytest.approx((0, -1040), abs=0.05)
        assert "outside" in first.message

    def test_a_leg_far_outside_is_found_as_well(self) -> None:
        legs = {one.item: one.amount for one in found(through((0, -1100), (50, -1100)))}
        assert legs.keys() == {2, 3, 4}
        assert legs[3] == pytest.approx(100, abs=0.05)

    def test_a_leg_that_leaves_and_comes_back_between_two_good_points(self) -> None:
        notched = replace(FENCE, polygon=box(-1000, -1000, 1000, 1000))
        corners = (at(-1000, -1000), at(1000, -1000), at(1000, 1000), at(600, 1000), at(600, -500), at(500, -500))
        notched = replace(FENCE, polygon=replace(notched.polygon, exterior=(*corners, at(500, 1000), at(-1000, 1000))))
        site = replace(SITE, zones=replace(SITE.zones, fences=(notched,)))
        findings = found(through((450, 600), (650, 600)), site)
        assert {finding.item for finding in findings} == {3, 4}, "the leg across and the return across"
        assert findings[0].amount == pytest.approx(50, abs=0.3)

    def test_no_fence_at_all(self) -> None:
        site = replace(SITE, zones=replace(SITE.zones, fences=()))
        assert only(found(CLEAR, site)).rule == "fence"


class TestKeepOut:
    def test_the_margin_itself_is_kept(self) -> None:
        assert found(through((0, 60), (500, 60), (500, 300), (0, 300))) == []

    def test_within_the_margin(self) -> None:
        one = only(found(through((0, 59.5), (500, 59.5), (500, 300), (0, 300))))
        assert (one.rule, one.item, one.zone) == ("keep-out", 3, "tower")
        assert one.amount == pytest.approx(0.5, abs=0.02)

    def test_straight_through_names_leg_place_and_depth(self) -> None:
        one = only(found(through((200, 0), (500, 0), (500, 300), (0, 300))))
        assert "leg 2→3" in one.message
        assert one.amount == pytest.approx(50, abs=0.3)
        assert xy(one) == pytest.approx((350, 0), abs=0.6)

    def test_a_corner_is_cut(self) -> None:
        one = only(found(through((280, 20), (330, 70), (330, 300), (0, 300))))
        assert one.amount == pytest.approx(5.0, abs=0.3), "deepest where it is equally far from both edges"

    @pytest.mark.parametrize(("height_m", "breaks"), [(40.0, False), (39.9, True), (60.0, False)])
    def test_over_the_ceiling_is_outside(self, height_m: float, breaks: bool) -> None:
        assert bool(found(through((-500, 0), (-500, 200), z_m=height_m))) is breaks

    @pytest.mark.parametrize(("height_m", "breaks"), [(50.0, False), (50.1, True), (79.9, True), (80.0, False)])
    def test_under_the_floor_is_outside(self, height_m: float, breaks: bool) -> None:
        route = through((-200, 350), (-500, 350), (-500, 200), (-200, 200), z_m=height_m)
        assert [one.zone for one in found(route)] == ([LID.id] if breaks else [])

    def test_a_climbing_leg_is_held_against_the_part_below_the_ceiling_only(self) -> None:
        """Over the roof at x -300..-400 the climb from 20 m at -500 to 60 m at -100 is at 30–40 m."""
        route = patrol_of(waypoint(0, 200), waypoint(-500, 200, 20.0), waypoint(-500, 0, 20.0), waypoint(-100, 0, 60.0))
        one = only(found(route))
        assert (one.item, one.zone) == (5, ROOF.id)
        steeper = patrol_of(waypoint(0, 200), waypoint(-500, 200, 20.0), waypoint(-411, 0, 45.0), waypoint(-100, 0, 60))
        assert found(steeper) == []

    def test_a_descending_leg_likewise(self) -> None:
        into = patrol_of(waypoint(-100, 0, 60.0), waypoint(-500, 0, 20.0), waypoint(-500, 200, 20.0), waypoint(0, 200))
        assert [one.item for one in found(into)] == [3]
        over = patrol_of(waypoint(-100, 0, 60.0), waypoint(-411, 0, 45.0), waypoint(-500, 200), waypoint(0, 200))
        assert found(over) == []

    def test_the_take_off_climb_under_a_lid(self) -> None:
        lid = KeepOut("over-home", "x", True, "g#9", box(-20, -20, 20, 20), 25.0, 28.0)
        site = replace(SITE, zones=replace(SITE.zones, keep_outs=(lid,)))
        findings = found(CLEAR, site)
        assert {finding.item for finding in findings} == {1, 4}
        assert "take-off climb" in findings[0].message
        assert "descent" in findings[1].message

    def test_the_straight_return_at_the_end(self) -> None:
        one = only(found(through((100, 200), (500, 200), (500, 0))))
        assert one.item == 5
        assert "return" in one.message

    def test_a_return_first_climbs_to_fifteen_metres(self) -> None:
        low_roof = replace(ROOF, ceiling_m=14.0)
        site = replace(SITE, zones=replace(SITE.zones, keep_outs=(low_roof,)))
        assert found(through((0, 200), (-500, 200), (-500, 0), z_m=10.0), site) == []

    def test_the_one_waypoint_that_was_dragged_in(self) -> None:
        places = [(100, 100), (200, 150), (350, 150), (450, 150), (100, 300)]
        assert found(through(*places)) == []
        places[2] = (350, 0)
        assert [(one.rule, one.zone, one.item) for one in found(through(*places))] == [
            ("keep-out", "tower", 4),
            ("keep-out", "tower", 5),
        ]


class TestObstacle:
    @pytest.mark.parametrize(("distance_m", "breaks"), [(15.0, False), (14.9, True)])
    def test_the_margin_is_from_its_side(self, distance_m: float, breaks: bool) -> None:
        findings = found(through((-200, 500 + distance_m), (200, 500 + distance_m), (200, 200)))
        assert [one.zone for one in findings] == ([MAST.id] if breaks else [])

    @pytest.mark.parametrize(("height_m", "breaks"), [(60.0, False), (59.9, True)])
    def test_over_its_top_is_clear(self, height_m: float, breaks: bool) -> None:
        assert bool(found(through((-200, 500), (200, 500), (200, 200), z_m=height_m), rule="obstacle")) is breaks

    def test_through_the_middle(self) -> None:
        one = only(found(through((-200, 500), (200, 500), (200, 200))))
        assert one.amount == pytest.approx(15, abs=0.02)
        assert xy(one) == pytest.approx((0, 500), abs=0.05)


class TestCeiling:
    def test_the_ceiling_itself_is_allowed(self) -> None:
        assert found(through((100, 100), z_m=90.0)) == []

    def test_all_legs_above_are_one_violation(self) -> None:
        one = only(found(through((100, 100), (200, 100), (200, 200), z_m=95.0)))
        assert (one.rule, one.amount, one.unit) == ("ceiling", 5.0, "m")
        assert "5 items like this from 1 to 5" in one.message

    def test_sea_level_and_terrain_frames(self) -> None:
        amsl = item(Command.NAV_WAYPOINT, 100, 100, 240.0, frame=Frame.GLOBAL)
        terrain = item(Command.NAV_WAYPOINT, 200, 100, 91.0, frame=Frame.GLOBAL_TERRAIN_ALT)
        one = only(found(patrol_of(amsl, terrain, waypoint(100, 200))))
        assert one.amount == pytest.approx(5.0)
        assert only(found(patrol_of(terrain, waypoint(100, 200)))).amount == pytest.approx(1.0)
        at_ground = item(Command.NAV_WAYPOINT, 100, 100, 235.0, frame=Frame.GLOBAL)
        assert found(patrol_of(at_ground, waypoint(100, 200))) == []


class TestAerodrome:
    @staticmethod
    def strip(distance_m: float, status: str = "open") -> Aerodrome:
        """North of the nearest point of CLEAR to it, which is (200, 200)."""
        corner = at(200, 200)
        lon, lat, _ = pyproj.Geod(ellps="WGS84").fwd(corner.lon_deg, corner.lat_deg, 0.0, distance_m)
        return Aerodrome("VTXX", "สนามบิน", GeoPoint(lat, lon), None, status, True)

    @pytest.mark.parametrize(("distance_m", "breaks"), [(9000.0, False), (8999.9, True)])
    def test_the_distance_is_geodesic(self, distance_m: float, breaks: bool) -> None:
        site = replace(SITE, aerodromes=(self.strip(distance_m),))
        assert bool(found(CLEAR, site)) is breaks

    @pytest.mark.parametrize(("status", "breaks"), [("open", True), ("unknown", True), ("closed", False)])
    def test_unknown_counts_as_open(self, status: str, breaks: bool) -> None:
        site = replace(SITE, aerodromes=(self.strip(2000.0, status),))
        findings = found(CLEAR, site)
        assert [(one.rule, one.zone) for one in findings] == ([("aerodrome", "VTXX")] if breaks else [])

    def test_the_other_side_of_the_earth_is_far(self) -> None:
        site = replace(SITE, aerodromes=(Aerodrome("X", "x", GeoPoint(-16, -76), None, "open", True),))
        assert found(CLEAR, site) == []


class TestFailsafeReturn:
    def test_all_points_behind_a_tower_are_one_warning(self) -> None:
        route = through((200, 200), (450, 200), (450, -200), (450, 150), (100, 150))
        assert found(route) == []
        one = only(warnings(route))
        assert (one.rule, one.zone) == ("keep-out", "tower")
        assert one.amount == pytest.approx(50, abs=1)
        assert "items 4–5" in one.message

    def test_over_a_low_roof_there_is_nothing_to_warn_of(self) -> None:
        assert warnings(through((-200, 200), (-450, 200), (-450, -200), (-450, 150), (-100, 150), z_m=45.0)) == []

    def test_a_return_that_would_leave_the_fence(self) -> None:
        corners = (at(-100, -100), at(600, -100), at(600, 800), at(500, 800), at(500, 20), at(100, 20))
        bent = replace(FENCE, polygon=replace(FENCE.polygon, exterior=(*corners, at(100, 100), at(-100, 100))))
        rules = replace(NO_LAW, keep_out_margin_m=0.0)
        site = replace(SITE, rules=rules, zones=replace(SITE.zones, fences=(bent,), keep_outs=(), obstacles=()))
        route = patrol_of(waypoint(550, -20), waypoint(550, 700), waypoint(550, -20))
        one = only(warnings(route, site))
        assert (one.rule, one.zone) == ("fence", "site")
        assert "outside the fence" in one.message


def test_a_home_far_from_the_site_in_the_file_is_a_warning_and_not_believed() -> None:
    elsewhere = Mission((home(500, 500), takeoff(), waypoint(100, 100), RTL))
    assert found(elsewhere) == []
    assert only(warnings(elsewhere)).rule == "structure"


def test_a_drone_without_a_place_in_reach_is_not_traced_to_it() -> None:
    lost = patrol_of(replace(waypoint(0, 0), lat_e7=-160000000, lon_e7=-760000000), waypoint(100, 100))
    one = only(found(lost))
    assert (one.rule, one.item) == ("structure", 2)
    assert ORIGIN.lat_deg == 16.05
