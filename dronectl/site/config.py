"""dronectl.toml: the site, its rules and authorisations, the aerodromes around it and the fleet."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from dronectl.model.broker import MqttSettings
from dronectl.model.checklist import ChecklistItem
from dronectl.model.fleet import Battery, Camera, Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.tiles import MapSettings
from dronectl.model.plan.schedule import Daylight
from dronectl.model.recorder import RecorderSettings
from dronectl.model.rules import RULE_IDS, Aerodrome, Authorisation, AuthorisationKind, RehearsalAsked, Rules
from dronectl.model.tak.settings import TakSettings
from dronectl.model.text.file_names import DRONE_NAME, DRONE_NAME_WORDS, is_drone_name
from dronectl.model.traffic import TrafficSettings
from dronectl.site.checklist_table import read_checklist
from dronectl.site.dated.law_tables import LawTables, read_law, read_law_tables
from dronectl.site.dated.validity_keys import read_days, read_hours
from dronectl.site.link_settings import (
    LinkSettings,
    accept_unsigned,
    read_link_settings,
    report_drones_among_stations,
)
from dronectl.site.recorder_table import read_recorder
from dronectl.site.table import Problems, Table, one_of, shown
from dronectl.site.telling.mqtt_settings import read_mqtt_settings
from dronectl.site.telling.tak_settings import read_tak_settings
from dronectl.site.toml_file import read_toml
from dronectl.storage.reading import is_out_of

_LEAST_AIRSPEED_M_S = 10.0
_AIRSPEED_TO_SPARE_M_S = 2.0
"""Where max_airspeed_m_s is not given: what ArduPilot's own simulator reaches at its 30°, or a little above cruise."""

_LEAST_HEADWAY_M_S = 1.0

_NETWORK_LINK = re.compile(r"(?:udpin|udpout|tcp|tcpin)://(?:\[[0-9A-Fa-f:.%]+\]|[^\s/:\[\]?#]+):(\d{1,5})/?")
_SERIAL_LINK = re.compile(r"serial:(?://)?[^\s?#]+(?:\?baud=\d{1,8})?")
_RECEIVER = re.compile(r"tcp://(?:\[[0-9A-Fa-f:.%]+\]|[^\s/:\[\]?#]+):\d{1,5}/?")
_LINK_WORDS = "udpin://HOST:PORT, udpout://…, tcp://…, tcpin://… or serial:///dev/ttyUSB0?baud=57600"


class AerodromeStatus(StrEnum):
    """Whether an aerodrome is in use; unknown counts as open."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DroneEntry:
    """A drone as the file has it: its home may still come from a ``home`` feature."""

    drone: Drone
    home: GeoPoint | None
    table: Table


@dataclass(frozen=True, slots=True)
class Config:
    """What dronectl.toml says. ``drone_names`` and ``tables`` also name those that could not be read."""

    name: str
    time_zone: str
    home: GeoPoint | None
    ground_elevation_m: float
    geoid_undulation_m: float | None
    """None: EGM96's at home."""
    rules: Rules
    authorisations: tuple[tuple[Authorisation, Table], ...]
    aerodromes: tuple[Aerodrome, ...]
    drones: tuple[DroneEntry, ...]
    drone_names: frozenset[str]
    terrain_files: tuple[str, ...] = ()
    recorder: RecorderSettings = field(default_factory=RecorderSettings)
    checklist: tuple[ChecklistItem, ...] = ()
    mqtt: MqttSettings | None = None
    tak: TakSettings | None = None
    traffic: TrafficSettings = field(default_factory=TrafficSettings)
    map: MapSettings = field(default_factory=MapSettings)
    law_tables: LawTables = field(default_factory=LawTables)


