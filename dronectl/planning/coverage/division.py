"""An area divided among cameras that see unequally wide: each flies lines of its own swath over strips of its own.

Drones whose swaths are nearly alike are one group. Strips lie across the direction of the lines, as many whole rows
wide as balance the times of the groups; who sees an area dearest may get none of it. Times are estimated by scan lines.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
import shapely

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.assignment.many_flights import reference_of
from dronectl.planning.assignment.pace import Pace
from dronectl.planning.coverage.coverage import coverage_lines, within_sight
from dronectl.planning.coverage.scan_lines import edges_of, row_centres, spans, turned
from dronectl.planning.paths.space import GRID_M, both

_ALIKE = 1.05
"""Swaths no farther apart than this are one group's."""
_MOST_ORDERED = 3
"""Of so many groups all orders and choices are tried."""
_BALANCED = 6
_LAYERS = 400
_TURN_S = 6.0
_LEAST_LEFT = 0.05
"""Of a battery: what is taken to be left for work at places that can hardly be reached."""


@dataclass(frozen=True, slots=True)
class Group:
    """Drones of nearly one swath, by their number in the crew."""

    drones: tuple[int, ...]
    swath_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Share:
    """What one group flies: lines (n, 2, 2)."""

    group: Group
    lines: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """An area in strips along one direction, one for each of some groups."""

    shares: Sequence[Share]
    otherwise: Callable[[Sequence[float]], Division | None]
    """The same with strips so many times as wide, all together as wide as the area; None if one gets nothing."""


@dataclass(frozen=True, slots=True)
class _Strip:
    """Of a turned area: from ``low_m`` to ``high_m`` across the lines."""

    group: Group
    low_m: float
    high_m: float


def groups_of(swaths_m: Sequence[float]) -> list[Group]:
    """Drones by swath, the widest first."""
    found: list[list[int]] = []
    for drone in sorted(range(len(swaths_m)), key=lambda drone: -swaths_m[drone]):
        if found and swaths_m[found[-1][0]] <= _ALIKE * swaths_m[drone]:
            found[-1].append(drone)
        else:
            found.append([drone])
    return [Group(tuple(sorted(drones)), min(swaths_m[drone] for drone in drones)) for drones in found]


def divisions(
    area: shapely.Geometry,
    allowed: shapely.Geometry,
    swaths_m: Sequence[float],
    paces: Sequence[Pace],
    turnaround_s: float,
    angles_deg: Sequence[float],
    most: int,
) -> list[Division]:
    """The promising divisions of an area, at most so many; ``angles_deg`` clockwise from north."""
    groups = groups_of(swaths_m)
    if len(groups) == 1 or area.area < GRID_M:
        return []
    found: list[tuple[float, float, _Profile, list[_Strip]]] = []
    for angle_deg in angles_deg:
        profile = _Profile.of(area, 90.0 - angle_deg, paces, turnaround_s)
        for order in _orders(groups):
            seconds, strips = profile.balanced(order)
            found.append((seconds, angle_deg, profile, strips))
    found.sort(key=lambda one: one[0])
    sights = {group: within_sight(area, allowed, group.swath_m) for group in groups}
    laid_out = [
        _division(sights, allowed, angle_deg, profile, strips) for _, angle_deg, profile, strips in found[:most]
    ]
    return [division for division in laid_out if division is not None]


def _division(
    sights: Mapping[Group, shapely.Geometry],
    allowed: shapely.Geometry,
    angle_deg: float,
    profile: _Profile,
    strips: Sequence[_Strip],
) -> Division | None:
    shares = [_share(sights[strip.group], allowed, angle_deg, strip) for strip in strips]
    if not all(len(share.lines) for share in shares):
        return None
    own = profile.shares_of(strips)

    def otherwise(wider: Sequence[float]) -> Division | None:
        wanted = own * np.array(wider)
        again = profile.strips([strip.group for strip in strips], wanted / wanted.sum())
        if any(strip.high_m <= strip.low_m for strip in again) or again == strips:
            return None
        return _division(sights, allowed, angle_deg, profile, again)

    return Division(shares, otherwise)


def _share(area: shapely.Geometry, allowed: shapely.Geometry, angle_deg: float, strip: _Strip) -> Share:
    far = shapely.length(shapely.envelope(area)) + float(np.abs(shapely.bounds(area)).max())
    box = shapely.get_coordinates(shapely.box(-far, strip.low_m, far, strip.high_m))
    part = both(area, shapely.Polygon(turned(box, 90.0 - angle_deg)))
    return Share(strip.group, coverage_lines(part, allowed, strip.group.swath_m, angle_deg, is_in_sight=True))


