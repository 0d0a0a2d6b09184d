"""A parameter is set, or it is not known whether it is; that a vehicle refuses it is said only when it does."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from effort import seeds
from wire import Faults, Wire

from dronectl.errors import Mismatch, NoAnswer, UnknownName
from dronectl.model.message import Message
from dronectl.protocol.core.machine import Machine
from dronectl.protocol.param.parameters import Parameter, ParameterRead, ParameterSet

DOES_NOT_EXIST, READ_ONLY = 1, 5


class Holder:
    """One parameter. ``keeps``: it takes no other value. ``is_curt``: no answer to a PARAM_SET that it refuses.
    ``errors``: it answers to what it refuses with PARAM_ERROR, as ArduCopter does since 4.7."""

    timer_s = math.inf

    def __init__(
        self, *, keeps: bool = False, is_curt: bool = False, errors: bool = False, name: str = "RTL_ALT"
    ) -> None:
        self.value = 1500.0
        self.errors = errors
        self.name = name
        self.keeps = keeps
        self.is_curt = is_curt

    def on_timer(self, now_s: float) -> list[Message]:
        return []

    def on_message(self, message: Message, now_s: float) -> list[Message]:
        if message["param_id"] != self.name:
            return [self.error(message["param_id"], DOES_NOT_EXIST)] if self.errors else []
        if message.name == "PARAM_SET":
            if self.is_curt:
                return []
            if self.keeps and self.errors:
                return [self.error(self.name, READ_ONLY)]
            self.value = self.value if self.keeps else message["param_value"]
        fields = {"param_id": self.name, "param_value": self.value, "param_type": 6}
        return [Message("PARAM_VALUE", {**fields, "param_count": 1, "param_index": 65535}, 1, 1)]

    def error(self, name: str, error: int) -> Message:
        fields = {"target_system": 255, "target_component": 190, "param_id": name, "param_index": -1, "error": error}
        return Message("PARAM_ERROR", fields, 1, 1)


def random_faults(random_: random.Random, loss: float) -> Faults:
    return Faults(
        loss=loss,
        duplicate=random_.choice((0.0, 0.05, 0.3)),
        delay_s=random_.choice((0.02, 0.05, 0.3)),
        jitter_s=random_.choice((0.0, 0.02, 0.3)),
    )


@pytest.mark.parametrize(
    ("loss", "most_unanswered"), [(0.05, 0.0), (0.1, 0.002), (0.2, 0.01), (0.3, 0.05), (0.4, 0.13)]
)
def test_a_value_that_the_vehicle_takes_is_never_called_refused(loss: float, most_unanswered: float) -> None:
    unanswered, tried = 0, seeds(200)
    for seed in tried:
        holder = Holder()
        outcome = Wire(seed, random_faults(random.Random(seed), loss)).run(ParameterSet("RTL_ALT", 5800.0), holder)
        if isinstance(outcome, Parameter):
            assert holder.value == outcome.value == 5800
        else:
            assert isinstance(outcome, NoAnswer), f"seed {seed}: {outcome!r}"
            unanswered += 1
    assert unanswered <= len(tried) * most_unanswered


@pytest.mark.parametrize("is_curt", [False, True])
def test_a_value_that_it_does_not_take_is_called_refused(is_curt: bool) -> None:
    for seed in range(200):
        holder = Holder(keeps=True, is_curt=is_curt)
        outcome = Wire(seed, random_faults(random.Random(seed), 0.1)).run(ParameterSet("RTL_ALT", 5800.0), holder)
        assert isinstance(outcome, Mismatch)
        assert outcome.message == "RTL_ALT stays at 1500 instead of 5800"


@pytest.mark.parametrize("machine", [ParameterRead, lambda name: ParameterSet(name, 1.0)])
def test_a_name_that_it_says_it_does_not_know_is_told_at_once(machine: Callable[[str], Machine[Parameter]]) -> None:
    for loss in (0.0, 0.1, 0.2):
        seconds = []
        for seed in range(200):
            wire = Wire(seed, Faults(loss=loss, duplicate=0.1, delay_s=0.15, jitter_s=0.1))
            assert isinstance(wire.run(machine("RTL_ALT_M"), Holder(errors=True)), UnknownName | NoAnswer)
            seconds.append(wire.now_s)
        assert sorted(seconds)[100] < 1.0
        assert loss or max(seconds) < 1.0


def test_of_two_names_the_one_that_it_has_is_read_whether_or_not_it_speaks_of_the_other() -> None:
    for seed in range(100):
        for errors in (True, False):
            wire = Wire(seed, random_faults(random.Random(seed), 0.1))
            outcome = wire.run(ParameterRead("RTL_ALT_M", "RTL_ALT"), Holder(errors=errors))
            assert outcome == Parameter("RTL_ALT", 1500, 6)


def test_an_error_for_another_ground_station_is_not_ours() -> None:
    machine = ParameterRead("RTL_ALT")
    machine.start(0.0)
    error = Holder().error("RTL_ALT", DOES_NOT_EXIST)
    machine.on_message(replace(error, fields={**error.fields, "target_system": 254}), 0.1)
    assert machine.outcome is None


def test_why_a_value_is_not_taken_is_told_sooner_than_by_asking_in_vain() -> None:
    for seed in range(200):
        wire = Wire(seed, random_faults(random.Random(seed), 0.1))
        outcome = wire.run(ParameterSet("RTL_ALT", 5800.0), Holder(keeps=True, errors=True))
        assert isinstance(outcome, Mismatch)
        assert outcome.message.startswith("RTL_ALT stays at 1500 instead of 5800")
    wire = Wire(0, Faults(delay_s=0.05))
    outcome = wire.run(ParameterSet("RTL_ALT", 5800.0), Holder(keeps=True, errors=True))
    assert "read-only" in str(outcome)
    assert wire.now_s < 1.0


def test_a_late_error_about_an_earlier_set_is_not_taken_for_a_refusal() -> None:
    machine = ParameterSet("RTL_ALT", 5800.0)
    holder = Holder()
    machine.start(0.0)
    machine.on_message(holder.on_message(Message("PARAM_REQUEST_READ", {"param_id": "RTL_ALT"}, 255, 190), 0.1)[0], 0.1)
    machine.on_message(holder.error("RTL_ALT", READ_ONLY), 0.2)
    assert machine.outcome is None
    (taken,) = holder.on_message(Message("PARAM_SET", {"param_id": "RTL_ALT", "param_value": 5800.0}, 255, 190), 0.3)
    machine.on_message(taken, 0.3)
    machine.on_message(taken, 0.35)
    assert machine.outcome == Parameter("RTL_ALT", 5800, 6)


class AnswersInItsPlace(Holder):
    """Somebody between answers each PARAM_SET as the vehicle would, and the vehicle never gets it."""

    def on_message(self, message: Message, now_s: float) -> list[Message]:
        held = self.value
        answers = super().on_message(message, now_s)
        self.value = held
        return answers


@pytest.mark.parametrize("loss", [0.0, 0.1, 0.2])
def test_an_answer_to_the_order_alone_proves_nothing(loss: float) -> None:
    for seed in seeds(100):
        wire = Wire(seed, Faults(loss=loss, delay_s=0.05, jitter_s=0.02 if loss else 0.0))
        outcome = wire.run(ParameterSet("RTL_ALT", 5800.0), AnswersInItsPlace())
        assert isinstance(outcome, Mismatch | NoAnswer), f"seed {seed}: {outcome!r}"
        assert loss or str(outcome) == "RTL_ALT stays at 1500 instead of 5800"


def test_on_a_good_link_both_answers_come_soon() -> None:
    wire = Wire(0, Faults(delay_s=0.05))
    assert isinstance(wire.run(ParameterSet("RTL_ALT", 5800.0), Holder()), Parameter)
    assert wire.now_s < 0.25
    wire = Wire(0, Faults(delay_s=0.05))
    assert isinstance(wire.run(ParameterSet("RTL_ALT", 5800.0), Holder(keeps=True)), Mismatch)
    assert wire.now_s < 2.0
