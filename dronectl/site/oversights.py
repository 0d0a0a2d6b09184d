"""What somebody drew twice, or drew and forgot: the same area under two ids, zones that overlap, places on one spot,
features that nothing uses. All of it is legal; all of it is most often not meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields

import shapely

from dronectl.model.geo import GeoPoint
from dronectl.model.ground.feature_kind import kind_of
from dronectl.model.ground.zone import Feature, KeepOut, Zone
from dronectl.model.plan.pattern_settings import CorridorSettings, HotspotSettings, PointSettings
from dronectl.model.site import Site
from dronectl.site.geometry import LocalMetres

_ON_ONE_SPOT_M = 1.0
_SAME_AREA = 0.02
"""Two areas are the same one, drawn twice, if no larger share of both together belongs to one alone."""
_DRAWN_OVER_M = 4.0
"""An overlap that is nowhere wider is how people draw along a common edge."""
_MOST_PAIRS = 20


def oversights(site: Site) -> Iterator[str]:
    """One line for each, or for each kind."""
    local = LocalMetres(site.home)
    yield from _limited(_same_or_overlapping(site, local))
    yield from _limited(_on_one_spot(site, local))
    yield from _same_names(site)
    yield from _unused(site, local)


def _limited(lines: Iterator[str]) -> Iterator[str]:
    found = list(lines)
    yield from found[:_MOST_PAIRS]
    if len(found) > _MOST_PAIRS:
        yield f"geofences: {len(found) - _MOST_PAIRS} more of the same"


def _same_or_overlapping(site: Site, local: LocalMetres) -> Iterator[str]:
    kinds: tuple[Sequence[Zone | KeepOut], ...] = (site.zones.zones, site.zones.keep_outs)
    for areas in kinds:
        shapes = [local.polygon(area.polygon) for area in areas]
        for first, second in _near(shapes):
            line = _shared(areas[first], areas[second], shapes[first], shapes[second], local)
            if line is not None:
                yield line


def _shared(
    one: Zone | KeepOut, other: Zone | KeepOut, shape: shapely.Polygon, other_shape: shapely.Polygon, local: LocalMetres
) -> str | None:
    """What two areas of a kind have in common. Keep-outs may overlap: that forbids no more."""
    common = shape.intersection(other_shape)
    both_m2 = shape.union(other_shape).area
    if both_m2 - common.area <= _SAME_AREA * both_m2:
        if isinstance(one, KeepOut) and _terms(one) != _terms(other):
            return None
        return f"{other.source}: {_called(other)}: is the same area as {_called(one)}{_flown_twice(one)}"
    core = common.buffer(-_DRAWN_OVER_M / 2)
    if isinstance(one, KeepOut) or core.is_empty:
        return None
    share = common.area / min(shape.area, other_shape.area)
    return (
        f"{other.source}: {_called(other)}: overlaps {_called(one)} by {common.area:,.0f} m² ({share:.0%} of the "
        f"smaller one), which a mission of both flies twice (at {local.place(core.representative_point())})"
    )


def _flown_twice(area: Feature) -> str:
    return ", which a mission of both flies twice" if isinstance(area, Zone) else ""


def _terms(area: Feature) -> dict[str, object]:
    """What it says besides its place and what it is called: heights, times."""
    named = {one.name for one in fields(Feature)}
    return {one.name: getattr(area, one.name) for one in fields(area) if one.name not in {*named, "polygon"}}


def _on_one_spot(site: Site, local: LocalMetres) -> Iterator[str]:
    """Places of one kind. Cameras may share a mast."""
    zones = site.zones
    kinds: tuple[Sequence[Feature], ...] = (zones.points, zones.obstacles, zones.rally_points, zones.homes)
    for features in kinds:
        spots = [local.point(_position(feature)).buffer(_ON_ONE_SPOT_M / 2) for feature in features]
        for first, second in _near(spots):
            one, other = features[first], features[second]
            apart_m = spots[first].centroid.distance(spots[second].centroid)
            if apart_m < _ON_ONE_SPOT_M:
                yield f"{other.source}: {_called(other)}: is on one spot with {_called(one)} (at {_position(other)})"


def _position(feature: Feature) -> GeoPoint:
    position = feature.position  # type: ignore[attr-defined]
    assert isinstance(position, GeoPoint)
    return position


def _near(shapes: Sequence[shapely.Geometry]) -> Iterator[tuple[int, int]]:
    """Pairs that touch, the earlier one first."""
    if len(shapes) < 2:
        return
    firsts, seconds = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    yield from sorted((int(a), int(b)) for a, b in zip(firsts, seconds, strict=True) if a < b)


def _same_names(site: Site) -> Iterator[str]:
    by_name: dict[tuple[str, str], list[Feature]] = {}
    for feature in site.zones.features():
        by_name.setdefault((str(kind_of(feature)), " ".join(feature.name.split()).casefold()), []).append(feature)
    for (kind, _), features in by_name.items():
        if len(features) > 1:
            ids = ", ".join(feature.id for feature in features)
            yield f"geofences: {len(features)} features of kind {kind} are called '{features[0].name}': {ids}"


def _unused(site: Site, local: LocalMetres) -> Iterator[str]:
    """What no mission, drone or rule comes to. Without missions nothing is said of what they would use."""
    zones = site.zones
    if site.patrols:
        flown = {zone for patrol in site.patrols for zone in patrol.zones}
        yield from _line("in no mission", "zone", [zone for zone in zones.zones if zone.id not in flown])
        yield from _line("in no mission", "poi", [point for point in zones.points if point.id not in _visited(site)])
        streets = {
            street
            for patrol in site.patrols
            if isinstance(patrol.settings, CorridorSettings)
            for street in patrol.settings.corridors
        }
        yield from _line("in no mission", "corridor", [one for one in zones.corridors if one.id not in streets])
        if not any(isinstance(patrol.settings, HotspotSettings) for patrol in site.patrols):
            yield from _line("without a use: no mission of pattern hotspot asks what they see", "cctv", zones.cctv)
    fences = [fence for drone in site.drones if (fence := zones.fence_of(drone.name)) is not None]
    yield from _line("of no drone", "fence", [fence for fence in zones.fences if fence not in fences])
    yield from _line("of no drone: 'drones' names none", "home", [home for home in zones.homes if not home.drones])
    if fences:
        inside = shapely.union_all([local.polygon(fence.polygon) for fence in fences])
        yield from _line(
            "outside every fence, where nothing flies",
            "keep_out",
            [one for one in zones.keep_outs if not inside.intersects(local.polygon(one.polygon))],
        )
        yield from _line(
            "outside every fence, where nothing flies",
            "obstacle",
            [one for one in zones.obstacles if inside.distance(local.point(one.position)) > one.radius_m],
        )


def _visited(site: Site) -> set[str]:
    """Points that some mission goes to or begins its search at."""
    from dronectl.site.consistency import points_of

    visited: set[str] = set()
    for patrol in site.patrols:
        last_seen = getattr(patrol.settings, "last_seen", None)
        visited |= {last_seen} if isinstance(last_seen, str) else set()
        if isinstance(patrol.settings, PointSettings):
            visited |= {point.id for point in points_of(patrol, site)}
    return visited


def _line(what: str, kind: str, features: Iterable[Feature]) -> Iterator[str]:
    """All of a kind in one line."""
    called = [_called(feature) for feature in features]
    if len(called) == 1:
        yield f"geofences: 1 feature of kind {kind} is {what}: {called[0]}"
    elif called:
        yield f"geofences: {len(called)} features of kind {kind} are {what}: {', '.join(called)}"


def _called(feature: Feature) -> str:
    return feature.id if feature.name == feature.id else f"{feature.id} ({feature.name})"