def read_config(text: str, *, file: str, problems: Problems) -> Config:
    """Read the whole file.

    Raises:
        InputError: it is not TOML.
    """
    root = read_toml(text, file=file, problems=problems)
    site = root.table("site")
    home = site.point("home")
    home_is_good = site.ok
    name = site.text("name")
    time_zone = site.text("time_zone")
    if time_zone and not is_time_zone(time_zone):
        site.reject("time_zone", "an IANA time zone as Asia/Bangkok")
    ground_elevation_m = site.number("ground_elevation_m", -500.0, 9000.0)
    geoid_undulation_m = site.optional_number("geoid_undulation_m", -120.0, 120.0)
    site.finish()
    terrain = root.table("terrain", required=False)
    terrain_files = terrain.names("files")
    terrain.finish()
    map_settings = _map(root.table("map", required=False))
    rules_table = root.table("rules", required=False)
    rules = _rules(rules_table, time_zone)
    authorisations = [_authorisation(table) for table in rules_table.tables("authorisation")]
    rules_table.finish()
    aerodromes = [_aerodrome(table) for table in root.tables("aerodrome")]
    link = root.table("link", required=False)
    settings = read_link_settings(link)
    recorder = read_recorder(root.table("recorder", required=False), time_zone)
    mqtt_table = root.table("mqtt", required=False)
    mqtt = read_mqtt_settings(mqtt_table) if root.has("mqtt") else None
    tak_table = root.table("tak", required=False)
    tak = read_tak_settings(tak_table) if root.has("tak") else None
    checklist_tables = root.tables("checklist")
    checklist = read_checklist(checklist_tables)
    drone_tables = root.tables("drone")
    drones = _each_with_its_fellows([_drone(table, settings) for table in drone_tables])
    drone_names = frozenset(str(table.values["name"]) for table in drone_tables if table.has("name"))
    law_tables = read_law_tables(root, drone_names)
    traffic = _traffic(root.table("traffic", required=False), drone_names)
    if not drone_tables:
        root.report("drone", "found none, allowed at least one [[drone]]")
    root.finish()
    _report_wind(rules_table, rules, [entry.drone for entry in drones if entry is not None])
    _report_twice(checklist_tables, "id")
    _report_twice(drone_tables, "name")
    _report_twice(drone_tables, "system_id")
    if link.ok:
        report_drones_among_stations(settings.station, drone_tables)
    _report_twice(drone_tables, "uid")
    _report_twice(root.tables("aerodrome"), "id")
    return Config(
        name=name,
        time_zone=time_zone,
        home=home if home_is_good else None,
        ground_elevation_m=ground_elevation_m,
        geoid_undulation_m=geoid_undulation_m,
        rules=rules,
        authorisations=tuple(entry for entry in authorisations if entry is not None),
        aerodromes=tuple(aerodrome for aerodrome in aerodromes if aerodrome is not None),
        drones=tuple(entry for entry in drones if entry is not None),
        drone_names=drone_names,
        law_tables=law_tables,
        terrain_files=terrain_files,
        recorder=recorder,
        checklist=checklist,
        mqtt=mqtt,
        tak=tak,
        traffic=traffic,
        map=map_settings,
    )


def _traffic(table: Table, drone_names: frozenset[str]) -> TrafficSettings:
    receivers = table.names("receivers")
    if not all(_RECEIVER.fullmatch(url) for url in receivers):
        table.reject("receivers", 'receivers that give SBS text on TCP, as in ["tcp://127.0.0.1:30003"]')
    settings = TrafficSettings(receivers, table.names("aboard", known=drone_names))
    table.finish()
    return settings


def _map(table: Table) -> MapSettings:
    files = table.names("files")
    if any(is_out_of(name) for name in files):
        table.reject("files", 'files in the workspace, bottom to top, as in ["maps/roi-et.pmtiles"]')
    settings = MapSettings(files, table.text("attribution") if table.has("attribution") else "")
    table.finish()
    return settings


def _rules(table: Table, time_zone: str) -> Rules:
    default = Rules()
    law = read_law(table, time_zone)
    return Rules(
        ceiling_m=table.number("ceiling_m", 5.0, 5000.0, default=default.ceiling_m),
        aerodrome_distance_m=table.number("aerodrome_distance_m", 0.0, 100_000.0, default=default.aerodrome_distance_m),
        fence_margin_m=table.number("fence_margin_m", 0.0, 1000.0, default=default.fence_margin_m),
        keep_out_margin_m=table.number("keep_out_margin_m", 0.0, 1000.0, default=default.keep_out_margin_m),
        separation_m=table.number("separation_m", 0.0, 1000.0, default=default.separation_m),
        separation_delay_s=table.number("separation_delay_s", 0.0, 600.0, default=default.separation_delay_s),
        battery_reserve_pct=table.number("battery_reserve_pct", 0.0, 90.0, default=default.battery_reserve_pct),
        terrain_clearance_m=table.number("terrain_clearance_m", 0.0, 1000.0, default=default.terrain_clearance_m),
        wind_m_s=table.number("wind_m_s", 0.0, 40.0, default=default.wind_m_s),
        turnaround_min=table.number("turnaround_min", 0.0, 1440.0, default=default.turnaround_min),
        daylight=table.choice("daylight", Daylight, default=default.daylight),
        law=law.law,
        hours=law.hours,
        notice_days=law.notice_days,
        rehearsal=table.choice("rehearsal", RehearsalAsked, default=default.rehearsal),
    )


