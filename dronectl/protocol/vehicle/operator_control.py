"""Who has control by MAVLink's own operator control protocol: CONTROL_STATUS tells, a command asks for it.

It is work in progress (https://mavlink.io/en/messages/development.html#MAV_CMD_REQUEST_OPERATOR_CONTROL, as of July
2026) and in no release of ArduPilot; a vehicle that has it says so in its capabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.errors import NoAnswer
from dronectl.model.message import Message
from dronectl.model.plan.mission import Command
from dronectl.protocol.core.machine import BaseMachine, Effect, Send
from dronectl.protocol.core.request_timer import RequestTimer
from dronectl.protocol.vehicle.command import CommandLong

CAPABILITY = 0x80000
"""MAV_PROTOCOL_CAPABILITY_COMPONENT_ACCEPTS_GCS_CONTROL."""
CONTROL_STATUS_ID = 512
_SYSTEM_MANAGER = 1
_ASKED_FOR_S = 10.0
"""So long the owner is shown that somebody asks."""


@dataclass(frozen=True, slots=True)
class OperatorControl:
    """System ids of ground stations: ``main`` 0 is nobody; ``others`` may command too, but for manual control."""

    main: int
    others: tuple[int, ...]


class ReadOperatorControl(BaseMachine[OperatorControl]):
    """Asks for CONTROL_STATUS, which also comes once a second by itself.

    ``outcome``: :class:`OperatorControl`, or ``NoAnswer``.
    """

    def start(self, now_s: float) -> Sequence[Effect]:
        self._request = RequestTimer(self.link)
        return self._ask(now_s)

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        told = operator_control_of(message)
        if told is not None and self.outcome is None:
            self._finish(told)
        return ()

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        if not self._request.is_over(now_s):
            return self._ask(now_s)
        self._finish(NoAnswer(self._request.silence("CONTROL_STATUS (who has control)", now_s)))
        return ()

    def _ask(self, now_s: float) -> Sequence[Effect]:
        self.deadline_s = self._request.ask(now_s)
        fields = {"command": int(Command.REQUEST_MESSAGE), "param1": float(CONTROL_STATUS_ID)}
        return [Send("COMMAND_LONG", fields)]


def operator_control_of(message: Message) -> OperatorControl | None:
    """What a message says of the whole vehicle's control; None: nothing."""
    if message.name != "CONTROL_STATUS" or not int(message["flags"]) & _SYSTEM_MANAGER:
        return None
    return OperatorControl(int(message["gcs_main"]), tuple(one for one in message["gcs_secondary"] if one))


def request_operator_control(station_id: int) -> CommandLong:
    """Others may take it from us without our leave, as we take it from none who does not allow it: the vehicle refuses,
    and asks the owner."""
    return CommandLong(Command.REQUEST_OPERATOR_CONTROL, 1, 1, _ASKED_FOR_S, station_id)


def release_operator_control(station_id: int) -> CommandLong:
    """To nobody: whoever asks next gets it."""
    return CommandLong(Command.REQUEST_OPERATOR_CONTROL, 0, 0, 0, station_id)
