"""A copter with its autopilot and nothing that talks: what flies, step by step, on ports and in rehearsals."""

from __future__ import annotations

from dronectl.sim.flight.arming import Arming
from dronectl.sim.flight.failsafe import Failsafes
from dronectl.sim.flight.pilot import Pilot
from dronectl.sim.vehicle.camera import Camera
from dronectl.sim.vehicle.copter import Copter
from dronectl.sim.vehicle.navigation import Navigation
from dronectl.sim.vehicle.settings import VehicleSettings, Wind

STEP_S = 0.05
"""The autopilot's own step."""
_GOOD_PACK_V = 12.6
"""SIM_BATT_VOLTAGE of a pack that has nothing wrong with it."""


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

    def step(self) -> None:
        """``STEP_S`` pass."""
        copter = self.copter
        copter.now_s = now_s = round(copter.now_s + STEP_S, 6)
        parameters, body = copter.parameters, copter.airframe
        self.navigation.step()
        self.failsafes.step()
        body.blow(parameters["SIM_WIND_SPD"], parameters["SIM_WIND_DIR"])
        self.pilot.step(STEP_S)
        copter.battery.step(
            STEP_S, armed=copter.is_armed, flying=copter.is_armed and not copter.is_landed,
            air_speed_m_s=body.air_speed_m_s, climb_m_s=body.v_up_m_s,
            sag_v=max(0.0, _GOOD_PACK_V - parameters["SIM_BATT_VOLTAGE"]),
        )  # fmt: skip
        self.camera.step()
        copter.fence.step(now_s)
        second = int(now_s)
        if second != self._second:
            self._second = second
            self.failsafes.check_fence()
            self.arming.step()
