"""Mission items, fence and rally points: accepted and kept by ArduCopter as they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import planning_sites as sites
import pytest

from dronectl.errors import InputError
from dronectl.model.ardupilot.stored_items import canonical_item, refusal
from dronectl.model.plan.mission import Command, Frame, Mission, MissionType
from dronectl.planning.mission.compile import Trigger, compile_mission, cut_to_centimetres, trigger_for
from dronectl.planning.mission.fence_items import fence_mission, rally_mission
from dronectl.planning.performance.energy import Speeds
from dronectl.planning.work import Step

(DRONE, *_) = sites.drones()
HOME_XY = np.array(sites.FRAME.point_to_xy(DRONE.home))
CRUISE = Speeds(8.0, 8.0)
LINES = [
    Step(np.array([0.0, 0.0])),
    Step(np.array([0.0, 300.0]), working=True),
    Step(np.array([27.0, 300.0])),
    Step(np.array([27.0, 0.0]), working=True),
    Step(HOME_XY),
]


def compiled(
    steps: list[Step] = LINES,
    trigger: Trigger | None = None,
    speeds: Speeds = CRUISE,
    altitude_m: float = 40.0,
) -> Mission:
    return compile_mission(DRONE, sites.FRAME, 145.0, altitude_m, steps, speeds, trigger)


def commands(mission: Mission) -> list[str]:
    return [item.command_name().removeprefix("NAV_").removeprefix("DO_") for item in mission.items]


def assert_kept(mission: Mission) -> None:
    for seq, item in enumerate(mission.items):
        assert refusal(mission, seq) is None
        assert canonical_item(item, seq, mission.mission_type) == item


def test_a_mission_is_home_takeoff_speed_work_way_back_and_return() -> None:
    mission = compiled()
    assert commands(mission) == ["WAYPOINT", "TAKEOFF", "CHANGE_SPEED", *["WAYPOINT"] * 5, "RETURN_TO_LAUNCH"]
    home, takeoff, speed, *_, last, _rtl = mission.items
    assert (home.frame, home.altitude_m) == (Frame.GLOBAL, 145.0)
    assert (takeoff.frame, takeoff.altitude_m) == (Frame.GLOBAL_RELATIVE_ALT, 40.0)
    assert (speed.param1, speed.param2) == (1.0, 8.0)
    for item in (home, takeoff, last):
        assert (item.lat_e7, item.lon_e7) == (DRONE.home.lat_e7, DRONE.home.lon_e7)


def test_the_camera_triggers_on_lines_and_is_still_on_every_other_leg() -> None:
    mission = compiled(trigger=Trigger(16.0, 8.0))
    assert commands(mission)[3:] == [
        "WAYPOINT",
        "SET_CAM_TRIGG_DIST",
        "WAYPOINT",
        "SET_CAM_TRIGG_DIST",
        "WAYPOINT",
        "SET_CAM_TRIGG_DIST",
        "WAYPOINT",
        "SET_CAM_TRIGG_DIST",
        "WAYPOINT",
        "RETURN_TO_LAUNCH",
    ]
    triggers = [item.param1 for item in mission.items if item.command == Command.DO_SET_CAM_TRIGG_DIST]
    assert triggers == [16.0, 0.0, 16.0, 0.0]


def test_work_is_flown_at_its_own_speed_and_the_rest_at_cruise() -> None:
    mission = compiled(speeds=Speeds(5.0, 8.0))
    speeds = [item.param2 for item in mission.items if item.command == Command.DO_CHANGE_SPEED]
    assert speeds == [8.0, 5.0, 8.0, 5.0, 8.0]


def test_a_stay_that_is_no_whole_second_is_never_flown_shorter() -> None:
    """The vehicle keeps whole seconds and cuts the rest off."""
    mission = compiled([Step(np.array([0.0, 0.0]), dwell_s=12.3), Step(HOME_XY)])
    (stay,) = [item for item in mission.items if item.command == Command.NAV_LOITER_TIME]
    assert stay.param1 == 13.0
    assert_kept(mission)


def test_each_point_is_looked_at_from_the_way_to_it_and_the_camera_let_go_before_the_return() -> None:
    bank, shop = sites.place(0, 30), sites.place(200, 30)
    steps = [
        Step(np.array([0.0, 0.0]), dwell_s=15.0, look_at=bank),
        Step(np.array([100.0, -50.0])),
        Step(np.array([200.0, 0.0]), dwell_s=20.0, look_at=shop),
        Step(np.array([100.0, -100.0])),
        Step(HOME_XY),
    ]
    mission = compiled(steps)
    assert commands(mission)[3:] == [
        "SET_ROI",
        "LOITER_TIME",
        "WAYPOINT",
        "SET_ROI",
        "LOITER_TIME",
        "SET_ROI",
        "WAYPOINT",
        "WAYPOINT",
        "RETURN_TO_LAUNCH",
    ]
    first, second, clear = (item for item in mission.items if item.command == Command.DO_SET_ROI)
    assert (first.lat_e7, first.lon_e7) == (bank.lat_e7, bank.lon_e7)
    assert (second.lat_e7, second.lon_e7) == (shop.lat_e7, shop.lon_e7)
    assert (clear.frame, clear.lat_e7, clear.lon_e7, clear.altitude_m) == (Frame.GLOBAL, 0, 0, 0.0)
    assert [item.param1 for item in mission.items if item.command == Command.NAV_LOITER_TIME] == [15.0, 20.0]
    assert_kept(mission)


@pytest.mark.parametrize("altitude_m", [40.0, 33.337, 30.123456, 181.999, 51.06666])
def test_the_vehicle_accepts_and_keeps_every_item(altitude_m: float) -> None:
    assert_kept(compiled(trigger=Trigger(16.25, 8.0), altitude_m=cut_to_centimetres(altitude_m)))


def test_altitudes_are_cut_to_what_is_kept() -> None:
    rng = np.random.default_rng(1)
    for altitude_m in [*rng.uniform(1, 500, 3000), *(np.arange(100, 9100) / 100)]:
        cut = cut_to_centimetres(float(altitude_m))
        assert cut_to_centimetres(cut) == cut
        assert altitude_m - 0.1 < cut <= altitude_m + 5e-5


def test_photographs_overlap_by_the_frontlap_and_the_shutter_keeps_up() -> None:
    trigger = trigger_for(sites.CAMERA, 40.0, 60.0)
    assert trigger.distance_m == 16.0
    assert trigger.fastest_m_s == 8.0
    slow = trigger_for(sites.CAMERA, 40.0, 80.0)
    assert slow.fastest_m_s * sites.CAMERA.shutter_interval_s <= slow.distance_m <= 8.0


def test_a_fence_is_its_outline_with_full_height_keep_outs_cut_out() -> None:
    site = sites.site(
        keep_outs=[
            sites.keep_out("tower", sites.square(0, 0, 60)),
            sites.keep_out("low", sites.square(200, 0, 60), 0.0, 40.0),
            sites.keep_out("high", sites.square(300, 0, 60), 50.0, None),
        ],
        obstacles=[sites.obstacle("mast", 100, 100, 101.0, 8.0), sites.obstacle("tree", 150, 100, 12.0, 4.0)],
    )
    mission = fence_mission(site, site.drones[0])
    assert [item.command for item in mission.items] == [
        *[Command.FENCE_POLYGON_VERTEX_INCLUSION] * 4,
        *[Command.FENCE_POLYGON_VERTEX_EXCLUSION] * 4,
        Command.FENCE_CIRCLE_EXCLUSION,
    ]
    assert [item.param1 for item in mission.items] == [4.0] * 8 + [8.0]
    assert mission.mission_type is MissionType.FENCE
    assert_kept(mission)


def test_rally_points_keep_place_and_height() -> None:
    mission = rally_mission([sites.rally("hall", 50, 60, 40.129)], 60.0)
    (item,) = mission.items
    assert (item.command, item.frame, item.altitude_m) == (Command.RALLY_POINT, Frame.GLOBAL_RELATIVE_ALT, 40.12)
    assert mission.mission_type is MissionType.RALLY
    assert_kept(mission)


def test_a_rally_point_is_not_carried_higher_than_the_drone_returns() -> None:
    """A return climbs to its rally point's altitude, which may be another drone's layer."""
    (item,) = rally_mission([sites.rally("hall", 50, 60, 40.0)], 30.0).items
    assert item.altitude_m == 30.0


def test_a_fence_of_more_vertices_than_fit_on_board_is_named() -> None:
    angles = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    site = sites.site(fences=[sites.fence([(500 * np.cos(a), 500 * np.sin(a)) for a in angles])])
    with pytest.raises(InputError, match="boundary has 300 vertices, a fence on board takes 255"):
        fence_mission(site, site.drones[0])


def test_each_drone_carries_its_own_fence() -> None:
    site = sites.site(
        fences=[sites.fence(sites.square(0, 0, 1200)), replace(sites.fence(sites.square(0, 0, 900), "bravo"), id="b")]
    )
    alpha, bravo, _ = (fence_mission(site, drone) for drone in site.drones)
    assert alpha != bravo
