"""Which aircraft is this: AUTOPILOT_VERSION with uid2, the board's own number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.errors import IdentityError, NoAnswer
from dronectl.model.ardupilot.vehicle_settings import Setting, setting_name
from dronectl.model.message import Message
from dronectl.model.plan.mission import Command
from dronectl.protocol.core.machine import BaseMachine, Effect, Send
from dronectl.protocol.core.request_timer import RequestTimer

AUTOPILOT_VERSION_ID = 148
ASK_IDENTITY = ("COMMAND_LONG", {"command": int(Command.REQUEST_MESSAGE), "param1": float(AUTOPILOT_VERSION_ID)})
"""Name and fields of the question that AUTOPILOT_VERSION answers."""
ASK_HEARTBEAT = ("COMMAND_LONG", {"command": int(Command.REQUEST_MESSAGE), "param1": 0.0})
"""Likewise HEARTBEAT: ArduPilot says it at once, out of its turn."""
_ROUNDS = 4
"""So often the question must have been answered: a second aircraft misses one of them, or its answer gets lost."""
_MOST_MORE_ASKED = 8
"""After the first answer, on a link that loses most."""
_APART_S = 0.1
_LISTEN_S = 0.6
"""So long an aircraft may take to answer the last question."""
_BRIEFLY_S = 0.2
SAME_SYSTEM_ID_HINT = f"switch one of them off and give it another system id: {setting_name(Setting.SYSTEM_ID)}"
_LONGEST_WAIT_S = 3.0
_RELEASES = {0: "-dev", 64: "-alpha", 128: "-beta", 192: "-rc", 255: ""}


@dataclass(frozen=True, slots=True)
class Identity:
    """``uid``: uid2 as 36 hex digits, the older uid as 16, or None when the vehicle tells none."""

    uid: str | None
    firmware: str
    """``4.5.6``; with ``-dev``, ``-beta`` … when it is no official release."""
    capabilities: int


class ReadIdentity(BaseMachine[Identity]):
    """Asks for AUTOPILOT_VERSION, and again until four questions were answered: a second aircraft with the same system
    id answers too, with another uid, if not to the first question then to the next. On a link without loss that takes
    three round trips, or 0.3 s if that is longer, and 0.6 s of listening after the last question.

    Where that was done already, or nothing is written or set moving, one answer and a moment of listening do.

    ``outcome``: :class:`Identity`, ``IdentityError`` (two aircraft), or ``NoAnswer``.

    Args:
        thorough: whether it is asked until a second aircraft would have been heard.
    """

    def __init__(self, *, thorough: bool = True) -> None:
        super().__init__()
        self._wanted_rounds = _ROUNDS if thorough else 1
        self._least_listen_s = _LISTEN_S if thorough else _BRIEFLY_S
        self._more_left = _MOST_MORE_ASKED
        self._found: Identity | None = None
        self._asked_s = 0.0
        self._is_asked = False
        """The last question has had no answer yet."""
        self._rounds = 0
        self._slowest_s = 0.0

    def start(self, now_s: float) -> Sequence[Effect]:
        self._request = RequestTimer(self.link)
        return self._ask(now_s)

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        if message.name != "AUTOPILOT_VERSION" or self.outcome is not None:
            return ()
        identity = identity_of(message)
        if self._found is None:
            self._found = identity
        elif identity.uid != self._found.uid:
            self._finish(two_aircraft(message.system_id, self._found.uid, identity.uid))
            return ()
        if not self._is_asked:
            return ()  # another copy, or a late one
        self._is_asked = False
        self._rounds += 1
        self._slowest_s = max(self._slowest_s, now_s - self._asked_s)
        if self._rounds < self._wanted_rounds and now_s >= self._asked_s + _APART_S:
            return self._ask(now_s)
        self.deadline_s = self._asked_s + (_APART_S if self._rounds < self._wanted_rounds else self._listen_s)
        return ()

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        if self._found is None:
            if not self._request.is_over(now_s):
                return self._ask(now_s)
            self._finish(NoAnswer(self._request.silence("AUTOPILOT_VERSION (who it is)", now_s)))
        elif self._rounds < self._wanted_rounds and self._more_left > 0:
            self._more_left -= 1
            return self._ask(now_s)
        elif now_s < self._asked_s + self._listen_s:
            self.deadline_s = self._asked_s + self._listen_s
        else:
            self._finish(self._found)
        return ()

    @property
    def _listen_s(self) -> float:
        return max(self._least_listen_s, 3 * self._slowest_s)

    def _ask(self, now_s: float) -> Sequence[Effect]:
        self._asked_s = now_s
        self._is_asked = True
        if self._found is None:
            self.deadline_s = self._request.ask(now_s)
        else:
            self.deadline_s = now_s + min(2 * self._slowest_s + _APART_S, _LONGEST_WAIT_S)
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
        capabilities=int(message["capabilities"]),
    )


def two_aircraft(system_id: int, first: str | None, second: str | None) -> IdentityError:
    return IdentityError(
        f"two aircraft answer as system {system_id}: uid {first} and uid {second}",
        hint=SAME_SYSTEM_ID_HINT,
    )