def _authorisation(table: Table) -> tuple[Authorisation, Table] | None:
    kind = table.choice("kind", AuthorisationKind, default=AuthorisationKind.PERMIT)
    until = "valid_until" if table.has("valid_until") else "valid_to"
    if until == "valid_until" and table.has("valid_to"):
        table.reject("valid_to", "one of valid_until and valid_to")
    authorisation = Authorisation(
        authority=table.text("authority"),
        document=table.text("document"),
        valid_from=table.day("valid_from"),
        valid_to=table.day(until),
        lifts=table.names("lifts", required=True, known=RULE_IDS),
        zones=table.names("zones"),
        hours=read_hours(table, "hours"),
        days=read_days(table, "days"),
        kind=kind,
    )
    table.finish()
    beyond = [rule for rule in authorisation.lifts if rule not in kind.can_lift]
    if table.ok and beyond:
        table.report("lifts", f"found {shown(beyond[0])}, allowed {one_of(kind.can_lift)} of kind {kind}")
    opens_areas = kind is not AuthorisationKind.PERMIT and "keep-out" in authorisation.lifts
    if table.ok and opens_areas and not authorisation.zones:
        table.report("zones", f"found none, allowed the keep-outs that a paper of kind {kind} opens")
    if table.ok and authorisation.valid_to < authorisation.valid_from:
        table.report(
            until,
            f"found {authorisation.valid_to}, allowed a day not before valid_from {authorisation.valid_from}",
        )
    return (authorisation, table) if table.ok else None


def _aerodrome(table: Table) -> Aerodrome | None:
    aerodrome = Aerodrome(
        id=table.text("id", pattern=re.compile(r"[A-Za-z0-9_-]{1,32}"), allowed="letters a-z, digits, '_' and '-'"),
        name=table.text("name"),
        position=table.point("position"),
        elevation_m=table.optional_number("elevation_m", -500.0, 9000.0),
        status=str(table.choice("status", AerodromeStatus)),
        surveyed=table.boolean("surveyed"),
    )
    table.finish()
    return aerodrome if table.ok else None


def _drone(table: Table, link: LinkSettings) -> DroneEntry | None:
    name = table.text("name", pattern=DRONE_NAME, allowed=DRONE_NAME_WORDS)
    if not is_drone_name(name):
        table.reject("name", DRONE_NAME_WORDS)
    home = table.point("home") if table.has("home") else None
    system_id = table.integer("system_id", 1, 250)
    uid = (
        table.text("uid", pattern=re.compile("[0-9a-f]{36}"), allowed="36 lower-case hex digits")
        if table.has("uid")
        else None
    )
    links = _links(table)
    cruise_speed_m_s = table.number("cruise_speed_m_s", 0.5, 30.0, default=8.0)
    drone = Drone(
        name=name,
        system_id=system_id,
        link=links[0],
        further_links=links[1:],
        home=home or GeoPoint(0.0, 0.0),
        battery=_battery(table.table("battery")),
        camera=_camera(table.table("camera")),
        uid=uid,
        colour=table.text(
            "colour", default=_default_colour(system_id), pattern=re.compile("#[0-9A-Fa-f]{6}"), allowed="#rrggbb"
        ),
        cruise_speed_m_s=cruise_speed_m_s,
        climb_speed_m_s=table.number("climb_speed_m_s", 0.1, 10.0, default=2.5),
        descent_speed_m_s=table.number("descent_speed_m_s", 0.1, 5.0, default=1.5),
        acceleration_m_s2=table.number("acceleration_m_s2", 0.1, 20.0, default=2.5),
        waypoint_radius_m=table.number("waypoint_radius_m", 0.05, 100.0, default=2.0),
        jerk_m_s3=table.number("jerk_m_s3", 0.1, 20.0, default=1.0),
        max_airspeed_m_s=table.number(
            "max_airspeed_m_s", 1.0, 60.0, default=max(_LEAST_AIRSPEED_M_S, cruise_speed_m_s + _AIRSPEED_TO_SPARE_M_S)
        ),
        accept_unsigned=accept_unsigned(table, link.accept_unsigned),
        station=link.station,
    )
    if table.ok and drone.max_airspeed_m_s <= cruise_speed_m_s:
        table.reject("max_airspeed_m_s", f"more than cruise_speed_m_s {cruise_speed_m_s:g}")
    table.finish()
    return DroneEntry(drone, home, table) if table.ok else None


