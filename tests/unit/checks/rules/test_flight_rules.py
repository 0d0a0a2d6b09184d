"""Battery, separation, what the autopilot takes, structure; and the papers that lift rules."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from checks_site import (
    BATTERY,
    DAY,
    FENCE,
    GROUND_M,
    RTL,
    SITE,
    drone,
    found,
    found_in_plan,
    home,
    item,
    patrol_of,
    plan_of,
    takeoff,
    through,
    warnings,
    waypoint,
)
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.checks import check_mission, check_plan, coverage_pct, min_separation_m, with_own_figures
from dronectl.errors import InputError
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType
from dronectl.model.plan.patrol import CameraAction, Patrol
from dronectl.model.plan.pattern_settings import CoverageSettings
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.model.rules import Aerodrome, Authorisation

CLEAR = through((100, 100), (200, 200))
UP_S = 2.6 + 30 / 2.5 + 1.5 * 2.5
DOWN_S = 8.1 + 20 / 1.5 + 0.75 + 1.1 + 10 / 0.5 + 1.9


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [finding.message for finding in findings]
    return findings[0]


class TestTimeAndBattery:
    def test_the_time_of_a_known_flight(self) -> None:
        """Up 30 m at 2.5, 200 m at 8 m/s with 2.5 m/s² and 1 m/s³ between two stops, back likewise, down at 1.5."""
        plan = with_own_figures(plan_of(through((200, 0))), SITE)
        sortie = plan.drones[0].sorties[0]
        up_s = UP_S
        expected_s = up_s + 2 * (200 / 8 + 8 / 2.5 + 2.5 + 0.3 + 0.6) + DOWN_S
        assert sortie.duration_s == pytest.approx(expected_s, abs=0.01)
        assert sortie.distance_m == pytest.approx(460, abs=0.05)
        assert sortie.battery_pct == pytest.approx(100 * (expected_s + 0.2 * up_s) / 1500, abs=0.01)
        assert plan.makespan_s == sortie.duration_s

    def test_a_straight_on_waypoint_costs_no_stop_and_a_hold_its_time(self) -> None:
        whole = with_own_figures(plan_of(through((200, 0))), SITE).makespan_s
        parts = with_own_figures(plan_of(through((100, 0), (200, 0))), SITE).makespan_s
        assert parts == pytest.approx(whole, abs=0.01)
        held = patrol_of(item(Command.NAV_LOITER_TIME, 200, 0, 30.0, param1=45.0))
        assert with_own_figures(plan_of(held), SITE).makespan_s == pytest.approx(whole + 45, abs=0.01)
        delayed = patrol_of(waypoint(200, 0), MissionItem(Command.NAV_DELAY, param1=45.0))
        assert with_own_figures(plan_of(delayed), SITE).makespan_s == pytest.approx(whole + 45, abs=0.01)

    def test_the_farther_the_longer_whichever_limit_shapes_the_leg(self) -> None:
        """3 to 120 m: through jerk alone, jerk and acceleration, and all three limits."""
        times_s = [with_own_figures(plan_of(through((x, 0))), SITE).makespan_s / 2 for x in range(3, 121)]
        longer_s = np.diff(times_s)
        assert longer_s.min() > -0.1, "the formulas miss each other by so much"
        assert longer_s.max() < 0.5
        assert longer_s[-30:] == pytest.approx(1 / 8, abs=0.01)

    def test_a_changed_speed_counts(self) -> None:
        slow = patrol_of(MissionItem(Command.DO_CHANGE_SPEED, param1=1.0, param2=4.0), waypoint(200, 0))
        expected_s = UP_S + 2 * (200 / 4 + 2 * (math.sqrt(4.0) + 0.3) + 0.6) + DOWN_S
        assert with_own_figures(plan_of(slow), SITE).makespan_s == pytest.approx(expected_s, abs=0.01)

    @pytest.mark.parametrize(("endurance_s", "breaks"), [(186.8, False), (185.5, True)])
    def test_the_reserve_is_kept_to_the_percent(self, endurance_s: float, breaks: bool) -> None:
        """The flight draws what 130.4 s of hover do: 70 % of 186.3 s."""
        battery = replace(BATTERY, capacity_wh=endurance_s / 3600)
        site = replace(SITE, drones=(replace(drone(), battery=battery),), rules=replace(SITE.rules, wind_m_s=0.0))
        assert [one.rule for one in found(through((200, 0)), site)] == (["battery-reserve"] if breaks else [])

    def test_what_must_not_be_drawn_is_no_reserve(self) -> None:
        battery = replace(BATTERY, usable_share=0.3)
        one = only(found(CLEAR, replace(SITE, drones=(replace(drone(), battery=battery),))))
        assert (one.rule, one.unit) == ("battery-reserve", "%")
        assert one.amount == pytest.approx(11.7, abs=1.5)

    def test_the_more_wind_is_allowed_the_more_a_flight_may_draw(self) -> None:
        battery = replace(BATTERY, capacity_wh=0.001)
        drawn_pct = []
        for wind_m_s in (0.0, 2.0, 5.0, 8.0):
            site = replace(
                SITE, drones=(replace(drone(), battery=battery),), rules=replace(SITE.rules, wind_m_s=wind_m_s)
            )
            one = only(found(through((200, 0)), site))
            assert one.amount is not None
            assert f"in {wind_m_s:g} m/s of wind" in one.message
            drawn_pct.append(one.amount)
        assert drawn_pct == sorted(drawn_pct)
        assert drawn_pct[-1] > 1.2 * drawn_pct[0]


class TestSeparation:
    def test_two_that_meet_head_on_are_named_with_the_moment(self) -> None:
        there = through((200, 0))
        back = Mission((home(30), takeoff(), waypoint(-170, 0), RTL))
        one = only(found_in_plan(plan_of(there, back)))
        assert (one.rule, one.drone) == ("separation", "alpha")
        assert one.amount == pytest.approx(10, abs=0.1)
        assert "bravo" in one.message

    @pytest.mark.parametrize(("apart_m", "breaks"), [(10.0, False), (9.9, True)])
    def test_layers_keep_them_apart(self, apart_m: float, breaks: bool) -> None:
        there = patrol_of(item(Command.NAV_LOITER_TIME, -100, 0, 30.0, param1=60.0))
        high = patrol_of(waypoint(-170, 0, 30.0 + apart_m), z_m=30.0 + apart_m, home_x_m=30)
        plan = plan_of(there, high)
        crossing = [one for one in found_in_plan(plan) if one.rule == "separation"]
        assert bool(crossing) is breaks
        assert min_separation_m(plan, SITE) == pytest.approx(apart_m, abs=0.02)

    def test_a_later_start_keeps_them_apart(self) -> None:
        same = (through((200, 0)), patrol_of(waypoint(-170, 0), home_x_m=30))
        assert found_in_plan(plan_of(*same)) != []
        assert found_in_plan(plan_of(*same, starts=(0.0, 500.0))) == []
        assert min_separation_m(plan_of(*same, starts=(0.0, 500.0)), SITE) is None

    @pytest.mark.parametrize(("delay_s", "breaks"), [(0.0, False), (20.0, False), (60.0, True)])
    @pytest.mark.parametrize("bravo_is", ["early", "late"])
    def test_they_stay_apart_when_one_is_off_by_the_sites_own_delay(
        self, bravo_is: str, delay_s: float, breaks: bool
    ) -> None:
        """On time one takes off when the other has just landed, and its way is above the other's home."""
        to_the_east, to_the_west = through((200, 0)), patrol_of(waypoint(-170, 0), home_x_m=30)
        lasts_s = with_own_figures(plan_of(to_the_east, to_the_west), SITE).makespan_s
        starts = (0.0, lasts_s) if bravo_is == "early" else (lasts_s, 0.0)
        site = replace(SITE, rules=replace(SITE.rules, separation_delay_s=delay_s))
        violations = found_in_plan(plan_of(to_the_east, to_the_west, starts=starts), site)
        assert [one.rule for one in violations] == (["separation"] if breaks else [])
        assert all(re.search(rf"if bravo is \d+ s {bravo_is}", one.message) for one in violations)

    def test_two_waves_never_meet(self) -> None:
        plan = plan_of(through((200, 0)), patrol_of(waypoint(-170, 0), home_x_m=30))
        later = replace(plan.drones[1], sorties=(replace(plan.drones[1].sorties[0], number=2),))
        assert found_in_plan(replace(plan, drones=(plan.drones[0], later))) == []

    def test_one_drone_alone_has_no_separation(self) -> None:
        assert min_separation_m(plan_of(CLEAR), SITE) is None

    @examples(10)
    @given(
        st.lists(st.tuples(st.integers(-250, 250), st.integers(60, 250)), min_size=1, max_size=4),
        st.lists(st.tuples(st.integers(-250, 250), st.integers(60, 250)), min_size=1, max_size=4),
        st.floats(0, 40),
    )
    def test_the_exact_distance_equals_a_finely_sampled_one(
        self, first: list[tuple[int, int]], second: list[tuple[int, int]], start_s: float
    ) -> None:
        from dronectl.checks.flight import Ground, flight_of_plan
        from dronectl.geodesy.frame import LocalFrame

        plan = plan_of(through(*first), through(*second, z_m=35.0), starts=(0.0, start_s))
        ground = Ground(SITE, DAY, LocalFrame(SITE.home))
        a, b = (flight_of_plan(one, one.sorties[0], SITE.drones[i], ground) for i, one in enumerate(plan.drones))
        begin, end = max(a.times[0], b.times[0]), min(a.times[-1], b.times[-1])
        times = np.linspace(begin, end, 20_001)
        places = [
            np.column_stack([np.interp(times, one.times, one.corners[:, axis]) for axis in range(3)]) for one in (a, b)
        ]
        sampled_m = float(np.linalg.norm(places[0] - places[1], axis=1).min())
        step_m = (end - begin) / 20_000 * 20
        exact_m = min_separation_m(plan, SITE)
        assert exact_m is not None
        assert sampled_m - step_m <= exact_m <= sampled_m + 1e-9


