"""One built-in drone as a scenario has it in its hands: what is seen of it, and what can be done to it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dronectl.model.geo import GeoPoint
from dronectl.model.scenario import Happening, Moment, ScenarioEvent
from dronectl.sim.fleet.server import VehicleServer
from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.scenarios.shadows import Shadow, is_in_shadow
from dronectl.sim.vehicle.settings import Wind

_GOOD_PACK_V = 12.6
_BOOT_S = 5.0
"""So long a vehicle that is switched off and on says nothing."""


class StagedDrone:
    """``servers``: its serial ports; ``shadows``: what its radio does not pass."""

    def __init__(
        self, vehicle: Vehicle, servers: Sequence[VehicleServer], wind: Wind, shadows: Sequence[Shadow] = ()
    ) -> None:
        self._vehicle = vehicle
        self._servers = tuple(servers)
        self._wind = wind
        self._shadows = tuple(shadows)
        self._took_off_s: float | None = None
        self._loss_share = 0.0
        self._range_m = math.inf
        self._is_shaded = False
        self._boots_until_s = 0.0

    @property
    def name(self) -> str:
        return self._vehicle.settings.name

    @property
    def now_s(self) -> float:
        return self._vehicle.now_s

    def step(self) -> None:
        """Looks at it, and lets its radio pass what it passes now."""
        copter = self._vehicle.copter
        if copter.is_landed:
            self._took_off_s = None
        elif self._took_off_s is None:
            self._took_off_s = copter.now_s
        loss = self._radio_loss()
        for server in self._servers:
            server.radio_loss = loss

    def is_at(self, moment: Moment) -> bool:
        copter = self._vehicle.copter
        if moment.at_s is not None:
            return copter.now_s >= moment.at_s
        if moment.flown_s is not None:
            return self._took_off_s is not None and copter.now_s - self._took_off_s >= moment.flown_s
        if moment.item is not None:
            return not copter.is_landed and self._vehicle.pilot.run.current_seq >= moment.item
        return moment.place is not None and not copter.is_landed and self._distance_m(moment.place) <= moment.within_m

    def begin(self, event: ScenarioEvent) -> None:
        """It happens."""
        vehicle, copter, figures = self._vehicle, self._vehicle.copter, event.figures
        match event.what:
            case Happening.WIND:
                self._blow(Wind(figures["speed_m_s"], figures["from_deg"], figures["gust_m_s"]))
            case Happening.GPS_LOSS:
                copter.parameters.set("SIM_GPS_DISABLE", 1.0)
            case Happening.GPS_GLITCH:
                self._glitch(figures["north_m"], figures["east_m"])
            case Happening.COMPASS_ERROR:
                vehicle.navigation.is_disturbed = True
            case Happening.BATTERY_SAG:
                copter.parameters.set("SIM_BATT_VOLTAGE", _GOOD_PACK_V - figures["volts"])
            case Happening.BATTERY_LEFT:
                pack = copter.battery
                pack.used_before_mah = pack.capacity_mah * (1.0 - figures["pct"] / 100.0) - pack.consumed_mah
            case Happening.MOTOR_LOSS:
                self._set({"SIM_ENGINE_FAIL": 2.0, "SIM_ENGINE_MUL": 0.0})
            case Happening.RADIO_LOSS:
                self._loss_share = figures["share"]
            case Happening.RADIO_RANGE:
                self._range_m = figures["beyond_m"]
            case Happening.RADIO_SHADOW:
                self._is_shaded = True
            case Happening.LINK_CUT:
                for server in self._servers:
                    server.cut()
            case Happening.REBOOT:
                self._reboot()
            case Happening.CLOCK_JUMP:
                vehicle.jump_clock(figures["by_s"])
            case Happening.REFUSE_ARM:
                self._refuse_arm(event.text)
            case Happening.UPLOAD:
                copter.mission.begin(max(1, len(copter.mission) - round(figures["without_last"])))
                copter.mission.complete()

    def end(self, event: ScenarioEvent) -> None:
        """It is over."""
        copter = self._vehicle.copter
        match event.what:
            case Happening.WIND:
                self._blow(self._wind)
            case Happening.GPS_LOSS:
                copter.parameters.set("SIM_GPS_DISABLE", 0.0)
            case Happening.GPS_GLITCH:
                self._glitch(0.0, 0.0)
            case Happening.COMPASS_ERROR:
                self._vehicle.navigation.is_disturbed = False
            case Happening.BATTERY_SAG:
                copter.parameters.set("SIM_BATT_VOLTAGE", _GOOD_PACK_V)
            case Happening.RADIO_LOSS:
                self._loss_share = 0.0
            case Happening.RADIO_RANGE:
                self._range_m = math.inf
            case Happening.RADIO_SHADOW:
                self._is_shaded = False
            case Happening.REFUSE_ARM:
                self._refuse_arm("")
            case _:
                pass

    def _set(self, parameters: Mapping[str, float]) -> None:
        for name, value in parameters.items():
            self._vehicle.copter.parameters.set(name, value)

    def _glitch(self, north_m: float, east_m: float) -> None:
        """In degrees, as SITL has it."""
        home = self._vehicle.settings.home
        lat_e7, lon_e7 = self._vehicle.copter.chart.to_e7(north_m, east_m)
        self._set(
            {"SIM_GPS_GLITCH_X": (lat_e7 - home.lat_e7) * 1e-7, "SIM_GPS_GLITCH_Y": (lon_e7 - home.lon_e7) * 1e-7}
        )

    def _blow(self, wind: Wind) -> None:
        self._set({"SIM_WIND_SPD": wind.speed_m_s, "SIM_WIND_DIR": wind.from_deg})
        self._vehicle.copter.airframe.gust(wind.gust_m_s)

    def _reboot(self) -> None:
        """On the ground it starts anew; in the air its motors stop with it, and it falls."""
        self._boots_until_s = self.now_s + _BOOT_S
        if self._vehicle.copter.is_landed:
            self._boots_until_s = _BOOT_S
            self._vehicle.reboot()
        else:
            self._set({"SIM_ENGINE_FAIL": 2.0, "SIM_ENGINE_MUL": 0.0})
        for server in self._servers:
            server.drop_client()

    def _refuse_arm(self, reason: str) -> None:
        copter = self._vehicle.copter
        copter.settings = replace(copter.settings, faults=replace(copter.settings.faults, refuse_arm=reason))

    def _radio_loss(self) -> float:
        copter = self._vehicle.copter
        if copter.now_s < self._boots_until_s or math.hypot(*copter.point) > self._range_m:
            return 1.0
        if self._is_shaded:
            home = self._vehicle.settings.home
            if is_in_shadow(self._shadows, home, copter.point, copter.airframe.up_m):
                return 1.0
        return self._loss_share

    def _distance_m(self, place: GeoPoint) -> float:
        copter = self._vehicle.copter
        north_m, east_m = copter.chart.to_local(place.lat_e7, place.lon_e7)
        return math.hypot(north_m - copter.point[0], east_m - copter.point[1])
