"""Speeds along a leg: within their limits, without a jump, and to the end."""

from __future__ import annotations

import math
import random

import pytest
from effort import seeds

from dronectl.sim.flight.speed_profile import Profile, Softness, profile

STEP_S = 0.01


def drawn(seed: int) -> Profile:
    """A leg of any length, some entered and left in motion."""
    chance = random.Random(seed)
    soft = Softness(chance.uniform(0.5, 4.0), chance.uniform(0.5, 5.0), chance.uniform(0.1, 0.4))
    speed = chance.uniform(1.0, 12.0)
    length = 10.0 ** chance.uniform(-1.0, 3.0)
    ends = [chance.choice((0.0, chance.uniform(0.0, speed))) for _ in range(2)] if length > 300.0 else [0.0, 0.0]
    return profile(length, speed, soft, from_m_s=ends[0], to_m_s=ends[1])


def check(leg: Profile) -> None:
    before_m, before_m_s, _ = leg.at(0.0)
    for number in range(1, math.floor(leg.duration_s / STEP_S) + 1):
        distance, speed, acceleration = leg.at(number * STEP_S)
        assert distance >= before_m - 1e-9
        assert abs(acceleration) <= leg.soft.acceleration_m_s2 + 1e-9
        assert abs(speed - before_m_s) <= leg.soft.acceleration_m_s2 * STEP_S + 1e-6
        assert distance - before_m == pytest.approx(0.5 * (speed + before_m_s) * STEP_S, abs=1e-3)
        before_m, before_m_s = distance, speed
    assert leg.at(leg.duration_s)[0] == pytest.approx(leg.length_m, abs=1e-6)


@pytest.mark.parametrize("seed", seeds(60))
def test_a_leg_ends_where_it_should_without_a_jump(seed: int) -> None:
    check(drawn(seed))


@pytest.mark.parametrize("seed", seeds(60))
def test_another_speed_on_the_way_changes_nothing_of_what_was_flown_and_of_the_end(seed: int) -> None:
    leg, chance = drawn(seed), random.Random(seed + 1)
    now_s = chance.uniform(0.0, leg.duration_s)
    flown = [leg.at(now_s * share) for share in (0.0, 0.3, 0.7, 1.0)]
    leg.change_speed(chance.uniform(1.0, 12.0), now_s)
    assert [leg.at(now_s * share) for share in (0.0, 0.3, 0.7, 1.0)] == [pytest.approx(one, abs=1e-6) for one in flown]
    check(leg)


def test_as_long_as_the_limits_say() -> None:
    """80 m at 8 m/s with 2.5 m/s2 and 1 m/s3: two changes of speed and the way that they leave."""
    leg = profile(80.0, 8.0, Softness(2.5, 1.0, 0.3))
    change_s = 8.0 / 2.5 + 2.5 + 0.3
    assert leg.duration_s == pytest.approx(2.0 * change_s + (80.0 - 8.0 * change_s) / 8.0)
