"""What a flight of a rehearsal is flown in, as ArduPilot's simulator is told of it: by parameters of its own
(``vehicle/world_parameters.py``) and of the autopilot.

Names and units are those of 4.5; :meth:`Drawn.named` has them as another release does.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from dronectl.model.rehearsal.flown import FloatColumn
from dronectl.sim.rehearsal.board import Board
from dronectl.sim.rehearsal.conditions import DroneConditions
from dronectl.sim.rehearsal.moments import Failure
from dronectl.sim.vehicle.battery import BatteryPack
from dronectl.sim.vehicle.firmware import DEFAULT, FIRMWARES, in_terms_of_45
from dronectl.sim.vehicle.firmware import in_terms_of as _in_terms_of
from dronectl.sim.vehicle.physics import GUSTS_LAST_S
from dronectl.sim.vehicle.settings import VehicleSettings
from dronectl.sim.vehicle.world_parameters import ONE_MOTOR, World

_FRAME_CELLS = 3
_FRAME_POWERS_W = ((0.0, 353.9), (8.0, 366.4), (10.0, 384.8))
"""What the simulator's own quadrotor draws in level flight at so many m/s of airspeed, measured on 4.5.5; the same on
4.7 but for 0.3 %."""
_AMPS_PER_V, _VOLTS_PER_V = 17.0, 10.1
"""By which the simulator makes the signals of a power module, and by which the autopilot reads them unless told."""
_M_PER_DEG = 111_319.5
"""As the autopilot's map has it (Location.h)."""
_AT_ONCE_S = 0.1
_NEVER_SILENT_S = 120.0
"""The ground station's heartbeats go by the vehicle's seconds, which a busy computer may let pass in a burst: only
where their loss is tried do they fail."""
_SILENT_AFTER_S = 5.0
"""The stock FS_GCS_TIMEOUT."""
_A_LITTLE_LESS = 0.999
_BLOWS_EVERY_S, _ERRS_EVERY_S, _SAGS_EVERY_S = 0.5, 1.0, 5.0
_OWN_PACK_SINCE = (4, 7)
"""The first release whose simulated multicopter looks at its pack's capacity."""


