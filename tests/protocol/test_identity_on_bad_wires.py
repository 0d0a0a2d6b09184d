"""Two aircraft with one system id on one lossy radio are told apart; one alone is not kept waiting for long."""

from __future__ import annotations

import heapq
import math
import random
from itertools import count

import pytest
from effort import TIMES
from wire import Faults, Wire

from dronectl.errors import IdentityError, NoAnswer
from dronectl.model.message import Message
from dronectl.protocol.vehicle.identity import Identity, ReadIdentity

TRIES = 200 * TIMES


class Aircraft:
    """Answers of some aircraft on one radio: each hears a question or not, and takes its time."""

    def __init__(self, seed: int, answer_after_s: dict[int, float], loss: float) -> None:
        self.answer_after_s = answer_after_s
        self.loss = loss
        self.random = random.Random(seed)
        self.due: list[tuple[float, int, int]] = []
        self.order = count()
        self.asked = 0

    @property
    def timer_s(self) -> float:
        return self.due[0][0] if self.due else math.inf

    def on_timer(self, now_s: float) -> list[Message]:
        _, _, uid = heapq.heappop(self.due)
        fields = {"uid2": [uid] * 18, "uid": 0, "flight_sw_version": 0x040506FF, "flight_custom_version": [0] * 8}
        return [Message("AUTOPILOT_VERSION", {**fields, "capabilities": 0, "board_version": 0}, 1, 1)]

    def on_message(self, message: Message, now_s: float) -> list[Message]:
        self.asked += 1
        for uid, after_s in self.answer_after_s.items():
            if self.random.random() >= self.loss:
                heapq.heappush(self.due, (now_s + after_s, next(self.order), uid))
        return []


class Air(Wire):
    """Loses answers only: whether a question is heard is each aircraft's own luck."""

    def put(self, destination: str, message: Message, pair: int = 0) -> None:
        given, self.faults = self.faults, self.faults if destination == "machine" else Faults(delay_s=0.05)
        super().put(destination, message, pair)
        self.faults = given


def identify(seed: int, answer_after_s: dict[int, float], loss: float, **faults: float) -> tuple[object, float, int]:
    air, aircraft = Air(seed, Faults(loss=loss, delay_s=0.05, **faults)), Aircraft(seed, answer_after_s, loss)
    outcome = air.run(ReadIdentity(), aircraft)
    return outcome, air.now_s, aircraft.asked


@pytest.mark.parametrize("second_after_s", [0.0, 0.05, 0.5])
@pytest.mark.parametrize(("loss", "most_missed"), [(0.0, 0.0), (0.05, 0.01), (0.2, 0.05)])
def test_a_second_aircraft_is_seen(loss: float, most_missed: float, second_after_s: float) -> None:
    outcomes = [identify(seed, {1: 0.0, 2: second_after_s}, loss)[0] for seed in range(TRIES)]
    assert sum(not isinstance(outcome, IdentityError) for outcome in outcomes) <= most_missed * TRIES


def test_one_aircraft_on_a_good_link_is_known_in_a_second() -> None:
    outcome, seconds, asked = identify(0, {1: 0.0}, 0.0)
    assert isinstance(outcome, Identity)
    assert outcome.uid == "01" * 18
    assert seconds < 1.05
    assert asked == 4


@pytest.mark.parametrize("loss", [0.05, 0.2, 0.4])
def test_one_aircraft_is_never_two(loss: float) -> None:
    unanswered = 0
    for seed in range(300):
        outcome, seconds, _ = identify(seed, {1: 0.0}, loss, duplicate=0.3, jitter_s=0.3)
        assert isinstance(outcome, Identity | NoAnswer)
        unanswered += isinstance(outcome, NoAnswer)
        assert seconds < 15
    assert unanswered <= 300 * 0.1


def test_a_slow_link_is_listened_to_for_longer() -> None:
    air, aircraft = Wire(0, Faults(delay_s=0.8)), Aircraft(0, {1: 0.0, 2: 1.5}, 0.0)
    assert isinstance(air.run(ReadIdentity(), aircraft), IdentityError)
