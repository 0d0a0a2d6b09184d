"""When a vehicle was booted, by everything that its recording tells of the time of day since.

A clock that runs tells, at each moment, the same time of boot. It is set, though: by a ground station, later by GPS,
once in a while by a receiver's glitch. So tellings are gathered that agree with each other, and the best of these
gatherings is believed for the whole boot: one that was told with a fix before one without, and of equals the one that
was told last, as a clock is set by what knows better. A few tellings against many others are a glitch, whatever they
say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dronectl.model.track.clock_facts import NOTEWORTHY_S, ClockFacts, ClockStep, TimeSource

Times = NDArray[np.int64]
Indices = NDArray[np.intp]

_STEP_US = int(NOTEWORTHY_S * 1e6)
_STEP_OF_STAMPS_US = 5_000_000
"""Stamps also wait: on a weak link, or behind a busy program."""
_FEW = 5
"""Tellings that are never a glitch."""
_MOST_STEPS = 20
"""So many are told one by one, those of the most tellings."""
_SMALL_SHARE = 0.2
"""Fewer than this of all tellings, and fewer than a few, are one."""


@dataclass(frozen=True, slots=True, eq=False)
class Tellings:
    """What was told of the time of day in one boot, in the order of telling; columns of one length."""

    since_boot_us: Times
    boot_utc_us: Times
    """UTC of the boot that follows from each."""
    has_fix: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.boot_utc_us)

    def take(self, which: NDArray[np.bool_] | slice) -> Tellings:
        return Tellings(self.since_boot_us[which], self.boot_utc_us[which], self.has_fix[which])


def boot_time(tellings: Tellings) -> ClockFacts | None:
    """What is believed, and what was told otherwise; None where nothing was told."""
    if not len(tellings):
        return None
    gatherings = _gatherings(tellings.boot_utc_us)
    chosen = max(_lasting(gatherings), key=lambda one: (_mostly(tellings.has_fix[one]), int(one[-1])))
    told = np.sort(tellings.boot_utc_us[chosen])
    boot_utc_us = int(told[len(told) // 2])
    return ClockFacts(
        TimeSource.GPS if _mostly(tellings.has_fix[chosen]) else TimeSource.VEHICLE,
        len(told),
        float(told[-1] - told[0]) / 1e6,
        _told_otherwise(tellings, gatherings, chosen, boot_utc_us),
        more_corrections=_more(gatherings),
        boot_utc_us=boot_utc_us,
    )


def computer_time(since_boot_us: Times, boot_utc_us: Times) -> ClockFacts:
    """Where only the recording computer's stamps tell: by its clock as it ran last, if it was set meanwhile, and then
    by the first word, as later ones may have waited on their way. ``boot_utc_us``: each stamp, less the time since
    boot."""
    stamped = Tellings(since_boot_us, boot_utc_us, np.zeros(len(boot_utc_us), np.bool_))
    cuts = np.flatnonzero(np.abs(np.diff(boot_utc_us)) > _STEP_OF_STAMPS_US) + 1
    runs = np.split(np.arange(len(boot_utc_us)), cuts)
    chosen = _lasting(runs)[-1]
    believed_us = int(boot_utc_us[chosen[0]])
    corrections = _told_otherwise(stamped, runs, chosen, believed_us)
    more = _more(runs)
    return ClockFacts(TimeSource.COMPUTER, corrections=corrections, more_corrections=more, boot_utc_us=believed_us)


def _gatherings(values: Times) -> list[Indices]:
    """Indices of values that lie together, with no larger step between neighbours."""
    order = np.argsort(values, kind="stable")
    cuts = np.flatnonzero(np.diff(values[order]) > _STEP_US) + 1
    return [np.sort(part) for part in np.split(order, cuts)]


def _lasting(gatherings: Sequence[Indices]) -> Sequence[Indices]:
    """Those that are no glitch; all when none is more."""
    least = _SMALL_SHARE * sum(map(len, gatherings))
    return [one for one in gatherings if len(one) >= min(_FEW, least)] or gatherings


def _mostly(flags: NDArray[np.bool_]) -> bool:
    return bool(2 * np.count_nonzero(flags) >= len(flags))


def _more(gatherings: Sequence[Indices]) -> int:
    """How many of them, without the one that is believed, are not told one by one."""
    return max(0, len(gatherings) - 1 - _MOST_STEPS)


def _told_otherwise(
    tellings: Tellings, gatherings: Sequence[Indices], chosen: Indices, boot_utc_us: int
) -> tuple[ClockStep, ...]:
    """Everything but what is believed, in the order of telling; of many those of the most tellings."""
    found = []
    others = [one for one in gatherings if one is not chosen]
    for one in sorted(sorted(others, key=len, reverse=True)[:_MOST_STEPS], key=lambda one: int(one[0])):
        begin, end = ((tellings.since_boot_us[at] + boot_utc_us).astype("datetime64[us]") for at in (one[0], one[-1]))
        ahead_us = float(np.median(tellings.boot_utc_us[one] - boot_utc_us))
        found.append(ClockStep(begin, end, ahead_us / 1e6, len(one)))
    return tuple(found)
