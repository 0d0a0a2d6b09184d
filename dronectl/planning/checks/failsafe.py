"""From where on the route a straight failsafe return would cross what the route itself avoids.

A failsafe (link, battery) returns in a straight line from wherever it strikes. Around a tower there is no route without
such points, so this is a warning to read before the flight: one for each sortie.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from dronectl.model.violation import Severity
from dronectl.planning.checks.finding import PLACE_TOLERANCE_M, Finding
from dronectl.planning.checks.flight import Flight, Ground
from dronectl.planning.checks.geometry import depth_inside, worst_point
from dronectl.planning.checks.route import RTL_ALTITUDE_M, Leg, LegKind
from dronectl.planning.checks.wording import item_ranges

PROBES = np.linspace(0.0, 1.0, 9)
"""Where along a bad part its depth is tried, to choose the line that is then measured finely."""

STEP_M = 10.0
"""Distance between the points of the route from which a return is tried."""

MAX_RETURNS = 20_000
"""On a route longer than this many steps the points lie farther apart."""


@dataclass(frozen=True, slots=True)
class _Crossing:
    """What returns from a flight would cross, how deep at most, and on returns from which items."""

    rule: str
    zone: str
    depth_m: float
    where: shapely.Point
    items: frozenset[int]
    all_items: frozenset[int]

    def words(self) -> str:
        way = "outside the fence" if self.rule == "fence" else f"into {self.rule}"
        items = item_ranges(self.items, self.all_items)
        return f"up to {self.depth_m:.1f} m {way} '{self.zone}' from items {items}"


@dataclass(frozen=True)
class _Returns:
    """Straight lines home, each with its height and the item of the leg that it starts from."""

    lines: npt.NDArray[np.object_]
    heights_m: npt.NDArray[np.float64]
    items: npt.NDArray[np.int64]


def check(flights: Sequence[Flight], ground: Ground) -> Iterator[Finding]:
    """One warning for each sortie of a drone: items are numbered anew in every sortie."""
    for flight in flights:
        returns = _returns(flight)
        found = [] if returns is None else list(_crossings(flight, returns, ground))
        if not found:
            continue
        worst = max(found, key=lambda crossing: crossing.depth_m)
        yield Finding(
            worst.rule,
            "a straight failsafe return would go " + "; ".join(crossing.words() for crossing in found),
            flight.drone.name,
            flight.sortie,
            item=min(worst.items),
            zone=worst.zone,
            where=worst.where,
            extent=worst.where,
            amount=worst.depth_m,
            unit="m",
            severity=Severity.WARNING,
        )


def _returns(flight: Flight) -> _Returns | None:
    home = flight.starts[0, :2] if flight.legs else np.zeros(2)
    lines: list[npt.NDArray[np.object_]] = []
    heights: list[npt.NDArray[np.float64]] = []
    items: list[npt.NDArray[np.int64]] = []
    lengths_m = [shape.length for shape in flight.distinct_shapes]
    step_m = max(STEP_M, sum(lengths_m) / MAX_RETURNS)
    for leg, length_m in zip(flight.distinct, lengths_m, strict=True):
        if leg.kind not in (LegKind.TRAVEL, LegKind.CIRCLE):
            continue
        share = np.linspace(0.0, 1.0, max(2, int(np.ceil(length_m / step_m)) + 1))
        start, end = _ends(leg)
        points = start + share[:, None] * (end - start)
        away = np.hypot(*(points[:, :2] - home).T) > 0.01
        points = points[away]
        if not len(points):
            continue
        ends = np.broadcast_to(home, (len(points), 2))
        lines.append(shapely.linestrings(np.stack([points[:, :2], ends], axis=1)))
        heights.append(np.maximum(points[:, 2], RTL_ALTITUDE_M))
        items.append(np.full(len(points), leg.item))
    if not lines:
        return None
    return _Returns(np.concatenate(lines), np.concatenate(heights), np.concatenate(items))


def _crossings(flight: Flight, returns: _Returns, ground: Ground) -> Iterator[_Crossing]:
    for keep_out, area in ground.keep_outs:
        top_m = np.inf if keep_out.ceiling_m is None else keep_out.ceiling_m
        at_risk = (returns.heights_m > keep_out.floor_m) & (returns.heights_m < top_m)
        yield from _into("keep-out", keep_out.id, area, at_risk, returns)
    for obstacle, centre in ground.obstacles:
        at_risk = returns.heights_m < obstacle.height_m
        yield from _into("obstacle", obstacle.id, centre.buffer(obstacle.radius_m), at_risk, returns)
    fence = ground.fence_area(flight.drone.name)
    if fence is None:
        return
    fence_id, area = fence
    shapely.prepare(area)
    outside = np.flatnonzero(~shapely.covers(area, returns.lines))
    if len(outside):
        lines = returns.lines[outside]
        line = _farthest(lines, shapely.difference(lines, area), area)
        where, depth_m = worst_point(line, lambda points: shapely.distance(area, points))
        items = frozenset(returns.items[outside].tolist())
        yield _Crossing("fence", fence_id, depth_m, where, items, frozenset(returns.items.tolist()))


def _into(
    rule: str, zone: str, area: shapely.Polygon, at_risk: npt.NDArray[np.bool_], returns: _Returns
) -> Iterator[_Crossing]:
    shapely.prepare(area)
    hits = np.flatnonzero(at_risk & shapely.intersects(area, returns.lines))
    if not len(hits):
        return
    lines = returns.lines[hits]
    where, depth_m = depth_inside(_farthest(lines, shapely.intersection(lines, area), area.boundary), area)
    if depth_m >= PLACE_TOLERANCE_M:
        items, all_items = frozenset(returns.items[hits].tolist()), frozenset(returns.items.tolist())
        yield _Crossing(rule, zone, depth_m, where, items, all_items)


def _farthest(
    lines: npt.NDArray[np.object_], bad_parts: npt.NDArray[np.object_], safe: shapely.Geometry
) -> shapely.LineString:
    """The line of which a bad part goes farthest from ``safe``, by a few points on each."""
    parts, owners = shapely.get_parts(bad_parts, return_index=True)
    is_line = shapely.get_dimensions(parts) == 1
    if not is_line.any():
        return lines[0]
    parts, owners = parts[is_line], owners[is_line]
    points = shapely.line_interpolate_point(parts[:, None], PROBES[None, :], normalized=True)
    return lines[owners[int(np.argmax(shapely.distance(points, safe).max(axis=1)))]]


def _ends(leg: Leg) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Start and end of a leg as arrays (x, y, height)."""
    return (
        np.array([leg.start.x_m, leg.start.y_m, leg.start.height_m]),
        np.array([leg.end.x_m, leg.end.y_m, leg.end.height_m]),
    )