class TestAutopilot:
    @pytest.mark.parametrize(
        ("bad", "words"),
        [
            (MissionItem(9999), "9999"),
            (MissionItem(Command.DO_SET_ROI_LOCATION, lat_e7=1, lon_e7=1), "DO_SET_ROI (201)"),
            (MissionItem(Command.CONDITION_CHANGE_ALT), "CONDITION_CHANGE_ALT"),
            (replace(waypoint(100, 100), frame=99), "frame 99"),
            (replace(waypoint(100, 100), lat_e7=950000000), "latitude 95"),
            (replace(waypoint(100, 100), altitude_m=math.nan), "altitude"),
            (replace(waypoint(100, 100), param1=math.nan), "param1"),
            (replace(waypoint(100, 100), param2=math.inf), "param2"),
        ],
    )
    def test_what_is_refused_is_named_with_its_item(self, bad: MissionItem, words: str) -> None:
        one = only(found(patrol_of(waypoint(100, 100), bad), rule="autopilot"))
        assert (one.severity, one.item) == (Severity.ERROR, 3)
        assert words in one.message

    def test_an_unset_yaw_is_taken(self) -> None:
        assert found(patrol_of(replace(waypoint(100, 100), param4=math.nan))) == []

    def test_too_many_items(self) -> None:
        many = patrol_of(*(waypoint(100 + index % 2, 100) for index in range(651)))
        assert {one.rule for one in found(many) if "650" in one.message} == {"autopilot"}

    def test_what_is_stored_as_something_else_is_one_warning_a_field(self) -> None:
        mission = patrol_of(*(replace(waypoint(100, y), param2=3.5) for y in (100, 150, 200)))
        one = only(warnings(mission))
        assert (one.rule, one.item) == ("autopilot", 2)
        assert "param2 3.5 as 0" in one.message
        assert "3 items" in one.message

    def test_a_fence_polygon_that_says_more_vertices_than_it_has(self) -> None:
        vertex = item(Command.FENCE_POLYGON_VERTEX_INCLUSION, 0, 0, param1=4.0)
        fence = Mission((vertex, vertex), MissionType.FENCE)
        one = only(list(check_mission(fence, SITE, SITE.drones[0], day=DAY)))
        assert (one.rule, one.item) == ("autopilot", 0)
        corners = [(-50, -50), (-50, 50), (50, 50), (50, -50)]
        ring = tuple(item(Command.FENCE_POLYGON_VERTEX_INCLUSION, x, y, param1=4.0) for x, y in corners)
        assert check_mission(Mission(ring, MissionType.FENCE), SITE, SITE.drones[0], day=DAY) == ()


