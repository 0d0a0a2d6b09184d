"""``[link]`` of dronectl.toml: who speaks to the drones, and which of their frames are believed."""

from __future__ import annotations

from dataclasses import dataclass

from dronectl.model.ground_station import DEFAULT_STATION_ID, GroundStation
from dronectl.site.table import Table

_HIGHEST_ID = 255


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """What holds for the links of all drones."""

    station: GroundStation
    accept_unsigned: bool | None
    """As :attr:`dronectl.model.fleet.Drone.accept_unsigned`."""


def read_link_settings(table: Table) -> LinkSettings:
    own = table.integer("system_id", 1, _HIGHEST_ID, default=DEFAULT_STATION_ID)
    settings = LinkSettings(GroundStation(own, _others(table, own)), accept_unsigned(table, None))
    table.finish()
    return settings


def accept_unsigned(table: Table, default: bool | None) -> bool | None:
    return table.boolean("accept_unsigned") if table.has("accept_unsigned") else default


def report_drones_among_stations(station: GroundStation, drones: list[Table]) -> None:
    """A drone with a ground station's system id would be taken for it."""
    others = dict(station.others)
    for drone in drones:
        system_id = drone.values.get("system_id")
        if system_id == station.system_id:
            drone.report("system_id", f"found {system_id}, which is our own ([link] system_id), allowed another")
        elif isinstance(system_id, int) and system_id in others:
            drone.report(
                "system_id", f"found {system_id}, which is {others[system_id]}'s ([[link.station]]), allowed another"
            )


def _others(table: Table, own: int) -> tuple[tuple[int, str], ...]:
    found: dict[int, str] = {}
    for station in table.tables("station"):
        system_id = station.integer("system_id", 1, _HIGHEST_ID)
        name = station.text("name", allowed="what people call this ground station")
        station.finish()
        if system_id == own:
            station.report("system_id", f"found {own}, which is our own ([link] system_id), allowed another")
        elif system_id in found or name in found.values():
            station.report("", "found the system id or the name of another [[link.station]], allowed each once")
        found[system_id] = name
    return tuple(sorted(found.items()))
