"""What a simulated fleet is made of: values, and how they are read from a workspace's ``sim/`` folder."""

from __future__ import annotations

import contextlib
import hashlib
import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dronectl.errors import InputError, InputErrors
from dronectl.model.fleet import Battery, Drone
from dronectl.model.geo import GeoPoint
from dronectl.sim.vehicle.battery import COMMON_SPEEDS, PowerSpeeds
from dronectl.sim.vehicle.firmware import FIRMWARES, Firmware
from dronectl.sim.vehicle.parameter_file import read_parameter_file
from dronectl.sim.vehicle.world_parameters import WIND_ALIKE_EVERYWHERE, WIND_BY_SQUARE_ROOT, World

_BATTERY = Battery(99.0, 250.0, 230.0)


@dataclass(frozen=True, slots=True)
class Wind:
    """A steady wind and its gusts (standard deviation of the speed); ``from_deg`` is where it blows from."""

    speed_m_s: float = 0.0
    from_deg: float = 0.0
    gust_m_s: float = 0.0
    full_from_m: float = 60.0
    """Above the ground it blows with all of its speed from this height on, and below as the square root of the height
    (as ArduPilot's SITL has it); 0: it is the same at every height."""

    @property
    def profile(self) -> dict[str, float]:
        """As SITL's parameters have it."""
        if self.full_from_m <= 0.0:
            return {World.WIND_BY_HEIGHT: WIND_ALIKE_EVERYWHERE}
        return {World.WIND_BY_HEIGHT: WIND_BY_SQUARE_ROOT, World.WIND_FULL_FROM_M: self.full_from_m}


@dataclass(frozen=True, slots=True)
class LinkFaults:
    """What the radio does to each frame, in either direction. Times are wall-clock: a link knows no speed-up."""

    loss: float = 0.0
    """Share of frames lost, 0..1."""
    duplicate: float = 0.0
    """Share of frames that arrive twice, 0..1."""
    reorder: float = 0.0
    """Share of frames that are overtaken by the next one, 0..1."""
    latency_ms: float = 0.0
    """One way."""
    jitter_ms: float = 0.0
    """Added to the latency, uniform from 0 to this."""
    baud: int = 0
    """Bits per second on the wire, ten to the byte; 0: no limit."""

    @property
    def is_clean(self) -> bool:
        return self == LinkFaults()


@dataclass(frozen=True, slots=True)
class VehicleFaults:
    """Faults that one vehicle shows. Times are simulated seconds since it booted; None: never."""

    refuse_arm: str = ""
    """Arming is refused with this text (``Compass not healthy``)."""
    silent_at_s: float | None = None
    """From then on nothing more is sent, and nothing heard."""
    gps_loss_at_s: float | None = None
    gps_loss_for_s: float = 1e9
    motor_fail_at_s: float | None = None
    """In the air, a motor stops: it falls, and lies there armed."""
    link_cut_at_s: float | None = None
    """The connection is closed, and no new one is accepted."""
    link_cut_after_bytes: int | None = None
    """The same, once the client has sent so many bytes."""


@dataclass(frozen=True, slots=True)
class VehicleSettings:
    """One simulated copter: who it is, where it stands, what it carries and what is wrong with it."""

    name: str
    system_id: int
    home: GeoPoint
    home_amsl_m: float = 0.0
    heading_deg: float = 0.0
    host: str = "127.0.0.1"
    port: int = 5760
    serial1_port: int | None = None
    """A second serial port (ArduPilot's SITL: the first plus 2), by default that of the drone's second TCP link on the
    same host. Signing is enforced there, and not on the first."""
    battery: Battery = _BATTERY
    power_speeds: PowerSpeeds = COMMON_SPEEDS
    battery_pct: float = 100.0
    cells: int = 3
    """Lithium cells in series: 12.6 V when full, as ArduPilot's SITL has it."""
    gps_lock_s: float = 4.0
    """Simulated seconds from boot to the first fix."""
    ekf_settle_s: float = 4.0
    """From the first fix to a usable position (the real filter takes about 30 s)."""
    firmware: Firmware | None = None
    """The release of ArduCopter that it flies; None: the default one, and of ArduPilot SITL whichever is found."""
    parameters: Mapping[str, float] = field(default_factory=dict)
    """Values that replace those of the stock parameter table, named as in any release."""
    faults: VehicleFaults = VehicleFaults()
    board: str | None = None
    """Whose flight controller it carries, by that drone's name; None: its own; empty: one that tells no uid."""

    @property
    def uid(self) -> str:
        """``uid2`` of AUTOPILOT_VERSION as 36 hex digits: the same for the same board, unlike for any other."""
        if self.board == "":
            return "00" * 18
        return hashlib.sha256(f"simulated copter {self.board or self.name}".encode()).hexdigest()[:36]


