"""A site's ground as one JSON document, for a page that draws it by itself at any zoom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dronectl.formats.maps import symbols
from dronectl.formats.maps.ground.content import Ground
from dronectl.formats.maps.words import height_range, shown
from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.model.ground.zone import PoiCategory
from dronectl.model.site import Site

_DECIMALS = 7


def ground_document(site: Site) -> Mapping[str, Any]:
    """Places are ``[latitude, longitude]`` in degrees, lengths metres; ``signs`` are the paths of points of interest.

    ``bounds``: south-west and north-east corner of what has to be in the picture.
    """
    zones = site.zones
    ground = Ground(site, {}, ())
    places = list(ground.focus(ground.scene()))
    drones = [{"at": _at(drone.home), "name": shown(drone.name), "colour": drone.colour} for drone in site.drones]
    taken = {drone.home for drone in site.drones}
    others = [
        {"at": _at(home.position), "name": shown(home.name), "colour": symbols.INK}
        for home in zones.homes
        if home.position not in taken
    ]
    return {
        "name": shown(site.name),
        "bounds": _bounds(places),
        "fences": [_rings(fence.polygon) for fence in zones.fences],
        "zones": [
            {
                "id": zone.id,
                "name": shown(zone.name),
                "category": str(zone.category),
                "colour": symbols.ZONE_COLOURS[zone.category],
                "rings": _rings(zone.polygon),
            }
            for zone in zones.zones
        ],
        "keep_outs": [
            {"name": shown(one.name), "heights": height_range(one), "rings": _rings(one.polygon)}
            for one in zones.keep_outs
        ],
        "corridors": [{"line": [_at(place) for place in one.line], "width_m": one.width_m} for one in zones.corridors],
        "cctv": [
            {
                "id": camera.id,
                "name": shown(camera.name),
                "at": _at(camera.position),
                "range_m": camera.range_m,
                "bearing_deg": camera.bearing_deg,
                "field_of_view_deg": camera.field_of_view_deg,
            }
            for camera in zones.cctv
        ],
        "obstacles": [
            {"at": _at(one.position), "name": shown(one.name), "height_m": one.height_m, "radius_m": one.radius_m}
            for one in zones.obstacles
        ],
        "points": [
            {"id": poi.id, "at": _at(poi.position), "name": shown(poi.name), "category": str(poi.category)}
            for poi in zones.points
        ],
        "rally": [{"at": _at(one.position), "name": shown(one.name)} for one in zones.rally_points],
        "homes": [*others, *drones],
        "signs": {str(category): list(symbols.poi_look(category)) for category in PoiCategory},
    }


def _at(place: GeoPoint) -> list[float]:
    return [round(place.lat_deg, _DECIMALS), round(place.lon_deg, _DECIMALS)]


def _rings(polygon: GeoPolygon) -> list[list[list[float]]]:
    return [[_at(place) for place in ring] for ring in (polygon.exterior, *polygon.holes)]


def _bounds(places: Iterable[GeoPoint]) -> list[list[float]]:
    rows = [_at(place) for place in places]
    lats, lons = [row[0] for row in rows], [row[1] for row in rows]
    return [[min(lats), min(lons)], [max(lats), max(lons)]]
