"""A mission as GeoJSON (RFC 7946): its route as a line, each item with a place as a point."""

from __future__ import annotations

import json

from dronectl.model.ardupilot.stored_items import COMMANDS_WITH_PLACE
from dronectl.model.geo import E7
from dronectl.model.plan.mission import Command, Mission, MissionItem

_OFF_THE_ROUTE = frozenset({Command.DO_SET_ROI, Command.DO_SET_HOME, Command.DO_LAND_START, Command.NAV_TAKEOFF})


def write_geojson(mission: Mission) -> str:
    """The file's text. Altitudes depend on their frame, so they are properties and no third coordinate."""
    placed = [(seq, item) for seq, item in enumerate(mission.items) if _has_place(item)]
    route = [_coordinates(item) for seq, item in placed if seq == 0 or item.command not in _OFF_THE_ROUTE]
    features: list[dict[str, object]] = []
    if len(route) > 1:
        line = {"type": "LineString", "coordinates": route}
        features.append({"type": "Feature", "properties": {"kind": "route"}, "geometry": line})
    features += [_point(seq, item) for seq, item in placed]
    return json.dumps({"type": "FeatureCollection", "features": features}, indent=2, allow_nan=False) + "\n"


def _point(seq: int, item: MissionItem) -> dict[str, object]:
    properties = {
        "kind": "home" if seq == 0 else "item",
        "item": seq,
        "command": item.command,
        "command_name": item.command_name(),
        "frame": item.frame,
        "altitude_m": item.altitude_m,
    }
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Point", "coordinates": _coordinates(item)},
    }


def _coordinates(item: MissionItem) -> list[float]:
    return [item.lon_e7 / E7, item.lat_e7 / E7]


def _has_place(item: MissionItem) -> bool:
    return item.command in COMMANDS_WITH_PLACE and (item.lat_e7, item.lon_e7) != (0, 0)