@dataclass(frozen=True, slots=True)
class FleetSettings:
    """Everything a ``SimFleet`` needs."""

    vehicles: tuple[VehicleSettings, ...]
    wind: Wind = Wind()
    link: LinkFaults = LinkFaults()
    speedup: float = 1.0
    seed: int = 1


SETTINGS_FILE = "fleet.toml"
PARAMETER_FILE = "copter.parm"


def load_settings(
    site_root: Path, drones: Sequence[Drone], *, ground_elevation_m: float | None = None
) -> FleetSettings:
    """The fleet that ``drones`` and the workspace's ``sim/`` folder describe.

    ``sim/fleet.toml`` (optional) sets wind, link faults, speed-up, seed and faults per drone; ``sim/copter.parm``
    (optional) sets parameters, ``sim/NAME.parm`` those of one drone. ``ground_elevation_m`` defaults to the value
    in dronectl.toml.

    Raises:
        InputErrors: a file is not valid; all problems are listed.
        InputError: a drone's link is not one that a simulator can serve.
    """
    folder = site_root / "sim"
    ground_m = _ground_elevation_m(site_root) if ground_elevation_m is None else ground_elevation_m
    document = _read_toml(folder / SETTINGS_FILE)
    reader = _Reader(folder / SETTINGS_FILE)
    reader.only(document, "", {"wind", "link", "vehicle", "drone", "speedup", "seed"})
    common = reader.values(document.get("vehicle", {}), "vehicle", _VEHICLE_KEYS)
    own = document.get("drone", {})
    vehicles = []
    for drone in drones:
        table = reader.table(own, drone.name)
        fault_values = reader.values(table.pop("faults", {}), f"drone.{drone.name}.faults", _kinds(VehicleFaults))
        values = {**common, **reader.values(table, f"drone.{drone.name}", _VEHICLE_KEYS)}
        parameters = {
            **drone_parameters(drone),
            **_parameters(folder / PARAMETER_FILE, reader.problems),
            **_parameters(folder / f"{drone.name}.parm", reader.problems),
        }
        host, port = tcp_address(drone)
        vehicle = VehicleSettings(
            name=drone.name,
            system_id=drone.system_id,
            home=drone.home,
            home_amsl_m=ground_m,
            host=host,
            port=port,
            serial1_port=_second_port(drone, host, port),
            battery=drone.battery,
            power_speeds=PowerSpeeds(drone.cruise_speed_m_s, drone.climb_speed_m_s, drone.max_airspeed_m_s),
            parameters=parameters,
            faults=VehicleFaults(**fault_values),
        )
        if "firmware" in values:
            values["firmware"] = FIRMWARES[values["firmware"]]
        vehicles.append(replace(vehicle, **values))
    settings = FleetSettings(
        vehicles=tuple(vehicles),
        wind=Wind(**reader.values(document.get("wind", {}), "wind", _kinds(Wind))),
        link=LinkFaults(**reader.values(document.get("link", {}), "link", _kinds(LinkFaults))),
        **reader.values({k: document[k] for k in ("speedup", "seed") if k in document}, "", _FLEET_KEYS),
    )
    if reader.problems:
        raise InputErrors(f"{folder}: {len(reader.problems)} problem(s) in the simulator's settings", reader.problems)
    return settings


def drone_parameters(drone: Drone) -> dict[str, float]:
    """ArduPilot parameters that make a simulated copter fly as dronectl.toml says this drone does."""
    return {
        "WPNAV_SPEED": drone.cruise_speed_m_s * 100.0,
        "WPNAV_SPEED_UP": drone.climb_speed_m_s * 100.0,
        "WPNAV_SPEED_DN": drone.descent_speed_m_s * 100.0,
        "WPNAV_ACCEL": drone.acceleration_m_s2 * 100.0,
        "WPNAV_RADIUS": drone.waypoint_radius_m * 100.0,
        "WPNAV_JERK": drone.jerk_m_s3,
    }


def tcp_address(drone: Drone) -> tuple[str, int]:
    """Host and port on which a simulator must listen to be found: those of the first of the drone's links that is TCP.

    Raises:
        InputError: none of its links is ``tcp://host:port``.
    """
    for link in drone.links:
        parts = urlsplit(link)
        try:
            port = parts.port
        except ValueError:
            port = None
        if parts.scheme == "tcp" and parts.hostname and port:
            return parts.hostname, port
    raise InputError(
        f"drone '{drone.name}': a simulated vehicle cannot answer on link '{' or '.join(drone.links)}'",
        hint="the simulated fleet listens on TCP: give the drone a link such as tcp://127.0.0.1:5760",
    )


