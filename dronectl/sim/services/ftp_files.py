"""The files of a simulated vehicle: a card in memory; ArduPilot's ``@PARAM`` and ``@SYS`` are made when read."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from dronectl.sim.services.parameter_pack import pack_parameters
from dronectl.sim.vehicle.parameters import Parameters

_PARAMETERS = "@PARAM/param.pck"
_GUESSED_BYTES = 12
"""ArduPilot gives 12 bytes a parameter as the size of a file that it has not made yet."""
_SYSTEM = {"tasks.txt": b"TasksV2\n", "storage.bin": bytes(16_384)}
_SYSTEM_BYTES = 100_000
"""The size that ArduPilot gives to every text under ``@SYS``: it is made when it is opened."""
_CARD_BYTES = 8 * 1024 * 1024


class VehicleFiles:
    """Paths are as on the wire. ``parameters`` gives the table of now: it is a new one after each reboot."""

    def __init__(self, parameters: Callable[[], Parameters]) -> None:
        self._parameters = parameters
        self.card: dict[str, bytes | bytearray] = {}
        """What was written, by its path without a leading slash. A log that is being written is a ``bytearray``."""
        self.modified_s: dict[str, int] = {}
        """When logs were written to last, seconds since 1970."""

    def size_bytes(self, path: str) -> int | None:
        """What the vehicle says of a file's size; None when there is none."""
        if path == _PARAMETERS:
            return _GUESSED_BYTES * len(self._parameters().listed())
        if path.startswith("@SYS/"):
            return _system_size_bytes(path.removeprefix("@SYS/"))
        found = self.card.get(_plain(path))
        return None if found is None else len(found)

    def read(self, path: str, *, block_bytes: int) -> bytes | None:
        """The whole file, as a reader of such blocks sees it; None when there is none."""
        if path == _PARAMETERS:
            return pack_parameters(self._parameters().listed(), block_bytes)
        if path.startswith("@SYS/"):
            return _SYSTEM.get(path.removeprefix("@SYS/"))
        found = self.card.get(_plain(path))
        return None if found is None else bytes(found)

    def create(self, path: str) -> bool:
        """Begins an empty file; False where none may be."""
        self.card.pop(_plain(path), None)
        return self.write(path, 0, b"")

    def write(self, path: str, offset: int, data: bytes) -> bool:
        """False when the card is full or the place is not to be written to."""
        if path.startswith("@") or offset + len(data) > _CARD_BYTES:
            return False
        old = bytes(self.card.get(_plain(path), b""))
        self.card[_plain(path)] = old[:offset].ljust(offset, b"\0") + data + old[offset + len(data) :]
        return True

    def entries(self, path: str) -> list[str] | None:
        """``Fname<tab>size`` and ``Dname`` of a directory; None when there is none."""
        if path.rstrip("/") == "@SYS":
            return [f"F{name}\t{_system_size_bytes(name)}" for name in _SYSTEM]
        place = _plain(path)
        inside = [name for name in self.card if not place or name.startswith(f"{place}/")]
        if place and not inside:
            return None
        found: dict[str, str] = {}
        for name in inside:
            first, below, _ = name[len(place) :].lstrip("/").partition("/")
            found[first] = f"D{first}" if below else f"F{first}\t{len(self.card[name])}"
        return list(found.values())


def _system_size_bytes(name: str) -> int | None:
    if name not in _SYSTEM:
        return None
    return _SYSTEM_BYTES if name.endswith(".txt") else len(_SYSTEM[name])


def _plain(path: str) -> str:
    return posixpath.normpath(f"/{path}").strip("/")
