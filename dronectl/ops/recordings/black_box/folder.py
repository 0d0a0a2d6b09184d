"""The files of the black box: a folder a day, a tlog a drone and stretch, the oldest of which go at the quota."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dronectl.formats.recordings.recording_folder import COPIES_MARK
from dronectl.model.recorder import MB, RecorderSettings
from dronectl.model.text.shown_time import file_stamp, local_day, now, utc_of_us

WARN_SHARE = 0.8
IN_USE_S = 120.0
"""A file that was written so lately may be another process's, which still records: it stays."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FILE = re.compile(r"[a-z][a-z0-9_]{0,31}-\d{8}T\d{6}Z(?:\.\d{1,4})?\.tlog")
"""Only what is called so, in a folder of a day, was made by the box, and may be removed by it."""


@dataclass(frozen=True, slots=True)
class _Kept:
    path: Path
    bytes: int
    changed_unix_s: float


class BoxFolder:
    """``tell``: is given what a person should know of the room that is left."""

    def __init__(self, folder: Path, settings: RecorderSettings, tell: Callable[[str], None]) -> None:
        self.folder = folder
        self._quota_bytes = settings.quota_mb * MB
        self._zone = ZoneInfo(settings.time_zone)
        self._tell = tell
        self._warned = self._warned_full = False

    def day_of(self, t_unix_s: float) -> str:
        """The name of the folder for what was heard then: the day at the site."""
        return str(local_day(_moment(t_unix_s), self._zone))

    def new_path(self, drone: str, t_unix_s: float) -> Path:
        """A name that no file has yet."""
        stem = f"{drone}-{file_stamp(_moment(t_unix_s))}"
        folder, number = self.folder / self.day_of(t_unix_s), 1
        with suppress(OSError):  # who cannot make it cannot record, and tells so
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / COPIES_MARK).touch()
        path = folder / f"{stem}.tlog"
        while path.exists():
            number += 1
            path = folder / f"{stem}.{number}.tlog"
        return path

    def keep_quota(self, in_use: Collection[Path], now_unix_s: float) -> None:
        """Says when the quota is near, and removes the oldest files of the box where it is passed."""
        kept = self._kept()
        total = sum(one.bytes for one in kept)
        if not self._warned and total >= WARN_SHARE * self._quota_bytes:
            self._warned = True
            self._tell(
                f"the black box in {self.folder} holds {_mb(total)} of {_mb(self._quota_bytes)} MB: from there on its "
                "oldest files are removed; copy what shall stay, or raise quota_mb in [recorder]"
            )
        removed = 0
        for one in kept:
            if total <= self._quota_bytes:
                break
            if one.path in in_use or now_unix_s - one.changed_unix_s < IN_USE_S:
                continue
            with suppress(OSError):  # somebody reads it (Windows), or has removed it
                one.path.unlink()
                total -= one.bytes
                removed += 1
            with suppress(OSError):  # not empty
                one.path.parent.rmdir()
        if removed:
            self._tell(f"the black box is full: its {removed} oldest file(s) were removed")
        if total > self._quota_bytes and not self._warned_full:
            self._warned_full = True
            self._tell(
                f"the black box in {self.folder} holds {_mb(total)} MB, more than its {_mb(self._quota_bytes)}, and "
                "nothing in it is old enough to be removed: raise quota_mb in [recorder]"
            )

    def _kept(self) -> list[_Kept]:
        """The files of the box, the oldest first."""
        found = []
        with suppress(OSError):
            for day in sorted(path for path in self.folder.iterdir() if _DAY.fullmatch(path.name)):
                for path in day.iterdir():
                    if _FILE.fullmatch(path.name):
                        status = path.stat()
                        found.append(_Kept(path, status.st_size, status.st_mtime))
        return sorted(found, key=lambda one: (one.path.parent.name, one.path.stem.partition("-")[2], one.path.name))


def _moment(t_unix_s: float) -> datetime:
    return utc_of_us(round(t_unix_s * 1e6)) or now()


def _mb(size_bytes: float) -> str:
    return f"{size_bytes / MB:,.0f}"
