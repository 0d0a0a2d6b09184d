"""From flights of an aircraft whose powers and battery only the test knows: they are found, or it is said why not."""

from __future__ import annotations

import statistics
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hidden_powers import Aircraft, flight

from dronectl.analysis.calibration.capacity_fit import Capacity, fit_capacity
from dronectl.analysis.calibration.discharge import Discharge, cells_of, discharge_of
from dronectl.analysis.calibration.drone_calibration import DroneCalibration, Flown, calibrated
from dronectl.analysis.calibration.power_fit import Value, fit_power
from dronectl.analysis.calibration.proposal import proposals
from dronectl.analysis.calibration.wear import wear_of
from dronectl.analysis.calibration.windows import windows_of
from dronectl.model.fleet import Battery, Camera, Drone
from dronectl.model.geo import GeoPoint

AIRCRAFT = Aircraft()
CAMERA = Camera(13.2, 8.8, 8.8, 5472, 3648, 2.0)
DRONE = Drone("alpha", 1, "tcp://127.0.0.1:5760", GeoPoint(16.05, 103.65), Battery(130.0, 300.0, 290.0), CAMERA)


@cache
def flown(first: int, count: int, *, capacity_ah: float = 5.8, minutes: float = 7.0) -> tuple[Flown, ...]:
    aircraft = replace(AIRCRAFT, capacity_ah=capacity_ah)
    charged = (1.0, 0.98, 0.99, 0.97)
    return tuple(
        Flown(*flight(aircraft, number, minutes=minutes, full=charged[number % 4]))
        for number in range(first, first + count)
    )


@cache
def found() -> DroneCalibration:
    return calibrated("alpha", 1, DRONE, flown(0, 12))


def value(key: str) -> Value:
    told = found().values[key]
    assert isinstance(told, Value), told
    return told


def discharges(flights: tuple[Flown, ...]) -> list[Discharge]:
    told = [discharge_of(one.battery, AIRCRAFT.cells) for one in flights]
    assert all(isinstance(one, Discharge) for one in told)
    return [one for one in told if isinstance(one, Discharge)]


def test_energies_of_other_flights_are_foretold() -> None:
    fit = fit_power([windows_of(one.track, one.battery) for one in flown(0, 12)])
    assert fit is not None
    others = [windows_of(one.track, one.battery) for one in flown(12, 12)]
    off = [100.0 * abs(fit.energy_wh(windows) / windows.energy_wh - 1.0) for windows in others]
    assert statistics.median(off) <= 2.0
    assert max(off) <= 5.0
    foretold = found().off_pct
    assert len(foretold) == 12
    assert list(foretold) == sorted(foretold)
    assert statistics.median(foretold) <= 2.0


@pytest.mark.parametrize(
    ("key", "speed_m_s", "climb_m_s"),
    [("hover_power_w", 0.0, 0.0), ("cruise_power_w", 8.0, 0.0), ("climb_power_w", 0.0, 2.5)],
)
def test_each_power_is_found(key: str, speed_m_s: float, climb_m_s: float) -> None:
    hidden_w = float(AIRCRAFT.power_w(np.array([speed_m_s]), np.array([climb_m_s]))[0])
    told = value(key)
    assert told.value == pytest.approx(hidden_w, rel=0.03)
    assert abs(told.value - hidden_w) <= 3.0 * told.plus_minus
    assert told.plus_minus_pct < 5.0


def test_speeds_are_those_flown() -> None:
    assert value("cruise_speed_m_s").value == pytest.approx(8.0, abs=0.1)
    assert value("climb_speed_m_s").value == pytest.approx(2.5, abs=0.1)
    assert value("descent_speed_m_s").value == pytest.approx(1.5, abs=0.1)


