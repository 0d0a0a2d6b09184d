"""A drone that others work with over our link: what its owner needs to sign what goes to it and judge what it says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dronectl.model.fleet import Drone
from dronectl.model.text.plain_text import plain

_MOST = 256


@dataclass(frozen=True, slots=True)
class Guest:
    """What :func:`~dronectl.link.signing.keys.open_signing` asks of a drone, and its system id."""

    name: str
    system_id: int
    uid: str | None
    accept_unsigned: bool | None

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "system_id": self.system_id,
            "uid": self.uid,
            "accept_unsigned": self.accept_unsigned,
        }


def guest_of(drone: Drone) -> Guest:
    return Guest(drone.name, drone.system_id, drone.uid, drone.accept_unsigned)


def guests_from_json(document: Any) -> Sequence[Guest]:
    """Those that a joiner names; what is no drone is left out."""
    entries: Iterable[Any] = document[:_MOST] if isinstance(document, list) else ()
    return tuple(guest for entry in entries if (guest := _guest(entry)) is not None)


def _guest(entry: Any) -> Guest | None:
    if not isinstance(entry, dict):
        return None
    name, system_id, uid = entry.get("name"), entry.get("system_id"), entry.get("uid")
    unsigned = entry.get("accept_unsigned")
    if not isinstance(name, str) or not isinstance(system_id, int) or not 1 <= system_id <= 255:
        return None
    if not isinstance(uid, str | None) or not isinstance(unsigned, bool | None):
        return None
    if uid is not None and not uid.isalnum():
        return None  # it names a file
    return Guest(plain(name)[:80], system_id, uid, unsigned)
