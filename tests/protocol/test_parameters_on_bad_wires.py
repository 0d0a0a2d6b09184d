"""A parameter is set, or it is not known whether it is; that a vehicle refuses it is said only when it does."""

from __future__ import annotations

import math
import random

import pytest
from wire import Faults, Wire

from dronectl.errors import Mismatch, NoAnswer
from dronectl.model.message import Message
from dronectl.protocol.parameters import Parameter, ParameterSet


class Holder:
    """One parameter. ``keeps``: it takes no other value. ``is_curt``: no answer to a PARAM_SET that it refuses."""

    timer_s = math.inf

    def __init__(self, *, keeps: bool = False, is_curt: bool = False) -> None:
        self.value = 1500.0
        self.keeps = keeps
        self.is_curt = is_curt

    def on_timer(self, now_s: float) -> list[Message]:
        return []

    def on_message(self, message: Message, now_s: float) -> list[Message]:
        if message.name == "PARAM_SET":
            if self.is_curt:
                return []
            self.value = self.value if self.keeps else message["param_value"]
        fields = {"param_id": "RTL_ALT", "param_value": self.value, "param_type": 6}
        return [Message("PARAM_VALUE", {**fields, "param_count": 1, "param_index": 65535}, 1, 1)]


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
    unanswered = 0
    for seed in range(1000):
        holder = Holder()
        outcome = Wire(seed, random_faults(random.Random(seed), loss)).run(ParameterSet("RTL_ALT", 5800.0), holder)
        if isinstance(outcome, Parameter):
            assert holder.value == outcome.value == 5800
        else:
            assert isinstance(outcome, NoAnswer), f"seed {seed}: {outcome!r}"
            unanswered += 1
    assert unanswered <= 1000 * most_unanswered


@pytest.mark.parametrize("is_curt", [False, True])
def test_a_value_that_it_does_not_take_is_called_refused(is_curt: bool) -> None:
    for seed in range(200):
        holder = Holder(keeps=True, is_curt=is_curt)
        outcome = Wire(seed, random_faults(random.Random(seed), 0.1)).run(ParameterSet("RTL_ALT", 5800.0), holder)
        assert isinstance(outcome, Mismatch)
        assert outcome.message == "RTL_ALT stays at 1500 instead of 5800"


def test_on_a_good_link_both_answers_come_soon() -> None:
    wire = Wire(0, Faults(delay_s=0.05))
    assert isinstance(wire.run(ParameterSet("RTL_ALT", 5800.0), Holder()), Parameter)
    assert wire.now_s < 0.25
    wire = Wire(0, Faults(delay_s=0.05))
    assert isinstance(wire.run(ParameterSet("RTL_ALT", 5800.0), Holder(keeps=True)), Mismatch)
    assert wire.now_s < 2.0
