"""The files of a simulated vehicle: a card in memory; ArduPilot's ``@PARAM``, ``@MISSION`` and ``@SYS`` are made when
read."""

from __future__ import annotations

import posixpath
import struct
from collections.abc import Callable, Mapping

from dronectl.sim.services.parameter_pack import pack_parameters
from dronectl.sim.vehicle.parameters import Parameters
from dronectl.sim.vehicle.stores import Store

_PARAMETERS = "@PARAM/param.pck"
_GUESSED_BYTES = 12
"""ArduPilot gives 12 bytes a parameter as the size of a file that it has not made yet."""
_SYSTEM = {
    "threads.txt": None, "tasks.txt": b"TasksV2\n", "dma.txt": None, "memory.txt": None, "uarts.txt": b"UARTV1\n",
    "timers.txt": None, "crash_dump.bin": None, "storage.bin": bytes(16_384),
}  # fmt: skip
"""What is listed; None: SITL has no such thing, and does not open it."""
_ITEMS = ("@MISSION/mission.dat", "@MISSION/fence.dat", "@MISSION/rally.dat")
"""By MAV_MISSION_TYPE."""
_ITEMS_BYTES = 1024 * 1024
_ITEMS_MAGIC = 0x763D
_ITEMS_HEADER, _ITEM = struct.Struct("<5H"), struct.Struct("<4f2if2H6B")
_SYSTEM_BYTES = 100_000
"""The size that ArduPilot gives to every text under ``@SYS``: it is made when it is opened."""
_CARD_BYTES = 8 * 1024 * 1024


class VehicleFiles:
    """Paths are as on the wire. ``parameters`` gives the table of now: it is a new one after each reboot."""

    def __init__(self, parameters: Callable[[], Parameters], stores: Callable[[], Mapping[int, Store]] = dict) -> None:
        self._parameters = parameters
        self._stores = stores
        self.card: dict[str, bytes | bytearray] = {}
        """What was written, by its path without a leading slash. A log that is being written is a ``bytearray``."""
        self.modified_s: dict[str, int] = {}
        """When logs were written to last, seconds since 1970."""

    def size_bytes(self, path: str) -> int | None:
        """What the vehicle says of a file's size; None when there is none."""
        if path == _PARAMETERS:
            return _GUESSED_BYTES * len(self._parameters().listed())
        if path in _ITEMS:
            return _ITEMS_BYTES
        if path.startswith("@SYS/"):
            return _system_size_bytes(path.removeprefix("@SYS/"))
        found = self.card.get(_plain(path))
        return None if found is None else len(found)

    def read(self, path: str, *, block_bytes: int) -> bytes | None:
        """The whole file, as a reader of such blocks sees it; None when there is none."""
        if path == _PARAMETERS:
            return pack_parameters(self._parameters().listed(), block_bytes)
        if path in _ITEMS:
            return _packed_items(self._stores()[_ITEMS.index(path)])
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
            return [f"F{name}\t{_told_bytes(name)}" for name in _SYSTEM]
        if path.startswith("@"):
            return None
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
    return None if _SYSTEM.get(name) is None else _told_bytes(name)


def _told_bytes(name: str) -> int:
    content = _SYSTEM[name]
    return _SYSTEM_BYTES if content is None or name.endswith(".txt") else len(content)


def _packed_items(store: Store) -> bytes:
    """Header and 38 bytes an item. Only a mission's items have number and autocontinue."""
    kind = store.mission_type
    parts = [_ITEMS_HEADER.pack(_ITEMS_MAGIC, kind, 0, 0, len(store))]
    for seq in range(len(store)):
        item = store.get(seq)
        if item is not None:
            numbers = (item.p1, item.p2, item.p3, item.p4, item.x, item.y, item.z)
            flags = (0, 0, item.frame, 0, int(not kind), 0)
            parts.append(_ITEM.pack(*numbers, 0 if kind else seq, item.command, *flags))
    return b"".join(parts)


def _plain(path: str) -> str:
    return posixpath.normpath(f"/{path}").strip("/")
