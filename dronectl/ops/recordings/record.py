"""One tlog per drone: every frame from it, and every frame sent to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from dronectl.errors import StorageError
from dronectl.formats.recordings.tlog.files import TlogWriter
from dronectl.link.fleet_link import FleetLink
from dronectl.ops.common.events import Listener, Note, ignore


class Recorder:
    """Writes what its drones say and hear; use it as a context manager inside an open fleet.

    A full disk never stops a flight: the first failure is told at once, recording of that drone ends, what was written
    stays readable, and :attr:`failure` is the command's exit code when the flight is over.
    """

    def __init__(
        self,
        fleet: FleetLink,
        files: dict[str, Path],
        listener: Listener = ignore,
        frames: dict[str, int] | None = None,
    ) -> None:
        """``files``: the tlog of each drone by name; the same path for all makes one common tlog. ``frames``: where to
        count what was written of each drone.

        Raises:
            StorageError: a file cannot be opened.
        """
        self._fleet = fleet
        self._listener = listener
        refuse_existing(files.values())
        self._writers: dict[Path, TlogWriter] = {}
        with ExitStack() as opened:
            for path in dict.fromkeys(files.values()):
                self._writers[path] = opened.enter_context(TlogWriter(path))
            opened.pop_all()
        self._files = files
        self.failures: dict[Path, StorageError] = {}
        self.frames = {} if frames is None else frames

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

    @property
    def failure(self) -> StorageError | None:
        """The first failure there was, with what was kept."""
        for failure in self.failures.values():
            return StorageError(
                f"{failure.message}; what was written before is readable",
                hint="free some space; the flight itself was not affected",
            )
        return None

    def _on_frame(self, drone: str, frame: bytes, t_unix_s: float, _outgoing: bool) -> None:
        path = self._files.get(drone)
        if path is None or path in self.failures:
            return
        try:
            self._writers[path].write(frame, t_unix_s)
        except StorageError as failure:
            self._failed(path, failure)
        else:
            self.frames[drone] = self.frames.get(drone, 0) + 1

    def _failed(self, path: Path, failure: StorageError) -> None:
        if path not in self.failures:
            self.failures[path] = failure
            self._listener(Note(failure.message, level="error"))


def free_names(files: Mapping[str, Path]) -> dict[str, Path]:
    """The same files by drone; or, where one of them is there already, all of them with the first number that none of
    them has: ``alpha.2.tlog``. An earlier attempt in the same folder keeps its recordings, and stands in nobody's way.
    """
    names, number = dict(files), 1
    while any(path.exists() for path in names.values()):
        number += 1
        names = {drone: path.with_name(f"{path.stem}.{number}{path.suffix}") for drone, path in files.items()}
    return names


def refuse_existing(paths: Iterable[Path]) -> None:
    """A recording is never overwritten: says so before anything is opened.

    Raises:
        StorageError: one of the files is there already.
    """
    for path in paths:
        if path.exists():
            raise StorageError(f"{path}: exists already", hint="recordings are never overwritten: give another name")