class TestStructure:
    @pytest.mark.parametrize(
        ("mission", "item_", "words"),
        [
            (Mission(()), 0, "empty"),
            (Mission((home(),)), 0, "empty"),
            (Mission((home(), waypoint(100, 100), RTL)), 1, "starts with NAV_WAYPOINT"),
            (Mission((home(), takeoff(), waypoint(100, 100))), 2, "no NAV_RETURN_TO_LAUNCH"),
            (patrol_of(MissionItem(Command.DO_JUMP, param1=2.0, param2=-1.0)), 2, "forever"),
            (patrol_of(waypoint(100, 100), MissionItem(Command.DO_JUMP, param1=2.0, param2=-1.0)), 3, "forever"),
            (patrol_of(MissionItem(Command.DO_JUMP_TAG, param1=7.0, param2=1.0)), 2, "no such item"),
            (patrol_of(item(Command.NAV_LOITER_UNLIM, 100, 100, 30.0)), 2, "waits forever"),
            (patrol_of(waypoint(100, 100), MissionItem(Command.DO_JUMP, param1=1, param2=32000)), 3, "not checked"),
        ],
    )
    def test_a_broken_structure_is_an_error(self, mission: Mission, item_: int, words: str) -> None:
        messages = [(one.item, one.message) for one in found(mission, rule="structure")]
        assert any(words in message for _, message in messages), messages
        if words != "not checked":
            assert item_ in [seq for seq, _ in messages]

    def test_a_jump_to_nowhere(self) -> None:
        findings = found(patrol_of(MissionItem(Command.DO_JUMP, param1=99.0, param2=1.0)))
        assert {one.rule for one in findings} == {"autopilot", "structure"}

    def test_a_jump_is_flown_as_often_as_it_says(self) -> None:
        lap = patrol_of(waypoint(100, 0), waypoint(100, 100), MissionItem(Command.DO_JUMP, param1=2.0, param2=2.0))
        laid_out = through((100, 0), (100, 100), (100, 0), (100, 100), (100, 0), (100, 100))
        flown, wanted = (with_own_figures(plan_of(one), SITE).makespan_s for one in (lap, laid_out))
        assert flown == pytest.approx(wanted)
        assert found(lap) == []

    def test_the_leg_that_closes_a_loop_is_checked(self) -> None:
        around = patrol_of(
            waypoint(250, 100),
            waypoint(250, 0),
            waypoint(250, -100),
            waypoint(450, -100),
            waypoint(450, 0),
            MissionItem(Command.DO_JUMP, param1=3.0, param2=1.0),
            waypoint(450, 100),
            waypoint(100, 100),
        )
        assert [one.item for one in found(around)] == [3], "450,0 back to 250,0 goes through the tower"

    def test_circles_are_checked_outside_their_rim(self) -> None:
        near = patrol_of(item(Command.NAV_LOITER_TURNS, 246, 0, 30.0, param1=2.0, param3=45.0))
        assert {one.rule for one in found(near)} == {"keep-out"}
        far = patrol_of(item(Command.NAV_LOITER_TURNS, 200, 0, 30.0, param1=2.0, param3=45.0))
        assert found(far) == []

    def test_items_after_the_return_are_a_warning(self) -> None:
        mission = Mission((*CLEAR.items, waypoint(350, 0)))
        assert found(mission) == []
        assert only(warnings(mission)).item == 5

    def test_landing_elsewhere_is_a_whole_mission(self) -> None:
        landing = Mission((home(), takeoff(), waypoint(100, 100), item(Command.NAV_LAND, 150, 100)))
        assert found(landing) == []

    def test_a_plan_for_another_system_id_or_home_is_out_of_date(self) -> None:
        plan = plan_of(CLEAR)
        renumbered = replace(SITE, drones=(replace(drone(), system_id=9),))
        assert only(found_in_plan(plan, renumbered)).rule == "structure"
        moved = replace(SITE, drones=(drone(x_m=12.0),))
        one = only(found_in_plan(plan, moved))
        assert (one.rule, one.amount) == ("structure", pytest.approx(12, abs=0.02))

    def test_a_drone_that_the_workspace_lost(self) -> None:
        with pytest.raises(InputError, match="alpha"):
            check_plan(plan_of(CLEAR), replace(SITE, drones=()), day=DAY)


