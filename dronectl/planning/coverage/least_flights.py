"""How few flights, and how little time in the air, could do some lines at all: what a plan is held against.

Let a flight draw at most B for ways and work, let line i take the work w_i, and let g_i be the least that the way to
line i can draw, flying along lines counted as nothing (it may be work). A flight that works on lines up to the
farthest G of their g draws at least 2 G on ways, so at most B - 2 G is left for work, and the shares
w / (B - 2 g) of what it works on sum up to 1 at most. So all lines need at least

    flights >= ceil(sum of w_i / (B - 2 g_i))

and with the time t_i of the work, u_i of the way to it, and c of a climb and a landing, by the same argument,

    time >= sum of t_i + sum of 2 u_i w_i / (B - 2 g_i) + flights * c.

Lines lie in parallel but for a few: the way to a parallel line is at least the straight way to any of them and then
across to it. The others are left out (a flight that follows one has made a way of it), or, where they are many, all
lines count with the straight way to the nearest. The greater of the two is the bound. Of several drones each line
counts for the one that does it cheapest. Turns count as nothing; powers are those in the wind along the lines, ways
in the direction that draws least in it; a battery is what sorties are planned to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.assignment.pace import Pace
from dronectl.planning.performance import energy, wind

_PARALLEL_DEG = 0.5
_LEAST_LEFT_WS = 1.0


@dataclass(frozen=True, slots=True)
class LeastFlights:
    """No plan of the lines has fewer flights, or less time in the air."""

    flights: int
    flight_s: float


def least_flights(lines: FloatArray, paces: Sequence[Pace], wind_m_s: float) -> LeastFlights:
    """For lines (n, 2, 2) in metres and the drones that may fly them, as often as they like."""
    if not len(lines):
        return LeastFlights(0, 0.0)
    along = lines[:, 1] - lines[:, 0]
    lengths = np.hypot(*along.T)
    angles_deg = np.degrees(np.arctan2(along[:, 1], along[:, 0])) % 180.0
    main_deg = float(angles_deg[lengths.argmax()])
    off_deg = np.abs((angles_deg - main_deg + 90.0) % 180.0 - 90.0)
    parallel = off_deg <= _PARALLEL_DEG
    radians = math.radians(main_deg)
    across = lines[:, 0] @ np.array([-math.sin(radians), math.cos(radians)])
    away = [_away_m(lines, pace) for pace in paces]
    nearest = [
        _least(lengths, np.full(len(lines), away_m.min()), pace, main_deg, wind_m_s)
        for pace, away_m in zip(paces, away, strict=True)
    ]
    chained = [
        _least(lengths[parallel], _across_m(away_m[parallel], across[parallel]), pace, main_deg, wind_m_s)
        for pace, away_m in zip(paces, away, strict=True)
    ]
    return max(
        (_of_fleet(costs, paces) for costs in (nearest, chained)), key=lambda least: (least.flights, least.flight_s)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Shares:
    """Of each line for one drone: the share of a flight, and the seconds of work and of ways."""

    flights: FloatArray
    seconds: FloatArray


def _least(flown_m: FloatArray, away_m: FloatArray, pace: Pace, angle_deg: float, wind_m_s: float) -> _Shares:
    drone = pace.member.drone
    axis_deg = round(angle_deg * wind.SIDES / 360.0) * 360.0 / wind.SIDES  # the nearest of those that are looked at
    work_w = energy.power_along_w(drone, pace.work_m_s, wind_m_s, angle_deg, axis_deg)
    way_w = min(
        energy.power_along_w(drone, pace.transit_m_s, wind_m_s, float(side_deg), axis_deg)
        for side_deg in np.arange(0.0, 180.0, 7.5)
    )
    work_s = flown_m / pace.work_m_s
    way_s = away_m / pace.transit_m_s
    left_ws = np.maximum(_LEAST_LEFT_WS, pace.budget_ws - 2.0 * way_w * way_s)
    flights = work_w * work_s / left_ws
    return _Shares(flights, work_s + 2.0 * way_s * flights)


def _of_fleet(shares: Sequence[_Shares], paces: Sequence[Pace]) -> LeastFlights:
    flights = math.ceil(float(np.min([one.flights for one in shares], axis=0).sum()) - 1e-9)
    seconds = float(np.min([one.seconds for one in shares], axis=0).sum())
    return LeastFlights(flights, seconds + flights * min(pace.fixed_s for pace in paces))


def _away_m(lines: FloatArray, pace: Pace) -> FloatArray:
    """Straight from home to the nearest place of each line."""
    start, along = lines[:, 0], lines[:, 1] - lines[:, 0]
    squared = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((pace.member.home_xy - start) * along).sum(axis=1) / squared, 0.0, 1.0)
    away_m: FloatArray = np.hypot(*(start + share[:, None] * along - pace.member.home_xy).T)
    return away_m


def _across_m(away_m: FloatArray, across_m: FloatArray) -> FloatArray:
    """The least of ways straight to a line and across from there to each, along lines for nothing."""
    order = np.argsort(across_m, kind="stable")
    at, away = across_m[order], away_m[order]
    upward = np.minimum.accumulate(away - at) + at
    downward = np.minimum.accumulate((away + at)[::-1])[::-1] - at
    least_m = np.empty_like(away_m)
    least_m[order] = np.minimum(upward, downward)
    return least_m
