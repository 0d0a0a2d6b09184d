"""The conditions of a rehearsal in the words of ArduPilot's simulator."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from dronectl.model.geo import GeoPoint
from dronectl.model.rehearsal.settings import RehearsalSettings, WindSpread
from dronectl.sim.ardupilot.drawn import Drawn
from dronectl.sim.rehearsal.board import Board
from dronectl.sim.rehearsal.conditions import DroneConditions, draw_run
from dronectl.sim.rehearsal.moments import Failure
from dronectl.sim.vehicle.battery import BatteryPack
from dronectl.sim.vehicle.settings import VehicleSettings

VEHICLE = VehicleSettings(
    "alpha", 1, GeoPoint(16.05, 103.65), 145.0, parameters={"WPNAV_SPEED": 800.0, "BATT_LOW_MAH": 1800.0}
)
BOARD = Board(VEHICLE, 1, 0.0, 300.0, (), (), (), {"RTL_ALT_M": 60.0})
SETTINGS = RehearsalSettings(wind=WindSpread(4.0, 4.0, 0.3, 0.3))
CAPACITY_MAH = BatteryPack(VEHICLE.battery, cells=3, start_pct=100.0).capacity_mah


def conditions(**others: object) -> DroneConditions:
    drawn = draw_run(SETTINGS, 1, seed=1, wind_m_s=5.0, late_s=20.0).of("alpha", 1)
    return replace(drawn, **others)  # type: ignore[arg-type]


def drawn(board: Board = BOARD, **others: object) -> Drawn:
    return Drawn(board, conditions(**others), 400.0)


def test_wind_and_battery_are_there_before_it_boots() -> None:
    told = drawn(capacity_share=0.9, power_share=1.1).settings().parameters
    wind = conditions().wind
    assert (told["SIM_WIND_SPD"], told["SIM_WIND_DIR"]) == (wind.speed_m_s, wind.from_deg)
    assert told["BATT_CAPACITY"] == pytest.approx(0.9 * CAPACITY_MAH, abs=0.5)
    share = told["BATT_AMP_PERVLT"] / 17.0
    assert share == pytest.approx(1.1 * VEHICLE.battery.cruise_power_w / 366.4)
    # What the motors draw empties the simulator's own pack when the autopilot has counted its own down.
    assert told["SIM_BATT_CAP_AH"] * share == pytest.approx(0.9 * CAPACITY_MAH / 1000.0)
    assert told["BATT_LOW_MAH"] == 1800.0, "the aircraft's own stay"
    assert told["SIM_WIND_T"] == 1.0
    grows = drawn(wind=replace(wind, full_from_m=60.0)).settings().parameters
    assert (grows["SIM_WIND_T"], grows["SIM_WIND_T_ALT"]) == (0.0, 60.0)


def test_a_pack_of_more_cells_draws_fewer_amperes_at_more_volts() -> None:
    three = drawn().settings().parameters
    six = drawn(replace(BOARD, settings=replace(VEHICLE, cells=6))).settings().parameters
    assert six["BATT_AMP_PERVLT"] == pytest.approx(three["BATT_AMP_PERVLT"] / 2.0)
    assert six["BATT_VOLT_MULT"] == pytest.approx(three["BATT_VOLT_MULT"] * 2.0)


def test_a_slow_drone_draws_what_it_draws_at_its_own_speed() -> None:
    slow = replace(VEHICLE, parameters={"WPNAV_SPEED": 1.0})
    told = drawn(replace(BOARD, settings=slow), power_share=1.0).settings().parameters
    assert told["BATT_AMP_PERVLT"] / 17.0 == pytest.approx(VEHICLE.battery.cruise_power_w / 353.9, rel=1e-3)


def test_gusts_blow_about_the_steady_wind_with_their_deviation() -> None:
    one, wind = drawn(), conditions().wind
    winds = []
    for second in range(4000):
        told = one.at(float(second), 0.0, (4, 7))
        speed, from_rad = told["SIM_WIND_SPD"], math.radians(told["SIM_WIND_DIR"])
        assert abs(told["SIM_WIND_DIR"] - wind.from_deg) <= 180.0, "the near way round"
        winds.append((speed * math.cos(from_rad), speed * math.sin(from_rad)))
    north, east = np.array(winds).T
    assert north.mean() == pytest.approx(wind.speed_m_s * math.cos(math.radians(wind.from_deg)), abs=0.15)
    assert east.mean() == pytest.approx(wind.speed_m_s * math.sin(math.radians(wind.from_deg)), abs=0.15)
    assert north.std() == pytest.approx(wind.gust_m_s, rel=0.1)
    follows = np.corrcoef(north[1:], north[:-1])[0, 1]
    assert follows == pytest.approx(math.exp(-1.0 / 3.0), abs=0.06)


def test_the_same_seed_blows_alike_and_another_does_not() -> None:
    first, again, other = (
        drawn(seed=5).at(0.5, 0.0, (4, 7)),
        drawn(seed=5).at(0.5, 0.0, (4, 7)),
        drawn(seed=6).at(0.5, 0.0, (4, 7)),
    )
    assert first == again != other


def test_receivers_err_so_that_it_is_where_the_built_in_one_would_truly_be() -> None:
    one, source = drawn(), conditions()
    north, east, up = source.position_errors_m(np.arange(0.0, 401.0))
    told = {**one.settings().parameters}
    assert told["SIM_GPS_GLITCH_X"] * 111_319.5 == pytest.approx(-north[0])
    assert told["SIM_BARO_GLITCH"] == pytest.approx(-up[0]) == 0.0
    told = one.at(200.0, 0.0, (4, 7))
    assert told["SIM_GPS_GLITCH_X"] * 111_319.5 == pytest.approx(-north[200])
    assert told["SIM_GPS_GLITCH_Y"] * 111_319.5 * math.cos(math.radians(16.05)) == pytest.approx(-east[200])
    assert told["SIM_BARO_GLITCH"] == pytest.approx(-up[200])


def test_not_everything_is_told_at_every_moment() -> None:
    one = drawn()
    assert set(one.at(0.0, 0.0, (4, 7))) > {"SIM_WIND_SPD", "SIM_BARO_GLITCH"}
    assert one.at(0.25, 0.0, (4, 7)) == {}
    assert set(one.at(0.5, 0.0, (4, 7))) == {"SIM_WIND_SPD", "SIM_WIND_DIR"}


def test_a_battery_that_fails_holds_what_is_called_low() -> None:
    one = drawn(capacity_share=1.0)
    used_mah = 0.25 * CAPACITY_MAH
    (capacity_mah,) = one.failing(Failure.BATTERY, used_mah).values()
    assert capacity_mah - used_mah == pytest.approx(0.999 * 1800.0, abs=0.6)
    lost_mah = one.lost_mah(Failure.BATTERY, used_mah)
    assert one.left_pct(np.array([used_mah + lost_mah]))[0] == pytest.approx(100.0 * 0.999 * 1800.0 / CAPACITY_MAH)
    assert one.lost_mah(Failure.BATTERY, CAPACITY_MAH - 1000.0) == 0.0, "none that holds less is filled up"
    assert one.lost_mah(Failure.GPS, used_mah) == 0.0


def test_a_battery_that_is_called_low_by_its_volts_alone_sags() -> None:
    board = replace(BOARD, settings=replace(VEHICLE, parameters={"BATT_LOW_VOLT": 10.5}))
    ((name, volts),) = drawn(board).failing(Failure.BATTERY, 100.0).items()
    assert name == "SIM_BATT_VOLTAGE"
    assert 10.0 < volts < 10.5


def test_each_release_is_told_by_its_own_names() -> None:
    one = drawn()
    gps, errors = one.failing(Failure.GPS, 0.0), {"SIM_GPS_GLITCH_X": 1e-6, "SIM_WIND_SPD": 3.0}
    assert one.named(gps, (4, 5)) == {"SIM_GPS_DISABLE": 1.0}
    assert one.named(gps, (4, 7)) == {"SIM_GPS1_ENABLE": 0.0}
    assert one.named(errors, (4, 6)) == errors
    assert one.named(errors, (4, 7)) == {"SIM_GPS1_GLTCH_X": 1e-6, "SIM_WIND_SPD": 3.0}
    assert one.named(errors, (4, 9)) == one.named(errors, None) == one.named(errors, (4, 7))


def test_only_a_lost_link_is_waited_for_as_the_aircraft_does() -> None:
    patient = drawn().settings().parameters["FS_GCS_TIMEOUT"]
    assert patient > 60.0
    assert drawn().failing(Failure.LINK, 0.0) == {"FS_GCS_TIMEOUT": 5.0}
    own = replace(BOARD, settings=replace(VEHICLE, parameters={"FS_GCS_TIMEOUT": 9.0}))
    assert drawn(own).failing(Failure.LINK, 0.0) == {"FS_GCS_TIMEOUT": 9.0}


def test_an_older_simulator_is_told_how_the_voltage_of_its_pack_falls() -> None:
    one = drawn(capacity_share=1.0)
    full = one.at(0.0, 0.0, (4, 5))["SIM_BATT_VOLTAGE"]
    assert "SIM_BATT_VOLTAGE" not in one.at(2.0, 100.0, (4, 5)), "not at every moment"
    half = one.at(10.0, 0.5 * CAPACITY_MAH, (4, 5))["SIM_BATT_VOLTAGE"]
    assert 12.0 < full < 12.6
    assert half == pytest.approx(full - 3 * 0.4, abs=0.1)
    assert "SIM_BATT_VOLTAGE" not in drawn().at(0.0, 0.0, (4, 7)), "which has a pack of its own"
    by_volts = drawn(replace(BOARD, settings=replace(VEHICLE, parameters={"BATT_LOW_VOLT": 10.5})))
    by_volts.failing(Failure.BATTERY, 0.0)
    assert "SIM_BATT_VOLTAGE" not in by_volts.at(20.0, 0.0, (4, 5)), "what has failed is not mended"