class TestAuthorisation:
    STRIP = Aerodrome("VTUR", "สนามบินเก่า", SITE.home, None, "unknown", False)
    PAPER = Authorisation("กพท.", "ที่ 12/2569", date(2026, 1, 1), date(2026, 6, 30), ("aerodrome",))

    def site(self, **changes: object) -> object:
        return replace(SITE, aerodromes=(self.STRIP,), authorisations=(replace(self.PAPER, **changes),))  # type: ignore[arg-type]

    @pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 6, 30)])
    def test_a_valid_paper_is_named_and_the_violation_stays_visible(self, day: date) -> None:
        one = only(found(CLEAR, self.site(), day))  # type: ignore[arg-type]
        assert (one.severity, one.authorisation) == (Severity.AUTHORISED, "ที่ 12/2569")

    @pytest.mark.parametrize(
        ("day", "words"),
        [(date(2026, 7, 1), "expired on 2026-06-30"), (date(2025, 12, 31), "not valid before 2026-01-01")],
    )
    def test_a_paper_out_of_its_time_lifts_nothing_and_is_named(self, day: date, words: str) -> None:
        one = only(found(CLEAR, self.site(), day))  # type: ignore[arg-type]
        assert one.severity is Severity.ERROR
        assert "ที่ 12/2569" in one.message
        assert words in one.message

    def test_another_rule_is_not_lifted(self) -> None:
        one = only(found(CLEAR, self.site(lifts=("ceiling",))))  # type: ignore[arg-type]
        assert one.severity is Severity.ERROR
        assert "ที่" not in one.message

    def test_a_paper_for_a_zone_lifts_the_legs_in_it_and_no_others(self) -> None:
        route = through((220, -80), (280, -80), (280, 80), z_m=95.0)
        site = replace(SITE, authorisations=(replace(self.PAPER, lifts=("ceiling",), zones=("park",)),))
        findings = [one for one in found(route, site) if one.rule == "ceiling"]
        assert {one.severity for one in findings} == {Severity.ERROR, Severity.AUTHORISED}

    def test_a_paper_for_a_keep_out_by_its_id(self) -> None:
        site = replace(SITE, authorisations=(replace(self.PAPER, lifts=("keep-out",), zones=("tower",)),))
        into = through((200, 0), (500, 0), (500, 300), (0, 300))
        assert only(found(into, site)).severity is Severity.AUTHORISED
        roof = through((-500, 0), (-500, 200))
        assert {one.severity for one in found(roof, site)} == {Severity.ERROR}

    def test_an_override_names_the_person(self) -> None:
        plan = replace(plan_of(through((100, 100), z_m=95.0)), overrides=("ceiling by ร.ต.อ. สมชาย",))
        one = only(found_in_plan(plan))
        assert (one.severity, one.authorisation) == (Severity.AUTHORISED, "override by ร.ต.อ. สมชาย")


