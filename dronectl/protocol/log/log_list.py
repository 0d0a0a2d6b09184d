"""Which DataFlash logs a vehicle has: LOG_REQUEST_LIST and the LOG_ENTRY messages that answer it.

ArduPilot numbers logs from 1, the oldest, and answers with nothing at all while it is armed, but for a STATUSTEXT.
(https://mavlink.io/en/messages/common.html#LOG_REQUEST_LIST)
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.errors import InputError, NoAnswer, NotReady
from dronectl.model.message import Message
from dronectl.protocol.core.machine import BaseMachine, Effect, MachineProgress, Send

_ALL = 0xFFFF
_MOST_LOGS = 10_000
_LONGEST_TIMEOUT_S = 6.0
_TIMES_MORE_PATIENT = 2
"""With a vehicle that has answered. At a loss of 40 % each way the last entries of a list of sixty are asked for eight
times in vain in one list of thirty."""
_BUSY_WORDS = "Log download in progress"
_ARMED_WORDS = "Disarm for log download"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One log. ``time_utc_s``: when it was last written to, seconds since 1970; None when the vehicle does not know."""

    log_id: int
    size_bytes: int
    time_utc_s: int | None


class LogList(BaseMachine[tuple[LogEntry, ...]]):
    """The logs from ``first`` to ``last``, oldest first; what got lost of the answer is asked for again.

    ``outcome``: the entries, ``NotReady`` (the vehicle is armed), ``NoAnswer``, or ``InputError`` (a list without end).
    """

    transfers = True
    gives_way = True

    def __init__(self, *, first: int = 0, last: int = _ALL, timeout_s: float = 1.0, attempts: int = 8) -> None:
        super().__init__()
        self._first, self._last = first, last
        self._timeout_s = timeout_s
        self._attempts = attempts
        self._timeouts = 0
        self._found: dict[int, LogEntry] = {}
        self._oldest = first
        self._newest: int | None = None
        """The last number of the list, once it is known."""
        self._ends_left = 3
        self._asked_to = last

    def start(self, now_s: float) -> Sequence[Effect]:
        return self._ask(self._first, self._last, now_s)

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        if self.outcome is not None:
            return ()
        if message.name == "STATUSTEXT":
            return self._on_text(str(message["text"]), now_s)
        return self._on_entry(message, now_s) if message.name == "LOG_ENTRY" else ()

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        self._timeouts += 1
        patience = self._attempts * _TIMES_MORE_PATIENT if self._found else self._attempts
        if self._timeouts >= patience:
            told = f"{len(self._found)} entries of the log list came" if self._found else "no answer about logs"
            self._finish(NoAnswer(told))
            return ()
        self._timeout_s = min(1.5 * self._timeout_s, _LONGEST_TIMEOUT_S)
        return self._ask_for_missing(now_s)

    def _on_text(self, text: str, now_s: float) -> Sequence[Effect]:
        if text.startswith(_ARMED_WORDS):
            self._finish(armed())
        elif text.startswith(_BUSY_WORDS) and self._ends_left > 0 and not self._found:
            # Most likely an earlier run of ours that was killed; a vehicle has room for one transfer.
            self._ends_left -= 1
            return [Send("LOG_REQUEST_END"), *self._ask_for_missing(now_s)]
        return ()

    def _on_entry(self, message: Message, now_s: float) -> Sequence[Effect]:
        count, newest, log_id = (int(message[field]) for field in ("num_logs", "last_log_num", "id"))
        if count == 0:
            self._finish(())
            return ()
        if newest > _MOST_LOGS:
            self._finish(InputError(f"the vehicle says that it has {newest} logs"))
            return ()
        if not self._first <= log_id <= min(newest, self._last):
            return ()
        if log_id not in self._found:
            self._timeouts = 0
        time_utc_s = int(message["time_utc"]) or None
        self._found[log_id] = LogEntry(log_id, int(message["size"]), time_utc_s)
        # ``last_log_num`` is the end of what was asked for, so only the first question's answer tells the end.
        if self._newest is None:
            self._newest = newest
            if self._last == _ALL:
                self._oldest = max(self._first, newest - count + 1)
        missing = self._missing()
        told = MachineProgress(len(self._found), len(self._found) + len(missing))
        if not missing:
            self._finish(tuple(self._found[one] for one in sorted(self._found)))
            return [told]
        self.deadline_s = now_s + self._timeout_s
        if log_id >= self._asked_to or log_id == newest:
            return [told, *self._ask_for_missing(now_s)]
        return [told]

    def _missing(self) -> list[int]:
        assert self._newest is not None
        return [one for one in range(self._oldest, min(self._newest, self._last) + 1) if one not in self._found]

    def _ask_for_missing(self, now_s: float) -> Sequence[Effect]:
        """One run of numbers at a time: ArduPilot refuses a second list while it sends one."""
        missing = [] if self._newest is None else self._missing()
        if not missing:
            return self._ask(self._first, self._last, now_s)
        end = next((one for one, following in itertools.pairwise(missing) if following != one + 1), missing[-1])
        return self._ask(missing[0], end, now_s)

    def _ask(self, first: int, last: int, now_s: float) -> Sequence[Effect]:
        self._asked_to = last
        self.deadline_s = now_s + self._timeout_s
        return [Send("LOG_REQUEST_LIST", {"start": first, "end": last})]


def armed() -> NotReady:
    """What an armed vehicle's refusal means."""
    return NotReady("the vehicle is armed: it gives its logs on the ground only", hint="land and disarm")


def says_armed(text: str) -> bool:
    """Whether a STATUSTEXT is that refusal."""
    return text.startswith(_ARMED_WORDS)
