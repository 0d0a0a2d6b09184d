"""Positions that the autopilot told while no receiver had a 3-D fix: which of them are to be believed.

Without a fix the autopilot reckons on, and drifts. When the fix is back it shows how far: where the last position
before and the first after lie together, the way between was held, and belongs to the flight; else it is left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dronectl.geodesy.columns import path_length_m

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
    for at in np.flatnonzero(np.diff(with_fix) > 1).tolist():
        outage = known[with_fix[at] + 1 : with_fix[at + 1]]
        begin, last, back = int(known[with_fix[at]]), int(outage[-1]), int(known[with_fix[at + 1]])
        outage_s, step_s = (max(0.0, float(time_us[back] - time_us[one]) / 1e6) for one in (begin, last))
        may_be_m = _HELD_WITHIN_M + _DRIFT_M_S * outage_s + _FASTEST_M_S * min(step_s, _LONGEST_STEP_S)
        step_m = path_length_m(lat_deg[[last, back]], lon_deg[[last, back]])
        found[outage] = boot[begin] == boot[back] and step_m <= may_be_m
    return found & ~has_fix
