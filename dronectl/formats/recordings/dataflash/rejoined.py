"""Parts of one boot that somebody joined in the wrong order, put in the order in which they were written."""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.formats.recordings.dataflash.clock import TimedLog, boots, parts
from dronectl.formats.recordings.dataflash.receivers import (
    UNKNOWN_SYSTEM,
    best_receiver,
    receivers,
    system_id,
    timing,
)
from dronectl.formats.recordings.dataflash.tables import DataFlash
from dronectl.formats.recordings.flights import MOST_FLIGHTS, TooManyFlights
from dronectl.model.track.clock_facts import TimeSource

_MOST_PARTS = 100
"""Nobody joins more by hand."""
_SAME_BOOT_US = 2_000_000
"""GPS tells the time of a boot to some tenths of a second."""


class _Part:
    """Stretches of a file in which time goes on. ``boot_utc_us``: None where GPS does not tell it."""

    def __init__(self, log: DataFlash, spans: Sequence[tuple[int, int]]) -> None:
        self.spans = spans
        timed = TimedLog(log, spans)
        self.system_id = system_id(timed)
        clock = timing(best_receiver(receivers(timed)))
        self.boot_utc_us = clock.boot_utc_us if clock.source is TimeSource.GPS else None
        self.first_us, self.last_us = timed.extent_us()

    def is_followed_by(self, other: _Part) -> bool:
        """Whether the next one in the file is of the same boot as far as anybody knows: one of them tells no time."""
        is_unknown = self.boot_utc_us is None or other.boot_utc_us is None
        return is_unknown and other.first_us >= self.last_us

    def goes_with(self, other: _Part) -> bool:
        """Whether both are of one boot: switched on at one moment, and the one begins where the other has ended, which
        a copy does not."""
        ids = {self.system_id, other.system_id} - {UNKNOWN_SYSTEM}
        if self.boot_utc_us is None or other.boot_utc_us is None or len(ids) > 1:
            return False
        is_apart = self.first_us > other.last_us or other.first_us > self.last_us
        return is_apart and abs(self.boot_utc_us - other.boot_utc_us) <= _SAME_BOOT_US


def rejoined(log: DataFlash) -> list[TimedLog]:
    """Each boot of a log once, in the order of their first parts in the file.

    Raises:
        TooManyFlights: there are more boots than flights may be.
    """
    found = boots(log)
    if len(found) < 2:
        return found
    if len(found) > MOST_FLIGHTS:
        raise TooManyFlights("boots")
    if len(stretches := parts(log)) > _MOST_PARTS:
        return found
    gathered: list[list[_Part]] = []
    for part in _lasting(log, [_Part(log, stretch.spans) for stretch in stretches]):
        own = next((boot for boot in gathered if all(part.goes_with(one) for one in boot)), None)
        if own is None:
            gathered.append([part])
        else:
            own.append(part)
    if len(gathered) >= len(found):
        return found
    in_time = [sorted(boot, key=lambda one: one.first_us) for boot in gathered]
    return [TimedLog(log, [span for part in boot for span in part.spans]) for boot in in_time]


def _lasting(log: DataFlash, stretches: Sequence[_Part]) -> list[_Part]:
    """Those that tell nothing of their boot stay with what stands before or behind them in the file."""
    found: list[_Part] = []
    for part in stretches:
        if found and found[-1].is_followed_by(part):
            found[-1] = _Part(log, [*found[-1].spans, *part.spans])
        else:
            found.append(part)
    return found
