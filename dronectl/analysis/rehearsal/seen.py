"""What flown pictures show of a plan's zones, and when flown drones were at its hot spots."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import shapely

from dronectl.analysis.footprints import Picture, corners_m
from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rules.idleness import BESIDE_M
from dronectl.checks.trajectory.leg import LegKind
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.fleet import Camera
from dronectl.model.plan.hotspot import HotspotFigures
from dronectl.model.plan.pattern import Pattern
from dronectl.model.rehearsal.flown import FlownSortie, Track
from dronectl.planning.hotspots.idleness import Visit, worst_s
from dronectl.planning.paths.space import both, minus, union

_SLOW_M_S = 1.0
_SHORTEST_S = 2.0
_WINDOW = 8
"""Samples, two seconds, over which a speed is measured."""

Stays = tuple[tuple[str, str, float, float], ...]
"""(patrol, point, from, to) in seconds of the wave."""


def wanted_area(flights: Sequence[Flight], ground: Ground) -> shapely.Geometry | None:
    """What the plan promises a share of: zones of its coverage patrols, less what is closed; None: it promises none."""
    patrols = {flight.patrol for flight in flights}
    zones = [
        ground.areas[zone]
        for patrol in ground.site.patrols
        if patrol.id in patrols and patrol.pattern is Pattern.COVERAGE
        for zone in patrol.zones
        if zone in ground.areas
    ]
    wanted = minus(union(zones), union([area for _, area in ground.closed_for(*flights)])) if zones else None
    return None if wanted is None or wanted.area == 0.0 else wanted


def seen_area(flown: FlownSortie, camera: Camera, frame: LocalFrame) -> shapely.Geometry:
    """All that the pictures of one flight show of level ground."""
    taken = flown.photographs
    rows = np.column_stack([taken.lat_deg, taken.lon_deg, taken.height_m, taken.heading_deg]).tolist()
    pictures = [Picture(lat, lon, height_m, heading) for lat, lon, height_m, heading in rows if height_m > 0.0]
    if not pictures:
        return shapely.Polygon()
    east_m, north_m = frame.to_xy([one.lat_deg for one in pictures], [one.lon_deg for one in pictures])
    corners = np.column_stack([east_m, north_m]).reshape(-1, 1, 2) + corners_m(pictures, camera)
    return union(shapely.polygons(corners[np.isfinite(corners).all(axis=(1, 2))]))


def share_pct(seen: Sequence[shapely.Geometry], wanted: shapely.Geometry) -> float:
    """Of the wanted area, 0..100."""
    return float(100.0 * both(union(seen), wanted).area / wanted.area)


def stays_of(flown: FlownSortie, flight: Flight, hotspots: Sequence[HotspotFigures], ground: Ground) -> Stays:
    """When this flight hovered beside points of its patrol."""
    return tuple(
        (figures.patrol, spot, begin_s, end_s)
        for figures in hotspots
        if figures.patrol == flight.patrol
        for spot, items in _items_beside(figures, flight, ground).items()
        for item in items
        for begin_s, end_s in _hovers(flown.track, item, ground)
    )


def worst_idleness_s(figures: HotspotFigures, waves: Mapping[int, Stays]) -> float:
    """The longest that any point of the patrol was left alone, its period's ends counted. ``waves``: by sortie."""
    worst = 0.0
    for spot in figures.spots:
        visits = []
        for sortie, stays in waves.items():
            wave = sortie - figures.first_sortie
            if 0 <= wave < len(figures.wave_starts_s):
                starts_s = figures.wave_starts_s[wave]
                visits += [
                    Visit(starts_s + begin_s, starts_s + end_s, 0)
                    for patrol, point, begin_s, end_s in stays
                    if (patrol, point) == (figures.patrol, spot.id)
                ]
        worst = max(worst, worst_s(visits, figures.period_s))
    return worst


def _items_beside(figures: HotspotFigures, flight: Flight, ground: Ground) -> dict[str, list[int]]:
    """Which items of the mission hover at which point's standoff distance."""
    found: dict[str, list[int]] = {}
    points = {point.id: ground.frame.point_to_xy(point.position) for point in ground.site.zones.points}
    for spot in figures.spots:
        if spot.id not in points:
            continue
        x_m, y_m = points[spot.id]
        for leg in flight.legs:
            off_m = abs(math.hypot(leg.end.x_m - x_m, leg.end.y_m - y_m) - spot.standoff_m)
            if leg.kind is LegKind.HOLD and off_m <= BESIDE_M:
                found.setdefault(spot.id, []).append(leg.item)
    return found


def _hovers(track: Track, item: int, ground: Ground) -> Iterator[tuple[float, float]]:
    """From when to when it was on this item and stood still."""
    indices = np.flatnonzero(track.item == item)
    if len(indices) < _WINDOW + 1:
        return
    x_m, y_m = ground.frame.to_xy(track.lat_deg[indices], track.lon_deg[indices])
    time_s = track.time_s[indices]
    moved_m = np.hypot(x_m[_WINDOW:] - x_m[:-_WINDOW], y_m[_WINDOW:] - y_m[:-_WINDOW])
    slow = np.flatnonzero(moved_m / (time_s[_WINDOW:] - time_s[:-_WINDOW]) < _SLOW_M_S)
    for part in np.split(slow, np.flatnonzero(np.diff(slow) > 1) + 1):
        if len(part) and time_s[part[-1] + _WINDOW] - time_s[part[0]] >= _SHORTEST_S:
            yield float(time_s[part[0]]), float(time_s[part[-1] + _WINDOW])
