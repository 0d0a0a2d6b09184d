"""From where on the route a straight failsafe return would cross what the route itself avoids.

A failsafe (link, battery) returns in a straight line from wherever it strikes, home or to the nearest rally point.
Around a tower there is hardly a route without such points, so this is a warning to read before the flight: one for each
sortie.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.geometry import depth_inside, worst_point
from dronectl.checks.own_fence import only_on_board
from dronectl.checks.rule import PLACE_TOLERANCE_M, Found, found
from dronectl.checks.trajectory.leg import LegKind, Position
from dronectl.checks.trajectory.returning import Sweeps, sweeps_of
from dronectl.checks.wording import Form, joined
from dronectl.model.plan.finding import Message, Severity
from dronectl.model.text.number_ranges import number_ranges

PROBES = np.linspace(0.0, 1.0, 9)
"""Where along a bad part its depth is tried, to choose the line that is then measured finely."""

STEP_M = 2.0
"""How far apart the returns start among which the deepest is looked for. That there is one is known exactly."""

MAX_LINES = 200
MAX_SWEEPS = 500
"""In so many pieces of legs the deepest is looked for."""


RETURNS = Form(
    "a straight failsafe return would go {crossings}",
    "ถ้าบินกลับฉุกเฉินเป็นเส้นตรงจะ{crossings}",
    many="where a straight failsafe return would go {crossings}",
    many_thai="ที่การบินกลับฉุกเฉินเป็นเส้นตรงจะ{crossings}",
)


def _crosses(english: str, thai: str) -> tuple[Form, Form]:
    """What returns from one item, and from several, go through."""
    went = f"up to {{depth:.1f}} m {english} '{{zone}}' from"
    crossed = f"{thai} '{{zone}}' ถึง {{depth}} ม. จากรายการ {{items}}"
    return Form(f"{went} item {{items}}", crossed), Form(f"{went} items {{items}}", crossed)


_CROSSES = {
    "fence": _crosses("outside the fence", "ออกนอกแนวเขตบิน"),
    "keep-out": _crosses("into keep-out", "เข้าเขตห้ามเข้า"),
    "obstacle": _crosses("into obstacle", "เข้าสิ่งกีดขวาง"),
    "on-board": _crosses("beyond its own fence's", "ล้ำเขตบินบนโดรนเอง"),
}


@dataclass(frozen=True, slots=True)
class _Crossing:
    """What returns from a flight would cross, how deep at most, and on returns from which items."""

    rule: str
    zone: str | Message
    """A feature's id, or the words for a part of the fence on board."""
    depth_m: float
    where: shapely.Point
    items: frozenset[int]
    all_items: frozenset[int]

    def words(self) -> Message:
        items = number_ranges(self.items, self.all_items)
        one, several = _CROSSES[self.rule]
        form = one if len(self.items) == 1 else several
        return form(depth=self.depth_m, zone=self.zone, items=items)


