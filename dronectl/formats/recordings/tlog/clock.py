"""When the messages of a telemetry log were sent: a vehicle's boots, and the UTC of each."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.recordings.boot_time import Tellings, boot_time, computer_time
from dronectl.formats.recordings.flights import MOST_FLIGHTS, TooManyFlights
from dronectl.formats.recordings.tlog.frames import Rows
from dronectl.formats.recordings.tlog.timed import (
    Offsets,
    Timed,
    ToldTimes,
    is_utc,
    own_time_us,
    timed_messages,
    told_times,
)
from dronectl.model.track.clock_facts import ClockFacts, TimeSource

_REBOOT_MS = 10_000
"""Boot time that falls back by more than this is a reboot; by less, perhaps a late packet."""
_LATE_MS = 1_000
"""By less than this, a late packet for sure."""
_UNHEARD_REBOOT_MS = 60_000
"""So is boot time that falls so far behind the host's clock, and stays there: it rebooted unheard."""
_GOES_ON_MS = 5_000
"""Boot time that goes on by no more than this went on: it was the host's clock that was set."""
_SAME_BOOT_US = 5_000_000
"""A vehicle that says twice, within this, at what time of day it was booted was not booted in between."""


class Clock:
    """Ties places in the file to boots and to UTC, for one vehicle.

    Messages without a time of their own (HEARTBEAT, STATUSTEXT) get theirs from the timed messages around them.
    """

    def __init__(self, rows: Mapping[str, Rows], *, stamps: TimeSource = TimeSource.COMPUTER) -> None:
        """``stamps``: whose time the stamps are."""
        timed, told = timed_messages(rows), told_times(rows)
        self._offset = timed.offset
        reboots = _reboots(timed, told)
        first = np.concatenate([[0], reboots]) if len(timed.offset) else reboots
        self.boot_start: Offsets = timed.offset[first]
        """Offset of the first timed message of each boot."""
        self.boot_start[:1] = 0
        self.facts = self._fitted(timed, told, stamps)
        """Of each boot."""
        self.is_late = bool((np.diff(timed.boot_ms)[np.diff(self.boot_of(timed.offset)) == 0] < -_LATE_MS).any())
        """Whether, within a boot, messages stand behind later ones: as of two links, of which one is slow."""
        self._epoch_us = np.array([facts.boot_utc_us for facts in self.facts], np.int64)
        self._utc_us = self.utc_us(self._offset, timed.boot_ms * 1000)

    def __bool__(self) -> bool:
        return len(self._offset) > 0

    def boot_of(self, offset: Offsets) -> NDArray[np.int64]:
        """Which boot a place in the file belongs to: 0, 1, …"""
        return np.searchsorted(self.boot_start, offset, side="right").astype(np.int64) - 1

    def utc_us(self, offset: Offsets, since_boot_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """UTC of messages that carry their time since boot."""
        utc: NDArray[np.int64] = self._epoch_us[self.boot_of(offset)] + since_boot_us
        return utc

    def utc_us_at(self, offset: Offsets) -> NDArray[np.int64]:
        """UTC of messages that carry no time."""
        return np.rint(np.interp(offset, self._offset, self._utc_us)).astype(np.int64)

    def facts_at(self, offset: int) -> ClockFacts:
        """Of the boot that a place in the file belongs to."""
        return self.facts[int(self.boot_of(np.array([offset]))[0])]

    def _fitted(self, timed: Timed, told: ToldTimes, stamps: TimeSource) -> tuple[ClockFacts, ...]:
        """Each boot by what the vehicle tells, else by the stamps.

        Raises:
            TooManyFlights: there are more boots than flights may be.
        """
        if len(self.boot_start) > MOST_FLIGHTS:
            raise TooManyFlights("boots")
        tellings = Tellings(told.since_boot_us, told.boot_utc_us, told.has_fix)
        found = []
        for own_told, own in zip(self._stretches(told.offset), self._stretches(timed.offset), strict=True):
            since_boot_us = timed.boot_ms[own] * 1000
            booted_us = _without_lone_values(timed.stamp_us[own] - since_boot_us)
            facts = boot_time(tellings.take(own_told))
            if facts is None:
                facts = replace(computer_time(since_boot_us, booted_us), source=stamps)
            elif stamps is TimeSource.COMPUTER:
                ahead_us = float(np.median(booted_us - facts.boot_utc_us))
                facts = replace(facts, computer_ahead_s=ahead_us / 1e6)
            found.append(facts)
        return tuple(found)

    def _stretches(self, offset: Offsets) -> list[slice]:
        """Which of some places, in file order, lie in each boot."""
        edges = [*np.searchsorted(offset, self.boot_start).tolist(), len(offset)]
        return [slice(begin, end) for begin, end in itertools.pairwise(edges)]


def utc_by_own_time(name: str, rows: Rows, clock: Clock) -> NDArray[np.int64]:
    """UTC of messages of receivers or of high-latency telemetry, by what they say themselves, if they say anything."""
    time_us = own_time_us(rows, name)
    if time_us is None:
        return clock.utc_us_at(rows.offset)
    utc_us: NDArray[np.int64] = np.where(is_utc(time_us), time_us, clock.utc_us(rows.offset, time_us))
    return utc_us


def _reboots(timed: Timed, told: ToldTimes) -> NDArray[np.int64]:
    """Indices of the first timed message of each boot but the first.

    What the vehicle tells of the time of day decides where it does, before and after: the recording computer's clock
    may be set while it records.
    """
    booted_us = _without_lone_values(timed.stamp_us - timed.boot_ms * 1000)
    fallen_ms, lost_ms = -np.diff(timed.boot_ms), np.diff(booted_us) // 1000
    found: list[int] = []
    for index in np.flatnonzero((fallen_ms > _LATE_MS) | (lost_ms > _UNHEARD_REBOOT_MS)).tolist():
        is_reboot = fallen_ms[index] > _REBOOT_MS or (
            lost_ms[index] > _UNHEARD_REBOOT_MS and not -_GOES_ON_MS <= fallen_ms[index] <= 0
        )
        after = int(np.searchsorted(told.offset, timed.offset[index], side="right"))
        if fallen_ms[index] <= _REBOOT_MS and 0 < after < len(told.offset):
            is_reboot = abs(int(told.boot_utc_us[after] - told.boot_utc_us[after - 1])) > _SAME_BOOT_US
        if is_reboot:
            found.append(index + 1)
    return np.array(found, np.int64)


def _without_lone_values(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The median of each value and its neighbours, steps kept: no checksum covers the host's stamps, and a damaged one
    would otherwise be a reboot."""
    padded = np.concatenate([values[:1], values, values[-1:]])
    middle: NDArray[np.int64] = np.sort(np.stack([padded[:-2], padded[1:-1], padded[2:]]), axis=0)[1]
    return middle