def _orders(groups: Sequence[Group]) -> Iterator[Sequence[Group]]:
    """Who takes part, in which order from one side to the other."""
    if len(groups) > _MOST_ORDERED:
        yield groups
        yield groups[::-1]
        return
    for count in range(1, len(groups) + 1):
        for chosen in combinations(groups, count):
            yield from permutations(chosen)


@dataclass(frozen=True, slots=True, eq=False)
class _Profile:
    """An area turned so that its lines lie along x, and what drones take for strips of it."""

    edges: FloatArray
    homes: FloatArray
    paces: Sequence[Pace]
    turnaround_s: float
    heights_m: FloatArray
    area_below: FloatArray
    """As shares of the whole, below these heights."""

    @classmethod
    def of(cls, area: shapely.Geometry, angle_deg: float, paces: Sequence[Pace], turnaround_s: float) -> _Profile:
        edges = turned(edges_of(area), -angle_deg)
        homes = turned(np.array([pace.member.home_xy for pace in paces]), -angle_deg)
        heights_m = np.linspace(float(edges[..., 1].min()), float(edges[..., 1].max()), _LAYERS + 1)
        found = spans(edges, (heights_m[:-1] + heights_m[1:]) / 2.0)
        widths = np.bincount(found.row, found.right - found.left, _LAYERS)
        below = np.append(0.0, np.cumsum(widths))
        return cls(edges, homes, paces, turnaround_s, heights_m, below / below[-1])

    def balanced(self, order: Sequence[Group]) -> tuple[float, list[_Strip]]:
        """Strips in this order that take about the same time, and the longest of these times."""
        shares = np.array([sum(group.swath_m * self.paces[k].work_m_s for k in group.drones) for group in order])
        shares /= shares.sum()
        best: tuple[float, list[_Strip]] | None = None
        for _ in range(_BALANCED):
            strips = self.strips(order, shares)
            times = np.array([self._seconds(strip) for strip in strips])
            longest_s = float(times.max())
            if best is None or longest_s < best[0] - 1e-6:
                best = longest_s, [strip for strip in strips if strip.high_m > strip.low_m]
            shares = shares * (times.mean() / np.maximum(times, 1.0)) ** 0.7
            shares /= shares.sum()
        assert best is not None, "something is tried"
        return best

    def shares_of(self, strips: Sequence[_Strip]) -> FloatArray:
        """Of the whole area."""
        bounds = [(strip.low_m, strip.high_m) for strip in strips]
        shares: FloatArray = np.diff(np.interp(bounds, self.heights_m, self.area_below), axis=1)[:, 0]
        return shares

    def strips(self, order: Sequence[Group], shares: FloatArray) -> list[_Strip]:
        low_m, top_m = float(self.heights_m[0]), float(self.heights_m[-1])
        strips = []
        for number, (group, upto) in enumerate(zip(order, np.cumsum(shares), strict=True)):
            wanted_m = float(np.interp(upto, self.area_below, self.heights_m))
            rows = max(0, round((wanted_m - low_m) / group.swath_m))
            high_m = top_m if number == len(order) - 1 else min(top_m, low_m + rows * group.swath_m)
            strips.append(_Strip(group, low_m, high_m))
            low_m = high_m
        return strips

    def _seconds(self, strip: _Strip) -> float:
        """Until the last drone of a group is back."""
        group, height_m = strip.group, strip.high_m - strip.low_m
        if height_m <= 0.0:
            return 1.0
        pace = reference_of([self.paces[drone] for drone in group.drones])
        centres, _ = row_centres(strip.low_m, strip.high_m, group.swath_m)
        found = spans(self.edges, centres)
        homes = self.homes[list(group.drones)]
        aside = np.abs(centres[found.row][:, None] - homes[None, :, 1])
        left, right = found.left[:, None] - homes[None, :, 0], homes[None, :, 0] - found.right[:, None]
        away_m = np.hypot(aside, np.maximum(0.0, np.maximum(left, right))).min(axis=1)
        work_s = (found.right - found.left) / pace.work_m_s + _TURN_S
        way_s = away_m / pace.transit_m_s
        left_ws = np.maximum(_LEAST_LEFT * pace.budget_ws, pace.budget_ws - 2.0 * pace.way_power_w * way_s)
        flights = max(float((work_s * pace.work_power_w / left_ws).sum()) / len(group.drones), 1.0)
        each_s = pace.fixed_s + 2.0 * float(way_s.mean() if len(way_s) else 0.0)
        waiting_s = self.turnaround_s * (math.ceil(flights - 1e-9) - 1)
        return float(work_s.sum()) / len(group.drones) + flights * each_s + waiting_s
