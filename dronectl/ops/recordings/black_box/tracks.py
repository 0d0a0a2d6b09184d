"""The open files of the black box: one a drone, followed by the next when it is large or a day is over."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from dronectl.errors import StorageError
from dronectl.formats.recordings.tlog.files import TlogWriter
from dronectl.model.recorder import MB, RecorderSettings
from dronectl.ops.recordings.black_box.claims import Claims
from dronectl.ops.recordings.black_box.folder import BoxFolder

Frame = tuple[str, bytes, float]
"""Drone, frame, unix time in seconds."""
TRY_AGAIN_S = 10.0
"""After a failure: so long until a new file is tried, and the quota looked at."""
TELL_AGAIN_S = 300.0
QUOTA_EVERY_S = 10.0
OVERLAP_S = 2.0
"""So much of what another process should have recorded is kept, and recorded here when that process has ended."""


class OpenTracks:
    """Written by one thread. A file that fails is left as it is, readable up to there; another is tried later.

    ``now_s`` of all methods is one monotonic clock.
    """

    def __init__(self, folder: BoxFolder, settings: RecorderSettings, tell: Callable[[str], None]) -> None:
        self._folder = folder
        self._claims = Claims(folder.folder)
        self._of_others: dict[str, deque[Frame]] = {}
        self._max_bytes = settings.max_mb * MB
        self._tell = tell
        self._writers: dict[str, TlogWriter] = {}
        self._days: dict[str, str] = {}
        self._unsynced: set[str] = set()
        self._not_before_s: dict[str, float] = {}
        self._tell_due_s: dict[str, float] = {}
        self._quota_due_s = 0.0
        self.lost = 0
        """Frames that no file took."""

    def write(self, frames: Iterable[Frame], now_s: float) -> None:
        """Hands each frame to the operating system, in the file where it belongs."""
        for drone, frame, t_unix_s in self._ours(frames, now_s):
            if now_s < self._not_before_s.get(drone, now_s):
                self.lost += 1
                continue
            try:
                self._writer(drone, t_unix_s, now_s).write(frame, t_unix_s)
            except StorageError as error:
                self.lost += 1
                self._fail(drone, error, now_s)
            else:
                self._unsynced.add(drone)

    def _ours(self, frames: Iterable[Frame], now_s: float) -> Iterator[Frame]:
        """Those of drones that no other process records; where one did until now, also what came last before."""
        for frame in frames:
            drone, _, t_unix_s = frame
            before = self._of_others.setdefault(drone, deque())
            before.append(frame)
            if self._claims.has(drone, now_s):
                yield from before
                before.clear()
            while before and t_unix_s - before[0][2] > OVERLAP_S:
                before.popleft()

    def sync(self, now_s: float) -> None:
        """Brings everything to the disk."""
        for drone in tuple(self._unsynced):
            try:
                self._writers[drone].sync()
            except StorageError as error:
                self._fail(drone, error, now_s)
        self._unsynced.clear()

    def keep_quota(self, now_s: float, now_unix_s: float) -> None:
        """Looks from time to time whether the box is full."""
        if now_s >= self._quota_due_s:
            self._quota_due_s = now_s + QUOTA_EVERY_S
            self._folder.keep_quota([writer.path for writer in self._writers.values()], now_unix_s)

    def close(self, now_s: float) -> None:
        for drone in tuple(self._writers):
            self._close(drone, now_s)
        self._claims.free()

    def _writer(self, drone: str, t_unix_s: float, now_s: float) -> TlogWriter:
        """
        Raises:
            StorageError: a new file cannot be made.
        """
        day = self._folder.day_of(t_unix_s)
        writer = self._writers.get(drone)
        if writer is not None and writer.size < self._max_bytes and self._days[drone] >= day:
            return writer
        if writer is not None:
            self._close(drone, now_s)
        self._writers[drone] = writer = TlogWriter(self._folder.new_path(drone, t_unix_s))
        self._days[drone] = day
        self._quota_due_s = 0.0  # a new file: look now
        return writer

    def _close(self, drone: str, now_s: float) -> None:
        self._unsynced.discard(drone)
        try:
            self._writers.pop(drone).close()
        except StorageError as error:
            self._fail(drone, error, now_s)

    def _fail(self, drone: str, error: StorageError, now_s: float) -> None:
        self._unsynced.discard(drone)
        writer = self._writers.pop(drone, None)
        if writer is not None:
            with suppress(StorageError):
                writer.close()
            if not writer.frames:
                with suppress(OSError):
                    writer.path.unlink()
        self._not_before_s[drone] = now_s + TRY_AGAIN_S
        if now_s >= self._tell_due_s.get(drone, now_s):
            self._tell_due_s[drone] = now_s + TELL_AGAIN_S
            self._tell(f"the black box does not record {drone}: {error.message}; tried again every {TRY_AGAIN_S:g} s")
