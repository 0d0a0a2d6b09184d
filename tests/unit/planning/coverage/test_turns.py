"""The least that a turn takes is never more than a turn that is flown."""

from __future__ import annotations

import math

import numpy as np
import planning_sites as sites
import pytest
from effort import seeds

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.assignment.pace import Pace, pace_of
from dronectl.planning.assignment.participants import crew_of, participants
from dronectl.planning.coverage.least_flights import SURE
from dronectl.planning.coverage.turns import Turns
from dronectl.planning.performance import motion
from dronectl.planning.performance.energy import Chain

WIND = np.array([[0.0, 5.0], [0.0, -5.0]])
MAIN_DEG = 90.0


def pace() -> Pace:
    made = sites.site()
    (member,) = crew_of(made, sites.FRAME, sites.PATROL, participants(made, sites.PATROL, ["alpha"]))
    return pace_of(member, made.rules.battery_reserve_pct, made.rules.wind_m_s)


def taken(one: Pace, points: FloatArray, speeds_m_s: list[float], turns: Turns) -> float:
    chain = Chain.of(points, np.arange(len(points) - 1) == 0, motion.limits_of(one.member.drone))
    winds = np.zeros((1, 2)) if turns.winds_m_s is None else turns.winds_m_s
    flown = chain.flown(np.array(speeds_m_s), winds, one.member.drone)
    by_leg = flown.legs_s if turns.winds_m_s is None else flown.energy_ws
    return float(by_leg.sum(axis=1).mean())


@pytest.mark.parametrize("seed", seeds(3))
@pytest.mark.parametrize("winds", [None, WIND])
def test_no_turn_to_a_parallel_line_takes_less(winds: FloatArray | None, seed: int) -> None:
    one, rng = pace(), np.random.default_rng(seed)
    turns = Turns(one, MAIN_DEG, winds)
    per_metre = float(turns.per_metre(np.array([MAIN_DEG]))[0])
    for _ in range(100):
        length_m, aside_m, along_m = rng.uniform(30.0, 600.0), rng.uniform(2.0, 200.0), rng.normal(0.0, 60.0)
        back = rng.choice([-1.0, 1.0]) * length_m
        points = np.array(
            [[0.0, 0.0], [0.0, length_m], [aside_m, length_m + along_m], [aside_m, length_m + along_m + back]]
        )
        line = taken(one, points[:2], [one.work_m_s], turns)
        turn = taken(one, points, [one.work_m_s, one.transit_m_s, one.work_m_s], turns) - line - per_metre * length_m
        least = SURE * float(turns.parallel(np.array([aside_m]))[0]) + turns.aside_per_metre * aside_m
        assert turn >= least - 2.0 * float(turns.too_much_of_short(np.array([length_m]))[0])


def test_a_turn_to_the_next_row_takes_seconds_and_more_the_farther_it_is() -> None:
    turns = Turns(pace(), MAIN_DEG, None)
    least_s = turns.parallel(np.array([0.5, 20.0, 40.0, 80.0]))
    assert least_s[0] == 0.0  # such lines may be flown as one
    assert 1.0 < least_s[1] <= least_s[2] <= least_s[3] < 10.0


@pytest.mark.parametrize("angle_deg", [20.0, 45.0, 90.0])
def test_no_corner_between_lines_that_touch_takes_less(angle_deg: float) -> None:
    one = pace()
    turns = Turns(one, MAIN_DEG, None)
    angle = math.radians(MAIN_DEG + angle_deg)
    points = np.array([[0.0, 0.0], [0.0, 400.0], [400.0 * math.cos(angle), 400.0 + 400.0 * math.sin(angle)]])
    line_s = taken(one, points[:2], [one.work_m_s], turns)
    corner_s = taken(one, points, [one.work_m_s] * 2, turns) - line_s - 400.0 / one.work_m_s
    assert corner_s >= float(turns.oblique(np.array([MAIN_DEG]), np.array([MAIN_DEG + angle_deg]), np.zeros(1))[0])


def test_the_least_way_from_home_is_that_to_the_nearest_place_in_still_air_and_more_against_the_wind() -> None:
    one = pace()
    x, y = one.member.home_xy
    ahead = np.array([[[x - 50.0, y + 300.0], [x + 90.0, y + 300.0]]])
    aside = np.array([[[x + 300.0, y - 50.0], [x + 300.0, y + 90.0]]])
    still, windy = Turns(one, MAIN_DEG, None), Turns(one, MAIN_DEG, WIND)
    assert float(still.least_to(ahead)[0]) == pytest.approx(300.0 / one.transit_m_s, rel=0.01)
    assert float(windy.least_to(ahead)[0]) > 1.05 * float(windy.least_to(aside)[0])
