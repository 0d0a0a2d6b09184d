"""How few flights, and how little time in the air, could do some lines at all: what a plan is held against.

A flight draws at most B, what a climb and a landing take left out. Let line i take the work w_i: its length at cruise,
and of the turns at its two ends half of the least turn to any other line (``turns``: without what the way leads aside).
Let g_i be the least that ways to line i can take of what they lead away from home and aside, flying along lines counted
as nothing (it may be work), and h what leaving home and coming back take beyond that. A flight that works on lines up
to the farthest G of their g draws at least 2 G + h on ways, so at most B - h - 2 G is left for its work, and the shares
w / (B - h - 2 g) of what it works on sum up to 1 at most. So all lines need at least

    flights >= ceil(sum of w_i / (B - h - 2 g_i))

and with the time t_i of the work, u_i of the way to it, and c of a climb, a landing and h, by the same argument,

    time >= sum of t_i + sum of 2 u_i w_i / (B - h - 2 g_i) + flights * c.

Most lines lie in parallel: ways lead at least straight to one of them, and then aside to the others. A line that lies
oblique may lead a flight aside while it is worked on, so what it leads aside is taken off its work. A line may be cut:
where a part does not go on as the next of its line there is one turn more, which takes no less than nothing. Where
lines lie all ways, so that leading aside means nothing, they count with the straight way to the nearest instead; the
greater of the two is the bound. Of several drones each line counts for the one that does it cheapest. Powers are those
in the wind along the lines, the mean of its two senses; a battery is what sorties are planned to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.assignment.pace import Pace
from dronectl.planning.coverage.line_ends import FAR_M, STEEPEST, LineEnds, least_by_levels
from dronectl.planning.coverage.turns import Turns
from dronectl.planning.performance import wind

_LEAST_LEFT_WS = 1.0
SURE = 0.9
"""Of what turns take: ways were looked at in steps."""


@dataclass(frozen=True, slots=True)
class LeastFlights:
    """No plan of the lines has fewer flights, or less time in the air."""

    flights: int
    flight_s: float


def least_flights(lines: FloatArray, paces: Sequence[Pace], wind_m_s: float) -> LeastFlights:
    """For lines (n, 2, 2) in metres and the drones that may fly them, as often as they like."""
    if not len(lines):
        return LeastFlights(0, 0.0)
    ends = LineEnds(lines)
    # The nearest of the winds that flights are reckoned in.
    axis_deg = round(ends.main_deg * wind.SIDES / 360.0) * 360.0 / wind.SIDES
    winds_m_s = np.vstack([wind.wind_from(wind_m_s, side_deg - axis_deg) for side_deg in (90.0, 270.0)])
    energy = [_Takes.of(ends, Turns(pace, ends.main_deg, winds_m_s)) for pace in paces]
    time = [_Takes.of(ends, Turns(pace, ends.main_deg, None)) for pace in paces]
    return max(
        (_of_fleet(paces, energy, time, chained=chained) for chained in (False, True)),
        key=lambda least: (least.flights, least.flight_s),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Takes:
    """What one drone takes at least, in one measure: for each line (n,) its work and the way there; and h."""

    work: FloatArray
    leading_aside: FloatArray
    """Of its work: what it may save of ways."""
    to_lines: FloatArray
    """Along lines for nothing."""
    to_nearest: float
    at_home: float

    @classmethod
    def of(cls, ends: LineEnds, turns: Turns) -> _Takes:
        cruise = ends.lengths_m * turns.per_metre(ends.angles_deg)
        at_ends = SURE * _at_ends(ends, turns)
        of_turns = at_ends.reshape(-1, 2).sum(axis=1) / 2.0 - turns.too_much_of_short(ends.lengths_m)
        work = np.maximum(0.0, cruise + of_turns)
        leads = ends.aside_m > 0.01
        # No line saves more by leading aside than it takes.
        aside = min(turns.aside_per_metre, float((work[leads] / ends.aside_m[leads]).min(initial=np.inf)))
        samples, levels_m, of = ends.samples
        there = turns.least_to(samples)
        to_lines = np.full(len(work), np.inf)
        np.minimum.at(to_lines, of, least_by_levels(levels_m, there, aside))
        at_home = 2.0 * turns.at_home - float(at_ends.max())
        return cls(work, aside * ends.aside_m, to_lines, float(there.min()), max(0.0, at_home))


def _at_ends(ends: LineEnds, turns: Turns) -> FloatArray:
    """(2n,): the least turn from each end to another line."""
    if turns.aside_per_metre > STEEPEST * turns.way_per_metre:
        return np.zeros(2 * len(ends.lines))  # what is far along might be cheap to go to
    aside_m, along_m = ends.to_parallel_m
    by_row = np.minimum(turns.parallel(aside_m), turns.way_per_metre * np.minimum(along_m, FAR_M))
    is_parallel = np.repeat(ends.is_parallel, 2)
    if is_parallel.all():
        return by_row
    one, other = np.broadcast_arrays(np.repeat(ends.angles_deg, 2)[:, None], ends.directions_deg[None])
    to_directions = turns.oblique(one, other, ends.to_directions_m)
    to_directions[is_parallel, 0] = by_row[is_parallel]
    least: FloatArray = to_directions.min(axis=1)
    return least


def _of_fleet(
    paces: Sequence[Pace], energy: Sequence[_Takes], time: Sequence[_Takes], *, chained: bool
) -> LeastFlights:
    flights, seconds, each_s = [], [], []
    for pace, drawn, lasting in zip(paces, energy, time, strict=True):
        to_lines = drawn.to_lines if chained else drawn.to_nearest
        left_ws = np.maximum(_LEAST_LEFT_WS, pace.budget_ws - drawn.at_home - 2.0 * to_lines)
        shares = (drawn.work - chained * drawn.leading_aside) / left_ws
        way_s = lasting.to_lines if chained else lasting.to_nearest
        flights.append(shares)
        seconds.append(lasting.work - chained * lasting.leading_aside + 2.0 * way_s * shares)
        each_s.append(pace.fixed_s + lasting.at_home)
    count = math.ceil(float(np.min(flights, axis=0).sum()) - 1e-9)
    return LeastFlights(count, float(np.min(seconds, axis=0).sum()) + count * min(each_s))
