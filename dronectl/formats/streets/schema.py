"""What the features of vector tiles are, by the two schemas that most files have: Protomaps' basemap and OpenMapTiles.

Sources: docs.protomaps.com/basemaps/layers, openmaptiles.org/schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ROADS = ("path", "service", "minor", "tertiary", "secondary", "primary", "trunk", "motorway")
"""From the least to the most important, which is drawn last."""

AREAS = (
    "farmland",
    "residential",
    "industrial",
    "grass",
    "wood",
    "park",
    "sand",
    "cemetery",
    "school",
    "hospital",
    "aeroway",
    "water",
    "building",
)
"""In the order in which they are drawn."""

LINES = ("waterway", *ROADS, "rail", "boundary")
NAMES = ("place", "water-name", "poi")

_USES = {
    "residential": "residential",
    "neighbourhood": "residential",
    "suburb": "residential",
    "commercial": "residential",
    "retail": "residential",
    "industrial": "industrial",
    "railway": "industrial",
    "park": "park",
    "national_park": "park",
    "nature_reserve": "park",
    "protected_area": "park",
    "garden": "park",
    "recreation_ground": "park",
    "zoo": "park",
    "playground": "park",
    "pitch": "park",
    "stadium": "park",
    "golf_course": "park",
    "wood": "wood",
    "forest": "wood",
    "grass": "grass",
    "grassland": "grass",
    "meadow": "grass",
    "scrub": "grass",
    "village_green": "grass",
    "orchard": "farmland",
    "farmland": "farmland",
    "farm": "farmland",
    "cropland": "farmland",
    "sand": "sand",
    "beach": "sand",
    "cemetery": "cemetery",
    "grave_yard": "cemetery",
    "school": "school",
    "university": "school",
    "college": "school",
    "kindergarten": "school",
    "hospital": "hospital",
    "aerodrome": "aeroway",
    "runway": "aeroway",
    "taxiway": "aeroway",
    "apron": "aeroway",
    "water": "water",
}

_ROAD_KINDS = {
    "motorway": "motorway",
    "motorway_link": "trunk",
    "trunk": "trunk",
    "trunk_link": "primary",
    "primary": "primary",
    "primary_link": "secondary",
    "secondary": "secondary",
    "secondary_link": "tertiary",
    "tertiary": "tertiary",
    "tertiary_link": "minor",
    "residential": "minor",
    "unclassified": "minor",
    "living_street": "minor",
    "pedestrian": "service",
    "minor": "minor",
    "road": "minor",
    "service": "service",
    "track": "service",
    "raceway": "service",
    "footway": "path",
    "path": "path",
    "cycleway": "path",
    "steps": "path",
    "bridleway": "path",
    "corridor": "path",
    "highway": "motorway",
    "major_road": "primary",
    "medium_road": "secondary",
    "minor_road": "minor",
    "rail": "rail",
    "transit": "rail",
    "railway": "rail",
    "light_rail": "rail",
    "tram": "rail",
}

_AREA_LAYERS = frozenset({"landuse", "landcover", "park", "natural", "aeroway"})
_ROAD_LAYERS = frozenset({"roads", "transportation", "transit"})
_PLACE_RANKS = {
    "country": 0,
    "state": 1,
    "province": 1,
    "region": 1,
    "county": 2,
    "city": 2,
    "locality": 3,
    "town": 3,
    "village": 5,
    "suburb": 5,
    "quarter": 6,
    "neighbourhood": 6,
    "hamlet": 6,
    "isolated_dwelling": 8,
}


def kind_of(layer: str, said: Mapping[str, Any], shape: str) -> str | None:
    """One of :data:`AREAS`, :data:`LINES` or :data:`NAMES`, or ``road-name`` for lines that are there for their names
    alone; None for what is not drawn. ``shape``: area, line or point."""
    kind, detail = _kind_and_detail(said)
    match shape:
        case "area":
            return _area(layer, kind, detail)
        case "line":
            return _line(layer, kind, detail)
        case _:
            return _point(layer, kind)


def rank_of(kind: str, said: Mapping[str, Any]) -> int:
    """How important its name is: 0 most, 9 least."""
    if kind == "place":
        detail = _text(said, "kind_detail", "class", "kind", "pmap:kind_detail")
        return _PLACE_RANKS.get(detail, _PLACE_RANKS.get(_text(said, "kind", "class"), 6))
    if kind == "road-name":
        kind = _road(*_kind_and_detail(said)) or "service"
    if kind in ROADS:
        return max(8 - ROADS.index(kind), 1)
    return 7 if kind == "water-name" else 9


def names_of(said: Mapping[str, Any]) -> tuple[str, str]:
    """In Thai, and in English or Latin letters; one for the other where there is but one. Empty: it has no name."""
    local = _text(said, "name", "name:latin")
    thai = _text(said, "name:th", "name_th") or local
    latin = _text(said, "name:en", "name_en", "name_int", "name:latin", "pgf:name:en") or local
    return thai, latin


def _area(layer: str, kind: str, detail: str) -> str | None:
    if layer == "water":
        return "water"
    if layer in ("buildings", "building"):
        return "building"
    if layer in _AREA_LAYERS:
        return _USES.get(detail) or _USES.get(kind) or ("park" if layer == "park" else None)
    return None


def _line(layer: str, kind: str, detail: str) -> str | None:
    if layer in ("waterway", "water", "physical_line"):
        return "waterway"
    if layer in _ROAD_LAYERS:
        return _road(kind, detail)
    if layer == "transportation_name":
        return "road-name"
    return "boundary" if layer in ("boundaries", "boundary") else None


def _road(kind: str, detail: str) -> str | None:
    return None if kind == "ferry" else _ROAD_KINDS.get(detail) or _ROAD_KINDS.get(kind)


def _point(layer: str, kind: str) -> str | None:
    if layer in ("places", "place"):
        return "place"
    if layer in ("water", "water_name", "physical_point"):
        return "water-name"
    return "poi" if layer in ("pois", "poi") and kind else None


def _kind_and_detail(said: Mapping[str, Any]) -> tuple[str, str]:
    kind = _text(said, "kind", "class", "pmap:kind")
    return kind, _text(said, "kind_detail", "subclass", "pmap:kind_detail", "pmap:highway")


def _text(said: Mapping[str, Any], *keys: str) -> str:
    for key in keys:
        value = said.get(key)
        if isinstance(value, str) and value:
            return value
    return ""
