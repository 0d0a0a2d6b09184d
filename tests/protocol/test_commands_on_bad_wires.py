"""Commands over seeded bad wires: the vehicle's true answer or none, and no second copy of what must not come twice."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

import pytest
from wire import Faults, Wire

from dronectl.errors import NoAnswer, Refused
from dronectl.model.message import Message
from dronectl.model.plan.mission import Command
from dronectl.protocol.core.machine import Effect
from dronectl.protocol.vehicle.command import NEVER_REPEATED, CommandAnswer, CommandInt, CommandLong, CommandResult

RUNS_PER_BLOCK = 250
PREFLIGHT_CALIBRATION = 241
ANSWERS = (
    CommandAnswer.ACCEPTED,
    CommandAnswer.TEMPORARILY_REJECTED,
    CommandAnswer.DENIED,
    CommandAnswer.UNSUPPORTED,
    CommandAnswer.FAILED,
)


class Obedient:
    """Carries out every copy that arrives. ``takes_s``: says IN_PROGRESS, and the answer so much later; a copy that
    arrives meanwhile is answered with IN_PROGRESS and starts nothing."""

    def __init__(self, answer: CommandAnswer, *, takes_s: float = 0.0) -> None:
        self.answer = answer
        self.takes_s = takes_s
        self.begun = 0
        self.confirmations: list[int] = []
        self.timer_s = math.inf
        self.command = 0

    def on_timer(self, now_s: float) -> list[Message]:
        self.timer_s = math.inf
        return [self._ack(self.answer)]

    def on_message(self, message: Message, now_s: float) -> list[Message]:
        self.command = message["command"]
        self.confirmations.append(message.get("confirmation", 0))
        if self.timer_s < math.inf:
            return [self._ack(CommandAnswer.IN_PROGRESS)]
        self.begun += 1
        if not self.takes_s:
            words = {"severity": 4, "text": "No, because", "id": 0, "chunk_seq": 0}
            refused = self.answer != CommandAnswer.ACCEPTED
            return [self._ack(self.answer), *([Message("STATUSTEXT", words, 1, 1)] if refused else [])]
        self.timer_s = now_s + self.takes_s
        return [self._ack(CommandAnswer.IN_PROGRESS)]

    def _ack(self, answer: CommandAnswer) -> Message:
        return Message("COMMAND_ACK", {"command": self.command, "result": int(answer), "progress": 255}, 1, 1)


class Sends(Wire):
    """Counts what is sent, and not what becomes of it."""

    def __init__(self, seed: int, faults: Faults) -> None:
        super().__init__(seed, faults)
        self.confirmations: list[int] = []
        self.last_sent_s = 0.0

    def put(self, destination: str, message: Message, pair: int = 0) -> None:
        if destination == "vehicle":
            self.confirmations.append(message.get("confirmation", 0))
            self.last_sent_s = self.now_s
        super().put(destination, message, pair)


def random_faults(random_: random.Random, *, duplicate: bool = True) -> Faults:
    return Faults(
        loss=random_.choice((0.0, 0.05, 0.1, 0.2, 0.3, 0.4)),
        duplicate=random_.choice((0.0, 0.05, 0.3)) if duplicate else 0.0,
        delay_s=random_.choice((0.001, 0.05, 0.3, 1.0)),
        jitter_s=random_.choice((0.0, 0.02, 0.3, 0.8)),
    )


def check(outcome: Any, vehicle: Obedient) -> None:
    if isinstance(outcome, CommandResult):
        assert vehicle.answer == CommandAnswer.ACCEPTED
        assert vehicle.begun > 0
    elif type(outcome) is Refused:
        assert outcome.details["result"] == vehicle.answer != CommandAnswer.ACCEPTED
        assert vehicle.begun > 0
    else:
        assert isinstance(outcome, NoAnswer)


@pytest.mark.parametrize("block", range(4))
def test_a_command_ends_with_the_true_answer_or_with_none(block: int) -> None:
    unanswered = 0
    for seed in range(block * RUNS_PER_BLOCK, (block + 1) * RUNS_PER_BLOCK):
        random_ = random.Random(seed)
        vehicle = Obedient(random_.choice(ANSWERS), takes_s=random_.choice((0.0, 0.0, 0.5, 4.0)))
        wire = Sends(seed, random_faults(random_))
        outcome = wire.run(CommandLong(Command.COMPONENT_ARM_DISARM, 1), vehicle)
        check(outcome, vehicle)
        assert wire.confirmations == list(range(len(wire.confirmations))), "copies count up"
        assert len(wire.confirmations) <= 5, "as many as do where one frame in twenty is lost: it knows no better"
        assert wire.now_s < 5 * 3.0 + 2 * 10.0 + 10.0
        unanswered += isinstance(outcome, NoAnswer)
    assert unanswered <= RUNS_PER_BLOCK * 0.12


def test_without_loss_there_is_always_an_answer() -> None:
    for seed in range(300):
        random_ = random.Random(seed)
        vehicle = Obedient(random_.choice(ANSWERS), takes_s=random_.choice((0.0, 0.5, 9.0)))
        faults = Faults(duplicate=0.3, delay_s=random_.choice((0.001, 0.3, 1.0)), jitter_s=0.3)
        outcome = Wire(seed, faults).run(CommandInt(Command.DO_REPOSITION, -1, lat_e7=1, lon_e7=2), vehicle)
        check(outcome, vehicle)
        assert not isinstance(outcome, NoAnswer)


def test_a_refusal_carries_the_reason_when_it_arrives() -> None:
    with_reason = 0
    for seed in range(100):
        vehicle = Obedient(CommandAnswer.FAILED)
        outcome = Wire(seed, Faults(loss=0.1, delay_s=0.05)).run(CommandLong(Command.MISSION_START), vehicle)
        assert type(outcome) is Refused
        with_reason += outcome.message.endswith("No, because")
    assert with_reason >= 80


@pytest.mark.parametrize("command", sorted(NEVER_REPEATED))
def test_what_must_not_be_repeated_is_never_carried_out_twice(command: int) -> None:
    for seed in range(100):
        random_ = random.Random(seed)
        vehicle = Obedient(random_.choice(ANSWERS))
        wire = Sends(seed, random_faults(random_, duplicate=False))
        outcome = wire.run(CommandLong(command), vehicle)
        check(outcome, vehicle)
        assert vehicle.begun <= 1
        assert len(wire.confirmations) == 1
        if isinstance(outcome, NoAnswer):
            assert "may have been carried out" in outcome.message


def test_no_copy_is_sent_once_the_vehicle_is_at_it() -> None:
    """Its answer takes longer than the machine would wait for one that is not in progress."""

    class Machine(CommandLong):
        in_progress_s = math.inf

        def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
            if message["result"] == CommandAnswer.IN_PROGRESS:
                self.in_progress_s = min(self.in_progress_s, now_s)
            return super().on_message(message, now_s)

    unanswered = 0
    for seed in range(200):
        vehicle, machine = Obedient(CommandAnswer.ACCEPTED, takes_s=8.0), Machine(PREFLIGHT_CALIBRATION)
        wire = Sends(seed, Faults(loss=0.2, delay_s=0.05))
        outcome = wire.run(machine, vehicle)
        check(outcome, vehicle)
        assert wire.last_sent_s <= machine.in_progress_s
        unanswered += isinstance(outcome, NoAnswer)
    assert unanswered <= 60, "the one answer after IN_PROGRESS gets lost as often as any frame"


def test_a_link_that_is_cut_ends_in_no_answer() -> None:
    for seed in range(50):
        wire, vehicle = Wire(seed, Faults(delay_s=0.05)), Obedient(CommandAnswer.ACCEPTED, takes_s=5.0)
        cut_s = 0.01 * seed
        wire.cut = lambda now_s, cut_s=cut_s: now_s >= cut_s
        outcome = wire.run(CommandLong(Command.NAV_TAKEOFF), vehicle)
        assert isinstance(outcome, NoAnswer)
        assert wire.now_s < cut_s + 12
