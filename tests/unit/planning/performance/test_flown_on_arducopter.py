"""Plans held against flights that ArduCopter 4.5 flew in its simulator: duration within 5 %, energy within 10 %.

The figures are recorded by ``tests/bench/predicted_vs_flown.py --save``; the powers come from three flights of their
own, which are not judged here.
"""

from __future__ import annotations

import json

import pytest
from flown_missions import SETUPS, FlownMission, Setup, predicted, with_powers
from repository import DATA

FLOWN = json.loads((DATA / "flown_on_arducopter.json").read_text(encoding="utf-8"))
CASES = [
    pytest.param(setup, mission, id=mission.name.replace(" ", "-")) for setup in SETUPS for mission in setup.missions
]


@pytest.mark.parametrize(("setup", "mission"), CASES)
def test_a_flight_lasts_and_draws_what_its_plan_says(setup: Setup, mission: FlownMission) -> None:
    flown = FLOWN["flights"][mission.name]
    duration_s, energy_wh = predicted(with_powers(setup.drone, FLOWN["powers_w"]), mission)
    assert duration_s == pytest.approx(flown["duration_s"], rel=0.05)
    assert energy_wh == pytest.approx(flown["energy_wh"], rel=0.10)


def test_half_of_the_flights_are_predicted_within_one_percent() -> None:
    errors = [
        predicted(with_powers(setup.drone, FLOWN["powers_w"]), mission)[0]
        / FLOWN["flights"][mission.name]["duration_s"]
        for setup in SETUPS
        for mission in setup.missions
    ]
    assert sorted(abs(error - 1.0) for error in errors)[len(errors) // 2] < 0.01
