from __future__ import annotations

import random

import pytest

from dronectl.errors import InputError, Mismatch, NoAnswer
from dronectl.model.message import Message
from dronectl.protocol.core.machine import Send
from dronectl.protocol.param.parameters import (
    Parameter,
    ParameterList,
    ParameterRead,
    ParameterSet,
    checked_name,
    in_digits,
    parameter_of,
)


def value(name: str, number: float, kind: int = 9, index: int = 0xFFFF, count: int = 1) -> Message:
    fields = {"param_id": name, "param_value": number, "param_type": kind, "param_index": index, "param_count": count}
    return Message("PARAM_VALUE", fields, 1, 1)


class Holder:
    """A vehicle's parameters; a share of all frames gets lost both ways."""

    def __init__(self, values: dict[str, tuple[float, int]], loss: float = 0.0, seed: int = 0) -> None:
        self.values = values
        self.loss = loss
        self.random = random.Random(seed)
        self.keeps = True
        self.most = 1e38

    def run(self, machine: object) -> object:
        now_s = 0.0
        effects = list(machine.start(now_s))  # type: ignore[attr-defined]
        while machine.outcome is None:  # type: ignore[attr-defined]
            if not effects:
                now_s = machine.deadline_s  # type: ignore[attr-defined]
                effects = list(machine.on_timeout(now_s))  # type: ignore[attr-defined]
                continue
            effect = effects.pop(0)
            if isinstance(effect, Send) and self.random.random() >= self.loss:
                for answer in self.answers(effect):
                    if self.random.random() >= self.loss:
                        effects += machine.on_message(answer, now_s)  # type: ignore[attr-defined]
        return machine.outcome  # type: ignore[attr-defined]

    def answers(self, send: Send) -> list[Message]:
        names = list(self.values)
        fields = send.fields
        if send.name == "PARAM_REQUEST_LIST":
            return [value(name, *self.values[name], index, len(names)) for index, name in enumerate(names)]
        if send.name == "PARAM_REQUEST_READ" and fields["param_index"] >= 0:
            name = names[fields["param_index"]]
            return [value(name, *self.values[name], fields["param_index"], len(names))]
        if fields["param_id"] not in self.values:
            return []
        if send.name == "PARAM_SET" and self.keeps:
            held = min(fields["param_value"], self.most)
            self.values[fields["param_id"]] = (held, self.values[fields["param_id"]][1])
        return [value(fields["param_id"], *self.values[fields["param_id"]])]


def test_read() -> None:
    holder = Holder({"FENCE_ENABLE": (1.0, 2), "WPNAV_SPEED": (800.0, 9)})
    assert holder.run(ParameterRead("fence_enable")) == Parameter("FENCE_ENABLE", 1, 2)
    missing = holder.run(ParameterRead("NO_SUCH"))
    assert isinstance(missing, NoAnswer)
    assert "NO_SUCH" in missing.message


@pytest.mark.parametrize("seed", range(20))
def test_set_is_read_back_also_over_a_bad_link(seed: int) -> None:
    holder = Holder({"FENCE_RADIUS": (150.0, 9)}, loss=0.3, seed=seed)
    outcome = holder.run(ParameterSet("FENCE_RADIUS", 900.1))
    if isinstance(outcome, Parameter):
        assert holder.values["FENCE_RADIUS"][0] == 900.1
    else:
        assert isinstance(outcome, NoAnswer)


def test_an_answer_from_before_is_given_time_for_a_better_one_to_come() -> None:
    machine = ParameterSet("FENCE_RADIUS", 900.0)
    machine.start(0.0)
    machine.on_message(value("FENCE_RADIUS", 150.0), 1.0)
    assert list(machine.on_message(value("FENCE_RADIUS", 150.0), 2.0)) == []
    assert machine.deadline_s is not None
    assert machine.deadline_s > 2.0
    machine.on_message(value("FENCE_RADIUS", 900.0), 2.1)
    machine.on_message(value("FENCE_RADIUS", 900.0), 2.2)
    assert machine.outcome == Parameter("FENCE_RADIUS", 900.0, 9)


