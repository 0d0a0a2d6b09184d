"""The aircraft: what each can do, what it carries, how it is reached."""

from __future__ import annotations

from dataclasses import dataclass

from dronectl.model.geo import GeoPoint
from dronectl.model.ground_station import THE_ONLY_STATION, GroundStation


@dataclass(frozen=True, slots=True)
class Battery:
    """Energy on board and what flight draws of it. ``usable_share`` (0..1) of the capacity may be drawn before the pack
    is hurt. Powers are electrical, as the battery monitor shows them."""

    capacity_wh: float
    hover_power_w: float
    cruise_power_w: float
    """At the drone's cruise speed in still air."""
    usable_share: float = 1.0
    climb_power_w: float | None = None
    """At the drone's climb speed; None: not measured."""
    fast_power_w: float | None = None
    """At the drone's highest airspeed, so flat out into the wind; None: not measured."""
    endurance_s: float | None = None
    """How long a full one hovers, where that is all that is known: watts and watt-hours are no real ones then."""
    charge_s: float | None = None
    """How long it takes to charge a used one; None: nobody said."""

    @property
    def charging_s(self) -> float:
        """As said, or an hour: what common packs take at one time their capacity."""
        return 3600.0 if self.charge_s is None else self.charge_s

    @property
    def climbing_power_w(self) -> float:
        """Measured, or 1.2 × hover: what momentum theory gives a common quadrotor at 2.5 m/s, on the safe side."""
        return 1.2 * self.hover_power_w if self.climb_power_w is None else self.climb_power_w

    @property
    def fastest_power_w(self) -> float:
        """Measured, or 1.4 × the greater of hover and cruise: leaning 30° a quadrotor lifts 1.15 × its weight against
        a drag of more than half of it, and saves some induced power; on the safe side."""
        if self.fast_power_w is not None:
            return self.fast_power_w
        return 1.4 * max(self.hover_power_w, self.cruise_power_w)

    @property
    def size_text(self) -> str:
        """What it holds, in the unit that dronectl.toml gives: ``97.7 Wh``, ``28 min``."""
        return f"{self.capacity_wh:g} Wh" if self.endurance_s is None else f"{self.endurance_s / 60.0:g} min"

    @classmethod
    def from_endurance(cls, endurance_s: float, *, usable_share: float = 1.0, charge_s: float | None = None) -> Battery:
        """A battery known only by how long it hovers: 1 W for as many watt-seconds."""
        return cls(endurance_s / 3600.0, 1.0, 1.0, usable_share, endurance_s=endurance_s, charge_s=charge_s)


@dataclass(frozen=True, slots=True)
class Camera:
    """A nadir camera, by its sensor and lens; the top of its pictures lies where the aircraft points."""

    sensor_width_mm: float
    sensor_height_mm: float
    focal_length_mm: float
    image_width_px: int
    image_height_px: int
    shutter_interval_s: float
    stabilised: bool = True
    """On a gimbal that has it look straight down however the aircraft leans, as all plans take for granted. False:
    fixed to the aircraft, so that photographs lean as it did."""

    def gsd_m(self, height_m: float) -> float:
        """Ground sampling distance across the track: H * Sw / (f * Nx)."""
        return height_m * self.sensor_width_mm / (self.focal_length_mm * self.image_width_px)

    def height_for_gsd_m(self, gsd_m: float) -> float:
        """The height above ground at which the ground sampling distance is ``gsd_m``."""
        return gsd_m * self.focal_length_mm * self.image_width_px / self.sensor_width_mm

    def footprint_m(self, height_m: float) -> tuple[float, float]:
        """(across track, along track) size of one photograph on flat ground."""
        scale = height_m / self.focal_length_mm
        return self.sensor_width_mm * scale, self.sensor_height_mm * scale


@dataclass(frozen=True, slots=True)
class Drone:
    """One aircraft of the fleet as dronectl.toml describes it."""

    name: str
    system_id: int
    link: str
    """URL of the link, or of the first of several: see ``links``."""
    home: GeoPoint
    battery: Battery
    camera: Camera
    uid: str | None = None
    """uid2 of AUTOPILOT_VERSION as 36 hex digits; None until recorded."""
    further_links: tuple[str, ...] = ()
    """Other links to the same aircraft; the best of all is used."""
    colour: str = "#1f77b4"
    cruise_speed_m_s: float = 8.0
    climb_speed_m_s: float = 2.5
    descent_speed_m_s: float = 1.5
    acceleration_m_s2: float = 2.5
    waypoint_radius_m: float = 2.0
    jerk_m_s3: float = 1.0
    """How fast the acceleration may change along a leg."""
    max_airspeed_m_s: float = 10.0
    """What it reaches through the air leaning as far as it may: in wind, ground speed is limited by it."""
    accept_unsigned: bool | None = None
    """Whether frames without a MAVLink signature are read. None: only of a drone without a signing key; False: there
    must be a key."""
    station: GroundStation = THE_ONLY_STATION
    """Who speaks to it: the same for all drones of a workspace."""
    fellows: frozenset[int] = frozenset()
    """System ids of the fleet's other drones, which may be heard on its links."""

    @property
    def links(self) -> tuple[str, ...]:
        """All links to it, as URLs."""
        return (self.link, *self.further_links)
