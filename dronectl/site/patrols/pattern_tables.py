"""The table of missions/*.toml that belongs to one pattern alone, and bears its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dronectl.model.geo import GeoPoint
from dronectl.model.ground.zone import PoiCategory
from dronectl.model.plan.pattern import Pattern
from dronectl.model.plan.pattern_settings import (
    CorridorSettings,
    CoverageSettings,
    Direction,
    ExpandingSquareSettings,
    OrbitSettings,
    PatternSettings,
    PerimeterSettings,
    SectorSearchSettings,
    StareSettings,
    TourSettings,
)
from dronectl.site.patrols.hotspot import read_hotspot
from dronectl.site.patrols.known_names import Known
from dronectl.site.table import Table, one_of, shown

MAX_RADIUS_M = 20_000.0


def read_coverage(table: Table, _known: Known) -> CoverageSettings:
    return CoverageSettings(
        angle_deg=table.optional_number("angle_deg", 0.0, 360.0),
        cross_hatch=table.boolean("cross_hatch", default=False),
    )


def read_perimeter(table: Table, _known: Known) -> PerimeterSettings:
    return PerimeterSettings(
        inset_m=table.number("inset_m", 0.0, 1000.0, default=0.0),
        inset_step_m=table.number("inset_step_m", 0.0, 1000.0, default=0.0),
        hole_edges=table.boolean("hole_edges", default=False),
        direction=table.choice("direction", Direction) if table.has("direction") else None,
        rounds=_rounds(table),
    )


def read_corridor(table: Table, known: Known) -> CorridorSettings:
    return CorridorSettings(table.names("corridors", known=known.corridors))


def read_tour(table: Table, known: Known) -> TourSettings:
    return TourSettings(
        rounds=_rounds(table),
        points=table.names("points", known=known.points),
        categories=table.names("categories", known=PoiCategory),
        dwell_s=table.number("dwell_s", 0.0, 3600.0, default=0.0),
        standoff_m=table.number("standoff_m", 0.0, 1000.0, default=0.0),
    )


def read_stare(table: Table, known: Known) -> StareSettings:
    return StareSettings(
        rounds=_rounds(table),
        points=table.names("points", known=known.points),
        categories=table.names("categories", known=PoiCategory),
        dwell_s=table.number("dwell_s", 0.0, 3600.0),
        standoff_m=table.number("standoff_m", 0.0, 1000.0, default=0.0),
        sides=table.integer("sides", 1, 12, default=1),
    )


def read_orbit(table: Table, known: Known) -> OrbitSettings:
    points = table.names("points", known=known.points)
    categories = table.names("categories", known=PoiCategory)
    has_from, has_to = table.has("arc_from_deg"), table.has("arc_to_deg")
    if has_from != has_to:
        table.report(
            "arc_to_deg" if has_from else "arc_from_deg", "found nothing, allowed a number: an arc has two ends"
        )
    start_deg = table.number("arc_from_deg", 0.0, 360.0, default=0.0)
    end_deg = table.number("arc_to_deg", 0.0, 360.0, default=0.0)
    if has_from and has_to and start_deg % 360.0 == end_deg % 360.0:
        table.reject("arc_to_deg", "another bearing than arc_from_deg; leave both out for a whole circle")
    return OrbitSettings(
        points=points,
        categories=categories,
        radius_m=table.number("radius_m", 5.0, 1000.0),
        turns=table.integer("turns", 1, 50, default=1),
        direction=table.choice("direction", Direction, default=Direction.CLOCKWISE),
        arc_deg=(start_deg, end_deg) if has_from and has_to else None,
    )


def read_expanding_square(table: Table, known: Known) -> ExpandingSquareSettings:
    return ExpandingSquareSettings(
        last_seen=_last_seen(table, known.points),
        radius_m=table.number("radius_m", 5.0, MAX_RADIUS_M),
        track_spacing_m=table.optional_number("track_spacing_m", 1.0, 5000.0),
        first_leg_deg=table.number("first_leg_deg", 0.0, 360.0, default=0.0),
    )


def read_sector_search(table: Table, known: Known) -> SectorSearchSettings:
    return SectorSearchSettings(
        last_seen=_last_seen(table, known.points),
        radius_m=table.number("radius_m", 20.0, MAX_RADIUS_M),
        passes=table.integer("passes", 1, 6, default=1),
        first_leg_deg=table.number("first_leg_deg", 0.0, 360.0, default=0.0),
    )


READERS: Mapping[Pattern, Callable[[Table, Known], PatternSettings]] = {
    Pattern.COVERAGE: read_coverage,
    Pattern.PERIMETER: read_perimeter,
    Pattern.CORRIDOR: read_corridor,
    Pattern.TOUR: read_tour,
    Pattern.HOTSPOT: read_hotspot,
    Pattern.ORBIT: read_orbit,
    Pattern.STARE: read_stare,
    Pattern.EXPANDING_SQUARE: read_expanding_square,
    Pattern.SECTOR_SEARCH: read_sector_search,
}
"""Each reads every key of its pattern's table; problems go to the table."""


def _rounds(table: Table) -> int:
    return table.integer("rounds", 1, 100, default=1)


def _last_seen(table: Table, points: frozenset[str]) -> GeoPoint | str:
    """A place, or the id of a point of interest."""
    value = table.values.get("last_seen")
    if isinstance(value, str):
        table.has("last_seen")
        if value not in points:
            table.report("last_seen", f"found {shown(value)}, allowed a place or {one_of(sorted(points), near=value)}")
        return value
    if value is not None and not isinstance(value, dict):
        table.has("last_seen")
        table.reject("last_seen", "a place { lat_deg = …, lon_deg = … } or the id of a point of interest")
        return GeoPoint(0.0, 0.0)
    return table.point("last_seen")
