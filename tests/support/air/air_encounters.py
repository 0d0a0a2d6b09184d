"""Seeded encounters of a drone and an aircraft: both fly, a receiver hears the aircraft as receivers do, and the alarm
is held against what really happened."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dronectl.formats.traffic.sbs import FOOT_M, KNOT_M_S, read_sbs
from dronectl.geodesy.plane import LocalPlane
from dronectl.model.alarm import AlarmKind
from dronectl.model.geo import GeoPoint
from dronectl.model.message import Message
from dronectl.model.traffic import NEAR_HEIGHT_M, NEAR_M
from dronectl.ops.alarms.fold import AlarmFold
from dronectl.ops.picture.fold import FleetFold
from dronectl.protocol.vehicle.modes import mode_number
from dronectl.protocol.vehicle.telemetry import VehicleState

HOME = GeoPoint(16.0529, 103.6503)
GROUND_M = 145.0
HALFWAY_S, ENDS_S = 80.0, 110.0
"""The aircraft is where it was drawn to pass at the first."""
AHEAD_S = 30.0
_STEP_S, _LOOK_S = 0.1, 0.5
Path = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Encounter:
    """(times, 3) metres north, east and up above mean sea level, at every 0.1 s."""

    drone: Path
    aircraft: Path

    @property
    def too_near_s(self) -> float | None:
        """When they first are nearer than both limits; None: never."""
        apart = self.aircraft - self.drone
        near = (np.hypot(apart[:, 0], apart[:, 1]) < NEAR_M) & (np.abs(apart[:, 2]) < NEAR_HEIGHT_M)
        return float(np.argmax(near) * _STEP_S) if near.any() else None


def drawn_encounter(seed: int) -> Encounter:
    """A drone that hovers, or flies straight on; a helicopter, a light aeroplane or an airliner, straight or in a turn,
    level, climbing or descending; about half of them come too near."""
    draw = random.Random(seed)
    times = np.arange(0.0, ENDS_S, _STEP_S) - HALFWAY_S
    speed_m_s, course = draw.choice([0.0, 3.0, 8.0, 12.0]), draw.uniform(0.0, math.tau)
    up_m = GROUND_M + draw.uniform(30.0, 90.0)
    drone = np.stack(
        [speed_m_s * times * math.cos(course), speed_m_s * times * math.sin(course), np.full(len(times), up_m)], axis=1
    )
    is_near = draw.random() < 0.5
    if is_near:
        apart_m, above_m = draw.uniform(0.0, 280.0), draw.uniform(-up_m + GROUND_M, 95.0)
    elif draw.random() < 0.5:
        apart_m, above_m = draw.uniform(300.0, 3_000.0), draw.uniform(-20.0, 300.0)
    else:
        apart_m, above_m = draw.uniform(0.0, 600.0), draw.uniform(100.0, 1_000.0)
    bearing, track = draw.uniform(0.0, math.tau), draw.uniform(0.0, math.tau)
    flies_m_s = draw.choice([draw.uniform(25.0, 60.0), draw.uniform(45.0, 70.0), draw.uniform(70.0, 120.0)])
    turn = math.radians(draw.choice([0.0, 0.0, draw.uniform(-3.0, 3.0)]))
    climb_m_s = draw.choice([0.0, 0.0, draw.uniform(-5.0, 5.0)])
    north, east = apart_m * math.cos(bearing), apart_m * math.sin(bearing)
    courses = track + turn * times
    steps = np.stack([np.cos(courses), np.sin(courses)], axis=1) * flies_m_s * _STEP_S
    flown = np.cumsum(steps, axis=0)
    flown -= flown[round(HALFWAY_S / _STEP_S)]
    height = np.maximum(up_m + above_m + climb_m_s * times, GROUND_M + 15.0)
    return Encounter(drone, np.column_stack([flown + np.array([north, east]), height]))


def alarm_s(encounter: Encounter, seed: int, *, pressure_off_m: float = 0.0, loss: float = 0.2) -> float | None:
    """When the alarm of traffic was raised first, on the encounter's clock; None: never. ``pressure_off_m``: how far
    the day's air is from standard, which the drone's barometer tells."""
    draw = random.Random(seed + 1)
    state = VehicleState(system_id=1)
    fold = FleetFold([AlarmFold("alpha", state)])
    plane = LocalPlane(HOME)
    if pressure_off_m:
        hpa = 1013.25 * (1.0 - (encounter.drone[0, 2] - pressure_off_m) / 44_330.77) ** (1 / 0.190263)
        state.amsl_altitude_m = float(encounter.drone[0, 2])
        fold.hear("alpha", Message("SCALED_PRESSURE", {"press_abs": hpa}, 1, 1), 0.0)
    waiting: list[tuple[float, str]] = []
    for step in range(0, len(encounter.drone), round(_LOOK_S / _STEP_S)):
        now_s = step * _STEP_S
        _tell_drone(state, plane, encounter.drone, step, now_s)
        late_s = draw.uniform(0.2, 0.8)
        waiting += [(now_s + late_s, line) for line in _lines(encounter.aircraft, step, plane, draw, pressure_off_m)]
        for at_s, line in [one for one in waiting if one[0] <= now_s]:
            waiting.remove((at_s, line))
            report = read_sbs(line, now_s, "receiver")
            assert report is not None
            if draw.random() >= loss:
                fold.sky.on_report(report, now_s)
        if any(alarm.kind is AlarmKind.TRAFFIC for alarm in fold.look(now_s)):
            return now_s
    return None


def _tell_drone(state: VehicleState, plane: LocalPlane, path: Path, step: int, now_s: float) -> None:
    north_m, east_m, up_m = path[step]
    moved = (path[min(step + 1, len(path) - 1)] - path[step]) / _STEP_S
    lat_deg, lon_deg = plane.to_degrees((east_m, north_m))
    place = {
        "lat": round(lat_deg * 1e7), "lon": round(lon_deg * 1e7), "alt": round(up_m * 1000.0),
        "relative_alt": round((up_m - GROUND_M) * 1000.0), "vx": moved[0] * 100.0, "vy": moved[1] * 100.0, "vz": 0,
        "hdg": 0, "time_boot_ms": round(now_s * 1000.0),
    }  # fmt: skip
    beat = {"autopilot": 3, "type": 2, "custom_mode": mode_number("GUIDED"), "base_mode": 0x80, "system_status": 4}
    state.apply(Message("HEARTBEAT", beat, 1, 1), now_s)
    state.apply(Message("GLOBAL_POSITION_INT", place, 1, 1), now_s)


def _lines(path: Path, step: int, plane: LocalPlane, draw: random.Random, pressure_off_m: float) -> list[str]:
    """Its place and its velocity, each once a second, rounded as transponders and receivers do."""
    moved = (path[min(step + 1, len(path) - 1)] - path[max(step - 1, 0)]) / (2 * _STEP_S)
    if (step // round(_LOOK_S / _STEP_S)) % 2:
        knots = round(math.hypot(moved[0], moved[1]) / KNOT_M_S)
        track = round(math.degrees(math.atan2(moved[1], moved[0])) % 360.0)
        climb = round(moved[2] / FOOT_M * 60.0 / 64.0) * 64
        return [f"MSG,4,1,1,885123,1,,,,,,,{knots},{track},,,{climb},,,,,0"]
    north_m, east_m = (path[step, axis] + draw.gauss(0.0, 8.0) for axis in range(2))
    lat_deg, lon_deg = plane.to_degrees((east_m, north_m))
    feet = round((path[step, 2] - pressure_off_m) / FOOT_M / 25.0) * 25
    return [f"MSG,3,1,1,885123,1,,,,,,{feet},,,{lat_deg:.5f},{lon_deg:.5f},,,0,0,0,0"]
