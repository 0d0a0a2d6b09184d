"""One tlog per drone: every frame from it, and every frame sent to it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from dronectl.errors import StorageError
from dronectl.formats.tlog import TlogWriter
from dronectl.link.fleet_link import FleetLink
from dronectl.ops.events import Listener, Note, ignore


class Recorder:
    """Writes what its drones say and hear; use it as a context manager inside an open fleet.

    A full disk never stops a flight: the first failure is told at once, recording of that drone ends, what was written
    stays readable, and :meth:`raise_failure` turns it into the command's exit code when the flight is over.
    """

    def __init__(self, fleet: FleetLink, files: dict[str, Path], listener: Listener = ignore) -> None:
        """``files``: the tlog of each drone by name; the same path for all makes one common tlog.

        Raises:
            StorageError: a file cannot be opened.
        """
        self._fleet = fleet
        self._listener = listener
        self._writers: dict[Path, TlogWriter] = {path: TlogWriter(path) for path in dict.fromkeys(files.values())}
        self._files = files
        self.failures: dict[Path, StorageError] = {}
        self.frames: dict[str, int] = dict.fromkeys(files, 0)

    @property
    def paths(self) -> Sequence[Path]:
        """The recordings, in the order of the drones."""
        return tuple(self._writers)

    def __enter__(self) -> Recorder:
        self._untap = self._fleet.add_tap(self._on_frame)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._untap()
        for path, writer in self._writers.items():
            try:
                writer.close()
            except StorageError as failure:
                self._failed(path, failure)

    def raise_failure(self) -> None:
        """Raises the first StorageError there was, with what was kept."""
        for failure in self.failures.values():
            raise StorageError(
                f"{failure.message}; what was written before is readable",
                hint="free some space; the flight itself was not affected",
            )

    def _on_frame(self, drone: str, frame: bytes, t_unix_s: float, _outgoing: bool) -> None:
        path = self._files.get(drone)
        if path is None or path in self.failures:
            return
        try:
            self._writers[path].write(frame, t_unix_s)
        except StorageError as failure:
            self._failed(path, failure)
        else:
            self.frames[drone] += 1

    def _failed(self, path: Path, failure: StorageError) -> None:
        if path not in self.failures:
            self.failures[path] = failure
            self._listener(Note(failure.message, level="error"))