class TestCoverage:
    PATROL = Patrol("p", "p", CoverageSettings(), ("park",), (), "missions/p.toml", 30.0, camera=CameraAction.PHOTOS)

    def test_half_a_zone_is_half(self) -> None:
        """At 30 m a photograph is 45 m across; the zone is 300 x 200 m less a keep-out of 100 x 100 m."""
        site = replace(SITE, patrols=(self.PATROL,))
        camera_on = MissionItem(Command.DO_SET_CAM_TRIGG_DIST, param1=10.0)
        camera_off = MissionItem(Command.DO_SET_CAM_TRIGG_DIST, param1=0.0)
        mission = patrol_of(waypoint(200, 77.5), camera_on, waypoint(500, 77.5), camera_off, waypoint(200, -60))
        percent = coverage_pct(plan_of(mission), site)
        assert percent == pytest.approx(100 * (300 * 45 - 100 * 0) / (300 * 200 - 100 * 100), abs=0.05)
        assert coverage_pct(plan_of(CLEAR), site) == 0.0

    def test_no_coverage_patrol_no_figure(self) -> None:
        assert coverage_pct(plan_of(CLEAR), SITE) is None


def test_a_violation_is_one_json_object_with_the_contracts_keys() -> None:
    keys = {"rule", "severity", "drone", "item", "zone", "message", "lat_deg", "lon_deg", "amount", "unit"}
    for one in found(through((200, 0), (1500, 0))):
        assert keys | {"authorisation"} <= one.as_json().keys()


