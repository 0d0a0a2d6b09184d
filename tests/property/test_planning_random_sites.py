"""Random zones with holes, keep-outs and obstacles: what holds for every plan."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import planning_sites as sites
import shapely
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.checks import check_plan
from dronectl.errors import InputError
from dronectl.model.ardupilot.stored_items import FENCE_CAPACITY, canonical_item, refusal
from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.model.ground.zone import ZoneSet
from dronectl.model.plan.mission import Command
from dronectl.model.plan.patrol import CameraAction, Patrol
from dronectl.model.plan.pattern_settings import (
    CorridorSettings,
    Direction,
    ExpandingSquareSettings,
    OrbitSettings,
    PerimeterSettings,
    SectorSearchSettings,
    StareSettings,
    TourSettings,
)
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.planning.build import build_plan
from dronectl.planning.coverage.coverage import coverage_lines, seen_area

SEEDS = st.integers(0, 2**32 - 1)
FENCE = shapely.box(-600, -600, 600, 600)


def star(rng: np.random.Generator, centre: tuple[float, float], radius_m: float) -> shapely.Polygon:
    """A simple polygon, often concave."""
    count = int(rng.integers(4, 14))
    angles = (np.arange(count) + rng.uniform(0.0, 0.8, count)) * 2 * math.pi / count
    radii = radius_m * rng.uniform(0.45, 1.0, count)
    return shapely.Polygon(np.column_stack([np.cos(angles), np.sin(angles)]) * radii[:, None] + centre)


def holed(rng: np.random.Generator, radius_m: float) -> shapely.Polygon:
    outline = star(rng, (0.0, 0.0), radius_m)
    for _ in range(int(rng.integers(0, 5))):
        hole = star(rng, tuple(rng.uniform(-radius_m / 2, radius_m / 2, 2)), radius_m / 8)
        if outline.buffer(-1.0).contains_properly(hole):
            outline = outline.difference(hole)
    return outline


def random_site(seed: int) -> tuple[Site, list[shapely.Polygon]]:
    rng = np.random.default_rng(seed)
    blocked = [star(rng, tuple(rng.uniform(-350, 350, 2)), rng.uniform(15, 70)) for _ in range(int(rng.integers(0, 7)))]
    site = sites.site(
        zones=[sites.zone("park", holed(rng, rng.uniform(60, 320)))],
        keep_outs=[sites.keep_out(f"keep_{k}", shape) for k, shape in enumerate(blocked)],
        points=[sites.point(f"poi_{k}", *rng.uniform(-400, 400, 2)) for k in range(int(rng.integers(1, 7)))],
        fleet=sites.drones(int(rng.integers(1, 4)), y_m=-560.0),
    )
    return site, blocked


PATTERNS: dict[str, Patrol] = {
    "coverage": sites.patrol(sidelap_pct=10.0),
    "perimeter": sites.patrol(settings=PerimeterSettings(inset_m=3.0, rounds=2), camera=CameraAction.NONE),
    "tour": sites.patrol(
        settings=TourSettings(categories=("bank",), dwell_s=5.0, standoff_m=40.0), zones=(), camera=CameraAction.LOOK
    ),
    "rounds": sites.patrol(
        settings=PerimeterSettings(inset_m=3.0, rounds=3, direction=Direction.CLOCKWISE), camera=CameraAction.VIDEO
    ),
    "orbit": sites.patrol(settings=OrbitSettings(45.0, turns=2, categories=("bank",)), zones=()),
    "stare": sites.patrol(
        settings=StareSettings(categories=("bank",), dwell_s=9.0, standoff_m=30.0), zones=(), camera=CameraAction.NONE
    ),
    "expanding square": sites.patrol(settings=ExpandingSquareSettings(sites.HOME, 250.0), zones=()),
    "sector search": sites.patrol(settings=SectorSearchSettings(sites.HOME, 250.0, 2), zones=()),
    "zone as a corridor": sites.patrol(settings=CorridorSettings()),
}


def planned(site: Site, patrol: Patrol) -> Plan | None:
    """The plan; None for a site in which something is truly out of reach: the error must say so."""
    try:
        return build_plan(site, [patrol], name="random", created_utc="")
    except InputError as error:
        words = (
            "no way from",
            "cannot be looked at",
            "no part of",
            "more than a battery",
            "too narrow",
            "nothing of the search",
        )
        assert any(word in error.message for word in words), error.message  # noqa: PT017
        return None


@examples(10)
@given(seed=SEEDS, pattern=st.sampled_from(sorted(PATTERNS)))
def test_nothing_is_flown_outside_the_fence_or_near_a_keep_out(seed: int, pattern: str) -> None:
    site, blocked = random_site(seed)
    plan = planned(site, PATTERNS[pattern])
    if plan is None:
        return
    for drone in plan.drones:
        for sortie in drone.sorties:
            places = [
                item.position
                for item in sortie.mission.items
                if item.command in (Command.NAV_WAYPOINT, Command.NAV_LOITER_TIME)
            ]
            flown = shapely.LineString(sites.FRAME.points_to_xy(places))
            assert FENCE.contains(flown)
            assert FENCE.exterior.distance(flown) >= 10.0
            assert all(shape.distance(flown) >= 10.0 for shape in blocked)


@examples(6)
@given(seed=SEEDS, pattern=st.sampled_from(sorted(PATTERNS)))
def test_the_separate_checker_agrees_and_the_vehicle_keeps_every_item(seed: int, pattern: str) -> None:
    site, _ = random_site(seed)
    plan = planned(site, PATTERNS[pattern])
    if plan is None:
        return
    errors = [
        finding.message for finding in check_plan(plan, site, day=date(2026, 11, 23)) if finding.severity == "error"
    ]
    if any(len(drone.fence) > FENCE_CAPACITY for drone in plan.drones):
        assert errors
        assert all("fit on board" in error for error in errors)
        return  # the site's keep-outs have more corners than a vehicle keeps: said, and nothing that a plan could mend
    assert errors == []
    for drone in plan.drones:
        for mission in (*(sortie.mission for sortie in drone.sorties), drone.fence, drone.rally):
            for seq, item in enumerate(mission.items):
                assert refusal(mission, seq) is None
                assert canonical_item(item, seq, mission.mission_type) == item


@examples(2)
@given(seed=SEEDS)
def test_the_same_site_gives_the_same_plan(seed: int) -> None:
    site, _ = random_site(seed)
    assert planned(site, PATTERNS["coverage"]) == planned(site, PATTERNS["coverage"])


@examples(6)
@given(seed=SEEDS, swath_m=st.floats(8.0, 40.0))
def test_lines_cover_random_polygons_with_holes_without_leaving_them(seed: int, swath_m: float) -> None:
    area = holed(np.random.default_rng(seed), 300.0)
    flown = coverage_lines(area, area, swath_m, None)
    assert shapely.multilinestrings(flown).difference(area.buffer(1e-6)).length == 0.0
    with_room = coverage_lines(area, area.buffer(200.0), swath_m, None)
    # Pockets of a few metres weigh much where there are but a few hundred square swaths.
    least = 0.999 if area.area > 400.0 * swath_m**2 else 0.994
    assert seen_area(with_room, swath_m).intersection(area).area >= least * area.area


MOVES: dict[str, Callable[[GeoPoint], GeoPoint]] = {
    "across the antimeridian": lambda p: GeoPoint(p.lat_deg, p.lon_deg - 180.0 if p.lon_deg > 0 else p.lon_deg + 180.0),
    "to the pole": lambda p: GeoPoint(89.99, p.lon_deg),
    "coordinates swapped": lambda p: GeoPoint(p.lon_deg - 20.0, p.lat_deg),
}


@examples(6)
@given(seed=SEEDS, move=st.sampled_from(sorted(MOVES)))
def test_a_zone_on_another_part_of_the_earth_is_refused_with_a_clear_error(seed: int, move: str) -> None:
    site, _ = random_site(seed)
    (zone,) = site.zones.zones
    moved = GeoPolygon(tuple(MOVES[move](point) for point in zone.polygon.exterior))
    elsewhere = replace(site, zones=replace(site.zones, zones=(replace(zone, polygon=moved),)))
    try:
        build_plan(elsewhere, [PATTERNS["coverage"]], name="t", created_utc="")
    except InputError as error:
        assert "more than 100 km from" in error.message or "antimeridian" in error.message  # noqa: PT017
    else:
        raise AssertionError("a zone far away was planned")


def test_a_site_on_the_antimeridian_or_at_a_pole_is_refused() -> None:
    site = sites.site(zones=[sites.zone("park", sites.square(0, 0, 100))])
    for home in (GeoPoint(0.0, 179.9999), GeoPoint(89.9, 0.0)):
        elsewhere = replace(site, home=home, zones=ZoneSet(fences=site.zones.fences))
        try:
            build_plan(elsewhere, [PATTERNS["coverage"]], name="t", created_utc="")
        except InputError:
            continue
        raise AssertionError(f"a site at {home} was planned")