def _second_port(drone: Drone, host: str, first_port: int) -> int | None:
    """The port of the drone's next TCP link to the same host; None when it has no other."""
    for link in drone.links:
        with contextlib.suppress(ValueError):
            parts = urlsplit(link)
            if parts.scheme == "tcp" and parts.hostname == host and parts.port not in (None, first_port):
                return parts.port
    return None


_VEHICLE_KEYS: dict[str, type] = {
    "firmware": str,
    "system_id": int,
    "serial1_port": int,
    "heading_deg": float,
    "home_amsl_m": float,
    "battery_pct": float,
    "cells": int,
    "gps_lock_s": float,
    "ekf_settle_s": float,
}
_FLEET_KEYS: dict[str, type] = {"speedup": float, "seed": int}
_ALLOWED: dict[str, tuple[str, Callable[[float], bool]]] = {
    "system_id": ("1..255", lambda value: 1 <= value <= 255),
    "serial1_port": ("1..65535", lambda value: 1 <= value <= 65535),
    "battery_pct": ("0..100", lambda value: 0 <= value <= 100),
    "cells": ("1..14", lambda value: 1 <= value <= 14),
    "speedup": ("above 0, at most 100", lambda value: 0 < value <= 100),
    "loss": ("0..1", lambda value: 0 <= value <= 1),
    "duplicate": ("0..1", lambda value: 0 <= value <= 1),
    "reorder": ("0..1", lambda value: 0 <= value <= 1),
}
_CHOICES: dict[str, tuple[str, ...]] = {"firmware": tuple(FIRMWARES)}
_SIGNED = {"heading_deg", "home_amsl_m", "seed", "from_deg"}


def _kinds(value_type: type) -> dict[str, type]:
    by_annotation: dict[str, type] = {"str": str, "int": int, "int | None": int}
    return {item.name: by_annotation.get(str(item.type), float) for item in fields(value_type)}


class _Reader:
    """Checks tables of one TOML file and collects what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[str] = []

    def only(self, table: Mapping[str, Any], place: str, allowed: set[str]) -> None:
        for key in table:
            if key not in allowed:
                where = f"[{place}] " if place else ""
                self.problems.append(f"{self.path}: {where}{key}: unknown key; allowed: {', '.join(sorted(allowed))}")

    def table(self, tables: object, name: str) -> dict[str, Any]:
        """The table ``[drone.NAME]``, or an empty one."""
        found = tables.get(name, {}) if isinstance(tables, dict) else tables
        if isinstance(found, dict):
            return dict(found)
        self.problems.append(f"{self.path}: drone.{name}: found {found!r}; a table is needed")
        return {}

    def values(self, table: object, place: str, kinds: Mapping[str, type]) -> dict[str, Any]:
        if not isinstance(table, dict):
            self.problems.append(f"{self.path}: {place}: found {table!r}; a table is needed")
            return {}
        self.only(table, place, set(kinds))
        good: dict[str, Any] = {}
        for key, value in table.items():
            kind = kinds.get(key)
            if kind is None:
                continue
            where = f"{self.path}: [{place}] {key}" if place else f"{self.path}: {key}"
            if key in _CHOICES and value not in _CHOICES[key]:
                self.problems.append(f"{where}: found {value!r}; allowed: {', '.join(map(repr, _CHOICES[key]))}")
            elif kind is str and isinstance(value, str):
                good[key] = value
            elif kind is not str and isinstance(value, (int, float)) and not isinstance(value, bool):
                self._number(good, where, key, value, kind)
            else:
                self.problems.append(f"{where}: found {value!r}; {'text' if kind is str else 'a number'} is needed")
        return good

    def _number(self, good: dict[str, Any], where: str, key: str, value: float, kind: type) -> None:
        text, is_allowed = _ALLOWED.get(key, ("0 or more", lambda number: number >= 0 or key in _SIGNED))
        if not math.isfinite(value) or (kind is int and value != int(value)):
            self.problems.append(f"{where}: found {value!r}; a {'whole' if kind is int else 'finite'} number is needed")
        elif not is_allowed(value):
            self.problems.append(f"{where}: found {value!r}; allowed: {text}")
        else:
            good[key] = kind(value)


def _read_toml(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputErrors(f"{path} cannot be read", [f"{path}: {error}"]) from error


def _parameters(path: Path, problems: list[str]) -> dict[str, float]:
    if not path.exists():
        return {}
    try:
        return read_parameter_file(path)
    except InputErrors as error:
        problems.extend(problem for problem in error.problems if problem not in problems)
        return {}


def _ground_elevation_m(site_root: Path) -> float:
    site = _read_toml(site_root / "dronectl.toml").get("site", {})
    value = site.get("ground_elevation_m", 0.0) if isinstance(site, dict) else 0.0
    return float(value) if isinstance(value, (int, float)) else 0.0