def test_a_value_that_the_vehicle_does_not_keep_is_a_mismatch() -> None:
    holder = Holder({"FENCE_RADIUS": (150.0, 9)})
    holder.keeps = False
    outcome = holder.run(ParameterSet("FENCE_RADIUS", 900.0))
    assert isinstance(outcome, Mismatch)
    assert outcome.message == "FENCE_RADIUS stays at 150 instead of 900"


def test_a_value_that_the_vehicle_changes_is_told_with_the_one_it_had() -> None:
    holder = Holder({"FENCE_RADIUS": (150.0, 9)})
    holder.most = 300.1
    outcome = holder.run(ParameterSet("FENCE_RADIUS", 99_999_999.0))
    assert isinstance(outcome, Mismatch)
    assert outcome.message == "FENCE_RADIUS is now 300.1, was 150; 99999999 was sent"


@pytest.mark.parametrize(
    ("kind", "number"), [(2, 128.0), (2, -129.0), (4, 32_768.0), (6, 99_999_999_999.0), (6, 16_777_217.0), (9, 1e39)]
)
def test_a_value_that_does_not_fit_is_never_sent(kind: int, number: float) -> None:
    holder = Holder({"X": (7.0, kind)})
    assert isinstance(holder.run(ParameterSet("X", number)), InputError)
    assert holder.values["X"] == (7.0, kind)


@pytest.mark.parametrize(
    ("number", "text"),
    [(1500, "1500"), (2_147_483_647, "2147483647"), (0.30000001192092896, "0.3"), (1e39, "1e+39"), (-2.0, "-2")],
)
def test_numbers_are_shown_with_the_digits_that_they_need(number: float, text: str) -> None:
    assert in_digits(number) == text


def test_a_fraction_is_no_value_of_a_whole_parameter() -> None:
    assert isinstance(Holder({"FENCE_TYPE": (7.0, 2)}).run(ParameterSet("FENCE_TYPE", 1.5)), InputError)


@pytest.mark.parametrize("loss", [0.0, 0.05, 0.3])
def test_all_parameters_come_with_gaps_repaired(loss: float) -> None:
    holder = Holder({f"P_{index:04}": (float(index), 4) for index in range(700)}, loss=loss, seed=3)
    outcome = holder.run(ParameterList())
    assert isinstance(outcome, dict)
    assert list(outcome) == list(holder.values)
    assert outcome["P_0033"].value == 33


def test_gaps_are_asked_for_some_at_a_time_and_the_next_as_soon_as_the_last_of_them_came() -> None:
    def parameter(index: int) -> Message:
        return value(f"P_{index}", 1.0, index=index, count=60)

    def asked_for(effects: object) -> list[int]:
        return [one.fields["param_index"] for one in effects if isinstance(one, Send)]  # type: ignore[attr-defined]

    machine = ParameterList()
    machine.start(0.0)
    machine.on_message(parameter(59), 0.1)
    some = asked_for(machine.on_timeout(2.0))
    assert some[0] == 0
    assert len(some) < 59
    for index in some[:-1]:
        assert asked_for(machine.on_message(parameter(index), 2.1)) == []
    assert asked_for(machine.on_message(parameter(some[-1]), 2.2))[0] == len(some)


def test_a_silent_vehicle_has_no_parameters() -> None:
    outcome = Holder({"A": (1.0, 9)}, loss=1.0).run(ParameterList())
    assert isinstance(outcome, NoAnswer)


def test_a_value_that_is_no_number_is_kept_as_it_is() -> None:
    assert str(parameter_of(value("X", float("nan"), 2)).value) == "nan"


@pytest.mark.parametrize("name", ["", " ", "A" * 17, "FENCE ENABLE", "รั้ว", "A;B"])
def test_wrong_names_are_input_errors(name: str) -> None:
    with pytest.raises(InputError):
        checked_name(name)
