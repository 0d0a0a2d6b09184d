"""Flights without sockets and clock: the same aircraft as behind ports, the same bytes for the same seed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from repository import REPOSITORY

from dronectl.model.plan.mission import MissionType
from dronectl.model.plan.plan import Plan
from dronectl.model.rehearsal.flown import End, FlownSortie
from dronectl.model.rehearsal.settings import BatterySpread, PositionSpread, RehearsalSettings, WindSpread
from dronectl.model.site import Site
from dronectl.ops.rehearsal.loading import boards_of
from dronectl.ops.rehearsal.virtual_station import VirtualStation
from dronectl.protocol.mission.canonical import differences
from dronectl.protocol.mission.download import ItemDownload
from dronectl.protocol.mission.verified_upload import VerifiedUpload
from dronectl.sim.flight.modes import Mode
from dronectl.sim.rehearsal.board import Board, ready_aircraft
from dronectl.sim.rehearsal.conditions import draw_run
from dronectl.sim.rehearsal.flying import fly_sortie
from dronectl.sim.rehearsal.moments import Failure, copy_of, fail_on_each_leg, moments_of
from dronectl.sim.vehicle.settings import load_settings
from dronectl.sim.vehicle.world_parameters import World

SETTINGS = RehearsalSettings()


@pytest.fixture(scope="module")
def boards(site: Site, plan: Plan) -> list[Board]:
    return boards_of(plan, load_settings(REPOSITORY, site.drones).vehicles, site.rules, SETTINGS)


def conditions(board: Board, run: int = 1, seed: int = 1, settings: RehearsalSettings = SETTINGS):  # type: ignore[no-untyped-def]
    return draw_run(settings, run, seed=seed, wind_m_s=5.0, late_s=20.0).of(board.settings.name, board.sortie)


def flight(board: Board, run: int = 1, seed: int = 1, settings: RehearsalSettings = SETTINGS) -> FlownSortie:
    flown = fly_sortie(board, conditions(board, run, seed, settings))
    assert flown is not None
    return flown


def digest(flown: FlownSortie) -> str:
    track = flown.track
    columns = (track.time_s, track.lat_deg, track.lon_deg, track.height_m, track.item, track.left_pct)
    return hashlib.sha256(b"".join(column.tobytes() for column in columns)).hexdigest()


def test_what_is_on_board_is_what_push_sends(site: Site, plan: Plan, boards: list[Board]) -> None:
    for board, planned in zip(boards, plan.drones, strict=True):
        assert len(board.mission) == len(planned.sorties[0].mission)
        assert len(board.fence) == len(planned.fence)
        assert len(board.rally) == len(planned.rally)
        assert board.parameters["RTL_ALT_M"] == pytest.approx(planned.rtl_altitude_m)
        assert board.parameters["FENCE_ALT_MAX"] == site.rules.ceiling_m
        assert board.settings.home == planned.home


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(boards: list[Board]) -> None:
    first, again, other, later = flight(boards[2]), flight(boards[2]), flight(boards[2], seed=2), flight(boards[2], 2)
    assert digest(first) == digest(again)
    assert len({digest(first), digest(other), digest(later)}) == 3


def test_a_flight_lands_at_home_with_its_photographs(boards: list[Board], plan: Plan) -> None:
    flown, planned = flight(boards[0]), plan.drones[0].sorties[0]
    assert flown.end is End.LANDED
    assert planned.duration_s * 0.95 < flown.duration_s < planned.windy_duration_s * 1.1
    assert 0.0 <= flown.start_s <= 20.0
    home = plan.drones[0].home
    assert flown.track.lat_deg[-1] == pytest.approx(home.lat_deg, abs=6e-5)
    assert flown.track.height_m[-1] == 0.0
    assert len(flown.photographs.lat_deg) > 20
    assert set(flown.track.item.tolist()) >= {1, 3, 5, 7, 9, 11, 12}
    assert np.diff(flown.track.time_s).max() <= 0.25 + 1e-9


def test_it_stands_on_its_home_and_meets_the_ground_where_that_is_whatever_it_believes(boards: list[Board]) -> None:
    erring = replace(SETTINGS, wind=WindSpread(0.0, 0.0), position=PositionSpread(gps_m=2.0, barometer_m=3.0))
    board, home = boards[0], boards[0].settings.home
    durations_s, errors_m = [], []
    for run in range(1, 5):
        drawn = conditions(board, run, settings=erring)
        flown = flight(board, run, settings=erring)
        track = flown.track
        assert (track.lat_deg[0], track.lon_deg[0]) == pytest.approx((home.lat_deg, home.lon_deg), abs=1e-8)
        on_the_way = track.height_m[: np.flatnonzero(track.height_m > 0.0)[-1] + 1]
        assert on_the_way[-1] < 0.3, "at half a metre a second, a quarter of a second before"
        north_m, _, up_m = drawn.position_errors_m(np.array([0.0, flown.duration_s]))
        off_m = (track.lat_deg[-1] - home.lat_deg) * 111_000.0
        assert off_m == pytest.approx(north_m[1] - north_m[0], abs=0.5), "home is where it believed to be armed"
        durations_s.append(flown.duration_s)
        errors_m.append(up_m[1])
    assert np.ptp(errors_m) > 1.5
    # Who is higher than it believes comes down for longer, at half a metre a second.
    assert np.polyfit(errors_m, durations_s, 1)[0] == pytest.approx(2.0, abs=1.0)


def test_a_wind_that_grows_with_the_height_takes_less_time_low_down(boards: list[Board]) -> None:
    even, grows = (
        replace(SETTINGS, wind=WindSpread(5.0, 5.0, 0.0, 0.0, full_from_m=full_m)) for full_m in (0.0, 120.0)
    )
    assert flight(boards[0], settings=grows).duration_s < flight(boards[0], settings=even).duration_s - 3.0


def test_a_cold_battery_and_a_wind_tell(boards: list[Board]) -> None:
    still = replace(SETTINGS, wind=WindSpread(0.0, 0.0))
    cold = replace(still, battery=BatterySpread(0.7, 0.0, 1.0, 0.0))
    windy = replace(SETTINGS, wind=WindSpread(5.0, 5.0))
    calm = flight(boards[0], settings=still)
    assert flight(boards[0], settings=cold).left_pct < calm.left_pct - 5.0
    assert flight(boards[0], settings=windy).duration_s > calm.duration_s + 5.0


def test_a_drone_that_cannot_fly_its_items_is_not_flown(boards: list[Board]) -> None:
    no_mission = replace(boards[0], mission=boards[0].mission[:1])
    assert fly_sortie(no_mission, conditions(boards[0])) is None


def test_a_copy_goes_on_as_the_original_and_does_not_disturb_it(boards: list[Board]) -> None:
    aircraft, alone = (ready_aircraft(boards[1], conditions(boards[1])) for _ in range(2))
    assert aircraft is not None
    assert alone is not None
    for _ in range(2000):
        aircraft.step()
        alone.step()
    copied = copy_of(aircraft)
    copied.copter.parameters.set(World.WIND_M_S, 9.0)
    for _ in range(200):
        copied.step()
    twin = copy_of(aircraft)
    for _ in range(400):
        aircraft.step()
        alone.step()
        twin.step()
    places = [(one.copter.airframe.north_m, one.copter.airframe.east_m, one.copter.airframe.up_m,
               one.copter.battery.consumed_mah, one.pilot.run.seq) for one in (aircraft, alone, twin)]  # fmt: skip
    assert places[0] == places[1] == places[2]
    assert copied.copter.airframe.north_m != aircraft.copter.airframe.north_m


def test_each_failure_ends_as_the_autopilot_has_it(boards: list[Board]) -> None:
    board = boards[0]
    flown = flight(board)
    failed = {
        one.failure: one for one in islice(fail_on_each_leg(board, conditions(board), flown, list(Failure)), 4, 8)
    }
    assert [one.item for one in failed.values()] == [3, 3, 3, 3]
    ends = {failure: one.flown.end for failure, one in failed.items()}
    assert ends == {
        Failure.LINK: End.LANDED,
        Failure.BATTERY: End.LANDED,
        Failure.GPS: End.LANDED,
        Failure.MOTOR: End.FELL,
    }
    assert "GCS Failsafe" in failed[Failure.LINK].flown.said
    assert any("Battery" in text for text in failed[Failure.BATTERY].flown.said)
    assert failed[Failure.BATTERY].flown.left_pct < 15.0
    home_deg = board.settings.home.lat_deg
    assert failed[Failure.LINK].flown.track.lat_deg[-1] == pytest.approx(home_deg, abs=6e-5)
    falls_s = failed[Failure.MOTOR].flown.track.time_s[-1] - failed[Failure.MOTOR].at_s
    assert falls_s < 8.0
    for one in failed.values():
        at = int(np.searchsorted(flown.track.time_s, one.at_s))
        assert one.flown.track.lat_deg[0] == pytest.approx(flown.track.lat_deg[at], abs=3e-5)


def test_long_legs_have_several_moments(boards: list[Board]) -> None:
    flown = flight(boards[0])
    moments = moments_of(flown.track, flown.start_s)
    assert [item for item, _ in moments] == [1, 3, 5, 7, 9, 11, 12]
    track = replace(flown.track, time_s=flown.start_s + (flown.track.time_s - flown.start_s) * 4.0)
    assert len(moments_of(track, flown.start_s)) > len(moments)


def test_a_virtual_fleet_serves_its_missions_while_it_flies(site: Site, plan: Plan) -> None:
    heard: list[tuple[str, bytes]] = []
    station = VirtualStation(
        load_settings(REPOSITORY, site.drones).vehicles, tap=lambda name, _now_s, frame: heard.append((name, frame))
    )
    station.wait(12.0)
    drone = plan.drones[0]
    mission = drone.sorties[0].mission
    assert station.run("alpha", VerifiedUpload(mission)).items == len(mission)
    station.send("alpha", "SET_MODE", base_mode=1, custom_mode=int(Mode.GUIDED))
    station.send("alpha", "COMMAND_LONG", command=400, param1=1.0)
    station.send("alpha", "COMMAND_LONG", command=300)
    station.wait(60.0)
    copter = station.fleet.vehicles["alpha"].copter
    assert copter.airframe.up_m > 20.0
    assert not differences(mission, station.run("alpha", ItemDownload(MissionType.MISSION)), None)
    assert {name for name, _ in heard} == {"alpha", "bravo", "charlie"}
