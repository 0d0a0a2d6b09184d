"""Each stream is asked for until it is known to have been asked for; nothing that is known is asked again."""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.model.message import Message
from dronectl.protocol.core.machine import Effect, Send
from dronectl.protocol.core.request_timer import PATIENCE_S
from dronectl.protocol.vehicle.streams import RequestStreams, Stream, StreamsResult

STREAMS = (Stream("GLOBAL_POSITION_INT", 33, 4.0), Stream("SYS_STATUS", 1, 2.0), Stream("VFR_HUD", 74, 4.0))


def answer(result: int = 0) -> Message:
    return Message("COMMAND_ACK", {"command": 511, "result": result}, 1, 1)


def asked_for(effects: Sequence[Effect]) -> list[int]:
    return [int(effect.fields["param1"]) for effect in effects if isinstance(effect, Send)]


def test_all_are_asked_for_at_once_and_as_many_answers_are_enough() -> None:
    machine = RequestStreams(STREAMS)
    sent = machine.start(0.0)
    assert [effect.fields["param2"] for effect in sent if isinstance(effect, Send)] == [250_000.0, 500_000.0, 250_000.0]
    for _ in STREAMS:
        assert machine.outcome is None
        machine.on_message(answer(), 0.1)
    assert machine.outcome == StreamsResult(by_interval=True)


def test_what_comes_at_its_rate_is_not_asked_for_again() -> None:
    machine = RequestStreams(STREAMS)
    machine.start(0.0)
    machine.on_message(answer(), 0.1)
    machine.on_message(Message("SYS_STATUS", {}), 0.3)
    machine.on_message(Message("SYS_STATUS", {}), 0.8)
    machine.on_message(Message("VFR_HUD", {}), 0.3)
    machine.on_message(Message("VFR_HUD", {}), 1.3)  # once a second is not four times
    assert machine.deadline_s is not None
    assert asked_for(machine.on_timeout(machine.deadline_s)) == [33, 74]
    machine.on_message(answer(), 3.0)
    machine.on_message(answer(), 3.0)
    assert machine.outcome == StreamsResult(by_interval=True)


def test_streams_that_came_before_any_answer_are_answer_enough() -> None:
    machine = RequestStreams(STREAMS)
    machine.start(0.0)
    for tenth in range(20):
        for stream in STREAMS:
            if machine.outcome is None and tenth % round(10 / stream.rate_hz) == 0:
                machine.on_message(Message(stream.name, {}), tenth / 10)
    assert machine.outcome == StreamsResult(by_interval=True)


def test_what_never_comes_is_told_and_is_no_error() -> None:
    machine = RequestStreams(STREAMS)
    machine.start(0.0)
    now_s = 0.0
    while machine.outcome is None:
        machine.on_message(Message("SYS_STATUS", {}), now_s + 0.1)
        machine.on_message(Message("SYS_STATUS", {}), now_s + 0.6)
        assert machine.deadline_s is not None
        now_s = machine.deadline_s
        machine.on_timeout(now_s)
    assert machine.outcome == StreamsResult(by_interval=True, missing=("GLOBAL_POSITION_INT", "VFR_HUD"))
    assert PATIENCE_S <= now_s < 20.0


def test_an_autopilot_without_intervals_gets_the_old_request_until_they_come() -> None:
    machine = RequestStreams(STREAMS[:1])
    machine.start(0.0)
    for old in (*machine.on_message(answer(3), 0.1), *machine.on_timeout(2.0)):
        assert isinstance(old, Send)
        assert (old.name, old.fields["req_message_rate"]) == ("REQUEST_DATA_STREAM", 4)
    assert machine.outcome is None
    machine.on_message(Message("GLOBAL_POSITION_INT", {}), 2.1)
    machine.on_message(Message("GLOBAL_POSITION_INT", {}), 2.35)
    assert machine.outcome == StreamsResult(by_interval=False)
