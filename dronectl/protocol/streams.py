"""Asking for telemetry: SET_MESSAGE_INTERVAL for each message, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.errors import NoAnswer
from dronectl.model.message import Message
from dronectl.model.mission import Command
from dronectl.protocol.command import CommandAnswer
from dronectl.protocol.machine import BaseMachine, Effect, Send, is_for_us

_MAV_DATA_STREAM_ALL = 0


@dataclass(frozen=True, slots=True)
class StreamsResult:
    """``by_interval`` False: the vehicle knows no SET_MESSAGE_INTERVAL and got REQUEST_DATA_STREAM, all messages."""

    by_interval: bool


class RequestStreams(BaseMachine[StreamsResult]):
    """Sets the rate of these messages. Acknowledgements name no message, so they are counted; all are sent again when
    some are missing, which does no harm.

    Args:
        rates_hz: by message id; 0 stops the message.
    """

    def __init__(self, rates_hz: dict[int, float], *, timeout_s: float = 1.5, attempts: int = 5) -> None:
        super().__init__()
        self._rates_hz = dict(rates_hz)
        self._timeout_s = timeout_s
        self._left = attempts
        self._answers = 0

    def start(self, now_s: float) -> Sequence[Effect]:
        if not self._rates_hz:
            self._finish(StreamsResult(by_interval=True))
            return ()
        return self._ask(now_s)

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        is_answer = message.name == "COMMAND_ACK" and int(message["command"]) == Command.SET_MESSAGE_INTERVAL
        if not is_answer or not is_for_us(message) or self.outcome is not None:
            return ()
        if int(message["result"]) == CommandAnswer.UNSUPPORTED:
            self._finish(StreamsResult(by_interval=False))
            rate = {"req_message_rate": round(max(self._rates_hz.values())), "start_stop": 1}
            return [Send("REQUEST_DATA_STREAM", {"req_stream_id": _MAV_DATA_STREAM_ALL, **rate})]
        self._answers += 1
        if self._answers == len(self._rates_hz):
            self._finish(StreamsResult(by_interval=True))
        return ()

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        if self._left > 0:
            return self._ask(now_s)
        self._finish(NoAnswer("no answer to the request for telemetry (SET_MESSAGE_INTERVAL)"))
        return ()

    def _ask(self, now_s: float) -> Sequence[Effect]:
        self._left -= 1
        self._answers = 0
        self.deadline_s = now_s + self._timeout_s
        command = int(Command.SET_MESSAGE_INTERVAL)
        return [
            Send(
                "COMMAND_LONG",
                {
                    "command": command,
                    "param1": float(message_id),
                    "param2": 1e6 / rate_hz if rate_hz > 0 else -1.0,
                },
            )
            for message_id, rate_hz in self._rates_hz.items()
        ]
