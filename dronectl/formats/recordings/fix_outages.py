"""Positions that the autopilot told while no receiver had a 3-D fix: which of them are to be believed.

Without a fix the autopilot reckons on, and drifts. When the fix is back it shows how far: where the last position
before and the first after lie together, the way between was held, and belongs to the flight; else it is left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dronectl.geodesy.columns import metres_a_degree_at

Numbers = NDArray[np.float64]

_HELD_WITHIN_M = 20.0
_DRIFT_M_S = 0.3
"""A minute and a half of optical flow, or of reckoning by airspeed, is off by no more than some tens of metres."""
_FASTEST_M_S = 30.0
_LONGEST_STEP_S = 5.0


def held(
    has_fix: NDArray[np.bool_],
    is_place: NDArray[np.bool_],
    boot: NDArray[np.int64],
    time_us: NDArray[np.int64],
    lat_deg: Numbers,
    lon_deg: Numbers,
) -> NDArray[np.bool_]:
    """Which positions without a fix lie in an outage that was held: between two with one, in one boot."""
    found = np.zeros(len(has_fix), np.bool_)
    if has_fix.all():
        return found
    known = np.flatnonzero(is_place)
    with_fix = np.flatnonzero(has_fix[known])
    at = np.flatnonzero(np.diff(with_fix) > 1)
    first, after = with_fix[at] + 1, with_fix[at + 1]
    begin, last, back = known[first - 1], known[after - 1], known[after]
    outage_s, step_s = (np.maximum(0.0, (time_us[back] - time_us[one]) / 1e6) for one in (begin, last))
    may_be_m = _HELD_WITHIN_M + _DRIFT_M_S * outage_s + _FASTEST_M_S * np.minimum(step_s, _LONGEST_STEP_S)
    is_held = (boot[begin] == boot[back]) & (_apart_m(lat_deg, lon_deg, last, back) <= may_be_m)
    inside = np.zeros(len(known) + 1, np.int64)  # one more held outage is open from each first on, one less after it
    np.add.at(inside, first[is_held], 1)
    np.add.at(inside, after[is_held], -1)
    found[known] = np.cumsum(inside)[:-1] > 0
    return found & ~has_fix


def _apart_m(lat_deg: Numbers, lon_deg: Numbers, one: NDArray[np.intp], two: NDArray[np.intp]) -> Numbers:
    north_m, east_m = metres_a_degree_at(lat_deg[one])
    east = (lon_deg[two] - lon_deg[one] + 180.0) % 360.0 - 180.0
    metres: Numbers = np.hypot((lat_deg[two] - lat_deg[one]) * north_m, east * east_m)
    return metres
