"""The patterns of patrols: each lays out the work of one, in one function of the layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import shapely

from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.patrol import Pattern
from dronectl.planning.assignment.layout import Layout, Work
from dronectl.planning.assignment.runs import Run, equal_runs, in_sorties
from dronectl.planning.coverage import coverage
from dronectl.planning.hotspots import hotspot
from dronectl.planning.paths.routing import Router
from dronectl.planning.paths.space import GRID_M, both, minus, union
from dronectl.planning.patterns import corridor, expanding_square, orbit, perimeter, sector_search, tour
from dronectl.planning.patterns.axis import axis_of
from dronectl.planning.patterns.stretches import cut, free_stretches
from dronectl.planning.work import Piece

PIECES_PER_DRONE = 6
"""Long lines are cut so that there is something to share."""

SHORTEST_PIECE_M = 20.0


def lay_out(layout: Layout) -> Work:
    """The work of a patrol.

    Raises:
        InputError: its zones or points are unknown, cannot be flown, or leave nothing to fly; each named.
    """
    work = _PATTERNS[layout.patrol.pattern](layout)
    if not work.pieces:
        raise InputError(f"{layout.patrol.source}: there is nothing to fly", hint="its zones are smaller than a swath")
    return work


def _coverage(layout: Layout) -> Work:
    patrol = layout.patrol
    found: list[Piece] = []
    areas = _areas(layout)
    standing = layout.standing()
    for zone_id, area in areas:
        workable = both(area, layout.common)
        if workable.area < GRID_M:
            raise InputError(
                f"{patrol.source}: no part of zone {zone_id} can be flown by all its drones",
                hint="it lies outside the fence or inside keep-outs, margins included",
            )
        # Also what lies within the margins: it may be seen from outside of them.
        lines = coverage.lines(
            minus(area, standing), layout.common, layout.swath_m, patrol.angle_deg, cross_hatch=patrol.cross_hatch
        )
        found += [Piece(f"zone {zone_id} line {number}", line) for number, line in enumerate(lines, start=1)]
    return Work(found, area=union(area for _, area in areas))


def _perimeter(layout: Layout) -> Work:
    patrol = layout.patrol
    edge = perimeter.Edge(patrol.inset_m, patrol.inset_step_m, patrol.hole_edges, patrol.rounds, patrol.direction)
    areas = _areas(layout)
    if patrol.rounds == 1 and patrol.direction is None:
        drones = len(layout.crew)
        return Work(
            [
                piece
                for zone_id, area in areas
                for piece in perimeter.pieces(zone_id, area, layout.common, edge=edge, drone_count=drones)
            ]
        )
    found, runs = perimeter.rounds(layout, areas, edge)
    return Work(found, in_sorties(layout, found, runs))


def _corridor(layout: Layout) -> Work:
    """Streets, and zones flown along their length."""
    patrol, frame = layout.patrol, layout.frame
    streets: list[tuple[str, shapely.LineString, shapely.Polygon]] = []
    known = {street.id: street for street in layout.site.zones.corridors}
    for street_id in patrol.corridors:
        if street_id not in known:
            raise InputError(
                f"{patrol.source}: no corridor '{street_id}' in geofences/",
                hint=f"corridors are: {', '.join(known) or 'none'}",
            )
        axis = shapely.LineString(frame.points_to_xy(known[street_id].line))
        streets.append((street_id, axis, corridor.street(axis, known[street_id].width_m)))
    streets += [
        (zone.id, axis_of(frame.polygon_to_xy(zone.polygon)), frame.polygon_to_xy(zone.polygon))
        for zone in layout.named_zones()
    ]
    footprint_m = min(member.footprint_m for member in layout.crew)
    lines: list[tuple[str, FloatArray]] = []
    for name, axis, area in streets:
        along = corridor.lines_along(axis, area, layout.common, layout.swath_m, footprint_m)
        if not along:
            raise InputError(
                f"{patrol.source}: no part of {name} can be flown by all its drones",
                hint="it lies outside the fence or inside keep-outs, margins included",
            )
        lines += [(f"{name} line {number}", line) for number, line in enumerate(along, start=1)]
    longest_m = _shareable_m([line for _, line in lines], len(layout.crew))
    return Work(
        [
            Piece(f"{name} part {part}", path)
            for name, line in lines
            for part, path in enumerate(cut(shapely.LineString(line), longest_m), start=1)
        ],
        area=union(area for _, _, area in streets),
    )


def _tour(layout: Layout) -> Work:
    found = tour.pieces(
        layout.patrol,
        layout.site,
        layout.frame,
        Router(layout.common),
        _homes(layout),
        altitude_m=min(member.altitude_m for member in layout.crew),
        sides=layout.patrol.sides,
    )
    return Work(found, rounds=layout.patrol.rounds)


def _orbit(layout: Layout) -> Work:
    patrol = layout.patrol
    assert patrol.orbit is not None, "a mission of this pattern has its table"
    return Work(
        [
            piece
            for point in tour.points_of(patrol, layout.site, layout.frame)
            for piece in orbit.pieces(point, patrol.orbit, layout.frame, layout.common, _homes(layout))
        ]
    )


def _expanding_square(layout: Layout) -> Work:
    search = layout.patrol.expanding_square
    assert search is not None, "a mission of this pattern has its table"
    datum = _datum(layout, search.last_seen)
    spacing_m = search.track_spacing_m or layout.swath_m
    laps = expanding_square.laps_for(search.radius_m, spacing_m)
    track = expanding_square.track(datum, spacing_m, laps, search.first_leg_deg)
    found = _searched(layout, [track], longest_m=_shareable_m([track], len(layout.crew)))
    if not found:
        raise _nowhere(layout)
    area = expanding_square.searched(datum, spacing_m, laps, search.first_leg_deg)
    return Work(found, in_sorties(layout, found, equal_runs(layout, found)), area=_within_zones(layout, area))


def _sector_search(layout: Layout) -> Work:
    search = layout.patrol.sector_search
    assert search is not None, "a mission of this pattern has its table"
    datum = _datum(layout, search.last_seen)
    drones = len(layout.crew)
    found: list[Piece] = []
    runs: list[Run] = [()] * drones
    for number, turned_deg in enumerate(sector_search.turns_deg(search.passes)):
        legs = sector_search.legs(datum, search.radius_m, search.first_leg_deg, turned_deg)
        for share, own in enumerate(np.array_split(legs, drones)):
            first = len(found)
            found += _searched(layout, list(own))
            # Shares differ by a leg when their number does not divide nine: no drone gets the longest each time.
            drone = (share + number) % drones
            runs[drone] += tuple(range(first, len(found)))
    if not found:
        raise _nowhere(layout)
    return Work(found, in_sorties(layout, found, runs))


def _searched(layout: Layout, paths: Sequence[FloatArray], longest_m: float = np.inf) -> list[Piece]:
    """The free stretches of a search's tracks, in their order; only those in the patrol's zones, if it names any."""
    allowed = _within_zones(layout, layout.common)
    parts = [
        part
        for path in paths
        for stretch in free_stretches(path, allowed)
        for part in cut(stretch, min(longest_m, stretch.length))
    ]
    return [Piece(f"part {number} of the search", part) for number, part in enumerate(parts, start=1)]


def _within_zones(layout: Layout, shape: shapely.Geometry) -> shapely.Geometry:
    zones = layout.named_zones()
    return both(shape, union(layout.frame.polygon_to_xy(zone.polygon) for zone in zones)) if zones else shape


def _datum(layout: Layout, last_seen: GeoPoint | str) -> FloatArray:
    """Where somebody was last seen, in metres.

    Raises:
        InputError: there is no such point of interest, or it is far from the site.
    """
    place = last_seen
    if isinstance(place, str):
        known = {point.id: point.position for point in layout.site.zones.points}
        if place not in known:
            raise InputError(
                f"{layout.patrol.source}: no point of interest '{place}' in geofences/",
                hint=f"points are: {', '.join(known) or 'none'}",
            )
        place = known[place]
    return np.array(layout.frame.point_to_xy(place))


def _nowhere(layout: Layout) -> InputError:
    return InputError(
        f"{layout.patrol.source}: nothing of the search can be flown: it is outside the fence, its zones or inside "
        "keep-outs",
        hint="check last_seen and radius_m, or change the fence, the keep-outs or their margins",
    )


def _areas(layout: Layout) -> list[tuple[str, shapely.Polygon]]:
    """Ids and outlines of the patrol's zones."""
    return [(zone.id, layout.frame.polygon_to_xy(zone.polygon)) for zone in layout.zones()]


def _homes(layout: Layout) -> FloatArray:
    """The middle of the crew's homes."""
    middle: FloatArray = np.mean([member.home_xy for member in layout.crew], axis=0)
    return middle


def _shareable_m(lines: Sequence[FloatArray], drones: int) -> float:
    """How long pieces of these lines may be, so that drones can share them evenly."""
    total_m = sum(float(np.hypot(*np.diff(line, axis=0).T).sum()) for line in lines)
    return max(SHORTEST_PIECE_M, total_m / (PIECES_PER_DRONE * drones))


_PATTERNS: Mapping[Pattern, Callable[[Layout], Work]] = {
    Pattern.COVERAGE: _coverage,
    Pattern.PERIMETER: _perimeter,
    Pattern.CORRIDOR: _corridor,
    Pattern.TOUR: _tour,
    Pattern.HOTSPOT: hotspot.lay_out,
    Pattern.ORBIT: _orbit,
    Pattern.STARE: _tour,
    Pattern.EXPANDING_SQUARE: _expanding_square,
    Pattern.SECTOR_SEARCH: _sector_search,
}
