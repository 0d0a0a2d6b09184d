"""Two aircraft that were heard at once with one system id: each one's messages by themselves.

Each counts its own milliseconds since boot, so the stamps less those lie in two heaps that are heard in turn. Aircraft
that were booted together are told by where they are: their positions leap to and fro. What carries neither (HEARTBEAT,
STATUSTEXT) goes with the message beside it that was stamped nearest; of heartbeats the neighbours decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.boot_time import Tellings, boot_time
from dronectl.formats.recordings.tlog.frames import Rows
from dronectl.formats.recordings.tlog.heartbeats import calm
from dronectl.formats.recordings.tlog.timed import RECEIVERS, is_utc, own_time_us, timed_messages, told_times
from dronectl.geodesy.columns import metres_a_degree_at
from dronectl.model.degrees import E7

_HEAP_GAP_US = 3_000_000
_UNTOLD_GAP_US = 20_000_000
"""Where no vehicle tells the time of day, a link with two ways may hold messages back for so long."""
_SAME_BOOT_US = 1_000_000
_MOST = 8
"""More heaps are no aircraft."""
_LEAST = 5
"""Messages of each, and turns."""
_LEAST_TURNS_SHARE = 0.1
_LEAP_M = 50.0
_FASTEST_M_S = 100.0
_NO_HEARTBEAT_US = 5_000_000

AllRows = Mapping[str, Rows]
Owners = NDArray[np.int64]
"""Which aircraft each message is of: 0, 1, …"""


def told_apart(rows: AllRows) -> Sequence[AllRows]:
    """The messages of each aircraft; all of them in one, as nearly always."""
    by_boot = _by_boot_time(rows)
    return [apart for one in by_boot for apart in _by_place(one)]


def _by_boot_time(rows: AllRows) -> Sequence[AllRows]:
    timed = timed_messages(rows)
    booted_us = timed.stamp_us - timed.boot_ms * 1000
    owner = _heaps(booted_us)
    count = int(owner.max(initial=0)) + 1
    if count == 1 or not _in_turn(owner, count) or not _are_boots_apart(rows, timed.offset, booted_us, owner):
        return [rows]
    centres_us = np.array([np.median(booted_us[owner == one]) for one in range(count)])
    owners = {name: _owners(name, one, timed.offset, timed.stamp_us, owner, centres_us) for name, one in rows.items()}
    return [
        {
            **{name: one.take(owners[name] == number) for name, one in rows.items()},
            "HEARTBEAT": _heartbeats(rows["HEARTBEAT"], owners["HEARTBEAT"] == number),
        }
        for number in range(count)
    ]


def _heaps(values: NDArray[np.int64]) -> Owners:
    """Each value's heap; values of heaps too small to be an aircraft's go with the nearest that is not."""
    order = np.argsort(values, kind="stable")
    rank = np.concatenate([[0], np.cumsum(np.diff(values[order]) > _HEAP_GAP_US)]) if len(values) else order
    heap = np.empty(len(values), np.int64)
    heap[order] = rank
    sizes = np.bincount(heap)
    large = np.flatnonzero(sizes >= _LEAST)
    if not 2 <= len(large) <= _MOST:
        return np.zeros(len(values), np.int64)
    centres = np.array([np.median(values[heap == one]) for one in large])
    nearest: Owners = np.argmin(np.abs(values[:, None] - centres), axis=1)
    return nearest


def _in_turn(owner: Owners, count: int) -> bool:
    """Whether they are heard to and fro, and not one after the other, as boots are."""
    turns = int(np.count_nonzero(np.diff(owner)))
    fewest = int(np.bincount(owner, minlength=count).min())
    return turns >= max(_LEAST, _LEAST_TURNS_SHARE * fewest)


def _are_boots_apart(rows: AllRows, offset: NDArray[np.int64], booted_us: NDArray[np.int64], owner: Owners) -> bool:
    """Not one aircraft over two links, of which one is slow: by what it says of the time of day, both are one boot."""
    told = told_times(rows)
    whose = owner[np.clip(np.searchsorted(offset, told.offset), 0, len(owner) - 1)]
    tellings = Tellings(told.since_boot_us, told.boot_utc_us, told.has_fix)
    boots = [boot_time(tellings.take(whose == one)) for one in range(int(owner.max()) + 1)]
    known = [facts.boot_utc_us for facts in boots if facts is not None]
    if len(known) == len(boots):
        return max(known) - min(known) > _SAME_BOOT_US
    centres = sorted(float(np.median(booted_us[owner == one])) for one in range(len(boots)))
    return bool(np.diff(centres).min() > _UNTOLD_GAP_US)


def _owners(
    name: str,
    rows: Rows,
    offset: NDArray[np.int64],
    stamp_us: NDArray[np.int64],
    owner: Owners,
    centres_us: NDArray[np.float64],
) -> Owners:
    """By the time since boot that a receiver's messages carry; else by the timed messages around."""
    if name in RECEIVERS and len(rows):
        time_us = own_time_us(rows, name)
        if time_us is not None and not is_utc(time_us).any():
            booted_us = (rows.stamp_us - time_us).astype(np.float64)
            nearest: Owners = np.argmin(np.abs(booted_us[:, None] - centres_us), axis=1)
            return nearest
    return owner[_nearest(rows, offset, stamp_us)]


