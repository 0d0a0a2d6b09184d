"""Asking for telemetry: SET_MESSAGE_INTERVAL for each message, each until it is known to have been heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.model.message import Message
from dronectl.model.plan.mission import Command
from dronectl.protocol.core.machine import BaseMachine, Effect, Send
from dronectl.protocol.core.request_timer import RequestTimer
from dronectl.protocol.vehicle.command import CommandAnswer

_MAV_DATA_STREAM_ALL = 0
_SOONEST, _LATEST = 0.5, 1.6
"""Of the interval asked for: what comes so far apart comes at that rate."""
_JITTER_S = 0.15


@dataclass(frozen=True, slots=True)
class Stream:
    """One message that shall come ``rate_hz`` times a second."""

    name: str
    message_id: int
    rate_hz: float


@dataclass(frozen=True, slots=True)
class StreamsResult:
    """``by_interval`` False: the vehicle knows no SET_MESSAGE_INTERVAL and got REQUEST_DATA_STREAM, all messages.
    ``missing``: the messages of which nothing shows that they will come."""

    by_interval: bool
    missing: tuple[str, ...] = ()


class RequestStreams(BaseMachine[StreamsResult]):
    """Sets the rates of these messages.

    Acknowledgements name no message. So a request counts as heard when its message comes at the rate asked for, or
    when there are as many acknowledgements as requests were under way; only the others are sent again. A message that
    the vehicle does not have never comes: that is told in the result and is no error.

    ``outcome``: :class:`StreamsResult`; never an error.
    """

    def __init__(self, streams: Sequence[Stream]) -> None:
        super().__init__()
        self._open = {stream.name: stream for stream in streams}
        self._under_way: tuple[str, ...] = ()
        self._answers = 0
        self._by_interval = True
        self._last_s: dict[str, float] = {}

    def start(self, now_s: float) -> Sequence[Effect]:
        self._request = RequestTimer(self.link)
        if not self._open:
            self._finish(StreamsResult(by_interval=True))
            return ()
        return self._ask(now_s)

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        if self.outcome is not None:
            return ()
        if message.name in self._open:
            self._came(self._open[message.name], now_s)
            return ()
        is_answer = message.name == "COMMAND_ACK" and int(message["command"]) == Command.SET_MESSAGE_INTERVAL
        if not is_answer or not self._is_for_us(message) or not self._by_interval:
            return ()
        return self._answered(int(message["result"]), now_s)

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        if not self._request.is_over(now_s):
            return self._ask(now_s)
        self._finish(StreamsResult(self._by_interval, tuple(self._open)))
        return ()

    def _came(self, stream: Stream, now_s: float) -> None:
        before_s = self._last_s.get(stream.name)
        self._last_s[stream.name] = now_s
        interval_s = 1.0 / stream.rate_hz
        if before_s is None or not _SOONEST * interval_s <= now_s - before_s <= _LATEST * interval_s + _JITTER_S:
            return
        del self._open[stream.name]
        self._finish_when_all_came()

    def _answered(self, result: int, now_s: float) -> Sequence[Effect]:
        if result == CommandAnswer.UNSUPPORTED:
            self._by_interval = False
            return self._ask(now_s)
        self._answers += 1
        if self._answers == len(self._under_way):
            for name in self._under_way:
                self._open.pop(name, None)
            self._finish_when_all_came()
        return ()

    def _finish_when_all_came(self) -> None:
        if not self._open:
            self._finish(StreamsResult(self._by_interval))

    def _ask(self, now_s: float) -> Sequence[Effect]:
        slowest_s = 1.0 / min(stream.rate_hz for stream in self._open.values())
        self.deadline_s = max(self._request.ask(now_s), now_s + 2 * _LATEST * slowest_s)
        self._under_way, self._answers = tuple(self._open), 0
        if not self._by_interval:
            rate = {"req_message_rate": round(max(stream.rate_hz for stream in self._open.values())), "start_stop": 1}
            return [Send("REQUEST_DATA_STREAM", {"req_stream_id": _MAV_DATA_STREAM_ALL, **rate})]
        command = int(Command.SET_MESSAGE_INTERVAL)
        return [
            Send("COMMAND_LONG", {"command": command, "param1": float(one.message_id), "param2": 1e6 / one.rate_hz})
            for one in self._open.values()
        ]
