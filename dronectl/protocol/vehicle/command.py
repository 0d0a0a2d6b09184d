"""COMMAND_LONG and COMMAND_INT with retries, IN_PROGRESS, and the vehicle's words when it says no.

(https://mavlink.io/en/services/command.html)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from dronectl.errors import NoAnswer, Refused
from dronectl.model.message import Message
from dronectl.model.plan.mission import Command, Frame
from dronectl.protocol.core.machine import BaseMachine, Effect, MachineProgress, Send, joined_texts
from dronectl.protocol.core.request_timer import PATIENCE_S, RequestTimer
from dronectl.protocol.vehicle.statustext import NOTICE_SEVERITY, TextCollector


class CommandAnswer(IntEnum):
    """MAV_RESULT."""

    ACCEPTED = 0
    TEMPORARILY_REJECTED = 1
    DENIED = 2
    UNSUPPORTED = 3
    FAILED = 4
    IN_PROGRESS = 5
    CANCELLED = 6
    COMMAND_LONG_ONLY = 7
    COMMAND_INT_ONLY = 8
    COMMAND_UNSUPPORTED_MAV_FRAME = 9


PREFLIGHT_REBOOT_SHUTDOWN = 246

NEVER_REPEATED: frozenset[int] = frozenset(
    {
        Command.DO_DIGICAM_CONTROL,
        Command.DO_GRIPPER,
        Command.DO_PARACHUTE,
        Command.DO_REPEAT_RELAY,
        Command.DO_REPEAT_SERVO,
        Command.DO_WINCH,
        Command.IMAGE_START_CAPTURE,
        PREFLIGHT_REBOOT_SHUTDOWN,
    }
)
"""Commands that do their work once more each time they arrive: sent once, however long the answer takes."""

_FIRST_TIMEOUT_S = 1.5
"""For an answer, while the link is not measured."""
_WORDS_S = 0.4
_IN_PROGRESS_S = 10.0


@dataclass(frozen=True, slots=True)
class CommandResult:
    """An accepted command. ``texts``: what the vehicle said meanwhile (notices and graver)."""

    command: int
    texts: tuple[str, ...]


class _CommandMachine(BaseMachine[CommandResult]):
    """One command to its COMMAND_ACK. Subclasses say which message carries it."""

    def __init__(self, command: int) -> None:
        super().__init__()
        self._command = int(command)
        self._repeats = self._command not in NEVER_REPEATED
        self._begun = False
        """The vehicle has it, and is at it: no more copies."""
        self._texts = TextCollector(worst=NOTICE_SEVERITY, with_arming=command == Command.COMPONENT_ARM_DISARM)
        self._refusal: int | None = None

    def start(self, now_s: float) -> Sequence[Effect]:
        self._request = RequestTimer(self.link, timeout_s=_FIRST_TIMEOUT_S)
        return self._transmit(now_s)

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        if message.name == "STATUSTEXT":
            self._texts.feed(message)
        is_answer = message.name == "COMMAND_ACK" and int(message["command"]) == self._command
        if not is_answer or not self._is_for_us(message) or self.outcome is not None or self._refusal is not None:
            return ()
        result = int(message["result"])
        if result == CommandAnswer.IN_PROGRESS:
            self.deadline_s = now_s + _IN_PROGRESS_S
            self._begun = True
            progress = int(message.get("progress", 255))
            return [MachineProgress(progress, 100)] if progress <= 100 else ()
        if result == CommandAnswer.ACCEPTED:
            self._finish(CommandResult(self._command, tuple(self._texts.texts)))
        else:
            self._refusal = result
            self.deadline_s = now_s + _WORDS_S
        return ()

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        name = command_name(self._command)
        if self._refusal is not None:
            said = joined_texts(self._texts.texts)
            self._finish(
                Refused(
                    f"the vehicle refused {name} ({answer_text(self._refusal)}){said}",
                    details={
                        "command": self._command,
                        "result": self._refusal,
                        "texts": list(self._texts.texts),
                        "copies": self._request.sent,
                    },
                )
            )
            return ()
        if self._repeats and not self._begun and not self._request.is_over(now_s):
            return self._transmit(now_s)
        once = "; it was sent once and may have been carried out" if not self._repeats else ""
        self._finish(NoAnswer(self._request.silence(name, now_s) + once, details={"command": self._command}))
        return ()

    def _transmit(self, now_s: float) -> Sequence[Effect]:
        effect = self._message(self._request.sent)
        self.deadline_s = self._request.ask(now_s)
        if not self._repeats:
            self.deadline_s = max(self.deadline_s, now_s + PATIENCE_S)
        return [effect]

    def _message(self, confirmation: int) -> Send:
        raise NotImplementedError


class CommandLong(_CommandMachine):
    """COMMAND_LONG. ``confirmation`` counts the copies up, as the protocol asks.

    ``outcome``: :class:`CommandResult`, ``Refused`` with the vehicle's words, or ``NoAnswer``.
    """

    def __init__(self, command: int, *params: float) -> None:
        """``params``: up to seven, the rest is zero."""
        super().__init__(command)
        if len(params) > 7:
            raise ValueError(f"a command has at most 7 parameters, not {len(params)}")
        self._params = (*params, *(0.0,) * (7 - len(params)))

    def _message(self, confirmation: int) -> Send:
        fields = {f"param{index}": value for index, value in enumerate(self._params, start=1)}
        return Send("COMMAND_LONG", {"command": self._command, "confirmation": confirmation, **fields})


class CommandInt(_CommandMachine):
    """COMMAND_INT: a command with a place to the last 1e-7 degree. Outcome as of :class:`CommandLong`."""

    def __init__(
        self,
        command: int,
        *params: float,
        frame: int = Frame.GLOBAL_RELATIVE_ALT_INT,
        lat_e7: int = 0,
        lon_e7: int = 0,
        altitude_m: float = 0.0,
    ) -> None:
        """``params``: the first four, as many as matter."""
        super().__init__(command)
        if len(params) > 4:
            raise ValueError(f"COMMAND_INT takes at most 4 parameters besides its place, not {len(params)}")
        self._fields = {
            "command": self._command,
            "frame": int(frame),
            **{f"param{index}": value for index, value in enumerate(params, start=1)},
            "x": lat_e7,
            "y": lon_e7,
            "z": altitude_m,
        }

    def _message(self, confirmation: int) -> Send:
        return Send("COMMAND_INT", self._fields)


def command_name(command: int) -> str:
    """``MISSION_START``, or ``command 9999``."""
    try:
        return Command(command).name
    except ValueError:
        return f"command {command}"


def answer_text(result: int) -> str:
    """``failed``, ``unsupported``, …"""
    try:
        return CommandAnswer(result).name.lower().replace("_", " ")
    except ValueError:
        return f"result {result}"
