"""One built-in drone as a scenario has it in its hands: what is seen of it, and what can be done to it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dronectl.model.geo import GeoPoint
from dronectl.model.scenario import Happening, Moment, ScenarioEvent
from dronectl.sim.fleet.server import VehicleServer
from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.scenarios.radio import Radio
from dronectl.sim.scenarios.shadows import Shadow
from dronectl.sim.vehicle.settings import Wind
from dronectl.sim.vehicle.world_parameters import EVERYWHERE_M, GOOD_PACK_V, ONE_MOTOR, World

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
        self._radio = Radio(vehicle.settings.home, shadows)
        self._took_off_s: float | None = None
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
                self._set({World.GPS_IS_OFF: 1.0})
            case Happening.GPS_GLITCH:
                self._glitch(figures["north_m"], figures["east_m"])
            case Happening.COMPASS_ERROR:
                self._disturb(figures["mgauss"])
            case Happening.BATTERY_SAG:
                self._set({World.PACK_V: GOOD_PACK_V - figures["volts"]})
            case Happening.BATTERY_LEFT:
                pack = copter.battery
                pack.used_before_mah = pack.capacity_mah * (1.0 - figures["pct"] / 100.0) - pack.consumed_mah
            case Happening.MOTOR_LOSS:
                self._weaken(figures["left_pct"] / 100.0)
            case Happening.RADIO_LOSS | Happening.RADIO_RANGE | Happening.RADIO_SHADOW:
                self._radio.begin(event)
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
        match event.what:
            case Happening.WIND:
                self._blow(self._wind)
            case Happening.GPS_LOSS:
                self._set({World.GPS_IS_OFF: 0.0})
            case Happening.GPS_GLITCH:
                self._glitch(0.0, 0.0)
            case Happening.COMPASS_ERROR:
                self._disturb(0.0)
            case Happening.BATTERY_SAG:
                self._set({World.PACK_V: GOOD_PACK_V})
            case Happening.RADIO_LOSS | Happening.RADIO_RANGE | Happening.RADIO_SHADOW:
                self._radio.end(event)
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
            {
                World.GPS_ERRS_NORTH_DEG: (lat_e7 - home.lat_e7) * 1e-7,
                World.GPS_ERRS_EAST_DEG: (lon_e7 - home.lon_e7) * 1e-7,
            }
        )

    def _disturb(self, mgauss: float) -> None:
        self._set({World.FIELD_EAST_MGAUSS: mgauss, World.FIELD_TO_AN_EIGHTH_M: EVERYWHERE_M})

    def _weaken(self, motor_share: float) -> None:
        self._set({World.MOTOR: ONE_MOTOR, World.MOTOR_SHARE: motor_share})

    def _blow(self, wind: Wind) -> None:
        self._set({World.WIND_M_S: wind.speed_m_s, World.WIND_FROM_DEG: wind.from_deg})
        self._vehicle.copter.airframe.gust(wind.gust_m_s)

    def _reboot(self) -> None:
        """It starts anew where it is. In the air its motors have stopped by then, and it falls."""
        self._boots_until_s = _BOOT_S
        self._vehicle.reboot()
        for server in self._servers:
            server.drop_client()

    def _refuse_arm(self, reason: str) -> None:
        copter = self._vehicle.copter
        copter.settings = replace(copter.settings, faults=replace(copter.settings.faults, refuse_arm=reason))

    def _radio_loss(self) -> float:
        copter = self._vehicle.copter
        return 1.0 if copter.now_s < self._boots_until_s else self._radio.loss(copter.point, copter.airframe.up_m)

    def _distance_m(self, place: GeoPoint) -> float:
        copter = self._vehicle.copter
        north_m, east_m = copter.chart.to_local(place.lat_e7, place.lon_e7)
        return math.hypot(north_m - copter.point[0], east_m - copter.point[1])
