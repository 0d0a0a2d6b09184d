"""Aircraft that come too near are told of half a minute before; those that pass clear are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from air_encounters import AHEAD_S, alarm_s, drawn_encounter
from effort import seeds
from flying_fleet import CORNERS

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.traffic import Contact, Encounter
from dronectl.ops.traffic.encounters import TIMES_S, DroneAhead, Heights, nearest_encounter

HERE = CORNERS[0]
LATEST_FIRST_S = 40.0
"""Who is too near before was not heard for long enough."""
NEAR = [seed for seed in seeds(24) if (drawn_encounter(seed).too_near_s or 0.0) >= LATEST_FIRST_S]


@pytest.mark.parametrize("seed", NEAR)
def test_none_is_missed(seed: int) -> None:
    encounter = drawn_encounter(seed)
    told_s = alarm_s(encounter, seed, pressure_off_m=40.0)
    assert told_s is not None
    assert encounter.too_near_s is not None
    assert encounter.too_near_s - told_s >= AHEAD_S


def test_few_come_for_nothing() -> None:
    clear = [seed for seed in seeds(40, first=300) if drawn_encounter(seed).too_near_s is None]
    told = [seed for seed in clear if alarm_s(drawn_encounter(seed), seed, pressure_off_m=40.0) is not None]
    assert len(clear) >= 15
    assert len(told) <= max(1, 0.08 * len(clear))


HOVERING = DroneAhead(LocalPlane(HERE), np.tile((0.0, 0.0, 50.0), (len(TIMES_S), 1)), 145.0)
OVERHEAD = Contact(1, "a", 100.0, "THA1", HERE, 100.0, 195.0, None, 100.0, 0.0, 0.0, climb_m_s=0.0)
"""At the very place of the drone, by the standard atmosphere."""
TODAY = Heights(pressure_offset_m=0.0)


def passes(contact: Contact, heights: Heights = TODAY) -> Encounter:
    found = nearest_encounter(HOVERING, [contact], 100.0, heights)
    assert found is not None
    return found


def test_one_without_a_height_may_be_at_the_drone_s() -> None:
    assert passes(OVERHEAD).breach_in_s == 0.0
    assert passes(replace(OVERHEAD, pressure_altitude_m=400.0)).breach_in_s is None
    unknown = passes(replace(OVERHEAD, pressure_altitude_m=None))
    assert unknown.breach_in_s == 0.0
    assert "its height is not known" in unknown.words()


def test_a_height_by_a_pressure_that_is_not_known_is_vague_and_says_so() -> None:
    above = replace(OVERHEAD, pressure_altitude_m=195.0 + 150.0)
    assert passes(above).breach_in_s is None
    vague = passes(above, Heights())
    assert vague.breach_in_s == 0.0
    assert "if the air pressure is 1013 hPa" in vague.words()


def test_a_height_by_satellites_is_above_the_ellipsoid() -> None:
    above = replace(OVERHEAD, pressure_altitude_m=None, ellipsoid_altitude_m=195.0 - 27.9 + 105.0)
    assert passes(above, Heights(undulation_m=-27.9)).above_m == pytest.approx(105.0)


def test_who_is_on_the_ground_is_in_nobody_s_way() -> None:
    assert nearest_encounter(HOVERING, [replace(OVERHEAD, on_ground=True)], 100.0, Heights()) is None
