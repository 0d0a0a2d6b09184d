"""Telemetry logs that were joined, in any order or twice: their messages in the order of the vehicle's time.

Parts of one file are told apart where boot time falls back, as at a reboot. Parts in which the vehicle says that it was
booted at the same moment are of one boot: they are sorted into each other. Then boots go by their time of day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.tlog.clock import Clock
from dronectl.formats.recordings.tlog.frames import Rows
from dronectl.formats.recordings.tlog.heartbeats import calm
from dronectl.formats.recordings.tlog.timed import timed_messages
from dronectl.model.track.clock_facts import ClockFacts

_SAME_BOOT_US = 500_000
"""As far as two recordings of one boot may tell its time differently."""

Key = NDArray[np.int64]


def in_order_of_time(rows: Mapping[str, Rows], clock: Clock) -> Mapping[str, Rows]:
    """The same rows, their places counted anew, where a vehicle's messages do not stand in the order of its time, as
    its clock tells; where they do, ``rows`` themselves."""
    boots = _boots_in_order(clock.facts)
    if boots == list(range(len(boots))) and not clock.is_late:  # or nothing is timed
        return rows
    keys = {name: _keys(one, rows, clock, boots) for name, one in rows.items()}
    everything = np.concatenate(list(keys.values()), axis=1)
    order = np.lexsort((everything[2], everything[1], everything[0]))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    sorted_rows: dict[str, Rows] = {}
    begin = 0
    for name, one in rows.items():
        own = place[begin : begin + len(one)]
        begin += len(one)
        by_place = np.argsort(own)
        sorted_rows[name] = replace(one.take(by_place), offset=own[by_place])
    if clock.is_late:
        sorted_rows["HEARTBEAT"] = calm(sorted_rows["HEARTBEAT"])
    return sorted_rows


def _boots_in_order(facts: tuple[ClockFacts, ...]) -> list[int]:
    """For each part its boot: parts of one boot have one number, and numbers go by time."""
    order = sorted(range(len(facts)), key=lambda part: facts[part].boot_utc_us)
    boots = [0] * len(facts)
    number = 0
    for before, part in zip([None, *order], order, strict=False):
        if before is not None and not _is_same_boot(facts[before], facts[part]):
            number += 1
        boots[part] = number
    return boots


def _is_same_boot(one: ClockFacts, two: ClockFacts) -> bool:
    return one.source.is_vehicles == two.source.is_vehicles and two.boot_utc_us - one.boot_utc_us <= _SAME_BOOT_US


def _keys(rows: Rows, all_rows: Mapping[str, Rows], clock: Clock, boots: list[int]) -> Key:
    """(boot, time in it, place in the file) of each row. What has no time of its own goes with the timed message beside
    it that was stamped nearest."""
    timed = timed_messages(all_rows)
    after = np.clip(np.searchsorted(timed.offset, rows.offset, side="left"), 0, len(timed.offset) - 1)
    before = np.maximum(np.searchsorted(timed.offset, rows.offset, side="right") - 1, 0)
    since_before, until_after = rows.stamp_us - timed.stamp_us[before], timed.stamp_us[after] - rows.stamp_us
    goes_on = (timed.offset[before] <= rows.offset) & (np.abs(since_before) <= np.abs(until_after))
    at = np.where(goes_on, before, after)
    boot = np.array(boots, np.int64)[clock.boot_of(timed.offset[at])]
    time_us = timed.boot_ms[at] * 1000 + np.where(goes_on, 0, -1) * (timed.offset[at] != rows.offset)
    is_timed = timed.offset[at] == rows.offset
    return np.stack([boot, time_us, np.where(is_timed, -1, rows.offset)])
