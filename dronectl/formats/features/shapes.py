"""A shape as map programs know it: a point, line or polygon with a name and properties, not yet a feature of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

LonLat = tuple[float, float]
"""(longitude, latitude) in degrees, WGS 84: the order of GeoJSON and KML."""


class ShapeForm(StrEnum):
    """GeoJSON's names of the three geometries."""

    POINT = "Point"
    LINE = "LineString"
    POLYGON = "Polygon"


class HeightsAbove(StrEnum):
    """What the heights of a shape are counted from."""

    GROUND = "the ground"
    SEA = "sea level"


@dataclass(frozen=True, slots=True)
class ShapeHeights:
    """Of the corners of a shape that does not lie on the ground."""

    above: HeightsAbove
    lowest_m: float
    highest_m: float
    extruded: bool
    """It reaches down to the ground, as a wall or a block."""


@dataclass(frozen=True, slots=True)
class Shape:
    """``parts``: the rings of a polygon (outer first, closed or not); a line or point has one part."""

    form: ShapeForm
    parts: tuple[tuple[LonLat, ...], ...]
    name: str
    properties: Mapping[str, object]
    where: str
    """Where it stands in its file, for messages: ``farm.kml:12``, ``farm.geojson: features[3]``."""
    folders: tuple[str, ...] = ()
    """The names of the folders that it lies in, from the outermost."""
    style: str = ""
    """The id of its style, as KML has them."""
    heights: ShapeHeights | None = None
    """None: it lies on the ground, or nothing is said."""
    notes: tuple[str, ...] = ()
    """What its reader did to its numbers, or could not take; the same for many shapes is told once."""

    def coordinates(self) -> object:
        """As GeoJSON has them, rings closed."""
        match self.form:
            case ShapeForm.POINT:
                return list(self.parts[0][0])
            case ShapeForm.LINE:
                return [list(place) for place in self.parts[0]]
            case _:
                return [[list(place) for place in _closed(ring)] for ring in self.parts]


def _closed(ring: Sequence[LonLat]) -> Sequence[LonLat]:
    return ring if ring and ring[0] == ring[-1] else (*ring, *ring[:1])
