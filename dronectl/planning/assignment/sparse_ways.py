"""The ways between many pieces of work that matter, without a table of all of them.

Of every end: the way home, and the ways to ends nearby. A table of all ways grows with the square of the pieces; this
grows with their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from dronectl.geodesy.frame import FloatArray, IntArray
from dronectl.planning.assignment.pace import Pace
from dronectl.planning.search.savings import Costs
from dronectl.planning.search.worker import NO_WAY_S
from dronectl.planning.work import SAME_PLACE_M

_REACH = 2.5
"""Of the mean distance between ends, as if they were spread evenly."""


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """Both ends of straight lines: ``xy`` (2n, 2), ``lengths_m`` (n,), and pairs of ends that are near each other."""

    xy: FloatArray
    lengths_m: FloatArray
    one: IntArray
    other: IntArray
    apart_m: FloatArray
    goes_on: FloatArray
    """Of these pairs, whether one line goes straight on as the other, as 0 or 1."""


def ends_of(lines: FloatArray) -> Ends:
    """``lines``: (n, 2, 2) metres."""
    ends = lines.reshape(-1, 2)
    places = shapely.points(ends)
    low, high = ends.min(axis=0), ends.max(axis=0)
    width, height = np.maximum(high - low, 1.0)
    reach_m = _REACH * float(np.sqrt(width * height / len(ends)))
    one, other = shapely.STRtree(places).query(places, predicate="dwithin", distance=reach_m)
    kept = (one < other) & (one >> 1 != other >> 1)
    one, other = one[kept], other[kept]
    apart_m = np.hypot(*(ends[one] - ends[other]).T)
    inward = (lines[:, ::-1] - lines).reshape(-1, 2)
    inward = inward / np.maximum(np.hypot(*inward.T), SAME_PLACE_M)[:, None]
    goes_on = (apart_m < SAME_PLACE_M) & ((inward[one] * inward[other]).sum(axis=1) <= -0.9999)
    return Ends(ends, np.hypot(*(lines[:, 1] - lines[:, 0]).T), one, other, apart_m, goes_on.astype(np.float64))


def costs_of(ends: Ends, paces: Sequence[Pace], reference: Pace, most_pieces: int, *, exact: bool) -> Costs:
    """In watt-seconds of the ``reference``, each end as near to home as to the nearest of the crew's homes.

    ``exact``: around what is in the way; pairs that do not see each other are left out. Else everything sees
    everything.
    """
    homes = {pace.member.home_xy.tobytes(): pace.member for pace in paces}
    home_m = np.full(len(ends.xy), np.inf)
    for member in homes.values():
        if exact:
            home_m = np.minimum(home_m, member.router.distances_from(member.home_xy, ends.xy))
        else:
            home_m = np.minimum(home_m, np.hypot(*(ends.xy - member.home_xy).T))
    alone_s = reference.lines_s(ends.lengths_m)
    shared_s = reference.shared_s(alone_s)
    at_ends_s = np.repeat(shared_s, 2)
    home_s = reference.ways_s(home_m, at_ends_s, np.zeros(len(at_ends_s)))
    one, other, apart_m, goes_on = ends.one, ends.other, ends.apart_m, ends.goes_on > 0.0
    if exact:
        seen = goes_on | reference.member.router.sees(ends.xy[one], ends.xy[other])
        one, other, apart_m, goes_on = one[seen], other[seen], apart_m[seen], goes_on[seen]
    between_s = reference.ways_s(apart_m, at_ends_s[one], at_ends_s[other])
    between_s[goes_on] = reference.going_on_s(ends.lengths_m[one[goes_on] >> 1], ends.lengths_m[other[goes_on] >> 1])
    # What one line saves by going on as another is saved of its work.
    between = np.where(goes_on, reference.work_power_w, reference.way_power_w) * between_s
    home = np.minimum(home_s, NO_WAY_S) * reference.way_power_w
    work = (alone_s - 2.0 * shared_s) * reference.work_power_w
    return Costs(home, work, one, other, between, reference.budget_ws, most_pieces)
