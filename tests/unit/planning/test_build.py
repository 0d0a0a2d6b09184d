"""Whole plans of small sites, measured by the separate checker and by plain geometry."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import planning_sites as sites
import pytest
import shapely

from dronectl.checks import check_plan
from dronectl.errors import InputError
from dronectl.model.ardupilot.stored_items import MISSION_CAPACITY, canonical_item, refusal
from dronectl.model.ground.zone import KeepOut
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.mission import Command, Mission
from dronectl.model.plan.patrol import CameraAction, Patrol
from dronectl.model.plan.pattern_settings import PerimeterSettings, TourSettings
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.planning.assignment.allocation import Worker, too_long_for_a_battery
from dronectl.planning.assignment.batteries import within_batteries
from dronectl.planning.build import build_plan
from dronectl.planning.paths.routing import Router
from dronectl.planning.work import Piece

POND = sites.keep_out("pond", sites.square(50, 50, 80))
SITE = sites.site(
    zones=[sites.zone("park", sites.square(0, 0, 500)), sites.zone("corner", sites.square(-300, 300, 150))],
    keep_outs=[POND],
    obstacles=[sites.obstacle("mast", -120, 60, 101.0, 5.0)],
    points=[sites.point(f"bank_{k}", -200 + 80 * k, 150 + 20 * (k % 3)) for k in range(6)],
    rally_points=[sites.rally("rally", 100, -300, 40.0)],
)
COVERAGE = sites.patrol()
PERIMETER = sites.patrol(id="round", settings=PerimeterSettings(inset_m=20.0), camera=CameraAction.NONE)
TOUR = sites.patrol(
    id="tour", settings=TourSettings(dwell_s=10.0, standoff_m=25.0), camera=CameraAction.LOOK, zones=("park",)
)


def plan_of(*patrols: object, site: Site = SITE, drones: list[str] | None = None) -> Plan:
    return build_plan(site, patrols, name="test", created_utc="2026-11-23T00:00:00Z", drones=drones)  # type: ignore[arg-type]


@functools.cache
def plan_for_all(patrol_id: str) -> Plan:
    """Of the whole fleet over SITE, made once."""
    return plan_of(next(patrol for patrol in (COVERAGE, PERIMETER, TOUR) if patrol.id == patrol_id))


def route(mission: Mission) -> shapely.LineString:
    """All places flown to, from home on, in metres."""
    places = [
        item.position for item in mission.items if item.command in (Command.NAV_WAYPOINT, Command.NAV_LOITER_TIME)
    ]
    return shapely.LineString(sites.FRAME.points_to_xy(places))


@pytest.mark.parametrize("patrol", [COVERAGE, PERIMETER, TOUR], ids=lambda patrol: patrol.id)
def test_no_leg_leaves_the_fence_or_comes_near_a_keep_out(patrol: Patrol) -> None:
    plan = plan_for_all(patrol.id)
    fence, pond = shapely.box(-600, -600, 600, 600), shapely.Polygon(sites.square(50, 50, 80))
    for drone in plan.drones:
        for sortie in drone.sorties:
            flown = route(sortie.mission)
            assert fence.exterior.distance(flown) >= 10.0
            assert flown.distance(pond) >= 10.0
            assert flown.distance(shapely.Point(-120, 60)) >= 15.0


@pytest.mark.parametrize("patrol", [COVERAGE, PERIMETER, TOUR], ids=lambda patrol: patrol.id)
def test_the_separate_checker_finds_no_error(patrol: Patrol) -> None:
    found = check_plan(plan_for_all(patrol.id), SITE, day=date(2026, 11, 23))
    assert [finding.message for finding in found if finding.severity == "error"] == []


def test_every_item_of_every_mission_is_accepted_and_kept() -> None:
    for drone in plan_of(COVERAGE, PERIMETER, TOUR).drones:
        for mission in (*(sortie.mission for sortie in drone.sorties), drone.fence, drone.rally):
            for seq, item in enumerate(mission.items):
                assert refusal(mission, seq) is None
                assert canonical_item(item, seq, mission.mission_type) == item


def test_the_same_input_gives_the_same_plan() -> None:
    assert plan_of(COVERAGE) == plan_for_all(COVERAGE.id)
    assert plan_of(TOUR) == plan_for_all(TOUR.id)


def test_patrols_follow_each_other_as_sortie_numbers() -> None:
    plan = plan_of(COVERAGE, PERIMETER)
    assert plan.sortie_numbers() == (1, 2)
    assert {(sortie.number, sortie.patrol) for drone in plan.drones for sortie in drone.sorties} == {
        (1, "patrol"),
        (2, "round"),
    }
    longest = [
        max(drone.sorties[wave].start_s + drone.sorties[wave].duration_s for drone in plan.drones) for wave in (0, 1)
    ]
    assert plan.makespan_s == pytest.approx(sum(longest))


def test_coverage_is_what_the_lines_see_of_the_zone_less_what_stands_in_it() -> None:
    plan = plan_of(COVERAGE, drones=["alpha"])
    (drone,) = plan.drones
    strips, is_on, here = [], False, (0.0, 0.0)
    for item in (item for sortie in drone.sorties for item in sortie.mission.items[1:]):
        if item.command == Command.DO_SET_CAM_TRIGG_DIST:
            is_on = item.param1 > 0.0
        elif item.command == Command.NAV_WAYPOINT:
            there = sites.FRAME.point_to_xy(item.position)
            if is_on:
                strips.append(shapely.LineString([here, there]).buffer(30.0, cap_style="flat"))
            here = there
    wanted = shapely.Polygon(sites.square(0, 0, 500)) - shapely.Polygon(sites.square(50, 50, 80))
    wanted -= shapely.Point(-120, 60).buffer(5.0)
    seen = shapely.union_all(strips, grid_size=1e-4).intersection(wanted)
    assert plan.coverage_pct == pytest.approx(100.0 * seen.area / wanted.area, abs=0.05)
    assert plan.coverage_pct >= 99.2
    assert plan.swath_m == pytest.approx(60.0 * 0.7)


def test_a_plan_without_coverage_claims_none() -> None:
    plan = plan_for_all(TOUR.id)
    assert plan.coverage_pct is None
    assert plan.swath_m is None


def test_every_point_of_a_tour_is_looked_at_once() -> None:
    looked = [
        (item.lat_e7, item.lon_e7)
        for drone in plan_for_all(TOUR.id).drones
        for item in drone.sorties[0].mission.items
        if item.command == Command.DO_SET_ROI and item.lat_e7
    ]
    assert sorted(looked) == sorted((point.position.lat_e7, point.position.lon_e7) for point in SITE.zones.points)


def test_drones_have_layers_and_stay_apart() -> None:
    plan = plan_for_all(COVERAGE.id)
    assert [drone.sorties[0].work_altitude_m for drone in plan.drones] == [40.0, 50.0, 60.0]
    assert plan.min_separation_m is not None
    assert plan.min_separation_m >= 10.0


def test_one_launch_pad_for_three_makes_them_start_one_after_the_other() -> None:
    site = replace(SITE, drones=tuple(sites.drones(3, apart_m=2.0)))
    plan = plan_of(TOUR, site=site)
    starts = [drone.sorties[0].start_s for drone in plan.drones]
    assert starts[0] == 0.0
    assert len(set(starts)) == len(starts)
    assert plan.min_separation_m is not None
    assert plan.min_separation_m >= 10.0


def test_a_small_battery_makes_more_sorties_each_complete() -> None:
    site = replace(SITE, drones=tuple(sites.drones(2, capacity_wh=70.0)))
    plan = plan_of(COVERAGE, site=site)
    assert len(plan.sortie_numbers()) >= 2
    for drone in plan.drones:
        for sortie in drone.sorties:
            assert sortie.mission.items[1].command == Command.NAV_TAKEOFF
            assert sortie.mission.items[-1].command == Command.NAV_RETURN_TO_LAUNCH
            assert sortie.battery_pct <= 55.0
    assert plan.coverage_pct is not None
    assert plan.coverage_pct >= 99.2


def test_a_battery_too_small_for_any_line_is_said_clearly() -> None:
    site = replace(SITE, drones=tuple(sites.drones(2, capacity_wh=12.0)))
    with pytest.raises(InputError, match=r"a part of zone park line \d+ alone is more than a battery can do"):
        plan_of(COVERAGE, site=site)


def test_lines_longer_than_a_battery_are_cut() -> None:
    router = Router(shapely.box(-10.0, -10.0, 3_010.0, 60.0))
    line = Piece("line", np.array([[0.0, 25.0], [3_000.0, 25.0]]))

    def workers_of(pieces: Sequence[Piece]) -> list[Worker]:
        ways = router.distances(np.vstack([*(piece.ends() for piece in pieces), [[1_500.0, 25.0]]]))
        lengths = np.array([piece.length_m for piece in pieces])
        # At a metre a second and 3,600 W a metre costs a watt-hour.
        return [Worker("x", ways, lengths, np.zeros(len(pieces)), 3_600.0, 3_600.0, 0.0, 0.0, 4_000.0)]

    parts, workers = within_batteries([line], workers_of)
    assert [part.name for part in parts] == ["a part of line"] * 2
    assert sum(part.length_m for part in parts) == pytest.approx(line.length_m)
    assert len(workers[0].work_s) == 2
    assert too_long_for_a_battery(workers, 2) == []


def test_missions_longer_than_the_memory_on_board_become_more_sorties() -> None:
    site = replace(SITE, drones=tuple(sites.drones(1, capacity_wh=1e5)))
    patrol = replace(COVERAGE, sidelap_pct=94.0, camera=CameraAction.PHOTOS)
    plan = plan_of(patrol, site=site)
    (drone,) = plan.drones
    assert len(drone.sorties) >= 2
    assert all(len(sortie.mission) - 1 <= MISSION_CAPACITY for sortie in drone.sorties)


def test_a_ground_sampling_distance_is_kept_by_the_highest_drone() -> None:
    plan = plan_of(replace(COVERAGE, relative_altitude_m=None, gsd_cm=2.0))
    top_m = max(drone.sorties[0].work_altitude_m for drone in plan.drones)
    assert 0.019 < sites.CAMERA.gsd_m(top_m) <= 0.02


def test_a_ground_sampling_distance_too_fine_for_the_layers_is_refused() -> None:
    with pytest.raises(InputError, match=r"a GSD of 0\.8 cm needs flights at most 29\.2 m high"):
        plan_of(replace(COVERAGE, relative_altitude_m=None, gsd_cm=0.8))


def test_the_shutter_sets_the_speed_of_the_lines() -> None:
    plan = plan_of(replace(COVERAGE, frontlap_pct=80.0), drones=["alpha"])
    speeds = {
        item.param2 for item in plan.drones[0].sorties[0].mission.items if item.command == Command.DO_CHANGE_SPEED
    }
    assert speeds == {8.0, 4.0}


def test_two_drones_each_with_its_own_fence_fly_where_both_may() -> None:
    fences = [sites.fence(sites.square(0, 0, 1200)), replace(sites.fence(sites.square(0, -200, 800), "bravo"), id="b")]
    site = replace(SITE, zones=replace(SITE.zones, fences=tuple(fences)))
    plan = plan_of(COVERAGE, site=site)
    bravo = plan.drone("bravo")
    assert bravo is not None
    assert shapely.Polygon(sites.square(0, -200, 800)).exterior.distance(route(bravo.sorties[0].mission)) >= 10.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"zones": ("prak",)}, "no zone 'prak'"),
        ({"zones": ()}, "a coverage patrol needs zones"),
        ({"drones": ("zulu",)}, "no drone 'zulu'"),
        ({"relative_altitude_m": 85.0, "layer_step_m": 40.0}, "above the ceiling of 90 m"),
        ({"relative_altitude_m": None}, "neither an altitude nor a ground sampling distance"),
    ],
)
def test_what_cannot_be_planned_is_said_with_the_file(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        plan_of(replace(COVERAGE, **changes))  # type: ignore[arg-type]
    assert caught.value.message.startswith("missions/patrol.toml: ")


def test_a_zone_outside_the_fence_is_named() -> None:
    site = replace(SITE, zones=replace(SITE.zones, zones=(sites.zone("park", sites.square(2000, 0, 300)),)))
    with pytest.raises(InputError, match="no part of zone park can be flown"):
        plan_of(COVERAGE, site=site)


def test_a_zone_behind_a_wall_of_keep_outs_is_named() -> None:
    wall = sites.keep_out("wall", [(-700, -310), (700, -310), (700, -290), (-700, -290)])
    site = replace(SITE, zones=replace(SITE.zones, keep_outs=(wall,)))
    with pytest.raises(InputError, match="no way from any home to zone park line 1"):
        plan_of(COVERAGE, site=site)


def test_no_patrols_are_no_plan() -> None:
    with pytest.raises(InputError, match="no patrol"):
        plan_of()


def test_a_drone_left_out_leaves_its_work_to_the_others() -> None:
    plan = plan_of(COVERAGE, drones=["alpha", "charlie"])
    assert [drone.name for drone in plan.drones] == ["alpha", "charlie"]
    assert plan.coverage_pct is not None
    assert plan.coverage_pct >= 99.2


def test_progress_is_told_from_nothing_to_all() -> None:
    told: list[tuple[str, float]] = []
    build_plan(SITE, [TOUR], name="t", created_utc="", on_progress=lambda stage, share: told.append((stage, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert told[0][0].startswith("tour: ")


def test_figures_are_those_of_the_flight() -> None:
    plan = plan_of(TOUR, drones=["alpha"])
    (sortie,) = plan.drones[0].sorties
    assert sortie.distance_m == pytest.approx(route(sortie.mission).length + 80.0, abs=0.5)
    assert sortie.duration_s > sortie.distance_m / 8.0


@pytest.mark.parametrize(
    ("drones", "width_m", "height_m", "capacity_wh", "keep_outs"),
    [
        (1, 400.0, 300.0, 130.0, ()),  # was two sorties, 11:10
        (1, 400.0, 300.0, 122.0, ()),
        (1, 400.0, 330.0, 130.0, ()),
        (1, 420.0, 290.0, 125.0, ()),
        (1, 400.0, 300.0, 130.0, (sites.keep_out("pond", sites.square(50, 150, 40)),)),
        (2, 550.0, 400.0, 130.0, ()),
        (2, 550.0, 420.0, 125.0, ()),
    ],
)
def test_what_one_battery_can_do_is_one_sortie(
    drones: int, width_m: float, height_m: float, capacity_wh: float, keep_outs: tuple[KeepOut, ...]
) -> None:
    half = width_m / 2.0
    park = sites.zone("park", [(-half, 0.0), (half, 0.0), (half, height_m), (-half, height_m)])
    fleet = sites.drones(drones, capacity_wh=capacity_wh, y_m=-100.0)
    site = sites.site(zones=[park], keep_outs=keep_outs, fleet=fleet)
    patrol = replace(COVERAGE, relative_altitude_m=50.0, layer_step_m=14.0, frontlap_pct=60.0)
    plan = plan_of(patrol, site=site)
    assert [len(drone.sorties) for drone in plan.drones] == [1] * drones
    assert all(sortie.windy_battery_pct <= 0.9 * 55.0 for drone in plan.drones for sortie in drone.sorties)
    assert not [one for one in check_plan(plan, site, day=date(2026, 11, 23)) if one.severity is Severity.ERROR]
    assert plan.coverage_pct == pytest.approx(100.0, abs=0.2)
