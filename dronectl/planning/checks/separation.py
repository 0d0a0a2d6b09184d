"""Drones that fly at the same time keep their distance, in space and time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from dronectl.planning.checks.finding import PLACE_TOLERANCE_M, Finding, Rule
from dronectl.planning.checks.flight import Flight, Ground
from dronectl.planning.frame import FloatArray


@dataclass(frozen=True, slots=True)
class Closest:
    """Where and when two flights are nearest to each other."""

    distance_m: float
    time_s: float
    first: FloatArray
    second: FloatArray


def closest_approach(first: Flight, second: Flight) -> Closest | None:
    """Exact for the two paths: between two corners both move straight, so their squared distance is a parabola.

    None when they are never in the air together.
    """
    if not first.legs or not second.legs:
        return None
    begin_s = max(first.times[0], second.times[0])
    end_s = min(first.times[-1], second.times[-1])
    if begin_s >= end_s:
        return None
    corners_s = np.union1d(first.times, second.times)
    corners_s = corners_s[(corners_s > begin_s) & (corners_s < end_s)]
    times_s = np.concatenate([[begin_s], corners_s, [end_s]])
    gaps = _positions(first, times_s) - _positions(second, times_s)
    start, change = gaps[:-1], np.diff(gaps, axis=0)
    squared = np.einsum("ij,ij->i", change, change)
    along = -np.einsum("ij,ij->i", start, change)
    share = np.clip(np.divide(along, squared, out=np.zeros_like(along), where=squared > 0), 0.0, 1.0)
    distances_m = np.linalg.norm(start + share[:, None] * change, axis=1)
    nearest = int(np.argmin(distances_m))
    time_s = times_s[nearest] + share[nearest] * (times_s[nearest + 1] - times_s[nearest])
    at = np.array([time_s])
    return Closest(float(distances_m[nearest]), float(time_s), _positions(first, at)[0], _positions(second, at)[0])


def pairs(flights: Sequence[Flight]) -> Iterator[tuple[Flight, Flight]]:
    """Flights of two drones in the same wave."""
    for first, second in itertools.combinations(flights, 2):
        if first.sortie == second.sortie and first.drone.name != second.drone.name:
            yield first, second


def check(flights: Sequence[Flight], ground: Ground) -> Iterator[Finding]:
    """One finding a pair and wave: the closest moment."""
    least_m = ground.site.rules.separation_m
    for first, second in pairs(flights):
        closest = closest_approach(first, second)
        if closest is None or closest.distance_m >= least_m - PLACE_TOLERANCE_M:
            continue
        x_m, y_m, _ = (closest.first + closest.second) / 2
        item, other_item = (_item_at(flight, closest.time_s) for flight in (first, second))
        yield Finding(
            "separation",
            f"{first.drone.name} (item {item}) and {second.drone.name} (item {other_item}) come "
            f"{closest.distance_m:.1f} m near each other {closest.time_s:.0f} s after the start, "
            f"{least_m:g} m are to be kept",
            first.drone.name,
            first.sortie,
            item=item,
            where=shapely.Point(x_m, y_m),
            extent=shapely.LineString([closest.first[:2], closest.second[:2]]),
            amount=least_m - closest.distance_m,
            unit="m",
        )


def _positions(flight: Flight, times_s: FloatArray) -> FloatArray:
    return np.column_stack([np.interp(times_s, flight.times, flight.corners[:, axis]) for axis in range(3)])


def _item_at(flight: Flight, time_s: float) -> int:
    index = int(np.searchsorted(flight.times[1:], time_s))
    return flight.legs[min(index, len(flight.legs) - 1)].item


RULE = Rule(
    "separation",
    "Apart from each other",
    "Two drones in the air at the same time must be [rules] separation_m apart, measured in three dimensions at every "
    "moment of the plan.",
    check,
    why="The drones do not see each other: what the plan lets meet, meets.",
    source="[rules] separation_m of the site: the error of two positions and of their heights, and a gust.",
    example="alpha (item 3) and bravo (item 5) come 4.0 m near each other 61 s after the start, 10 m are to be kept",
    remedy="Give each drone an altitude of its own, or start one of them later.",
)
