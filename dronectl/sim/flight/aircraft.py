"""A copter with its autopilot and nothing that talks: what flies, step by step, on ports and in rehearsals."""

from __future__ import annotations

import math

from dronectl.sim.flight.arming import Arming
from dronectl.sim.flight.failsafe import Failsafes
from dronectl.sim.flight.pilot import Pilot
from dronectl.sim.vehicle.camera import Camera
from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.navigation import Navigation
from dronectl.sim.vehicle.settings import VehicleSettings, Wind
from dronectl.sim.vehicle.world_parameters import GOOD_PACK_V, WIND_BY_SQUARE_ROOT, World

STEPS_PER_S = 20
STEP_S = 1.0 / STEPS_PER_S
"""The autopilot's own step."""


class Aircraft:
    """Body, position filter, pilot, failsafes and camera. Equal settings, seed and orders fly the same way."""

    def __init__(self, settings: VehicleSettings, *, wind: Wind, seed: int, boot_unix_s: float = 0.0) -> None:
        copter = self.copter = Copter(settings, wind=wind, seed=seed, boot_unix_s=boot_unix_s)
        self.navigation = Navigation(copter)
        self.camera = Camera(copter)
        self.pilot = Pilot(copter, self.navigation, self.camera)
        self.failsafes = Failsafes(copter, self.navigation, self.pilot)
        self.arming = Arming(copter, self.navigation, self.pilot, self.failsafes)
        self._second = 0
        self._sag_v = 0.0
        self._changes = -1

    def step(self) -> None:
        """``STEP_S`` pass."""
        copter = self.copter
        copter.now_s = now_s = int(copter.now_s * STEPS_PER_S + 1.5) / STEPS_PER_S
        body = copter.airframe
        self.navigation.step()
        self.failsafes.step()
        if self._changes != copter.parameters.changes:
            self._read_parameters()
        self.pilot.step(STEP_S)
        if copter.is_armed and not copter.is_landed:
            copter.battery.fly(STEP_S, body.air_speed_m_s, body.v_up_m_s, self._sag_v)
        else:
            copter.battery.idle(STEP_S, armed=copter.is_armed, sag_v=self._sag_v)
        self.camera.step()
        copter.fence.step(now_s)
        second = int(now_s)
        if second != self._second:
            self._second = second
            self.failsafes.check_fence()
            self.arming.step()

    def _read_parameters(self) -> None:
        """What the simulator's parameters make of air, pack, GPS and compasses."""
        parameters, home = self.copter.parameters, self.copter.settings.home
        self._changes = parameters.changes
        is_by_height = parameters[World.WIND_BY_HEIGHT] == WIND_BY_SQUARE_ROOT
        full_from_m = parameters[World.WIND_FULL_FROM_M] if is_by_height else 0.0
        self.copter.airframe.blow(parameters[World.WIND_M_S], parameters[World.WIND_FROM_DEG], full_from_m)
        self.navigation.compasses.field_mgauss = math.hypot(
            parameters[World.FIELD_NORTH_MGAUSS], parameters[World.FIELD_EAST_MGAUSS]
        )
        self.navigation.compasses.to_an_eighth_m = parameters[World.FIELD_TO_AN_EIGHTH_M]
        lat_deg, lon_deg = parameters[World.GPS_ERRS_NORTH_DEG], parameters[World.GPS_ERRS_EAST_DEG]
        self.navigation.glitch_m = self.copter.chart.to_local(
            home.lat_e7 + round(lat_deg * 1e7), home.lon_e7 + round(lon_deg * 1e7)
        )
        self._sag_v = max(0.0, GOOD_PACK_V - parameters[World.PACK_V])