def test_two_waves_are_told_apart() -> None:
    bad = through((200, 0), (500, 0), (500, 300), (0, 300))
    sorties = (Sortie(1, "p", CLEAR, 0.0, 0.0, 0.0, 0.0), Sortie(2, "p", bad, 0.0, 0.0, 0.0, 0.0))
    plan = Plan("p", "", (DronePlan("alpha", 1, SITE.home, GROUND_M, sorties),), {}, 0.0, None, None, None)
    assert only(found_in_plan(plan)).sortie == 2


hostile_items = st.builds(
    MissionItem,
    command=st.sampled_from([int(command) for command in Command]) | st.integers(0, 65_535),
    frame=st.sampled_from([0, 2, 3, 5, 6, 10, 11, 99]),
    param1=st.floats(width=32) | st.integers(-3, 12).map(float),
    param2=st.floats(width=32) | st.integers(-3, 300).map(float),
    param3=st.floats(width=32),
    param4=st.floats(width=32),
    lat_e7=st.integers(-(2**31), 2**31 - 1) | st.integers(160_490_000, 160_510_000),
    lon_e7=st.integers(-(2**31), 2**31 - 1) | st.integers(1_036_490_000, 1_036_510_000),
    altitude_m=st.floats(width=32) | st.floats(0, 120, width=32),
)


@examples(30)
@given(st.lists(hostile_items, max_size=12))
def test_no_mission_whatever_ends_in_a_traceback(items: list[MissionItem]) -> None:
    findings = check_mission(Mission((home(), takeoff(), *items)), SITE, SITE.drones[0], day=DAY)
    for one in findings:
        assert one.amount is None or math.isfinite(one.amount)
        assert (one.amount is None) == (one.unit is None)
        assert "\n" not in one.message
    assert FENCE.id == "site"
