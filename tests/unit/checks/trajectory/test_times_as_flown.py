"""The checker's times held against flights of ArduCopter 4.5, apart from the planner's."""

from __future__ import annotations

import json

import pytest
from flown_missions import AS_SHIPPED, BRISK, GENTLE, FlownMission, Setup
from repository import DATA

from dronectl.checks.trajectory.timing import Timing, timed

FLOWN = json.loads((DATA / "flown_on_arducopter.json").read_text(encoding="utf-8"))
IN_STILL_AIR = [
    pytest.param(setup, mission, id=mission.name.replace(" ", "-"))
    for setup in (AS_SHIPPED, GENTLE, BRISK)
    for mission in setup.missions
    if mission.wind_m_s == 0.0
]


@pytest.mark.parametrize(("setup", "mission"), IN_STILL_AIR)
def test_a_flight_takes_what_the_checker_says(setup: Setup, mission: FlownMission) -> None:
    stretches = [Timing(0.0, 0.0, mission.altitude_m, 8.0, 0.0, takes_off=True)]
    east_m = north_m = 0.0
    for place in mission.places:
        speed_m_s = mission.work_m_s if place.working else mission.transit_m_s
        if (place.east_m, place.north_m) != (east_m, north_m):
            stretches.append(Timing(place.east_m - east_m, place.north_m - north_m, 0.0, speed_m_s, 0.0))
        if place.dwell_s:
            stretches.append(Timing(0.0, 0.0, 0.0, speed_m_s, place.dwell_s))
        east_m, north_m = place.east_m, place.north_m
    stretches.append(Timing(0.0, 0.0, -mission.altitude_m, 8.0, 0.0, lands=True))
    assert sum(timed(stretches, setup.drone)) == pytest.approx(FLOWN["flights"][mission.name]["duration_s"], rel=0.05)