@dataclass(frozen=True)
class _Returns:
    """All straight returns of a flight, and the item of the leg that each sweep of them starts from."""

    sweeps: Sweeps
    shapes: npt.NDArray[np.object_]
    items: npt.NDArray[np.int64]

    def lines(self, hits: npt.NDArray[np.intp], bad: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        """Some returns of the sweeps ``hits``; one at least of each goes through its bad part."""
        lines = []
        for index, part in zip(hits[:MAX_SWEEPS], bad[:MAX_SWEEPS], strict=True):
            lines.append(self.sweeps.lines(index, STEP_M, MAX_LINES))
            lines.append(np.array([self.sweeps.line_through(index, shapely.centroid(part))]))
        return np.concatenate(lines)


def failsafe_returns(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """One warning for each sortie of a drone: items are numbered anew in every sortie."""
    for flight in flights:
        returns = _returns(flight, ground)
        crossings = [] if returns is None else list(_crossings(flight, returns, ground))
        if not crossings:
            continue
        worst = max(crossings, key=lambda crossing: crossing.depth_m)
        yield found(
            worst.rule,
            flight,
            RETURNS(crossings=joined([crossing.words() for crossing in crossings])),
            item=min(worst.items),
            zone=worst.zone if isinstance(worst.zone, str) else None,
            where=worst.where,
            extent=worst.where,
            amount=worst.depth_m,
            unit="m",
            severity=Severity.WARNING,
        )


def crossed_zones(flight: Flight, ground: Ground) -> frozenset[tuple[str, int]]:
    """(zone, item): what straight returns from the leg to this item would cross, as the warnings tell it."""
    returns = _returns(flight, ground)
    if returns is None:
        return frozenset()
    return frozenset(
        (crossing.zone, item)
        for crossing in _crossings(flight, returns, ground)
        if isinstance(crossing.zone, str)
        for item in crossing.items
    )


def _returns(flight: Flight, ground: Ground) -> _Returns | None:
    legs = [leg for leg in flight.distinct if leg.kind in (LegKind.TRAVEL, LegKind.CIRCLE)]
    if not legs:
        return None
    starts, ends = np.array([_vector(leg.start) for leg in legs]), np.array([_vector(leg.end) for leg in legs])
    home = flight.starts[0]
    drone = flight.drone
    sweeps = sweeps_of(
        starts,
        ends,
        goals=np.array([home, *(_vector(place) for place in flight.route.rally_points)]),
        rtl_m=float(home[2]) + flight.rtl_altitude_m,
        levels_m=_levels_m(flight, ground),
        stop_m=drone.cruise_speed_m_s**2 / (2.0 * drone.acceleration_m_s2) + drone.acceleration_m_s2 / 2.0,
    )
    items = np.array([leg.item for leg in legs])[sweeps.legs]
    return _Returns(sweeps, sweeps.shapes(), items) if len(items) else None


def _levels_m(flight: Flight, ground: Ground) -> list[float]:
    """Heights at which something begins or ends."""
    levels_m = [obstacle.height_m for obstacle, _ in ground.obstacles]
    for keep_out, _ in ground.closed_for(flight):
        levels_m += [keep_out.floor_m] if keep_out.ceiling_m is None else [keep_out.floor_m, keep_out.ceiling_m]
    return levels_m


def _crossings(flight: Flight, returns: _Returns, ground: Ground) -> Iterator[_Crossing]:
    heights_m = returns.sweeps.heights_m
    for keep_out, area in ground.closed_for(flight):
        top_m = np.inf if keep_out.ceiling_m is None else keep_out.ceiling_m
        at_risk = (heights_m > keep_out.floor_m) & (heights_m < top_m)
        yield from _into("keep-out", keep_out.id, area, at_risk, returns)
    for obstacle, centre in ground.obstacles:
        at_risk = heights_m < obstacle.height_m
        yield from _into("obstacle", obstacle.id, centre.buffer(obstacle.radius_m), at_risk, returns)
    for carried in only_on_board(flight, ground):
        if carried.is_inclusion:
            yield from _out_of("on-board", carried.words, carried.shape, returns)
        else:
            yield from _into("on-board", carried.words, carried.shape, heights_m > -np.inf, returns)
    fence = ground.fence_area(flight.drone.name)
    if fence is not None:
        yield from _out_of("fence", *fence, returns)


def _out_of(rule: str, zone: str | Message, area: shapely.Polygon, returns: _Returns) -> Iterator[_Crossing]:
    shapely.prepare(area)
    outside = np.flatnonzero(~shapely.covers(area, returns.shapes))
    if len(outside):
        lines = returns.lines(outside, shapely.difference(returns.shapes[outside], area))
        line = _farthest(lines, shapely.difference(lines, area), area)
        where, depth_m = worst_point(line, lambda points: shapely.distance(area, points))
        items = frozenset(returns.items[outside].tolist())
        yield _Crossing(rule, zone, depth_m, where, items, frozenset(returns.items.tolist()))


def _into(
    rule: str, zone: str | Message, area: shapely.Polygon, at_risk: npt.NDArray[np.bool_], returns: _Returns
) -> Iterator[_Crossing]:
    shapely.prepare(area)
    hits = np.flatnonzero(at_risk & shapely.intersects(area, returns.shapes))
    if not len(hits):
        return
    lines = returns.lines(hits, shapely.intersection(returns.shapes[hits], area))
    where, depth_m = depth_inside(_farthest(lines, shapely.intersection(lines, area), area.boundary), area)
    if depth_m >= PLACE_TOLERANCE_M:
        items, all_items = frozenset(returns.items[hits].tolist()), frozenset(returns.items.tolist())
        yield _Crossing(rule, zone, depth_m, where, items, all_items)


def _farthest(
    lines: npt.NDArray[np.object_], bad_parts: npt.NDArray[np.object_], safe: shapely.Geometry
) -> shapely.LineString:
    """The line of which a bad part goes farthest from ``safe``, by a few points on each."""
    parts, owners = shapely.get_parts(bad_parts, return_index=True)
    is_line = shapely.length(parts) > 0.0
    if not is_line.any():
        return lines[0]
    parts, owners = parts[is_line], owners[is_line]
    points = shapely.line_interpolate_point(parts[:, None], PROBES[None, :], normalized=True)
    return lines[owners[int(np.argmax(shapely.distance(points, safe).max(axis=1)))]]


def _vector(place: Position) -> tuple[float, float, float]:
    return (place.x_m, place.y_m, place.height_m)
