from __future__ import annotations

from typing import Any

import pytest

from dronectl.errors import NoAnswer, Refused
from dronectl.model.message import Message
from dronectl.model.plan.mission import Command
from dronectl.protocol.core.machine import MachineProgress, Send
from dronectl.protocol.core.request_timer import PATIENCE_S, attempts_for
from dronectl.protocol.vehicle.command import CommandInt, CommandLong, CommandResult


def ack(command: int, result: int, **fields: int) -> Message:
    return Message("COMMAND_ACK", {"command": command, "result": result, **fields}, 1, 1)


def text(words: str, severity: int = 2) -> Message:
    return Message("STATUSTEXT", {"severity": severity, "text": words, "id": 0, "chunk_seq": 0}, 1, 1)


def run_out(machine: Any) -> list[Any]:
    effects = []
    while machine.outcome is None:
        assert machine.deadline_s is not None
        effects += machine.on_timeout(machine.deadline_s)
    return effects


def test_accepted() -> None:
    machine = CommandLong(400, 1)
    (sent,) = machine.start(0.0)
    assert isinstance(sent, Send)
    assert (sent.name, sent.fields["command"], sent.fields["param1"], sent.fields["param7"]) == (
        "COMMAND_LONG",
        400,
        1,
        0,
    )
    machine.on_message(ack(176, 0), 0.1)
    machine.on_message(ack(400, 0, target_system=250), 0.1)
    assert machine.outcome is None, "answers to other commands or stations do not count"
    machine.on_message(ack(400, 0), 0.2)
    assert isinstance(machine.outcome, CommandResult)


def test_copies_count_up_and_end_in_no_answer() -> None:
    machine = CommandLong(400, 1)
    first = list(machine.start(0.0))
    copies = [effect.fields["confirmation"] for effect in first + run_out(machine)]
    assert copies == list(range(attempts_for(machine.link.likely_loss)))
    assert isinstance(machine.outcome, NoAnswer)
    assert machine.outcome.message == "no answer to COMPONENT_ARM_DISARM for 11.6 s"


def test_what_must_not_be_repeated_is_sent_once_and_waited_for_as_long() -> None:
    machine = CommandLong(Command.IMAGE_START_CAPTURE)
    machine.start(0.0)
    assert machine.deadline_s == PATIENCE_S
    assert run_out(machine) == []
    assert isinstance(machine.outcome, NoAnswer)
    assert "may have been carried out" in machine.outcome.message


@pytest.mark.parametrize("text_first", [True, False])
def test_a_refusal_is_joined_with_the_words_before_or_after_it(text_first: bool) -> None:
    machine = CommandLong(400, 1)
    machine.start(0.0)
    messages = [text("Arm: vehicle outside fence"), ack(400, 4)]
    for message in messages if text_first else messages[::-1]:
        machine.on_message(message, 0.1)
    run_out(machine)
    assert isinstance(machine.outcome, Refused)
    assert machine.outcome.message == "the vehicle refused COMPONENT_ARM_DISARM (failed): Arm: vehicle outside fence"
    assert machine.outcome.details["texts"] == ["Arm: vehicle outside fence"]


def test_arming_complaints_do_not_explain_other_commands() -> None:
    machine = CommandLong(176, 1, 99)
    machine.start(0.0)
    machine.on_message(text("PreArm: 3D Accel calibration needed"), 0.1)
    machine.on_message(text("No such mode 99", 4), 0.1)
    machine.on_message(text("Field Elevation Set: 148m", 6), 0.1)
    machine.on_message(ack(176, 4), 0.1)
    run_out(machine)
    assert isinstance(machine.outcome, Refused)
    assert machine.outcome.message == "the vehicle refused DO_SET_MODE (failed): No such mode 99"


def test_in_progress_extends_and_stops_copies() -> None:
    machine = CommandLong(241)
    machine.start(0.0)
    assert list(machine.on_message(ack(241, 5, progress=30), 0.5)) == [MachineProgress(30, 100)]
    assert machine.deadline_s == 10.5
    machine.on_message(ack(241, 0), 9.0)
    assert isinstance(machine.outcome, CommandResult)
    silent = CommandLong(241)
    silent.start(0.0)
    silent.on_message(ack(241, 5), 0.5)
    assert run_out(silent) == []
    assert isinstance(silent.outcome, NoAnswer)


def test_command_int_carries_its_place() -> None:
    (sent,) = CommandInt(Command.DO_REPOSITION, -1, lat_e7=160_538_001, lon_e7=1_036_520_009, altitude_m=40).start(0.0)
    assert isinstance(sent, Send)
    assert (sent.fields["x"], sent.fields["y"], sent.fields["z"], sent.fields["frame"]) == (
        160538001,
        1036520009,
        40,
        6,
    )


def test_too_many_parameters_are_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="at most 7"):
        CommandLong(400, *range(8))
    with pytest.raises(ValueError, match="at most 4"):
        CommandInt(400, *range(5))
