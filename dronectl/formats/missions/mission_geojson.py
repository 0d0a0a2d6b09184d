"""A mission as GeoJSON (RFC 7946): its route as a line, each item with a place as a point."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from dronectl.formats.missions.flown_items import flown_items
from dronectl.model.ardupilot.stored_items import COMMANDS_WITH_PLACE
from dronectl.model.degrees import E7
from dronectl.model.plan.mission import FLOWN_TO, Command, Mission, MissionItem


def mission_features(mission: Mission) -> list[dict[str, object]]:
    """GeoJSON features. Altitudes depend on their frame, so they are properties and no third coordinate.

    The line goes where the mission does: jumps followed, home again where it returns.
    """
    route = list(_route(mission))
    features: list[dict[str, object]] = []
    if len(route) > 1:
        line = {"type": "LineString", "coordinates": route}
        features.append({"type": "Feature", "properties": {"kind": "route"}, "geometry": line})
    return features + [_point(seq, item) for seq, item in enumerate(mission.items) if _has_place(item)]


def write_geojson(features: Sequence[Mapping[str, object]]) -> str:
    """The text of a file with these features."""
    return json.dumps({"type": "FeatureCollection", "features": features}, indent=2, allow_nan=False) + "\n"


def _route(mission: Mission) -> Iterator[list[float]]:
    """The places in the order in which they are flown, none twice in a row."""
    home = [_coordinates(item) for item in mission.items[:1] if _has_place(item)]
    yield from home
    here = home[-1:]
    for _, item in flown_items(mission):
        if item.command == Command.NAV_RETURN_TO_LAUNCH:
            there = home
        elif (item.command in FLOWN_TO or item.command == Command.NAV_LAND) and _has_place(item):
            there = [_coordinates(item)]
        else:
            continue
        if there != here:
            yield from there
        here = there


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
