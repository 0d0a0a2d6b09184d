"""What battery monitors told in a recording, whatever wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dronectl.formats.recordings.recording import DATAFLASH_HEADER, looks_like_text_log, opened
from dronectl.model.track.battery_series import BatterySeries


def read_batteries(path: Path) -> Mapping[int, BatterySeries]:
    """That of each aircraft, by its system id; of streams without time stamps nothing.

    Raises:
        InputError: not readable, empty, or no recording at all.
    """
    return {owner: series.plausible() for owner, series in _by_owner(path).items()}


def _by_owner(path: Path) -> Mapping[int, BatterySeries]:
    data, head = opened(path)
    if looks_like_text_log(head) or head.startswith(DATAFLASH_HEADER):
        from dronectl.formats.recordings.dataflash import battery
        from dronectl.formats.recordings.dataflash.tables import BinaryLog
        from dronectl.formats.recordings.dataflash.text_log import TextLog

        return battery.batteries_of(TextLog(data) if looks_like_text_log(head) else BinaryLog(data))
    from dronectl.formats.recordings.tlog.battery import batteries_of
    from dronectl.formats.recordings.tlog.frames import walk_frames

    return batteries_of(walk_frames(data))
