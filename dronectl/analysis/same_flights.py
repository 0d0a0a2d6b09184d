"""Which recordings are of one flight: copies, telemetry and the log on board, a copy that was cut."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dronectl.geodesy.columns import metres_a_degree_at
from dronectl.model.track.fingerprint import Fingerprint, fingerprint_of
from dronectl.model.track.track import Track

_SAME_BOOT_US = 10_000_000
"""GPS time by two ways."""
_SHARED = 0.5
"""Of the shorter."""
_NEAR_M = 30.0
"""The receiver's place and the autopilot's, at speed."""
_MOSTLY = 0.9
_E7 = 1e7


def grouped(prints: Sequence[Fingerprint], files: Sequence[Hashable]) -> list[list[int]]:
    """Indices of each flight's recordings, the fullest first; in the order of those. One file holds none twice."""
    order = sorted(range(len(prints)), key=lambda at: (-prints[at].duration_ms, -prints[at].samples, at))
    system, boot_us, gps, begin, end = (
        np.array([getattr(one, name) for one in prints], np.int64)
        for name in ("system_id", "boot_us", "has_gps_time", "begin_ms", "end_ms")
    )
    by_boot = np.argsort(boot_us, kind="stable")
    boots, without_gps = boot_us[by_boot], np.flatnonzero(gps == 0)
    owner = np.full(len(prints), -1)
    found: list[list[int]] = []
    for at in order:
        if owner[at] >= 0:
            continue
        owner[at] = len(found)
        group = [at]
        near = np.arange(len(prints))
        if gps[at]:
            first, after = np.searchsorted(boots, (boot_us[at] - _SAME_BOOT_US, boot_us[at] + _SAME_BOOT_US + 1))
            near = np.concatenate([by_boot[first:after], without_gps])
        shared = np.minimum(end[near], end[at]) - np.maximum(begin[near], begin[at])
        may_be = (owner[near] < 0) & (shared >= _SHARED * (end[near] - begin[near]))
        may_be &= (system[near] == system[at]) | (system[near] == 0) | (system[at] == 0)
        for other in np.sort(near[may_be]).tolist():
            if owner[other] >= 0:
                continue
            if files[other] != files[at] and _same_way(prints[at], prints[other]):
                owner[other] = owner[at]
                group.append(other)
        found.append(group)
    return found


def one_each(tracks: Sequence[Track], files: Sequence[str]) -> list[Track]:
    """Each flight once, in the order given; ``files`` names that of each track. A flight of several knows them."""
    groups = grouped([fingerprint_of(track) for track in tracks], files)
    kept = {
        group[0]: replace(tracks[group[0]], recorded_in=tuple(dict.fromkeys(files[at] for at in group)))
        for group in groups
    }
    return [kept[at] for at in sorted(kept)]


def _same_way(one: Fingerprint, two: Fingerprint) -> bool:
    """Whether they were at the same places at the same times."""
    times, mine, yours = np.intersect1d(one.times_s(), two.times_s(), assume_unique=True, return_indices=True)
    if not len(times):  # shorter than a second: at the same moment
        return abs(one.begin_ms - two.begin_ms) < 1000 and abs(one.end_ms - two.end_ms) < 1000
    here, there = one.places_e7()[mine] / _E7, two.places_e7()[yours] / _E7
    return bool(np.mean(_apart_m(here, there) <= _NEAR_M) >= _MOSTLY)


def _apart_m(here: NDArray[np.float64], there: NDArray[np.float64]) -> NDArray[np.float64]:
    north_m, east_m = metres_a_degree_at(here[:, 0])
    east = (there[:, 1] - here[:, 1] + 180.0) % 360.0 - 180.0
    return np.hypot((there[:, 0] - here[:, 0]) * north_m, east * east_m)
