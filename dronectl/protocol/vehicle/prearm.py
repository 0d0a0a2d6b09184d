"""Why a vehicle would not arm, in its own words: MAV_CMD_RUN_PREARM_CHECKS and the texts that it brings.

ArduPilot tells failing checks every 30 s by itself; asked, at once, a text for each (AP_Arming::pre_arm_checks, since
4.1). COMMAND_ACK says only that the checks were run. (https://mavlink.io/en/messages/common.html#MAV_CMD_RUN_PREARM_CHECKS)
"""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.errors import NoAnswer, Refused
from dronectl.model.message import Message
from dronectl.model.plan.mission import Command
from dronectl.protocol.core.machine import BaseMachine, Effect, Send
from dronectl.protocol.vehicle.command import CommandAnswer, answer_text
from dronectl.protocol.vehicle.statustext import WARNING_SEVERITY, StatusText, StatusTextAssembler

TOLD_EVERY_S = 30.0
"""How often ArduPilot tells them unasked."""

_WAIT_S = 1.5
_QUIET_S = 0.5
"""So long no further text comes when all have come."""
_ATTEMPTS = 5


def is_reason(status: StatusText) -> bool:
    """Whether a text says why the vehicle would not arm. (Checks that are switched off are told as well, as DEBUG.)"""
    return status.text.startswith("PreArm:") and status.severity <= WARNING_SEVERITY


class PrearmReasons(BaseMachine[tuple[str, ...]]):
    """Asks again until the question was answered and a text has come, since either may be lost.

    ``outcome``: the texts, each once; none when the vehicle ran its checks and said nothing. ``Refused`` where the
    vehicle knows no such question, or is armed; ``NoAnswer``.
    """

    def __init__(self) -> None:
        super().__init__()
        self._assembler = StatusTextAssembler()
        self._texts: dict[str, None] = {}
        self._sent = 0
        self._was_run = False

    def start(self, now_s: float) -> Sequence[Effect]:
        return self._ask(now_s)

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        if self.outcome is not None:
            return ()
        if message.name == "STATUSTEXT":
            new = [status.text for status in self._assembler.feed(message) if is_reason(status)]
            self._texts.update(dict.fromkeys(new))
            if new:
                self.deadline_s = now_s + _QUIET_S
        elif _is_answer(message) and self._is_for_us(message):
            self._answered(int(message["result"]), now_s)
        return ()

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        if self._texts:
            self._finish(tuple(self._texts))
        elif self._sent < _ATTEMPTS:
            return self._ask(now_s)
        elif self._was_run:
            self._finish(())
        else:
            self._finish(NoAnswer("no answer to the question why it would not arm (RUN_PREARM_CHECKS)"))
        return ()

    def _answered(self, result: int, now_s: float) -> None:
        if result in (CommandAnswer.ACCEPTED, CommandAnswer.IN_PROGRESS):
            self._was_run = True
            if self._texts:
                self.deadline_s = now_s + _QUIET_S
        else:
            self._finish(Refused(f"the vehicle does not tell why it would not arm ({answer_text(result)})"))

    def _ask(self, now_s: float) -> Sequence[Effect]:
        fields = {"command": int(Command.RUN_PREARM_CHECKS), "confirmation": self._sent}
        self._sent += 1
        self.deadline_s = now_s + _WAIT_S
        return [Send("COMMAND_LONG", fields)]


def _is_answer(message: Message) -> bool:
    return message.name == "COMMAND_ACK" and int(message["command"]) == Command.RUN_PREARM_CHECKS
