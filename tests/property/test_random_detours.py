"""Detours over random sites: whatever the checks call lawful is judged by shapes of this test's own, at every step."""

from __future__ import annotations

import itertools
import math
from datetime import date

import numpy as np
import planning_sites as sites
import shapely
from effort import examples, seeds
from hypothesis import given
from hypothesis import strategies as st

from dronectl.checks.flight import Ground
from dronectl.checks.ways.way import Present, Way
from dronectl.errors import RuleViolation
from dronectl.geodesy.frame import FloatArray, LocalFrame
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem
from dronectl.model.rules import Rules
from dronectl.model.site import Site
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.fly_around import Detour, detour_from

SEEDS = st.integers(0, 2**32 - 1)
FRAME = LocalFrame(sites.HOME)
MARGIN_M = 10.0
STEP_M = 0.5
ALLOWED_M = 2.0
"""What a way may miss a margin by near the place that it starts from (``HERE_TOLERANCE_M``)."""


def star(rng: np.random.Generator, centre: FloatArray, radius_m: float) -> shapely.Polygon:
    count = int(rng.integers(4, 11))
    angles = (np.arange(count) + rng.uniform(0.0, 0.8, count)) * 2 * math.pi / count
    radii = radius_m * rng.uniform(0.45, 1.0, count)
    return shapely.Polygon(np.column_stack([np.cos(angles), np.sin(angles)]) * radii[:, None] + centre)


def random_site(rng: np.random.Generator) -> tuple[Site, shapely.Polygon, list[tuple[shapely.Polygon, float, float]]]:
    """The site, its fence, and what is closed between which heights."""
    fence = star(rng, np.zeros(2), 900.0)
    closed = []
    for _ in range(int(rng.integers(1, 9))):
        shape = star(rng, rng.uniform(-450, 450, 2), rng.uniform(20, 130))
        floor_m = float(rng.choice([0.0, 0.0, 35.0]))
        ceiling_m = float(rng.choice([math.inf, 25.0, 60.0]))
        closed.append((shape, floor_m, ceiling_m if ceiling_m > floor_m else math.inf))
    keep_outs = [
        sites.keep_out(f"keep_{number}", shape, floor_m, None if math.isinf(ceiling_m) else ceiling_m)
        for number, (shape, floor_m, ceiling_m) in enumerate(closed)
    ]
    masts = []
    for number in range(int(rng.integers(0, 4))):
        x_m, y_m = rng.uniform(-450, 450, 2)
        height_m, radius_m = float(rng.uniform(15, 80)), float(rng.uniform(1, 8))
        masts.append(sites.obstacle(f"mast_{number}", x_m, y_m, height_m, radius_m))
        closed.append((shapely.Point(x_m, y_m).buffer(radius_m, quad_segs=64), -math.inf, height_m))
    made = sites.site(
        fences=[sites.fence(fence)],
        keep_outs=keep_outs,
        obstacles=masts,
        rules=Rules(fence_margin_m=MARGIN_M, keep_out_margin_m=MARGIN_M),
    )
    return made, fence, closed


def random_place(rng: np.random.Generator) -> tuple[float, float, float]:
    x_m, y_m = rng.uniform(-500, 500, 2)
    return float(x_m), float(y_m), float(rng.uniform(10, 80))


def points_along(corners: list[tuple[float, float, float]]) -> FloatArray:
    """(n, 3), half a metre apart."""
    pieces = []
    for first, last in itertools.pairwise(corners):
        count = max(2, math.ceil(math.dist(first, last) / STEP_M) + 1)
        pieces.append(np.linspace(first, last, count))
    return np.concatenate(pieces)


def clearances_m(
    points: FloatArray, fence: shapely.Polygon, closed: list[tuple[shapely.Polygon, float, float]]
) -> FloatArray:
    """Of each place to whatever closes it at its height; below zero inside a closed volume or outside the fence."""

    def signed(area: shapely.Polygon, inside_is_bad: bool) -> FloatArray:
        edge = shapely.distance(area.exterior, places)
        return np.where(shapely.contains_xy(area, points[:, 0], points[:, 1]) == inside_is_bad, -edge, edge)

    places = shapely.points(points[:, :2])
    least = signed(fence, inside_is_bad=False)
    for area, floor_m, ceiling_m in closed:
        counts = (points[:, 2] > floor_m + 0.03) & (points[:, 2] < ceiling_m - 0.03)
        least = np.where(counts, np.minimum(least, signed(area, inside_is_bad=True)), least)
    return least


def flown(present: Present, detour: Detour, goal: tuple[float, float, float]) -> list[tuple[float, float, float]]:
    stops = [(*FRAME.point_to_xy(stop.place), stop.relative_altitude_m) for stop in detour.stops]
    return [(*FRAME.point_to_xy(present.place), present.relative_altitude_m), *stops, goal]


def detour_of(seed: int) -> tuple[FloatArray, FloatArray] | None:
    """The clearances of a detour along its way, and its places; None where none was called lawful."""
    rng = np.random.default_rng(seed)
    site, fence, closed = random_site(rng)
    start, goal = random_place(rng), random_place(rng)
    place, end = FRAME.to_points(np.array([start[:2], goal[:2]]))
    item = MissionItem(
        Command.NAV_WAYPOINT,
        Frame.GLOBAL_RELATIVE_ALT,
        lat_e7=end.lat_e7,
        lon_e7=end.lon_e7,
        altitude_m=round(goal[2], 2),
    )
    airspace = Airspace(site, Ground(site, date(2026, 3, 1), FRAME))
    present = Present(place, start[2], site.home)
    refused = airspace.prove(Way(Mission((item, item))), present, "alpha")
    if not refused.errors:
        points = points_along([start, goal])
        return clearances_m(points, fence, closed), points
    try:
        detour = detour_from(present, refused, airspace, "alpha")
    except RuleViolation:
        return None
    points = points_along(flown(present, detour, goal))
    return clearances_m(points, fence, closed), points


def require_outside(seed: int) -> bool:
    """True where there was a way, which is then outside of everything."""
    found = detour_of(seed)
    if found is None:
        return False
    clear, points = found
    begins_m = clear[0]
    if begins_m < MARGIN_M - ALLOWED_M:
        # It starts where it should not be: it leaves, by about the shortest, and never goes in deeper.
        left = int(np.argmax(clear >= MARGIN_M - ALLOWED_M))
        assert left > 0, "it never leaves"
        assert clear[: left + 1].min() >= begins_m - 0.3
        gone_m = np.hypot(*(points[left] - points[0])[:2])
        assert gone_m <= 2.0 * (MARGIN_M - begins_m) + 2.0
        clear = clear[left:]
    assert clear.min() >= MARGIN_M - ALLOWED_M - 0.3
    return True


@examples(20)
@given(seed=SEEDS)
def test_no_detour_is_inside_of_anything_or_outside_of_the_fence(seed: int) -> None:
    require_outside(seed)


def test_most_random_ways_can_be_flown_around() -> None:
    assert sum(require_outside(seed) for seed in seeds(12)) > len(seeds(12)) / 2
