"""Flights of a rehearsal in simulators of their own: on ArduPilot's, and on a stand-in that flies the built-in copter.

The flights are small ones, one for each thing that fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flown_plans import drone_plan, mission
from repository import REPOSITORY
from simulator_stand_in import stand_in
from vehicles import BUILTIN, UnderTest, first_instance, sitl_binary

from dronectl.model.plan.plan import Plan
from dronectl.model.rehearsal.flown import End
from dronectl.model.rehearsal.settings import BatterySpread, PositionSpread, RehearsalSettings, WindSpread
from dronectl.model.site import Site
from dronectl.ops.parameters.failsafe_settings import failsafe_settings
from dronectl.ops.plans.wanted_items import wanted_items
from dronectl.ops.rehearsal.loading import boards_of
from dronectl.ops.rehearsal.sitl.flight import Failing, Load, Seat, SitlFlown, fly_on_sitl
from dronectl.sim.rehearsal.conditions import DroneConditions, draw_run
from dronectl.sim.rehearsal.flying import fly_sortie
from dronectl.sim.rehearsal.moments import Failure
from dronectl.sim.vehicle.settings import load_settings

PACE = 100.0
CALM = RehearsalSettings(
    wind=WindSpread(0.0, 0.0), battery=BatterySpread(1.0, 0.0, 1.0, 0.0), position=PositionSpread(0.0, 60.0, 0.0, 60.0),
    parameters={"FENCE_ENABLE": 1.0, "FS_GCS_ENABLE": 1.0},
)  # fmt: skip
ON_ITS_WAY_S = 30.0
"""So long after the start it is between the first two places."""


@pytest.fixture(scope="module")
def program(under_test: UnderTest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if under_test.kind == BUILTIN:
        path = tmp_path_factory.mktemp("stand-in") / "arducopter"
        return stand_in(path, release=under_test.firmware or "4.7")
    named = sitl_binary(under_test.firmware)
    assert named is not None
    return Path(named).resolve()


@pytest.fixture(scope="module")
def load(site: Site) -> Load:
    """A square of 60 m, 25 m up."""
    planned = drone_plan(site, mission(site, [(0.0, 60.0), (60.0, 60.0), (60.0, 0.0)], 25.0))
    plan = Plan("square", "", (planned,), {}, 0.0, None, None, None)
    (board,) = boards_of(plan, load_settings(REPOSITORY, site.drones).vehicles, site.rules, CALM)
    return Load(board, wanted_items(planned, 1), failsafe_settings(planned, site.rules))


def fly(
    load: Load, program: Path, folder: Path, failing: Failing | None = None, settings: RehearsalSettings = CALM
) -> tuple[SitlFlown, DroneConditions]:
    conditions = draw_run(settings, 1, seed=1, wind_m_s=5.0, late_s=20.0).of("alpha", 1)
    seat = Seat(program, first_instance(), folder, PACE)
    return asyncio.run(fly_on_sitl(load, conditions, seat, failing)), conditions


def test_a_whole_flight_is_as_the_built_in_rehearsal_has_it(load: Load, program: Path, tmp_path: Path) -> None:
    one, conditions = fly(load, program, tmp_path)
    flown, built_in = one.flown, fly_sortie(load.board, conditions)
    assert flown is not None
    assert built_in is not None
    assert flown.end is End.LANDED
    assert flown.start_s == built_in.start_s > 0.0
    assert flown.duration_s == pytest.approx(built_in.duration_s, rel=0.04)
    assert set(flown.track.item.tolist()) >= {1, 2, 3, 4, 5}
    steps_s = np.diff(flown.track.time_s)
    assert np.median(steps_s) == pytest.approx(0.25, abs=0.06)
    assert steps_s.max() < 1.0
    for axis in ("lat_deg", "lon_deg"):
        assert np.ptp(getattr(flown.track, axis)) == pytest.approx(np.ptp(getattr(built_in.track, axis)), rel=0.06)
    assert flown.track.height_m.max() == pytest.approx(25.0, abs=0.6)
    assert flown.track.height_m[-1] < 0.3
    home = load.board.settings.home
    assert flown.track.lat_deg[-1] == pytest.approx(home.lat_deg, abs=1e-5)
    assert np.all(np.diff(flown.track.left_pct) <= 1e-9)
    assert one.firmware[:3] in ("4.5", "4.6", "4.7", "4.8")


def test_a_wind_and_a_wrong_position_tell(load: Load, program: Path, under_test: UnderTest, tmp_path: Path) -> None:
    if under_test.kind == BUILTIN:
        pytest.skip("the stand-in has no wind and no errors")
    windy = replace(CALM, wind=WindSpread(5.0, 5.0), position=PositionSpread(3.0, 1000.0, 0.0, 60.0))
    calm, _ = fly(load, program, tmp_path / "calm")
    blown, conditions = fly(load, program, tmp_path / "windy", settings=windy)
    assert calm.flown is not None
    assert blown.flown is not None
    assert blown.flown.duration_s > calm.flown.duration_s + 1.0
    north_m, _, _ = conditions.position_errors_m(np.array([60.0]))
    moved_m = (blown.flown.track.lat_deg.max() - calm.flown.track.lat_deg.max()) * 111_319.5
    assert moved_m == pytest.approx(north_m[0], abs=1.0)


ENDS: Mapping[Failure, End] = {
    Failure.LINK: End.LANDED,
    Failure.BATTERY: End.LANDED,
    Failure.GPS: End.LANDED,
    Failure.MOTOR: End.FELL,
}
WORDS = {Failure.LINK: "GCS Failsafe", Failure.BATTERY: "Battery", Failure.GPS: "EKF", Failure.MOTOR: ""}


@pytest.mark.parametrize("failure", list(Failure))
def test_what_fails_fails_and_the_autopilot_does_what_it_does(
    failure: Failure, load: Load, program: Path, under_test: UnderTest, tmp_path: Path
) -> None:
    if under_test.kind == BUILTIN and failure in (Failure.MOTOR, Failure.BATTERY):
        pytest.skip("the stand-in's motors fail in scenarios alone, and its pack is what it is")
    one, _ = fly(load, program, tmp_path, Failing(failure, ON_ITS_WAY_S))
    flown = one.flown
    assert flown is not None
    assert one.failed_s == pytest.approx(ON_ITS_WAY_S, abs=1.5)
    assert flown.end is ENDS[failure], flown.said
    assert any(WORDS[failure] in text for text in flown.said) or not WORDS[failure], flown.said
    assert flown.track.time_s[0] - flown.start_s == pytest.approx(ON_ITS_WAY_S, abs=2.0)
    lasted_s = flown.track.time_s[-1] - flown.track.time_s[0]
    if failure is Failure.MOTOR:
        assert lasted_s < 20.0
    if failure is Failure.BATTERY:
        assert flown.left_pct < 21.0
    if failure in (Failure.LINK, Failure.BATTERY):
        home = load.board.settings.home
        assert flown.track.lat_deg[-1] == pytest.approx(home.lat_deg, abs=2e-5), "it came home"
        assert flown.track.item.max() < 5, "before the end of its mission"