def test_the_capacity_is_found_with_how_sure_it_is() -> None:
    hidden_wh = AIRCRAFT.capacity_ah * AIRCRAFT.cells * 3.8
    told = value("capacity_wh")
    assert told.value == pytest.approx(hidden_wh, rel=0.08)
    assert abs(told.value - hidden_wh) <= told.plus_minus
    (one, *_) = discharges(flown(0, 1))
    fitted = fit_capacity(one)
    assert isinstance(fitted, Capacity)
    assert fitted.capacity_ah == pytest.approx(5.8, rel=0.08)
    assert one.cell_ohm * AIRCRAFT.cells == pytest.approx(AIRCRAFT.resistance_ohm, rel=0.2)


@pytest.mark.parametrize("flights", [2, 8])
def test_a_tenth_lost_is_found(flights: int) -> None:
    wear = wear_of(discharges(flown(0, 3) + flown(40, flights, capacity_ah=5.8 * 0.9)))
    assert wear is not None
    assert wear.is_certain
    assert wear.kept_share == pytest.approx(0.9, abs=0.025)


def test_a_pack_that_lost_nothing_is_not_said_to() -> None:
    wear = wear_of(discharges(flown(0, 11)))
    assert wear is not None
    assert not wear.is_certain or wear.kept_share > 0.985


def test_gusts_that_pull_at_single_windows_do_not_move_it() -> None:
    windows = [windows_of(one.track, one.battery) for one in flown(0, 12)]
    calm, torn = fit_power(windows), fit_power([replace(one, power_w=_torn(one.power_w)) for one in windows])
    assert calm is not None
    assert torn is not None
    assert torn.level(0.0, 60.0).value == pytest.approx(calm.level(0.0, 60.0).value, rel=0.02)


def _torn(power_w: np.ndarray) -> np.ndarray:
    spoiled = power_w.copy()
    spoiled[::20] *= 3.0
    return spoiled


def test_what_differs_is_proposed_and_what_fits_stands() -> None:
    drone = replace(DRONE, battery=Battery(AIRCRAFT.capacity_ah * 6 * 3.8, 250.0, 325.0))
    by_key = {one.key: one for one in proposals(found(), drone)}
    assert by_key["battery.hover_power_w"].proposed == pytest.approx(310.0, rel=0.03)
    assert by_key["battery.capacity_wh"].proposed is None
    assert by_key["battery.capacity_wh"].flown is not None
    assert by_key["cruise_speed_m_s"].proposed is None
    assert by_key["battery.climb_power_w"].stands is None
    assert by_key["battery.climb_power_w"].proposed is not None
    assert "m/s" in by_key["battery.fast_power_w"].why_not


def test_too_little_is_said_to_be_too_little() -> None:
    (one,) = flown(0, 1)
    short = replace(one.track.take(np.arange(len(one.track)) < 300))
    until_us = int(short.time_utc[-1].astype(np.int64))
    few = calibrated("alpha", 1, DRONE, [Flown(short, one.battery.between(0, until_us))])
    assert "120 are needed" in str(few.values["hover_power_w"])
    assert not isinstance(few.values["capacity_wh"], Value)
    assert few.off_pct == ()
    unmeasured = replace(one.battery, current_a=np.full(len(one.battery), np.nan))
    none = calibrated("alpha", 1, DRONE, [Flown(one.track, replace(unmeasured, consumed_ah=unmeasured.current_a))])
    assert str(none.values["capacity_wh"]) == "no current was measured"
    assert "0 s in the air" in str(none.values["hover_power_w"])
    flat = replace(one.battery, voltage_v=np.full(len(one.battery), 22.2))
    assert "hardly fell" in str(calibrated("alpha", 1, DRONE, [Flown(one.track, flat)]).values["capacity_wh"])


def test_cells_are_counted_by_the_voltage_or_as_told() -> None:
    (one,) = flown(0, 1)
    assert cells_of(one.battery) == 6
    assert cells_of(replace(one.battery, cells=7)) == 7
    assert cells_of(replace(one.battery, voltage_v=np.full(len(one.battery), np.nan))) is None