def _each_with_its_fellows(entries: Sequence[DroneEntry | None]) -> list[DroneEntry | None]:
    ids = frozenset(entry.drone.system_id for entry in entries if entry is not None)
    return [
        entry and replace(entry, drone=replace(entry.drone, fellows=ids - {entry.drone.system_id})) for entry in entries
    ]


def _default_colour(system_id: int) -> str:
    colours = ("#d62728", "#1f77b4", "#2ca02c", "#ff7f0e", "#9467bd", "#8c564b")
    return colours[(system_id - 1) % len(colours)]


def _links(table: Table) -> tuple[str, ...]:
    """The URLs of a drone's links; at least one, an empty one where there is none that is right."""
    several = isinstance(table.values.get("link"), list)
    links = table.names("link", required=True) if several else (table.text("link", allowed=_LINK_WORDS),)
    for link in links:
        network = _NETWORK_LINK.fullmatch(link)
        if link and not _SERIAL_LINK.fullmatch(link) and not (network and 1 <= int(network[1]) <= 65535):
            table.report("link", f"found {shown(link)}, allowed {_LINK_WORDS}")
        elif not link and several:
            table.report("link", f"found an empty name, allowed {_LINK_WORDS}")
    return links or ("",)


def _battery(table: Table) -> Battery:
    """Energy and powers, or plain endurance in hover."""
    usable_share = table.number("usable_share", 0.05, 1.0, default=1.0)
    charge_min = table.optional_number("charge_min", 1.0, 1440.0)
    charge_s = None if charge_min is None else 60.0 * charge_min
    by_energy = ("capacity_wh", "hover_power_w", "cruise_power_w", "climb_power_w", "fast_power_w")
    if table.has("endurance_min"):
        for key in by_energy:
            if table.has(key):
                table.report(key, "found beside endurance_min, allowed one or the other")
        endurance_s = 60.0 * table.number("endurance_min", 1.0, 600.0)
        battery = Battery.from_endurance(endurance_s, usable_share=usable_share, charge_s=charge_s)
    else:
        battery = Battery(
            table.number("capacity_wh", 1.0, 10_000.0),
            table.number("hover_power_w", 1.0, 20_000.0),
            table.number("cruise_power_w", 1.0, 20_000.0),
            usable_share,
            climb_power_w=table.optional_number("climb_power_w", 1.0, 40_000.0),
            fast_power_w=table.optional_number("fast_power_w", 1.0, 40_000.0),
            charge_s=charge_s,
        )
    table.finish()
    return battery


def _camera(table: Table) -> Camera:
    camera = Camera(
        sensor_width_mm=table.number("sensor_width_mm", 0.5, 100.0),
        sensor_height_mm=table.number("sensor_height_mm", 0.5, 100.0),
        focal_length_mm=table.number("focal_length_mm", 0.5, 2000.0),
        image_width_px=table.integer("image_width_px", 16, 100_000),
        image_height_px=table.integer("image_height_px", 16, 100_000),
        shutter_interval_s=table.number("shutter_interval_s", 0.01, 60.0),
        stabilised=table.boolean("stabilised", default=True),
    )
    table.finish()
    return camera


def _report_wind(table: Table, rules: Rules, drones: list[Drone]) -> None:
    for drone in drones:
        if rules.wind_m_s > drone.max_airspeed_m_s - _LEAST_HEADWAY_M_S:
            table.report(
                "wind_m_s",
                f"found {rules.wind_m_s:g}, allowed at most {drone.max_airspeed_m_s - _LEAST_HEADWAY_M_S:g}: drone "
                f"{drone.name} has max_airspeed_m_s {drone.max_airspeed_m_s:g} and must make "
                f"{_LEAST_HEADWAY_M_S:g} m/s against the wind",
            )


def _report_twice(tables: list[Table], key: str) -> None:
    first_with: dict[object, Table] = {}
    for table in tables:
        value = table.values.get(key)
        if not isinstance(value, str | int):
            continue
        if value in first_with:
            table.report(key, f"found {shown(value)}, which {first_with[value].label} has too, allowed each once")
        else:
            first_with[value] = table


def is_time_zone(name: str) -> bool:
    """Whether the IANA's list has it."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
