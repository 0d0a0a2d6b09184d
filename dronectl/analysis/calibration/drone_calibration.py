"""What one aircraft's flights say of the values that dronectl.toml has of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dronectl.analysis.calibration.capacity_fit import Capacity, fit_capacity
from dronectl.analysis.calibration.discharge import Discharge, cells_of, discharge_of
from dronectl.analysis.calibration.power_fit import PowerFit, Value, fit_power, off_pct
from dronectl.analysis.calibration.speeds import Speeds, seen_at_s, speeds_of
from dronectl.analysis.calibration.wear import LATEST, Wear, wear_of
from dronectl.analysis.calibration.windows import Windows, joined, windows_of
from dronectl.model.fleet import Drone
from dronectl.model.track.battery_series import BatterySeries
from dronectl.model.track.track import Track

POWER_KEYS = ("hover_power_w", "cruise_power_w", "climb_power_w", "fast_power_w")
SPEED_KEYS = ("cruise_speed_m_s", "climb_speed_m_s", "descent_speed_m_s")
_LEAST_AIR_S = 120.0
_LEAST_SEEN_S = 20.0
_LEAST_SPEED_SEEN_S = 12.0
_SURE_PCT = 10.0
_SURE_CAPACITY_PCT = 15.0
_NEAR_FASTEST = 0.9
_ABOVE_CRUISE = 1.1
_USUAL_CLIMB_M_S = 2.5
_LEAST_FLIGHTS_LEFT_OUT = 3


@dataclass(frozen=True, slots=True, eq=False)
class Flown:
    """A flight and what its battery monitor told, on one clock."""

    track: Track
    battery: BatterySeries

    @property
    def start_us(self) -> int:
        """On the clock of the recording, which may not know the time of day."""
        return int(self.track.time_utc[0].astype(np.int64))


@dataclass(frozen=True, slots=True)
class PackFlight:
    """What one flight took out of its battery, and how much that holds by it."""

    start_us: int
    has_time: bool
    """The recording tells the time of day."""
    duration_s: float
    drawn_ah: float
    drawn_wh: float
    capacity: Capacity | None
    why_not: str = ""
    """There is no capacity."""


@dataclass(frozen=True, slots=True, eq=False)
class DroneCalibration:
    """Each value of dronectl.toml, or why the flights do not tell it."""

    name: str
    system_id: int
    flights: int
    air_s: float
    values: dict[str, Value | str]
    """By the keys of dronectl.toml: those of ``[[drone]]`` and of ``[drone.battery]``."""
    pack_flights: tuple[PackFlight, ...]
    wear: Wear | None
    off_pct: tuple[float, ...]
    """How far the energy of each flight is from what the others foretell, rising; empty where there are too few."""
    fit: PowerFit | None


def calibrated(
    name: str,
    system_id: int,
    drone: Drone | None,
    flights: Sequence[Flown],
    *,
    cells: int | None = None,
    curve: str | None = None,
) -> DroneCalibration:
    """By the flights of one aircraft and one battery, in the order of time. ``cells`` in series, and the
    ``curve`` of them (of :data:`~dronectl.analysis.calibration.capacity_fit.CURVES`), if somebody said."""
    by_flight = [windows for one in flights if len(windows := windows_of(one.track, one.battery))]
    everything = joined(by_flight) if by_flight else None
    air_s = everything.seconds if everything is not None else 0.0
    count = cells or _cells(flights)
    discharges = [discharge_of(one.battery, count) if count else "no voltage was measured" for one in flights]
    packs = tuple(_pack_flight(one, discharge, curve) for one, discharge in zip(flights, discharges, strict=True))
    told = [one for one in discharges if isinstance(one, Discharge)]
    values: dict[str, Value | str] = {"capacity_wh": _capacity(packs)}
    fit = fit_power(by_flight) if air_s >= _LEAST_AIR_S else None
    if everything is None or fit is None:
        why = f"{air_s:.0f} s in the air with a battery heard, {_LEAST_AIR_S:.0f} are needed"
        values |= dict.fromkeys((*POWER_KEYS, *SPEED_KEYS), why)
    else:
        values |= _told(drone, fit, everything)
    off = tuple(off_pct(by_flight)) if fit is not None and len(by_flight) >= _LEAST_FLIGHTS_LEFT_OUT else ()
    return DroneCalibration(name, system_id, len(flights), air_s, values, packs, wear_of(told), off, fit)


def _told(drone: Drone | None, fit: PowerFit, windows: Windows) -> dict[str, Value | str]:
    speeds = speeds_of(windows)
    cruise_m_s = speeds.cruise.value if speeds.cruise else drone.cruise_speed_m_s if drone else 0.0
    if drone and abs(cruise_m_s - drone.cruise_speed_m_s) < 0.05 * drone.cruise_speed_m_s:
        cruise_m_s = drone.cruise_speed_m_s
    climb_m_s = speeds.climb.value if speeds.climb else drone.climb_speed_m_s if drone else _USUAL_CLIMB_M_S
    return {
        "hover_power_w": _sure(fit.level(0.0, speeds.hover_s), "hovered"),
        "cruise_power_w": _sure(fit.level(cruise_m_s, seen_at_s(windows, cruise_m_s)), "cruised"),
        "climb_power_w": _sure(
            fit.climbing(climb_m_s, speeds.climb.seen_s if speeds.climb else 0.0), "climbed", _LEAST_SPEED_SEEN_S
        ),
        "fast_power_w": _fast(drone, fit, speeds, windows),
        **{
            key: one if one is not None and one.seen_s >= _LEAST_SPEED_SEEN_S else "not flown steadily for long enough"
            for key, one in zip(SPEED_KEYS, (speeds.cruise, speeds.climb, speeds.descent), strict=True)
        },
    }


def _fast(drone: Drone | None, fit: PowerFit, speeds: Speeds, windows: Windows) -> Value | str:
    if drone is None:
        return "dronectl.toml does not tell how fast it may go"
    top_m_s = drone.max_airspeed_m_s
    cruise_m_s = speeds.cruise.value if speeds.cruise else drone.cruise_speed_m_s
    if top_m_s < _ABOVE_CRUISE * cruise_m_s:
        return f"{top_m_s:g} m/s is the speed of its cruise"
    if speeds.fastest_m_s < _NEAR_FASTEST * top_m_s or 2 not in fit.terms:
        return f"never flown at {top_m_s:g} m/s: {speeds.fastest_m_s:.1f} at most"
    return _sure(fit.level(top_m_s, seen_at_s(windows, top_m_s)), "flew flat out")


def _sure(found: Value, did: str, least_s: float = _LEAST_SEEN_S) -> Value | str:
    if found.seen_s < least_s:
        return f"{did} for {found.seen_s:.0f} s, {least_s:.0f} are needed"
    if found.value <= 0.0 or found.plus_minus_pct > _SURE_PCT:
        return f"not sure enough: {found.value:.0f} ± {found.plus_minus:.0f} W"
    return found


def _cells(flights: Sequence[Flown]) -> int | None:
    """What most flights say: a pack that is half empty looks like one with a cell less."""
    counts = [count for one in flights if (count := cells_of(one.battery)) is not None]
    return max(counts) if counts else None


def _pack_flight(one: Flown, discharge: Discharge | str, curve: str | None) -> PackFlight:
    series = one.battery
    power_w = np.nan_to_num(series.voltage_v * series.current_a)
    hours = np.diff(series.utc_us) / 3.6e9
    drawn_wh = float((hours * (power_w[1:] + power_w[:-1]) / 2.0).sum())
    current_a = np.nan_to_num(series.current_a)
    counted = series.consumed_ah[np.isfinite(series.consumed_ah)]
    summed_ah = float((hours * (current_a[1:] + current_a[:-1]) / 2.0).sum())
    drawn_ah = float(np.ptp(counted)) if len(counted) else summed_ah
    found = fit_capacity(discharge, curve) if isinstance(discharge, Discharge) else discharge
    is_told = isinstance(found, Capacity)
    return PackFlight(
        one.start_us,
        one.track.start_us is not None,
        one.track.duration_s,
        drawn_ah,
        drawn_wh,
        found if isinstance(found, Capacity) else None,
        "" if is_told else str(found),
    )


def _capacity(packs: Sequence[PackFlight]) -> Value | str:
    """By the latest flights, each as much as it is sure of itself; and by no curve being quite that of the pack."""
    told = [one.capacity for one in packs if one.capacity is not None][-LATEST:]
    if not told:
        reasons = sorted({one.why_not for one in packs})
        return reasons[0] if reasons else "no flight"
    weights = np.array([(one.capacity_ah / one.plus_minus_ah) ** 2 for one in told])
    energies_wh = np.array([one.energy_wh for one in told])
    value = float((weights * energies_wh).sum() / weights.sum())
    # What the curve is not the pack's is the same in each of them: more flights do not make it surer.
    plus_minus = value * float(np.median([one.plus_minus_ah / one.capacity_ah for one in told]))
    seen_s = sum(one.duration_s for one in packs if one.capacity is not None)
    if 100.0 * plus_minus / value > _SURE_CAPACITY_PCT:
        return f"not sure enough: {value:.0f} ± {plus_minus:.0f} Wh"
    return Value(value, plus_minus, seen_s)
