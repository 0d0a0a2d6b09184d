"""``[link]`` of dronectl.toml: who speaks to the drones, and which of their frames are believed."""

from __future__ import annotations

from dataclasses import dataclass

from dronectl.model.ground_station import DEFAULT_STATION_ID, GroundStation
from dronectl.site.table import Table


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """What holds for the links of all drones."""

    station: GroundStation
    accept_unsigned: bool | None
    """As :attr:`dronectl.model.fleet.Drone.accept_unsigned`."""


def read_link_settings(table: Table) -> LinkSettings:
    settings = LinkSettings(
        station=GroundStation(system_id=table.integer("system_id", 1, 255, default=DEFAULT_STATION_ID)),
        accept_unsigned=accept_unsigned(table, None),
    )
    table.finish()
    return settings


def accept_unsigned(table: Table, default: bool | None) -> bool | None:
    return table.boolean("accept_unsigned") if table.has("accept_unsigned") else default


def report_own_system_id(link: Table, drones: list[Table]) -> None:
    """A drone with the ground station's system id would be taken for it."""
    own = link.values.get("system_id", DEFAULT_STATION_ID)
    for table in drones:
        if table.values.get("system_id") == own:
            table.report("system_id", f"found {own}, which is our own ([link] system_id), allowed another")
