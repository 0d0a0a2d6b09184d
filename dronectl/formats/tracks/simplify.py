"""Fewer fixes, and a promise about those left out.

Every fix that is left out lies within the tolerance, in three dimensions, of where the simplified track is **at that
very time**: between two kept fixes it moves evenly in latitude, longitude and altitude, as GeoJSON (RFC 7946, section
3.1.1) and linear interpolation of the columns have it. That is stricter than the distance to the line, so the time
slider keeps its promise too. The method is Douglas and Peucker's with the synchronised distance (Meratnia and de By
2004, "Spatiotemporal compression techniques for moving point objects"), a whole level of halvings at once in NumPy.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dronectl.geodesy.columns import metres_a_degree_at
from dronectl.model.track.track import Track

_WORST_FIRST_LEVELS = 64
"""Cuts are made at the worst fix; after so many levels, which only contrived tracks need, in the middle: so the work
has an end that does not depend on what was flown."""

Numbers = NDArray[np.float64]
Indices = NDArray[np.intp]


def simplified(track: Track, tolerance_m: float) -> Track:
    """The track with the fixes that are needed; ``tolerance_m`` 0 leaves out none.

    Heights keep the promise above mean sea level and, where home is known, above home: home may move in flight. Times,
    events and photographs stay as they are.

    Raises:
        ValueError: ``tolerance_m`` is negative or no number.
    """
    if not 0.0 <= tolerance_m < float("inf"):
        raise ValueError(f"a tolerance of {tolerance_m} m")
    if tolerance_m == 0.0:
        return track
    kept = _kept(track, tolerance_m)
    left_out = track.simplified_away + int((~kept).sum())
    # What was left out before may lie as far from the line of before as that lies from this one.
    return replace(track.take(kept), simplified_away=left_out, tolerance_m=track.tolerance_m + tolerance_m)


def _kept(track: Track, tolerance_m: float) -> NDArray[np.bool_]:
    kept = np.zeros(len(track), np.bool_)
    kept[[0, -1]] = True
    columns = _Columns(track)
    first, last = np.array([0], np.intp), np.array([len(track) - 1], np.intp)
    level = 0
    while len(first):
        apart = last - first > 1
        first, last = first[apart], last[apart]
        if not len(first):
            break
        counts = last - first - 1
        begins = np.cumsum(counts) - counts
        inner = np.arange(counts.sum()) - np.repeat(begins, counts) + np.repeat(first + 1, counts)
        away_m = columns.away_m(inner, np.repeat(first, counts), np.repeat(last, counts))
        farthest_m = np.maximum.reduceat(away_m, begins)
        far = farthest_m > tolerance_m
        if level < _WORST_FIRST_LEVELS:
            is_worst = np.flatnonzero(away_m == np.repeat(farthest_m, counts))
            cut = inner[is_worst[np.searchsorted(is_worst, begins)]]
        else:
            cut = (first + last) // 2
        first, last, cut = first[far], last[far], cut[far]
        kept[cut] = True
        first, last = np.concatenate([first, cut]), np.concatenate([cut, last])
        order = np.argsort(first, kind="stable")
        first, last = first[order], last[order]
        level += 1
    return kept


class _Columns:
    """Time and place as numbers that can be subtracted."""

    def __init__(self, track: Track) -> None:
        self._time_us = (track.time_utc - track.time_utc[0]).astype(np.float64)
        self._lat_deg = track.lat_deg
        self._lon_deg = np.unwrap(track.lon_deg, period=360.0)
        self._altitude_m = track.amsl_altitude_m
        self._above_home_m = track.relative_altitude_m
        self._north_m_a_deg, self._east_m_a_deg = metres_a_degree_at(track.lat_deg)

    def away_m(self, at: Indices, first: Indices, last: Indices) -> Numbers:
        """How far each fix is from the even way between two others, at its time. By the radii of curvature at the fix:
        right to a millionth of such distances as tolerances are. A height that is not known has no say."""
        share = (self._time_us[at] - self._time_us[first]) / (self._time_us[last] - self._time_us[first])

        def off(column: Numbers) -> Numbers:
            difference: Numbers = column[at] - (column[first] + share * (column[last] - column[first]))
            return difference

        up_m = np.fmax(np.abs(off(self._altitude_m)), np.abs(off(self._above_home_m)))
        north_m = off(self._lat_deg) * self._north_m_a_deg[at]
        east_m = off(self._lon_deg) * self._east_m_a_deg[at]
        away: Numbers = np.sqrt(north_m**2 + east_m**2 + np.nan_to_num(up_m) ** 2)
        return away
