"""Expanding square and sector search: legs, angles, who flies what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import planning_sites as sites
import pytest
import shapely

from dronectl.checks import check_plan
from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray
from dronectl.model.plan.mission import Command
from dronectl.model.plan.patrol import CameraAction, Patrol
from dronectl.model.plan.pattern_settings import ExpandingSquareSettings, SectorSearchSettings
from dronectl.model.plan.plan import Plan
from dronectl.planning.build import build_plan
from dronectl.planning.patterns import expanding_square, sector_search

DATUM = np.array([30.0, -20.0])
SITE = sites.site()
SQUARE = sites.patrol(
    zones=(),
    camera=CameraAction.VIDEO,
    settings=ExpandingSquareSettings(sites.place(0.0, 0.0), radius_m=200.0, track_spacing_m=40.0),
)
SECTORS = sites.patrol(
    zones=(),
    camera=CameraAction.NONE,
    settings=SectorSearchSettings(sites.place(0.0, 0.0), radius_m=200.0),
)


def turns_deg(corners: FloatArray) -> FloatArray:
    """To the right, at each corner."""
    legs = np.diff(corners, axis=0)
    bearings = np.degrees(np.arctan2(legs[:, 0], legs[:, 1]))
    turned: FloatArray = np.diff(bearings) % 360.0
    return turned


def lengths_m(corners: FloatArray) -> FloatArray:
    found: FloatArray = np.hypot(*np.diff(corners, axis=0).T)
    return found


def test_two_legs_each_of_a_length_and_every_turn_to_the_right() -> None:
    corners = expanding_square.square_track(DATUM, 50.0, 3, 30.0)
    assert np.allclose(corners[0], DATUM)
    assert np.allclose(lengths_m(corners) / 50.0, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 6])
    assert np.allclose(turns_deg(corners), 90.0)
    first = corners[1] - corners[0]
    assert np.degrees(np.arctan2(first[0], first[1])) == pytest.approx(30.0)


@pytest.mark.parametrize(("radius_m", "spacing_m", "laps"), [(5, 50, 1), (75, 50, 1), (76, 50, 2), (200, 40, 5)])
def test_laps_reach_the_radius(radius_m: float, spacing_m: float, laps: int) -> None:
    assert expanding_square.laps_for(radius_m, spacing_m) == laps
    track = shapely.LineString(expanding_square.square_track(DATUM, spacing_m, laps, 20.0))
    square = expanding_square.searched(DATUM, spacing_m, laps, 20.0)
    assert square.covers(shapely.Point(DATUM).buffer(radius_m))
    strip = shapely.buffer(track, spacing_m / 2.0, cap_style="square", join_style="mitre")
    assert square.difference(strip).area < 1e-6 * square.area


def test_more_laps_than_anybody_flies_are_refused() -> None:
    with pytest.raises(InputError, match=r"takes 20000 laps at a track spacing of 1\.0 m"):
        expanding_square.laps_for(20_000.0, 1.0)


def test_nine_legs_of_the_radius_through_the_datum_three_times() -> None:
    legs = sector_search.legs(DATUM, 100.0, 10.0)
    assert np.allclose(np.hypot(*(legs[:, 1] - legs[:, 0]).T), 100.0)
    corners = np.vstack([legs[:1, 0], legs[:, 1]])
    assert np.allclose(corners[[0, 3, 6, 9]], DATUM)
    turns = turns_deg(corners)
    assert np.allclose(turns, [120.0, 120.0, 0.0, 120.0, 120.0, 0.0, 120.0, 120.0], atol=1e-6) or np.allclose(
        np.minimum(turns, 360.0 - turns), [120.0, 120.0, 0.0, 120.0, 120.0, 0.0, 120.0, 120.0], atol=1e-6
    )
    assert (turns < 121.0).sum() + (turns > 359.0).sum() == 8, "all turns go to the right"


def test_the_second_search_lies_between_the_legs_of_the_first() -> None:
    assert np.allclose(sector_search.turns_deg(2), [0.0, 30.0])
    bearings = []
    for turned in sector_search.turns_deg(2):
        out = sector_search.legs(DATUM, 100.0, 0.0, turned)[[0, 3, 6]]
        spokes = out[:, 1] - out[:, 0]
        bearings += list(np.degrees(np.arctan2(spokes[:, 0], spokes[:, 1])) % 180.0)
    gaps = np.diff(sorted([*bearings, min(bearings) + 180.0]))
    assert np.allclose(gaps, 30.0)


def plan_of(patrol: Patrol, count: int) -> Plan:
    site = replace(SITE, drones=tuple(sites.drones(count)))
    plan = build_plan(site, [patrol], name="search", created_utc="")
    found = check_plan(plan, site, day=date(2026, 3, 1))
    assert [finding.message for finding in found if finding.severity == "error"] == []
    return plan


def places_of(plan: Plan, drone: str) -> FloatArray:
    (sortie,) = plan.drone(drone).sorties  # type: ignore[union-attr]
    items = [item for item in sortie.mission.items[2:] if item.command == Command.NAV_WAYPOINT]
    return sites.FRAME.points_to_xy([item.position for item in items])


def test_one_drone_flies_the_whole_square_outward() -> None:
    small = replace(SQUARE, settings=ExpandingSquareSettings(sites.place(0.0, 0.0), 130.0, 40.0))
    track = places_of(plan_of(small, 1), "alpha")[:-1]
    wanted = expanding_square.square_track(np.zeros(2), 40.0, 3, 0.0)
    assert np.allclose(track[: len(wanted)], wanted, atol=0.05)


def test_three_drones_share_the_square_evenly_and_leave_nothing_out() -> None:
    alone, plan = plan_of(SQUARE, 1), plan_of(SQUARE, 3)
    flown = [places_of(plan, drone.name) for drone in plan.drones]
    wanted = shapely.LineString(expanding_square.square_track(np.zeros(2), 40.0, 5, 0.0))
    covered = shapely.union_all([shapely.LineString(track) for track in flown]).buffer(0.1)
    assert wanted.difference(covered).length == pytest.approx(0.0, abs=1.0)
    assert plan.makespan_s < 0.6 * alone.makespan_s
    durations = [drone.sorties[0].duration_s for drone in plan.drones]
    assert max(durations) - min(durations) < 0.25 * max(durations)


def test_three_drones_fly_a_sector_each_from_the_datum_and_back_to_it() -> None:
    plan = plan_of(SECTORS, 3)
    spokes = set()
    for drone in plan.drones:
        track = places_of(plan, drone.name)
        at_datum = np.flatnonzero(np.hypot(*track.T) < 0.1)
        assert len(at_datum) == 2
        first, last = at_datum
        sector = track[first : last + 1]
        assert np.allclose(lengths_m(sector), 200.0, atol=0.1)
        spokes.add(round(float(np.degrees(np.arctan2(*sector[1]))) % 360.0))
    assert spokes == {0, 120, 240}


def test_a_search_keeps_inside_its_zones_and_out_of_keep_outs() -> None:
    tower = shapely.box(50, 50, 110, 110)
    site = sites.site(
        zones=[sites.zone("park", shapely.box(-100, -500, 500, 500))], keep_outs=[sites.keep_out("tower", tower)]
    )
    for patrol in (SQUARE, SECTORS):
        plan = build_plan(site, [replace(patrol, zones=("park",))], name="t", created_utc="")
        for drone in plan.drones:
            for sortie in drone.sorties:
                places = [item.position for item in sortie.mission.items if item.command == Command.NAV_WAYPOINT]
                assert shapely.LineString(sites.FRAME.points_to_xy(places[1:])).distance(tower) >= 10.0
        found = check_plan(plan, site, day=date(2026, 3, 1))
        assert not [finding for finding in found if finding.severity == "error"]


def test_a_search_where_nothing_may_be_flown_is_refused() -> None:
    away = ExpandingSquareSettings(sites.place(5000.0, 0.0), radius_m=100.0, track_spacing_m=40.0)
    with pytest.raises(InputError, match="nothing of the search can be flown"):
        build_plan(SITE, [replace(SQUARE, settings=away)], name="t", created_utc="")
    sectors = SectorSearchSettings(sites.place(5000.0, 0.0), radius_m=100.0)
    with pytest.raises(InputError, match="nothing of the search can be flown"):
        build_plan(SITE, [replace(SECTORS, settings=sectors)], name="t", created_utc="")


def test_a_datum_that_is_no_point_is_named() -> None:
    nowhere = ExpandingSquareSettings("markt", radius_m=100.0)
    with pytest.raises(InputError, match="no point of interest 'markt'"):
        build_plan(SITE, [replace(SQUARE, settings=nowhere)], name="t", created_utc="")


def test_a_battery_too_small_for_a_share_makes_more_sorties_in_order() -> None:
    site = replace(SITE, drones=tuple(sites.drones(2, capacity_wh=85.0)))
    plan = build_plan(site, [SQUARE], name="t", created_utc="")
    assert len(plan.sortie_numbers()) > 1
    far = [
        max(
            float(np.hypot(*sites.FRAME.point_to_xy(item.position)))
            for item in sortie.mission.items
            if item.command == Command.NAV_WAYPOINT
        )
        for sortie in plan.drones[0].sorties
    ]
    assert len(far) > 1
    assert all(sortie.battery_pct < 55.0 for drone in plan.drones for sortie in drone.sorties)
