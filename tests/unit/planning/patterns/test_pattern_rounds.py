"""Rounds of an edge and of a tour, runs, and legs too short to be flown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import planning_sites as sites
import pytest
import shapely

from dronectl.geodesy.frame import FloatArray
from dronectl.model.plan.mission import Command
from dronectl.model.plan.patrol import CameraAction, Patrol
from dronectl.model.plan.pattern_settings import Direction, PerimeterSettings, TourSettings
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.planning.build import build_plan
from dronectl.planning.mission.route import TINY_M, steps_of
from dronectl.planning.paths.routing import Router
from dronectl.planning.patterns.stretches import equal_parts, free_stretches
from dronectl.planning.work import Piece

PARK = shapely.box(-150, -100, 150, 100)
SITE = sites.site(zones=[sites.zone("park", PARK)])
ROUNDS = sites.patrol(
    settings=PerimeterSettings(inset_m=10.0, rounds=3, direction=Direction.CLOCKWISE), camera=CameraAction.NONE
)


def tracks(site: Site, patrol: Patrol) -> tuple[Plan, list[FloatArray]]:
    """The places of every sortie, home left out."""
    plan = build_plan(site, [patrol], name="t", created_utc="")
    found = []
    for drone in plan.drones:
        for sortie in drone.sorties:
            items = [item for item in sortie.mission.items[2:-1] if item.command == Command.NAV_WAYPOINT][:-1]
            found.append(sites.FRAME.points_to_xy([item.position for item in items]))
    return plan, found


def flown_on(ring: shapely.Geometry, found: list[FloatArray]) -> float:
    """Metres of the tracks within 0.1 m of a ring, each time they are flown."""
    legs = np.concatenate([np.stack([track[:-1], track[1:]], axis=1) for track in found])
    return float(shapely.length(shapely.intersection(shapely.linestrings(legs), ring.buffer(0.1))).sum())


def turned(track: FloatArray) -> float:
    """Degrees to the left from the first leg to the last."""
    legs = np.diff(track, axis=0)
    legs = legs[np.hypot(*legs.T) > 0.5]
    headings = np.degrees(np.arctan2(legs[:, 1], legs[:, 0]))
    return float(((np.diff(headings) + 180.0) % 360.0 - 180.0).sum())


@pytest.mark.parametrize("direction", list(Direction))
def test_three_drones_fly_a_whole_round_each_in_the_direction_asked(direction: Direction) -> None:
    _, found = tracks(SITE, sites.told(ROUNDS, direction=direction))
    ring = PARK.buffer(-10.0, join_style="mitre").exterior
    assert len(found) == 3
    for track in found:
        assert flown_on(ring, [track]) == pytest.approx(ring.length, rel=0.01)
        sign = 1 if direction is Direction.ANTICLOCKWISE else -1
        assert sign * turned(track) > 250.0
    starts = [ring.project(shapely.Point(track[0])) / ring.length for track in found]
    gaps = np.diff(sorted([*starts, min(starts) + 1.0]))
    assert np.allclose(gaps, 1.0 / 3.0, atol=0.05), "spread along the edge"


def test_rounds_that_do_not_divide_are_shared_end_to_end() -> None:
    plan, found = tracks(SITE, sites.told(ROUNDS, rounds=2))
    ring = PARK.buffer(-10.0, join_style="mitre").exterior
    assert flown_on(ring, found) == pytest.approx(2 * ring.length, rel=0.01)
    durations = [drone.sorties[0].duration_s for drone in plan.drones]
    assert max(durations) < 1.15 * min(durations)


def test_a_large_crew_shares_too() -> None:
    fleet = [
        replace(drone, name=f"d{k}", system_id=k + 1, home=sites.place(30.0 * k - 150.0, -400.0))
        for k, drone in enumerate(sites.drones(1) * 10)
    ]
    site = sites.site(zones=[sites.zone("park", PARK)], fleet=fleet)
    plan, found = tracks(site, replace(sites.told(ROUNDS, rounds=2), layer_step_m=3.0, relative_altitude_m=40.0))
    ring = PARK.buffer(-10.0, join_style="mitre").exterior
    assert flown_on(ring, found) == pytest.approx(2 * ring.length, rel=0.02)
    assert len(plan.drones) == 10


def test_each_round_lies_farther_inside() -> None:
    _, found = tracks(SITE, sites.told(ROUNDS, inset_step_m=20.0, direction=None))
    for inset_m in (10.0, 30.0, 50.0):
        ring = PARK.buffer(-inset_m, join_style="mitre").exterior
        assert flown_on(ring, found) == pytest.approx(ring.length, rel=0.02)


def test_the_edges_of_holes_are_flown_when_asked() -> None:
    hole = shapely.box(-30, -20, 30, 20)
    site = sites.site(zones=[sites.zone("park", PARK.difference(hole))])
    around = hole.buffer(10.0, join_style="mitre").exterior
    for hole_edges in (False, True):
        _, found = tracks(site, sites.told(ROUNDS, rounds=2, hole_edges=hole_edges))
        assert (flown_on(around, found) > around.length) == hole_edges


def test_every_round_of_a_tour_sees_every_point() -> None:
    points = [sites.point(f"p{k}", 100.0 * k - 200.0, 50.0 * (k % 2)) for k in range(5)]
    patrol = sites.patrol(
        settings=TourSettings(points=tuple(p.id for p in points), dwell_s=5.0, rounds=3),
        zones=(),
        camera=CameraAction.LOOK,
    )
    plan = build_plan(sites.site(points=points), [patrol], name="t", created_utc="")
    seen: dict[tuple[int, int], int] = {}
    for drone in plan.drones:
        for sortie in drone.sorties:
            previous = None
            for item in sortie.mission.items:
                if item.command == Command.NAV_LOITER_TIME:
                    key = (item.lat_e7, item.lon_e7)
                    seen[key] = seen.get(key, 0) + 1
                    stays = sum(1 for one in sortie.mission.items if one.command == Command.NAV_LOITER_TIME)
                    assert key != previous or stays == 3, "in rounds, not three stays in one"
                    previous = key
    assert sorted(seen.values()) == [3] * 5


def test_rounds_longer_than_a_battery_go_on_in_the_next_sortie() -> None:
    site = sites.site(zones=[sites.zone("park", PARK)], fleet=sites.drones(1, capacity_wh=90.0))
    plan, found = tracks(site, sites.told(ROUNDS, rounds=4))
    ring = PARK.buffer(-10.0, join_style="mitre").exterior
    assert len(plan.sortie_numbers()) > 1
    assert flown_on(ring, found) >= 4 * ring.length * 0.99


def test_a_stretch_over_the_first_point_of_a_ring_stays_whole() -> None:
    ring = shapely.get_coordinates(shapely.box(0, 0, 100, 100).exterior)
    allowed = shapely.box(-10, -10, 110, 110).difference(shapely.box(40, 90, 60, 110))
    (stretch,) = free_stretches(ring, allowed)
    assert stretch.length == pytest.approx(380.0, abs=0.01)


def test_stretches_come_in_the_order_and_direction_of_the_path() -> None:
    path = np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 50.0], [0.0, 50.0]])
    allowed = shapely.box(-1, -1, 101, 51).difference(shapely.box(40, -5, 60, 60))
    found = [shapely.get_coordinates(stretch) for stretch in free_stretches(path, allowed)]
    assert np.allclose([part[0] for part in found], [[0, 0], [60, 0], [40, 50]], atol=1e-3)
    assert np.allclose([part[-1] for part in found], [[40, 0], [60, 50], [0, 50]], atol=1e-3)


def test_parts_of_a_line_are_equal_and_short_enough() -> None:
    parts = equal_parts(shapely.LineString([(0, 0), (70, 0), (70, 30)]), 30.0)
    assert [float(np.hypot(*np.diff(part, axis=0).T).sum()) for part in parts] == pytest.approx([25.0] * 4)


def test_a_leg_that_no_copter_notices_is_left_out() -> None:
    """Work that ends 0.3 m before the corner of a keep-out, with the next work behind it."""
    region = shapely.box(-200, -200, 200, 200).difference(shapely.box(0, -200, 50, 0))
    pieces = [
        Piece("one", np.array([[-100.0, -0.2], [-0.2, -0.2]])),
        Piece("two", np.array([[50.2, -0.2], [150.0, -0.2]])),
    ]
    home = np.array([-150.0, 100.0])
    steps = steps_of(Router(region), home, pieces, [0, 2])
    points = np.vstack([home, *(step.xy for step in steps)])
    assert np.hypot(*np.diff(points, axis=0).T).min() >= TINY_M
    assert region.buffer(1e-2).covers(shapely.LineString(points))
    working = sum(
        float(np.hypot(*(b - a))) for a, b, step in zip(points, points[1:], steps, strict=False) if step.working
    )
    assert working == pytest.approx(100.0 - 0.2 + 99.8, abs=2.0)