def _nearest(rows: Rows, offset: NDArray[np.int64], stamp_us: NDArray[np.int64]) -> NDArray[np.intp]:
    """Index of the timed message beside each row that was stamped nearest: itself, if it is one; of two as near, the
    next, as a heartbeat begins what a vehicle sends at once."""
    after = np.clip(np.searchsorted(offset, rows.offset, side="left"), 0, len(offset) - 1)
    before = np.maximum(np.searchsorted(offset, rows.offset, side="right") - 1, 0)
    is_after_nearer = np.abs(stamp_us[after] - rows.stamp_us) <= np.abs(rows.stamp_us - stamp_us[before])
    return np.where(is_after_nearer, after, before)


def _heartbeats(all_of_both: Rows, own: NDArray[np.bool_]) -> Rows:
    """One aircraft's, and the other's where it has none around: both aircraft send one a second. Some may be the
    other's all the same."""
    own_us = np.sort(all_of_both.stamp_us[own])
    if len(own_us):
        after = np.clip(np.searchsorted(own_us, all_of_both.stamp_us), 0, len(own_us) - 1)
        away_us = np.minimum(*(np.abs(all_of_both.stamp_us - own_us[at]) for at in (after, np.maximum(after - 1, 0))))
        own = own | (away_us > _NO_HEARTBEAT_US)
    return calm(all_of_both.take(own if len(own_us) else np.ones(len(own), np.bool_)))


def _by_place(rows: AllRows) -> Sequence[AllRows]:
    """Positions that leap to and fro between two places are of two aircraft; everything else is told of both."""
    positions = rows["GLOBAL_POSITION_INT"]
    fields = positions.fields
    known = (fields["lat"] != 0) | (fields["lon"] != 0)
    positions = positions.take(known)
    if len(positions) < 2 * _LEAST:
        return [rows]
    leaps = np.count_nonzero(_leaps(positions))
    if leaps < max(_LEAST, _LEAST_TURNS_SHARE * len(positions)):
        return [rows]
    owner = np.array(list(_followed(positions)), np.int64)
    if min(np.bincount(owner, minlength=2)) < _LEAST:
        return [rows]
    parts = (positions.take(owner == one) for one in range(2))
    return [dict(_at_its_places(rows, part)) for part in parts]


def _leaps(positions: Rows) -> NDArray[np.bool_]:
    """Whether the way from each position to the next is longer than anything flies."""
    lat, lon = (positions.fields[name] / E7 for name in ("lat", "lon"))
    north_m, east_m = metres_a_degree_at(lat[:-1])
    way_m = np.hypot(np.diff(lat) * north_m, ((np.diff(lon) + 180.0) % 360.0 - 180.0) * east_m)
    step_s = np.abs(np.diff(positions.fields["time_boot_ms"].astype(np.int64))) / 1000
    leaps: NDArray[np.bool_] = way_m > _LEAP_M + _FASTEST_M_S * step_s
    return leaps


def _followed(positions: Rows) -> Iterator[int]:
    """Each position goes to the one of two aircraft that was nearer when it was heard last."""
    last: list[tuple[float, float] | None] = [None, None]
    scale = float(np.cos(np.radians(positions.fields["lat"][0] / E7)))
    for lat, lon in zip(positions.fields["lat"].tolist(), (positions.fields["lon"] * scale).tolist(), strict=True):
        one, two = last
        if one is None:
            chosen = 0
        elif two is None:
            chosen = int(np.hypot(lat - one[0], lon - one[1]) / E7 * 111_000 > _LEAP_M)
        else:
            chosen = int(abs(lat - two[0]) + abs(lon - two[1]) < abs(lat - one[0]) + abs(lon - one[1]))
        last[chosen] = (lat, lon)
        yield chosen


def _at_its_places(rows: AllRows, positions: Rows) -> Iterator[tuple[str, Rows]]:
    """The receivers' positions that lie at this one's."""
    for name, one in rows.items():
        if name == "GLOBAL_POSITION_INT":
            yield name, positions
        elif name in RECEIVERS and len(one):
            at = np.clip(np.searchsorted(positions.offset, one.offset), 0, len(positions) - 1)
            off = np.abs(one.fields["lat"] / E7 - positions.fields["lat"][at] / E7)
            off += np.abs(one.fields["lon"] / E7 - positions.fields["lon"][at] / E7)
            yield name, one.take(off * 111_000 <= 2 * _LEAP_M)
        else:
            yield name, one
