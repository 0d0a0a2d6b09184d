"""geofences/*.geojson: each feature's properties and geometry become one value of its kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypedDict

from dronectl.model.ground.feature_kind import FeatureKind
from dronectl.model.ground.zone import (
    Cctv,
    Corridor,
    Feature,
    Fence,
    HomePoint,
    KeepOut,
    Obstacle,
    PoiCategory,
    PointOfInterest,
    RallyPoint,
    Zone,
    ZoneCategory,
    ZoneSet,
)
from dronectl.site.dated.validity_keys import read_validity
from dronectl.site.geojson_file import RawFeature
from dronectl.site.table import ID_PATTERN, ID_WORDS, Table

MAX_HEIGHT_M = 10_000.0


class _Common(TypedDict):
    id: str
    name: str
    surveyed: bool
    source: str


@dataclass(slots=True)
class ReadFeature:
    """A feature with the table it was read from, so that later checks can still name file and key."""

    value: Feature
    table: Table


@dataclass(slots=True)
class ZonesRead:
    """All features of all files; ``ids`` also holds the ids of those that could not be used, by kind."""

    features: list[ReadFeature] = field(default_factory=list)
    ids: dict[str, FeatureKind] = field(default_factory=dict)

    def zone_set(self) -> ZoneSet:
        values = [feature.value for feature in self.features]
        return ZoneSet(
            fences=tuple(value for value in values if isinstance(value, Fence)),
            zones=tuple(value for value in values if isinstance(value, Zone)),
            keep_outs=tuple(value for value in values if isinstance(value, KeepOut)),
            obstacles=tuple(value for value in values if isinstance(value, Obstacle)),
            points=tuple(value for value in values if isinstance(value, PointOfInterest)),
            corridors=tuple(value for value in values if isinstance(value, Corridor)),
            cctv=tuple(value for value in values if isinstance(value, Cctv)),
            rally_points=tuple(value for value in values if isinstance(value, RallyPoint)),
            homes=tuple(value for value in values if isinstance(value, HomePoint)),
        )

    def ids_of(self, kind: FeatureKind) -> frozenset[str]:
        return frozenset(feature_id for feature_id, its_kind in self.ids.items() if its_kind is kind)


def read_zones(raw_features: Iterable[RawFeature], drone_names: frozenset[str]) -> ZonesRead:
    """Read every feature; ids are unique over all files."""
    read = ZonesRead()
    sources: dict[str, str] = {}
    for raw in raw_features:
        table = raw.properties
        kind = table.choice("kind", FeatureKind)
        if not table.ok:
            continue
        common = _common(raw)
        if common["id"] in sources:
            table.report("id", f"found '{common['id']}', which {sources[common['id']]} has too, allowed each once")
        elif common["id"]:
            sources[common["id"]] = raw.source
            read.ids[common["id"]] = kind
        value = _READERS[kind](raw, common, drone_names)
        table.finish()
        if value is not None and table.ok:
            read.features.append(ReadFeature(value, table))
    return read


def _common(raw: RawFeature) -> _Common:
    table = raw.properties
    if table.has("note"):
        table.text("note")
    return {
        "id": table.text("id", pattern=ID_PATTERN, allowed=ID_WORDS),
        "name": table.text("name"),
        "surveyed": table.boolean("surveyed"),
        "source": raw.source,
    }


def _fence(raw: RawFeature, common: _Common, drones: frozenset[str]) -> Fence | None:
    polygon = raw.polygon()
    owners = raw.properties.names("drones", known=drones)
    if polygon is not None and polygon.holes:
        raw.properties.report(
            "geometry", f"found {len(polygon.holes)} holes in a fence, allowed none: use kind keep_out"
        )
    return None if polygon is None else Fence(**common, polygon=polygon, drones=owners)


def _zone(raw: RawFeature, common: _Common, _drones: frozenset[str]) -> Zone | None:
    polygon = raw.polygon()
    category = raw.properties.choice("category", ZoneCategory)
    weight = raw.properties.number("weight", 0.0, 1000.0, default=1.0)
    return None if polygon is None else Zone(**common, polygon=polygon, category=category, weight=weight)


def _keep_out(raw: RawFeature, common: _Common, _drones: frozenset[str]) -> KeepOut | None:
    polygon = raw.polygon()
    floor_m = raw.properties.number("floor_m", 0.0, MAX_HEIGHT_M, default=0.0)
    ceiling_m = _optional_height(raw.properties, "ceiling_m")
    validity = read_validity(raw.properties)
    if raw.properties.ok and ceiling_m is not None and ceiling_m <= floor_m:
        raw.properties.reject("ceiling_m", f"more than floor_m {floor_m:g}, or null for no top")
    if polygon is None:
        return None
    return KeepOut(**common, polygon=polygon, floor_m=floor_m, ceiling_m=ceiling_m, validity=validity)


def _obstacle(raw: RawFeature, common: _Common, _drones: frozenset[str]) -> Obstacle | None:
    position = raw.point()
    height_m = raw.properties.number("height_m", 0.1, 1000.0)
    radius_m = raw.properties.number("radius_m", 0.1, 1000.0)
    return None if position is None else Obstacle(**common, position=position, height_m=height_m, radius_m=radius_m)


def _poi(raw: RawFeature, common: _Common, _drones: frozenset[str]) -> PointOfInterest | None:
    position = raw.point()
    category = raw.properties.choice("category", PoiCategory)
    weight = raw.properties.number("weight", 0.0, 1000.0, default=1.0)
    dwell_s = raw.properties.optional_number("dwell_s", 0.0, 3600.0)
    standoff_m = raw.properties.optional_number("standoff_m", 0.0, 1000.0)
    height_m = raw.properties.number("height_m", 0.0, 1000.0, default=0.0)
    if position is None:
        return None
    return PointOfInterest(
        **common,
        position=position,
        category=category,
        weight=weight,
        dwell_s=dwell_s,
        standoff_m=standoff_m,
        height_m=height_m,
    )


def _corridor(raw: RawFeature, common: _Common, _drones: frozenset[str]) -> Corridor | None:
    line = raw.line()
    width_m = raw.properties.number("width_m", 0.5, 1000.0)
    return None if line is None else Corridor(**common, line=line, width_m=width_m)


_REST = r"://[^\s<>\"'@/?#]+(?:[/?#][^\s<>\"'@]*)?"
"""Host and path, without a name or a password: everybody who sees the page sees the link."""
_STREAM = re.compile(rf"(?:https?|rtsps?){_REST}")
_STREAM_WORDS = "an http://, https:// or rtsp:// address without a name or a password in it"
_SNAPSHOT = re.compile(rf"https?{_REST}")
_SNAPSHOT_WORDS = "an http:// or https:// address without a name or a password in it"


def _cctv(raw: RawFeature, common: _Common, _drones: frozenset[str]) -> Cctv | None:
    position = raw.point()
    range_m = raw.properties.number("range_m", 1.0, 5000.0)
    bearing_deg = raw.properties.number("bearing_deg", 0.0, 360.0)
    field_of_view_deg = raw.properties.number("field_of_view_deg", 1.0, 360.0)
    stream = raw.properties.text("stream", default="", pattern=_STREAM, allowed=_STREAM_WORDS, is_shown=False)
    snapshot = raw.properties.text("snapshot", default="", pattern=_SNAPSHOT, allowed=_SNAPSHOT_WORDS, is_shown=False)
    if position is None:
        return None
    return Cctv(
        **common,
        position=position,
        range_m=range_m,
        bearing_deg=bearing_deg,
        field_of_view_deg=field_of_view_deg,
        stream=stream,
        snapshot=snapshot,
    )


def _rally(raw: RawFeature, common: _Common, _drones: frozenset[str]) -> RallyPoint | None:
    position = raw.point()
    altitude_m = raw.properties.number("relative_altitude_m", 1.0, 5000.0)
    return None if position is None else RallyPoint(**common, position=position, relative_altitude_m=altitude_m)


def _home(raw: RawFeature, common: _Common, drones: frozenset[str]) -> HomePoint | None:
    position = raw.point()
    owners = raw.properties.names("drones", known=drones)
    return None if position is None else HomePoint(**common, position=position, drones=owners)


def _optional_height(table: Table, key: str) -> float | None:
    """A height, or null (as well as no key at all) for none."""
    if table.has(key) and table.values[key] is None:
        return None
    return table.optional_number(key, 0.0, MAX_HEIGHT_M)


_Reader = Callable[[RawFeature, _Common, frozenset[str]], Feature | None]

_READERS: dict[FeatureKind, _Reader] = {
    FeatureKind.FENCE: _fence,
    FeatureKind.ZONE: _zone,
    FeatureKind.KEEP_OUT: _keep_out,
    FeatureKind.OBSTACLE: _obstacle,
    FeatureKind.POI: _poi,
    FeatureKind.CORRIDOR: _corridor,
    FeatureKind.CCTV: _cctv,
    FeatureKind.RALLY: _rally,
    FeatureKind.HOME: _home,
}
