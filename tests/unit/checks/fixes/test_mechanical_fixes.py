"""What the camera and the legs are warned of, what would mend a finding, and edits that keep jumps whole."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from checks_site import BATTERY, DAY, RTL, SITE, at, found, home, item, patrol_of, takeoff, through, warnings, waypoint
from hypothesis import given
from hypothesis import strategies as st

from dronectl.checks import check_mission
from dronectl.checks.fixes.mechanical import Mended, mend
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.fix import Edit, EditKind, Fix, deleted, edited, inserted, replaced
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem

OPEN = replace(SITE, zones=replace(SITE.zones, keep_outs=(), obstacles=()))
CAMERA_ON = MissionItem(Command.DO_SET_CAM_TRIGG_DIST, param1=10.0)
CAMERA_OFF = MissionItem(Command.DO_SET_CAM_TRIGG_DIST)


def told(mission: Mission, rule: str) -> list[Finding]:
    return [one for one in warnings(mission, OPEN) if one.rule == rule]


def check(mission: Mission) -> tuple[Finding, ...]:
    return check_mission(mission, OPEN, OPEN.drones[0], day=DAY)


def mended(mission: Mission) -> Mended:
    return mend(mission, check)


class TestCamera:
    """The camera of these sites needs 0.7 s: 10 m at 8 m/s are 1.25 s, at 15 m/s 0.67 s."""

    def test_left_on_for_the_way_home(self) -> None:
        (one,) = told(patrol_of(waypoint(100, 0), CAMERA_ON, waypoint(200, 0)), "camera")
        assert (one.item, one.severity) == (5, Severity.WARNING)
        assert one.fix is not None
        assert one.fix.description == "insert a DO_SET_CAM_TRIGG_DIST 0 before item 5"
        assert told(patrol_of(waypoint(100, 0), CAMERA_ON, waypoint(200, 0), CAMERA_OFF), "camera") == []

    @pytest.mark.parametrize(("speed_m_s", "warned"), [(14.3, False), (14.5, True)])
    def test_too_fast_for_the_shutter(self, speed_m_s: float, warned: bool) -> None:
        speed = MissionItem(Command.DO_CHANGE_SPEED, param1=1.0, param2=speed_m_s)
        mission = patrol_of(waypoint(100, 0), CAMERA_ON, speed, waypoint(200, 0), CAMERA_OFF)
        findings = told(mission, "camera")
        assert bool(findings) is warned
        if findings:
            assert findings[0].item == 4
            assert findings[0].fix is not None
            assert findings[0].fix.description == "slow down to 14.2 m/s in item 4"
            assert told(edited(mission, findings[0].fix.edits), "camera") == []

    def test_a_speed_before_the_first_picture_needs_no_shutter(self) -> None:
        speed = MissionItem(Command.DO_CHANGE_SPEED, param1=1.0, param2=14.0)
        assert told(patrol_of(speed, waypoint(100, 0), CAMERA_ON, waypoint(200, 0), CAMERA_OFF), "camera") == []

    def test_the_camera_switched_on_at_speed(self) -> None:
        dense = replace(CAMERA_ON, param1=5.0)
        (one,) = told(patrol_of(waypoint(100, 0), dense, waypoint(200, 0), CAMERA_OFF), "camera")
        assert "every 0.62 s (5 m at 8 m/s)" in one.message
        assert one.fix is not None
        assert "DO_CHANGE_SPEED to 7.1 m/s before item 3" in one.fix.description

    def test_a_region_of_interest_left_on(self) -> None:
        roi = item(Command.DO_SET_ROI, 50, 50)
        none = MissionItem(Command.DO_SET_ROI)
        (one,) = told(patrol_of(roi, waypoint(100, 0)), "camera")
        assert (one.item, "place of item 2" in one.message) == (4, True)
        assert told(patrol_of(roi, waypoint(100, 0), none), "camera") == []


class TestLegs:
    @pytest.mark.parametrize(("length_m", "warned"), [(1.9, True), (2.1, False)])
    def test_shorter_than_the_waypoint_radius(self, length_m: float, warned: bool) -> None:
        findings = told(through((100, 0), (100 + length_m, 0), (200, 0)), "legs")
        assert bool(findings) is warned
        if findings:
            assert (findings[0].item, findings[0].fix and findings[0].fix.description) == (3, "take out item 3")

    @pytest.mark.parametrize(
        ("near", "warned"),
        [
            (waypoint(100.5, 0, 31.9), True),
            (waypoint(100.5, 0, 32.0), False),
            (waypoint(100.5, 0, 28.0), False),
            (replace(waypoint(100.5, 0), param1=1.0), False),
            (item(Command.NAV_SPLINE_WAYPOINT, 100.5, 0, 30.0), False),
        ],
    )
    def test_what_ends_as_near_and_is_no_mere_waypoint_is_meant(self, near: MissionItem, warned: bool) -> None:
        mission = patrol_of(waypoint(100, 0), near, waypoint(200, 0))
        assert bool([one for one in told(mission, "legs") if one.item == 3]) is warned

    @pytest.mark.parametrize(("climb_m", "warned"), [(18.0, False), (22.0, True)])
    def test_steeper_than_the_drone_climbs(self, climb_m: float, warned: bool) -> None:
        """20 m take 2.5 s at 8 m/s; 2.5 m/s of climb are 7.5 s for 18.75 m."""
        findings = told(patrol_of(waypoint(100, 0), waypoint(120, 0, 30.0 + climb_m), waypoint(300, 0, 50)), "legs")
        assert bool(findings) is warned

    def test_straight_up_is_no_leg(self) -> None:
        assert told(patrol_of(waypoint(100, 0), waypoint(100, 0, 80.0), waypoint(300, 0, 80.0)), "legs") == []


class TestSuggestions:
    def test_a_waypoint_in_a_keep_out_is_moved_to_where_both_its_legs_are_clear(self) -> None:
        mission = through((200, 0), (310, 0), (200, 100))
        first = found(mission)[0]
        assert first.fix is not None
        assert first.fix.description.startswith("move item 3 20.")
        assert found(edited(mission, first.fix.edits)) == []

    def test_a_leg_through_a_keep_out_is_led_around(self) -> None:
        mission = through((200, 0), (500, 0), (500, 300), (0, 300))
        (one,) = found(mission)
        assert one.fix is not None
        assert one.fix.description.startswith("insert a waypoint at 16.0")
        assert found(edited(mission, one.fix.edits)) == []

    def test_a_waypoint_outside_the_fence_comes_back(self) -> None:
        mission = through((0, -1040), (50, -100))
        one = found(mission)[0]
        assert one.fix is not None
        assert one.fix.description.startswith("move item 2 50.1 m")
        assert found(edited(mission, one.fix.edits)) == []

    @pytest.mark.parametrize("command", [Command.NAV_WAYPOINT, Command.NAV_LOITER_TIME])
    def test_an_item_that_stays_where_the_drone_is_has_no_place_to_move(self, command: Command) -> None:
        """Only the item before it, which brings the drone there, has one."""
        here = item(command, z_m=45.0, param1=5.0)
        there = replace(here, lat_e7=at(310, 0).lat_e7, lon_e7=at(310, 0).lon_e7)
        stays, goes = (found(patrol_of(waypoint(310, 0), one, waypoint(200, 100))) for one in (here, there))
        assert {one.fix for one in stays if one.item == 3} == {None}
        assert any(one.fix and one.fix.description.startswith("move item 3 ") for one in goes if one.item == 3)

    def test_what_nothing_mends_has_no_fix(self) -> None:
        battery = replace(BATTERY, capacity_wh=0.01)
        site = replace(OPEN, drones=(replace(OPEN.drones[0], battery=battery),))
        assert [one.fix for one in found(through((100, 0)), site)] == [None]


class TestMend:
    def test_a_mission_is_mended_as_far_as_no_choice_is_needed(self) -> None:
        bad = Mission(
            (
                home(),
                takeoff(95.0),
                item(Command.DO_SET_ROI_LOCATION, 50, 50),
                CAMERA_ON,
                replace(waypoint(100, 0, 95.0), param2=3.0),
                MissionItem(Command.DO_JUMP, param1=4.0, param2=1.0),
            )
        )
        result = mended(bad)
        assert result.left == ()
        assert [one.command for one in result.mission.items[-4:]] == [
            Command.DO_JUMP,
            Command.DO_SET_CAM_TRIGG_DIST,
            Command.DO_SET_ROI,
            Command.NAV_RETURN_TO_LAUNCH,
        ]
        assert result.mission.items[4].altitude_m == 90
        assert {one.rule for one in result.mended} == {"ceiling", "autopilot", "structure", "camera"}

    @pytest.mark.parametrize(
        ("bad", "mended_to"),
        [
            (
                item(Command.DO_SET_ROI_LOCATION, 50, 50, 3.0, param1=1.0, param2=2.0, param3=3.0, param4=4.0),
                item(Command.DO_SET_ROI, 50, 50, 3.0),
            ),
            (MissionItem(Command.DO_SET_ROI_NONE, param1=1.0), MissionItem(Command.DO_SET_ROI, Frame.GLOBAL)),
            (
                replace(waypoint(100, 0), param1=math.nan, param2=math.inf, param3=math.nan, param4=90.0),
                replace(waypoint(100, 0), param4=90.0),
            ),
        ],
    )
    def test_a_refused_item_becomes_what_the_autopilot_takes(self, bad: MissionItem, mended_to: MissionItem) -> None:
        (one,) = [one for one in check(patrol_of(bad, waypoint(100, 100))) if one.severity is Severity.ERROR]
        assert one.fix is not None
        assert one.fix.mechanical
        assert edited(patrol_of(bad), one.fix.edits) == patrol_of(mended_to)

    @pytest.mark.parametrize(
        ("first", "climbs_to_m"),
        [
            (waypoint(100, 0, 40.0), 40.0),
            (replace(waypoint(100, 0, 40.0), frame=int(Frame.GLOBAL_RELATIVE_ALT_INT)), 40.0),
            (replace(waypoint(100, 0, 185.0), frame=int(Frame.GLOBAL)), None),
            (waypoint(100, 0, 1.0), None),
        ],
    )
    def test_a_missing_take_off_climbs_to_the_first_height_that_is_one_above_home(
        self, first: MissionItem, climbs_to_m: float | None
    ) -> None:
        begun = Mission((home(), first, RTL))
        (one,) = [one for one in check(begun) if one.rule == "structure"]
        assert one.fix is not None
        if climbs_to_m is None:
            assert one.fix == Fix("insert a NAV_TAKEOFF before item 1")
        else:
            climb = MissionItem(Command.NAV_TAKEOFF, altitude_m=climbs_to_m)
            assert edited(begun, one.fix.edits) == Mission((home(), climb, first, RTL))

    def test_nothing_is_lowered_into_an_obstacle(self) -> None:
        """Over a mast of 95 m at 96 m: under the ceiling it would hit the mast."""
        mast = replace(SITE.zones.obstacles[0], height_m=95.0)
        site = replace(OPEN, zones=replace(OPEN.zones, obstacles=(mast,)))
        over = through((0, 300), (0, 700), z_m=96.0)
        result = mend(over, lambda one: check_mission(one, site, site.drones[0], day=DAY))
        assert result.mission.items[3].altitude_m == 96
        assert result.mended == ()

    def test_a_sound_mission_stays_as_it_is(self) -> None:
        sound = through((100, 100), (200, 200))
        assert mended(sound) == Mended(sound, (), ())


numbers = st.integers(1, 8)
edits = st.lists(
    st.one_of(
        numbers.map(deleted),
        numbers.map(lambda seq: inserted(seq, CAMERA_OFF)),
        numbers.map(lambda seq: replaced(seq, waypoint(0, 0))),
    ),
    max_size=5,
    unique_by=lambda edit: edit.item,
)


@given(numbers, edits)
def test_a_jump_goes_where_it_went_after_any_edit(target: int, changes: list[Edit]) -> None:
    items = [home(), *(waypoint(seq, seq) for seq in range(1, 9)), MissionItem(Command.DO_JUMP, param1=float(target))]
    before = Mission((*items, RTL))
    after = edited(before, changes)
    (jump,) = (one for one in after.items if one.command == Command.DO_JUMP)
    there = after.items[int(jump.param1)]
    touched = {edit.item: edit.kind for edit in changes}
    if target not in touched:
        assert there == before.items[target]
    elif touched[target] is EditKind.INSERT:
        assert there == CAMERA_OFF


def test_a_fix_survives_the_plan_file() -> None:
    unset = replace(waypoint(1, 2), param4=float("nan"), frame=int(Frame.GLOBAL))
    fix = Fix("words", (inserted(3, unset), deleted(4)), mechanical=True)
    read = Fix.from_json(fix.as_json())
    assert (read.description, read.mechanical, read.edits[1]) == ("words", True, deleted(4))
    assert read.edits[0].to is not None
    assert read.edits[0].to.params[3] != read.edits[0].to.params[3], "NaN"
    assert Fix.from_json(read.as_json()).as_json() == fix.as_json()
