"""Which drones this process records: of all that share a link, one does, and another goes on when it ends."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from dronectl.storage.file_lock import lock_file

ASK_EVERY_S = 0.5


class Claims:
    """A lock for each drone in the box's folder. The operating system frees it when its holder ends, however."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, IO[bytes] | None] = {}
        self._due_s: dict[str, float] = {}

    def has(self, drone: str, now_s: float) -> bool:
        """Whether it is ours to record. Where no lock can be made it is: who cannot write finds that out by writing."""
        if drone in self._held:
            return True
        if now_s < self._due_s.get(drone, now_s):
            return False
        self._due_s[drone] = now_s + ASK_EVERY_S
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = (self._folder / f".{drone}.lock").open("ab")
        except OSError:
            self._held[drone] = None
            return True
        if not lock_file(file):
            file.close()
            return False
        self._held[drone] = file
        return True

    def free(self) -> None:
        for file in self._held.values():
            if file is not None:
                file.close()
        self._held.clear()
