"""Three drones fly a plan and something goes wrong: what the aircraft do, what ``fly`` says, what is on the disk.

What dronectl tells is held against what the vehicles tell on their second ports. Built in, all is in virtual time; SITL
flies the same scripts. ``docs/fly_scripts.py`` flies all of them and writes the table of the docs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from effort import IS_THOROUGH
from flight_outcome import Outcome
from flying_range import Backend
from scripted_flights import GAP_S, SCENARIOS, Scenario, flown
from vehicles import SITL, SPEEDUP, UnderTest, first_instance, tcp_port

NAMES = ("alpha", "bravo", "charlie")
OTHERS = ("bravo", "charlie")
SELDOM = ("normal", "gps-lost", "link-lost", "motor-fails", "mission-cut", "killed", "disk-full")
"""Flown on SITL and where there is time: what they show built in, smaller tests show too."""


def whole(outcome: Outcome, *names: str, gap_s: float = 2.0) -> None:
    """The recording goes from the ground to the ground, and the black box has all of it."""
    for name in names:
        record = outcome.records[name]
        assert (record.from_start, record.to_the_end, record.missing_in_box) == (True, True, 0), (name, record)
        assert record.longest_gap_s < gap_s, (name, record)


def refused(outcome: Outcome, *words: str) -> None:
    assert outcome.code == 5, outcome.message
    for one in words:
        assert one in outcome.message


def others_went_on(outcome: Outcome) -> None:
    assert all(outcome.is_home(name) and outcome.drone(name)["completed"] for name in OTHERS)
    assert not [one for one in outcome.warned() if one.drone in OTHERS]


def normal(outcome: Outcome) -> None:
    assert (outcome.code, outcome.warned()) == (0, []), outcome.words
    assert all(outcome.is_home(name) for name in NAMES)
    whole(outcome, *NAMES)


def gps_lost(outcome: Outcome) -> None:
    acted = outcome.acted("alpha")
    assert acted is not None
    assert acted[0] == "LAND"
    refused(outcome, "alpha landed early", "EKF failsafe at ", " after GPS loss at ")
    assert not outcome.hands["alpha"].armed
    assert {"gps", "failsafe-ekf"} <= set(outcome.alarms_of("alpha"))
    assert next(one.after_s for one in outcome.warned() if one.kind == "gps") < acted[1] - 2.0, "it coasts meanwhile"
    others_went_on(outcome)
    whole(outcome, *NAMES)


def link_gap(outcome: Outcome) -> None:
    acted = outcome.acted("alpha")
    assert acted is not None
    assert acted[0] == "RTL"
    refused(outcome, "alpha landed early", "loss of the link at ")
    assert outcome.alarms_of("alpha")[0] == "unheard"
    assert outcome.is_home("alpha")
    others_went_on(outcome)
    whole(outcome, "alpha", gap_s=GAP_S + 3.0)
    whole(outcome, *OTHERS)


def link_lost(outcome: Outcome) -> None:
    assert outcome.code == 4, outcome.message
    assert "not seen to land: alpha NOT HEARD: heard last at " in outcome.message
    assert "its ground station failsafe (RTL after " in outcome.message
    assert set(outcome.alarms_of("alpha")) == {"unheard"}
    assert outcome.is_home("alpha"), "the vehicle's failsafe brought it home"
    others_went_on(outcome)
    whole(outcome, *OTHERS)
    assert not outcome.records["alpha"].to_the_end


def battery_sags(outcome: Outcome) -> None:
    acted = outcome.acted("alpha")
    assert acted is not None
    assert acted[0] == "RTL"
    first = next(one for one in outcome.warned() if one.kind == "battery-voltage")
    assert first.after_s < acted[1] - 15.0, "said before it acts"
    refused(outcome, "battery failsafe at ", " after voltage that sank at ")
    assert outcome.is_home("alpha")
    others_went_on(outcome)
    whole(outcome, *NAMES)


def motor_fails(outcome: Outcome) -> None:
    refused(outcome, "not seen to land: alpha ", "crash", "loss of thrust at ")
    kinds = outcome.alarms_of("alpha")
    assert kinds.index("thrust") < kinds.index("crash")
    assert abs(outcome.hands["alpha"].up_m) < 3.0
    assert not outcome.is_home("alpha")
    others_went_on(outcome)
    whole(outcome, *OTHERS)


def mission_changed(outcome: Outcome) -> None:
    refused(outcome, "alpha landed, not by the plan: somebody changed its mission on board: ")
    assert "alpha: somebody CHANGED ITS MISSION on board, it flies the plan no more: " in outcome.words
    assert not outcome.warned(), "what the plan expects counts no more"
    assert outcome.is_home("alpha")
    others_went_on(outcome)
    whole(outcome, *NAMES)


def rtl_all(outcome: Outcome) -> None:
    assert outcome.ordered == 0, outcome.words
    assert not outcome.warned(), "it was ordered here"
    refused(outcome, *(f"{name} landed early" for name in NAMES), ": RTL ordered by ")
    assert all(outcome.is_home(name) for name in NAMES)
    whole(outcome, *NAMES)


def killed(outcome: Outcome) -> None:
    assert outcome.code == 0, outcome.message
    assert all(f"{name}: flies this plan already (AUTO, item " in outcome.words for name in NAMES), outcome.words
    assert all(outcome.is_home(name) for name in NAMES)
    assert not [mode.what for mode in outcome.hands["alpha"].modes if mode.loop_s > outcome.events[0].loop_s]


def disk_full(outcome: Outcome) -> None:
    assert outcome.code == 2, outcome.message
    assert "recording stopped after " in outcome.message
    assert "No space left on device; what was written before is readable" in outcome.message
    assert "the black box does not record alpha: " in outcome.words
    assert not outcome.warned()
    for name in NAMES:
        assert outcome.is_home(name)
        assert outcome.drone(name)["completed"]
        assert outcome.records[name].from_start
        assert outcome.records[name].longest_gap_s < 2.0, "whole up to there"


JUDGES: dict[str, Callable[[Outcome], None]] = {
    "normal": normal,
    "gps-lost": gps_lost,
    "link-gap": link_gap,
    "link-lost": link_lost,
    "battery-sags": battery_sags,
    "motor-fails": motor_fails,
    "mission-changed": mission_changed,
    "mission-cut": mission_changed,
    "rtl-all": rtl_all,
    "killed": killed,
    "disk-full": disk_full,
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_flight_that_goes_wrong_is_told_truly_and_recorded(
    scenario: Scenario, under_test: UnderTest, tmp_path: Path
) -> None:
    if under_test.kind != SITL and scenario.name in SELDOM and not IS_THOROUGH:
        pytest.skip("DRONECTL_TEST_THOROUGH flies it built in too")
    speedup = SPEEDUP[under_test.kind] / 2.5
    backend = Backend(under_test.kind, under_test.firmware, speedup, tcp_port(first_instance()))
    JUDGES[scenario.name](flown(scenario, backend, tmp_path))
