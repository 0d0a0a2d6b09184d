"""The black box of an open fleet: frames go to a thread that writes them; nothing in flight ever waits for a disk."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

from dronectl.link.fleet_link import FleetLink
from dronectl.model.recorder import RecorderSettings
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.recordings.black_box.folder import BoxFolder
from dronectl.ops.recordings.black_box.tracks import Frame, OpenTracks

WRITE_EVERY_S = 0.2
SYNC_EVERY_S = 0.6
"""Together less than a second, which a power cut takes; a killed process loses what came in ``WRITE_EVERY_S``."""
MOST_WAITING = 20_000
"""Frames; three drones at a hundred frames a second fill that in a minute in which the disk takes nothing."""
TELL_AGAIN_S = 60.0
CLOSED_WITHIN_S = 3.0


def box_folder(root: Path, settings: RecorderSettings) -> Path:
    """Where the workspace at ``root`` keeps its black box."""
    return root / settings.folder


BoxOf = Callable[[FleetLink, Listener], AbstractAsyncContextManager["BlackBox | None"]]
"""Makes the box of an open fleet, by the settings of a workspace."""


@asynccontextmanager
async def no_box(_fleet: FleetLink, _listener: Listener) -> AsyncIterator[None]:
    """For who records nothing besides."""
    yield


@asynccontextmanager
async def black_box(
    fleet: FleetLink,
    root: Path,
    settings: RecorderSettings,
    listener: Listener = ignore,
) -> AsyncIterator[BlackBox]:
    """Within: every frame from and to the drones goes into the box of the workspace at ``root``, keys left out.

    Of several processes that share a link one records; when it ends, another goes on. ``listener``: told on the running
    loop what a person should know: the quota, a disk that takes no more, frames that were dropped. Nothing is raised: a
    flight goes on without its box.
    """
    box = BlackBox(box_folder(root, settings), settings, _on_loop(listener))
    if settings.quota_mb <= 0:
        yield box
        return
    untap = fleet.add_tap(box.take)
    box.start()
    try:
        yield box
    finally:
        untap()
        box.stop()


class BlackBox:
    """``dropped``: frames that are in no file, because the disk was too slow or full."""

    def __init__(self, folder: Path, settings: RecorderSettings, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._waiting: deque[Frame] = deque()
        self._turned_away = 0
        self._told_dropped, self._tell_due_s = 0, 0.0
        self._tracks = OpenTracks(BoxFolder(folder, settings, tell), settings, tell)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._write_until_stopped, name="black box", daemon=True)

    @property
    def dropped(self) -> int:
        return self._turned_away + self._tracks.lost

    def take(self, drone: str, frame: bytes, t_unix_s: float, _outgoing: bool) -> None:
        """A tap: takes the frame, or counts it as dropped; returns at once."""
        if len(self._waiting) >= MOST_WAITING:
            self._turned_away += 1
        else:
            self._waiting.append((drone, frame, t_unix_s))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Writes what is waiting and closes the files, within bounded time."""
        self._ends.set()
        self._thread.join(CLOSED_WITHIN_S)
        if self._thread.is_alive():
            self._tell(f"the black box was not closed within {CLOSED_WITHIN_S:g} s: the disk takes nothing")

    def _write_until_stopped(self) -> None:
        synced_s = time.monotonic()
        is_over = False
        while not is_over:
            is_over = self._ends.wait(WRITE_EVERY_S)
            now_s = time.monotonic()
            self._tracks.write(self._taken(), now_s)
            if is_over or now_s - synced_s >= SYNC_EVERY_S:
                synced_s = now_s
                self._tracks.sync(now_s)
                self._tracks.keep_quota(now_s, time.time())
            self._tell_dropped(now_s)
        self._tracks.close(time.monotonic())

    def _taken(self) -> list[Frame]:
        return [self._waiting.popleft() for _ in range(len(self._waiting))]

    def _tell_dropped(self, now_s: float) -> None:
        if self.dropped > self._told_dropped and now_s >= self._tell_due_s:
            self._tell(
                f"the black box has dropped {self.dropped} frames so far: the disk is too slow, or takes no more"
            )
            self._told_dropped, self._tell_due_s = self.dropped, now_s + TELL_AGAIN_S


def _on_loop(listener: Listener) -> Callable[[str], None]:
    """Tells a listener from any thread."""
    loop = asyncio.get_running_loop()

    def tell(text: str) -> None:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(listener, Note(text, level="warning"))

    return tell