class Drawn:
    """One flight's conditions, wind and errors as they go on."""

    def __init__(self, board: Board, conditions: DroneConditions, longest_s: float) -> None:
        self._board = board
        self._conditions = conditions
        aboard = {**board.settings.parameters, **board.parameters}
        self._aboard = dict(in_terms_of_45(name, value) for name, value in aboard.items())
        settings = board.settings
        pack = BatteryPack(
            settings.battery, cells=settings.cells, start_pct=settings.battery_pct, speeds=settings.power_speeds
        )
        self._cruise_w = pack.cruise_power_w
        pack.capacity_mah *= conditions.capacity_share
        pack.used_before_mah *= conditions.capacity_share
        self._pack = pack
        self._capacity_mah = pack.capacity_mah
        self._full_mah = self._capacity_mah * settings.battery_pct / 100.0
        self._low_mah = self._aboard.get("BATT_LOW_MAH", 0.0)
        self._amps_share = conditions.power_share * self._power_share() * _FRAME_CELLS / settings.cells
        self._gusts = [0.0, 0.0]
        self._random = random.Random(conditions.seed)
        self._blown_s = self._erred_s = self._sagged_s = -math.inf
        times_s = np.arange(0.0, longest_s + _ERRS_EVERY_S, _ERRS_EVERY_S)
        self._times_s = times_s
        self._errors_m = conditions.position_errors_m(times_s)

    def settings(self) -> VehicleSettings:
        """The simulated aircraft as it boots. Its barometer is as warm as the air: on 4.5 one on a warm board has the
        aircraft fly 4 % lower than it is told, and that error is not among those drawn."""
        settings, wind = self._board.settings, self._conditions.wind
        own = {
            World.WIND_M_S: wind.speed_m_s,
            World.WIND_FROM_DEG: wind.from_deg,
            **wind.profile,
            World.WIND_CHANGES_IN_S: _AT_ONCE_S,
            World.BOARD_IS_WARMER_C: 0.0,
            World.BOARD_WARMS_IN_S: _AT_ONCE_S,
            "BATT_CAPACITY": float(round(self._full_mah)),
            "BATT_AMP_PERVLT": _AMPS_PER_V * self._amps_share,
            "BATT_VOLT_MULT": _VOLTS_PER_V * settings.cells / _FRAME_CELLS,
            World.PACK_AH: self._full_mah / 1000.0 / self._amps_share,
            "FS_GCS_TIMEOUT": _NEVER_SILENT_S,
            "LOG_BACKEND_TYPE": 0.0,
            **self._erring(0),
        }
        return replace(settings, parameters={**settings.parameters, **own})

    def at(self, time_s: float, used_mah: float, release: tuple[int, int] | None) -> dict[str, float]:
        """What has changed by so many seconds after the start of the mission, when so much was drawn. ``release``: an
        older simulator's pack has one voltage, full or not, and is told its own."""
        changed: dict[str, float] = {}
        if release is not None and release < _OWN_PACK_SINCE and time_s >= self._sagged_s + _SAGS_EVERY_S:
            self._sagged_s = time_s
            power_w = self._cruise_w * self._conditions.power_share
            volts = self._pack.when_drawn(used_mah, power_w)
            changed[World.PACK_V] = volts * _FRAME_CELLS / self._board.settings.cells
        if time_s >= self._blown_s + _BLOWS_EVERY_S:
            changed |= self._blowing(time_s)
        if time_s >= self._erred_s + _ERRS_EVERY_S:
            self._erred_s = time_s
            changed |= self._erring(min(int(time_s / _ERRS_EVERY_S), len(self._times_s) - 1))
        return changed

    def failing(self, failure: Failure, used_mah: float) -> dict[str, float]:
        """What makes it fail at a moment when so much was drawn."""
        match failure:
            case Failure.LINK:
                return {"FS_GCS_TIMEOUT": self._aboard.get("FS_GCS_TIMEOUT", _SILENT_AFTER_S)}
            case Failure.BATTERY if self._low_mah > 0.0:
                return {"BATT_CAPACITY": float(round(self._full_mah - self.lost_mah(failure, used_mah)))}
            case Failure.BATTERY:
                self._sagged_s = math.inf  # it stays so
                low_v = self._aboard.get("BATT_LOW_VOLT", 0.0)
                return {World.PACK_V: _A_LITTLE_LESS * low_v * _FRAME_CELLS / self._board.settings.cells}
            case Failure.GPS:
                return {World.GPS_IS_OFF: 1.0}
            case Failure.MOTOR:
                return {World.MOTOR: ONE_MOTOR, World.MOTOR_SHARE: 0.0}

    def lost_mah(self, failure: Failure, used_mah: float) -> float:
        """By so much less than it held the pack holds when it has failed so."""
        if failure is not Failure.BATTERY or self._low_mah <= 0.0:
            return 0.0
        return max(0.0, self._full_mah - used_mah - _A_LITTLE_LESS * self._low_mah)

    def left_pct(self, used_mah: FloatColumn) -> FloatColumn:
        """Of the pack, when so much was drawn and lost."""
        return np.asarray(100.0 * np.maximum(0.0, self._full_mah - used_mah) / self._capacity_mah)

    def named(self, parameters: Mapping[str, float], release: tuple[int, int] | None) -> dict[str, float]:
        """The same as this release of ArduCopter has it; as the newest for one that is not known."""
        series = ".".join(map(str, release or ()))
        return _in_terms_of(FIRMWARES.get(series, DEFAULT), parameters)

    def _power_share(self) -> float:
        """What this drone draws over what the simulator's own does, at the speed at which it cruises."""
        speed_m_s = self._aboard.get("WPNAV_SPEED", 800.0) / 100.0
        speeds, powers = zip(*_FRAME_POWERS_W, strict=True)
        return self._cruise_w / float(np.interp(speed_m_s, speeds, powers))

    def _blowing(self, time_s: float) -> dict[str, float]:
        """Gusts are an Ornstein-Uhlenbeck process about the steady wind, as the built-in fleet's are."""
        wind = self._conditions.wind
        keeps = math.exp(-(time_s - self._blown_s) / GUSTS_LAST_S)
        kick = wind.gust_m_s * math.sqrt(1.0 - keeps * keeps)
        self._blown_s = time_s
        self._gusts = [gust * keeps + self._random.gauss(0.0, kick) for gust in self._gusts]
        from_rad = math.radians(wind.from_deg)
        north = wind.speed_m_s * math.cos(from_rad) - self._gusts[0]
        east = wind.speed_m_s * math.sin(from_rad) - self._gusts[1]
        # 4.5 turns the wind from one direction to the next by their numbers: the near way round has near numbers.
        off_deg = (math.degrees(math.atan2(east, north)) - wind.from_deg + 180.0) % 360.0 - 180.0
        return {World.WIND_M_S: math.hypot(north, east), World.WIND_FROM_DEG: wind.from_deg + off_deg}

    def _erring(self, index: int) -> dict[str, float]:
        """The receiver and the barometer tell where the aircraft is, less the error that puts it elsewhere."""
        north_m, east_m, up_m = (float(axis[index]) for axis in self._errors_m)
        east_deg = east_m / (_M_PER_DEG * math.cos(math.radians(self._board.settings.home.lat_deg)))
        return {
            World.GPS_ERRS_NORTH_DEG: -north_m / _M_PER_DEG,
            World.GPS_ERRS_EAST_DEG: -east_deg,
            World.BARO_ERRS_M: -up_m,
        }
