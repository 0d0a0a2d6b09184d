"""A voltage that sinks steadily is foretold; a step down, as at take-off, and the waver of a gust are not."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from dronectl.ops.alarms.sag import Sag

STEP_S = 0.5


def after(seconds: float, volts_at: Callable[[float], float]) -> Sag:
    sag = Sag()
    for step in range(int(seconds / STEP_S) + 1):
        sag.update(step * STEP_S, volts_at(step * STEP_S))
    return sag


def test_what_sinks_steadily_is_foretold_to_a_tenth() -> None:
    sag = after(30.0, lambda t_s: 12.0 - 0.04 * t_s)
    assert sag.seconds_to(10.0) == pytest.approx((10.8 - 10.0) / 0.04, rel=0.1)
    assert sag.seconds_to(11.0) == 0.0, "it is there already"


def test_it_is_foretold_through_the_waver_of_gusts() -> None:
    gusts = random.Random(4)
    sag = after(30.0, lambda t_s: 12.0 - 0.04 * t_s + gusts.uniform(-0.05, 0.05))
    assert sag.seconds_to(10.0) == pytest.approx(20.0, rel=0.25)


@pytest.mark.parametrize("at_s", [2.0, 8.0, 14.0, 20.0, 26.0])
def test_a_step_down_does_not_go_on(at_s: float) -> None:
    for seconds in range(1, 45):
        sag = after(seconds, lambda t_s: 12.6 if t_s < at_s else 12.0)
        assert sag.seconds_to(10.5) is None


def test_what_rises_stays_or_was_seen_too_shortly_tells_nothing() -> None:
    assert after(30.0, lambda t_s: 11.0 + 0.01 * t_s).seconds_to(10.5) is None
    assert after(30.0, lambda _: 11.0).seconds_to(10.5) is None
    assert after(10.0, lambda t_s: 12.0 - 0.1 * t_s).seconds_to(10.5) is None


def test_what_lies_farther_back_is_forgotten() -> None:
    sag = after(60.0, lambda t_s: 12.6 - 0.1 * min(t_s, 20.0))
    assert sag.seconds_to(10.5) is None
