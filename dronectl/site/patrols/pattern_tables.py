"""Tables of missions/*.toml that belong to one pattern: ``[orbit]``, ``[expanding_square]``, ``[sector_search]``."""

from __future__ import annotations

from dronectl.model.geo import GeoPoint
from dronectl.model.plan.pattern_settings import Direction, ExpandingSquare, Orbit, SectorSearch
from dronectl.site.table import Table, one_of, shown

MAX_RADIUS_M = 20_000.0


def read_orbit(table: Table) -> Orbit:
    """``[orbit]``, but for its points."""
    has_from, has_to = table.has("arc_from_deg"), table.has("arc_to_deg")
    if has_from != has_to:
        table.report(
            "arc_to_deg" if has_from else "arc_from_deg", "found nothing, allowed a number: an arc has two ends"
        )
    start_deg = table.number("arc_from_deg", 0.0, 360.0, default=0.0)
    end_deg = table.number("arc_to_deg", 0.0, 360.0, default=0.0)
    if has_from and has_to and start_deg % 360.0 == end_deg % 360.0:
        table.reject("arc_to_deg", "another bearing than arc_from_deg; leave both out for a whole circle")
    return Orbit(
        radius_m=table.number("radius_m", 5.0, 1000.0),
        turns=table.integer("turns", 1, 50, default=1),
        direction=table.choice("direction", Direction, default=Direction.CLOCKWISE),
        arc_deg=(start_deg, end_deg) if has_from and has_to else None,
    )


def read_expanding_square(table: Table, points: frozenset[str]) -> ExpandingSquare:
    """``[expanding_square]``."""
    return ExpandingSquare(
        last_seen=_last_seen(table, points),
        radius_m=table.number("radius_m", 5.0, MAX_RADIUS_M),
        track_spacing_m=table.optional_number("track_spacing_m", 1.0, 5000.0),
        first_leg_deg=table.number("first_leg_deg", 0.0, 360.0, default=0.0),
    )


def read_sector_search(table: Table, points: frozenset[str]) -> SectorSearch:
    """``[sector_search]``."""
    return SectorSearch(
        last_seen=_last_seen(table, points),
        radius_m=table.number("radius_m", 20.0, MAX_RADIUS_M),
        passes=table.integer("passes", 1, 6, default=1),
        first_leg_deg=table.number("first_leg_deg", 0.0, 360.0, default=0.0),
    )


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
