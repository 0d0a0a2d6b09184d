"""Which aircraft is this: AUTOPILOT_VERSION with uid2, the board's own number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.errors import IdentityError, NoAnswer
from dronectl.model.message import Message
from dronectl.model.mission import Command
from dronectl.protocol.machine import BaseMachine, Effect, Send

AUTOPILOT_VERSION_ID = 148
ASK_IDENTITY = ("COMMAND_LONG", {"command": int(Command.REQUEST_MESSAGE), "param1": float(AUTOPILOT_VERSION_ID)})
"""Name and fields of the question that AUTOPILOT_VERSION answers."""
_LINGER_S = 0.3
_RELEASES = {0: "-dev", 64: "-alpha", 128: "-beta", 192: "-rc", 255: ""}


@dataclass(frozen=True, slots=True)
class Identity:
    """``uid``: uid2 as 36 hex digits, the older uid as 16, or None when the vehicle tells none."""

    uid: str | None
    firmware: str
    """``4.5.6``; with ``-dev``, ``-beta`` … when it is no official release."""
    git_hash: str
    capabilities: int
    board_version: int


class ReadIdentity(BaseMachine[Identity]):
    """Asks for AUTOPILOT_VERSION. After the first answer it listens a moment longer: a second aircraft with the same
    system id answers too, with another uid.

    ``outcome``: :class:`Identity`, ``IdentityError`` (two aircraft), or ``NoAnswer``.
    """

    def __init__(self, *, timeout_s: float = 1.0, attempts: int = 6) -> None:
        super().__init__()
        self._timeout_s = timeout_s
        self._left = attempts
        self._found: Identity | None = None

    def start(self, now_s: float) -> Sequence[Effect]:
        return self._ask(now_s)

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        if message.name != "AUTOPILOT_VERSION" or self.outcome is not None:
            return ()
        identity = identity_of(message)
        if self._found is None:
            self._found = identity
            self.deadline_s = now_s + _LINGER_S
        elif identity.uid != self._found.uid:
            self._finish(two_aircraft(message.system_id, self._found.uid, identity.uid))
        return ()

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        if self._found is not None:
            self._finish(self._found)
        elif self._left > 0:
            return self._ask(now_s)
        else:
            self._finish(NoAnswer("the vehicle does not answer who it is (AUTOPILOT_VERSION)"))
        return ()

    def _ask(self, now_s: float) -> Sequence[Effect]:
        self._left -= 1
        self.deadline_s = now_s + self._timeout_s
        return [Send(*ASK_IDENTITY)]


def identity_of(message: Message) -> Identity:
    """From an AUTOPILOT_VERSION message."""
    uid2 = bytes(message.get("uid2", ()))
    version = int(message["flight_sw_version"])
    major, minor, patch, kind = (version >> shift & 0xFF for shift in (24, 16, 8, 0))
    short_uid = int(message["uid"])
    if any(uid2):
        uid: str | None = uid2.hex()
    else:
        uid = f"{short_uid:016x}" if short_uid else None
    return Identity(
        uid=uid,
        firmware=f"{major}.{minor}.{patch}{_RELEASES.get(kind, f'-{kind}')}",
        git_hash=bytes(message["flight_custom_version"]).rstrip(b"\0").decode("ascii", "replace"),
        capabilities=int(message["capabilities"]),
        board_version=int(message["board_version"]),
    )


def two_aircraft(system_id: int, first: str | None, second: str | None) -> IdentityError:
    return IdentityError(
        f"two aircraft answer as system {system_id}: uid {first} and uid {second}",
        hint="switch one of them off and give it another SYSID_THISMAV",
    )
