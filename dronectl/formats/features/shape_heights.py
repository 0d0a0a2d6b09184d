"""The heights of shapes as properties of features: what KML means by them, and what a feature of a kind has room for.

KML counts heights from the sea or from the ground, and reaches down to the ground only where it extrudes. A keep-out
counts its ceiling from the highest ground below it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from dronectl.formats.features.shapes import HeightsAbove, Shape, ShapeHeights
from dronectl.model.ground.feature_kind import FeatureKind
from dronectl.model.site import Site

GroundUnder = Callable[[Shape], tuple[float, float] | None]
"""The lowest and the highest ground under a shape, metres above sea level; None where nobody knows."""

_SILENT = (FeatureKind.HOME, FeatureKind.CCTV)
"""Stand on the ground whatever is said."""
_KEY_OF_TOP = {
    FeatureKind.OBSTACLE: "height_m",
    FeatureKind.POI: "height_m",
    FeatureKind.RALLY: "relative_altitude_m",
}


def ground_under(site: Site) -> GroundUnder:
    """By the site's elevation files; flat at its ground elevation without."""
    terrain = site.terrain
    if terrain is None:
        return lambda _shape: (site.ground_elevation_m, site.ground_elevation_m)

    def under(shape: Shape) -> tuple[float, float] | None:
        lons, lats = zip(*shape.parts[0], strict=True)
        inside = terrain.within(min(lats), max(lats), min(lons), max(lons)) if len(lats) > 2 else ()
        found = [float(one) for one in (*terrain.heights_m(lats, lons), *inside) if math.isfinite(one)]
        return (min(found), max(found)) if found else None

    return under


def height_properties(shape: Shape, kind: FeatureKind, ground: GroundUnder | None) -> tuple[dict[str, float], str]:
    """The properties that the shape's heights give a feature of this kind; else why they give none, in a line."""
    heights = shape.heights
    if heights is None or kind in _SILENT:
        return {}, ""
    said = f"{shape.where}: heights up to {heights.highest_m:g} m above {heights.above}"
    if kind is FeatureKind.KEEP_OUT and not heights.extruded:
        return {}, f"{said}, which do not reach down to the ground (extrude): kept out of at every height"
    if kind is not FeatureKind.KEEP_OUT and kind not in _KEY_OF_TOP:
        return {}, f"{said}: a feature of kind {kind} has none"
    top_m = _above_ground_m(heights, shape, kind, ground)
    if top_m is None:
        return {}, f"{said}: nobody knows the ground there"
    if top_m <= 0.0:
        return {}, f"{said}, which is below the ground"
    return {"ceiling_m" if kind is FeatureKind.KEEP_OUT else _KEY_OF_TOP[kind]: round(top_m, 2)}, ""


def _above_ground_m(heights: ShapeHeights, shape: Shape, kind: FeatureKind, ground: GroundUnder | None) -> float | None:
    """Of the highest point; a rally point's is told from home, as high as the ground of the site."""
    if heights.above is HeightsAbove.GROUND:
        return heights.highest_m
    under = None if ground is None else ground(shape)
    if under is None:
        return None
    return heights.highest_m - under[1]
