"""What the parts of one simulated copter share: its body, its stores, its clock and where it is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dronectl.sim.vehicle import items
from dronectl.sim.vehicle.battery import BatteryPack
from dronectl.sim.vehicle.dialect import mavlink
from dronectl.sim.vehicle.fence import Fence, FenceStore
from dronectl.sim.vehicle.firmware import DEFAULT
from dronectl.sim.vehicle.geodesy import LocalMap, Point
from dronectl.sim.vehicle.items import Item
from dronectl.sim.vehicle.outbox import Outbox
from dronectl.sim.vehicle.parameters import Parameters
from dronectl.sim.vehicle.physics import Airframe
from dronectl.sim.vehicle.settings import VehicleSettings, Wind
from dronectl.sim.vehicle.stores import MissionStore, RallyStore
from dronectl.sim.vehicle.world_parameters import World


@dataclass(frozen=True, slots=True)
class Home:
    """Where RTL goes and relative altitudes start."""

    lat_e7: int
    lon_e7: int
    amsl_m: float


class Copter:
    """Body and memory of one vehicle. ``up_m`` of the airframe is above the ground, which is flat here."""

    def __init__(self, settings: VehicleSettings, *, wind: Wind, seed: int, boot_unix_s: float) -> None:
        self.settings = settings
        self.outbox = Outbox(settings.system_id)
        self.battery = BatteryPack(
            settings.battery, cells=settings.cells, start_pct=settings.battery_pct, speeds=settings.power_speeds
        )
        own = {
            "SYSID_THISMAV": float(settings.system_id),
            "BATT_CAPACITY": self.battery.capacity_mah,
            World.WIND_M_S: wind.speed_m_s,
            World.WIND_FROM_DEG: wind.from_deg,
            **wind.profile,
        }
        self.firmware = settings.firmware or DEFAULT
        self.parameters = Parameters({**own, **settings.parameters}, self.outbox, self.firmware)
        self.chart = LocalMap(settings.home.lat_e7, settings.home.lon_e7)
        self.airframe = Airframe(heading_rad=_radians(settings.heading_deg), wind=wind, seed=seed)
        self.home: Home | None = None
        self.mission = MissionStore(self.home_item, self.outbox, self.parameters)
        self.fence_store = FenceStore(self.chart, self.outbox, self.parameters)
        self.fence = Fence(self.fence_store, self.parameters)
        self.rally = RallyStore(self.parameters)
        self.now_s = 0.0
        self.boot_unix_s = boot_unix_s
        self.off_m: Point = (0.0, 0.0)
        """So far north and east of the truth is where its body believes to be (a GPS that errs)."""
        self.is_armed = False
        self.is_landed = True
        self._limits = (0.0, 0.0, 0.0)
        self._limits_of = -1

    @property
    def limits(self) -> tuple[float, float, float]:
        """What its parameters let it do: acceleration, lean (radians), acceleration up and down."""
        parameters = self.parameters
        if self._limits_of != parameters.changes:
            self._limits_of = parameters.changes
            self._limits = (
                parameters["WPNAV_ACCEL"] / 100.0,
                math.radians(parameters["ANGLE_MAX"] / 100.0),
                parameters["WPNAV_ACCEL_Z"] / 100.0,
            )
        return self._limits

    @property
    def now_ms(self) -> int:
        return int(self.now_s * 1000.0)

    @property
    def now_us(self) -> int:
        return int(self.now_s * 1e6)

    @property
    def point(self) -> Point:
        return self.airframe.north_m, self.airframe.east_m

    @property
    def home_point(self) -> Point:
        return self.chart.to_local(self.home.lat_e7, self.home.lon_e7) if self.home else (0.0, 0.0)

    @property
    def amsl_m(self) -> float:
        return self.settings.home_amsl_m + self.airframe.up_m

    @property
    def above_home_m(self) -> float:
        return self.amsl_m - self.home.amsl_m if self.home else self.airframe.up_m

    def position_e7(self) -> tuple[int, int]:
        return self.chart.to_e7(self.airframe.north_m, self.airframe.east_m)

    def shift(self, north_m: float, east_m: float) -> None:
        """From now on it believes to be elsewhere, and is where it was."""
        self.airframe.north_m += north_m
        self.airframe.east_m += east_m
        self.off_m = (self.off_m[0] + north_m, self.off_m[1] + east_m)

    def true_position_e7(self) -> tuple[int, int]:
        """Where it is, whatever it believes."""
        return self.chart.to_e7(self.airframe.north_m - self.off_m[0], self.airframe.east_m - self.off_m[1])

    def set_home_here(self) -> None:
        lat_e7, lon_e7 = self.position_e7()
        self.set_home(Home(lat_e7, lon_e7, self.amsl_m))

    def set_home(self, home: Home) -> None:
        """Adopt a home and tell the ground, as ArduPilot does unasked."""
        self.home = home
        self.send_home()

    def send_home(self) -> None:
        if self.home is None:
            return
        north_m, east_m = self.home_point
        nan = float("nan")
        self.outbox.send(
            mavlink.MAVLink_home_position_message(
                self.home.lat_e7, self.home.lon_e7, round(self.home.amsl_m * 1000.0),
                north_m, east_m, self.settings.home_amsl_m - self.home.amsl_m,
                [nan, nan, nan, nan], 0.0, 0.0, 0.0, self.now_us,
            )
        )  # fmt: skip

    def home_item(self) -> Item:
        """Item 0 of the mission as it is read back; zeros until there is a home."""
        if self.home is None:
            return items.ZERO
        return items.at(items.ZERO, self.home.lat_e7, self.home.lon_e7, items.centimetres(self.home.amsl_m))

    def up_of(self, altitude_m: float, frame: int) -> float:
        """Height above the ground of an altitude in a MAV_FRAME."""
        if frame in (0, 5):
            return altitude_m - self.settings.home_amsl_m
        if frame in (10, 11) or self.home is None:
            return altitude_m
        return altitude_m + self.home.amsl_m - self.settings.home_amsl_m


def _radians(degrees: float) -> float:
    return math.radians((degrees + 180.0) % 360.0 - 180.0)
