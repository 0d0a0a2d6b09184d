"""Lawnmower lines over an area with holes, and what they see.

The area is cut where its parts want different directions (``cells``), each part is swept row by row along the direction
that is quickest to fly (``angle``, ``sweep``), and what that leaves unseen gets lines of its own (``mend``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.coverage.decomposition import Cell, cells
from dronectl.planning.coverage.infill import extra_lines, longest_lines
from dronectl.planning.coverage.scan_lines import edges_and_inward_corners
from dronectl.planning.coverage.swaths import sweep_of
from dronectl.planning.paths.space import GRID_M, both, minus, union

_TOUCH_M = 0.01
"""What is seen only from the very edge of the free space is not counted as within sight."""

_COARSE = 0.002
"""Of a swath: what an outline of very many corners is simplified by: only what is to be seen, never where to fly."""

_MANY_CORNERS = 500


def coverage_lines(
    area: shapely.Geometry,
    allowed: shapely.Geometry,
    swath_m: float,
    angle_deg: float | None,
    *,
    cross_hatch: bool = False,
    is_in_sight: bool = False,
) -> FloatArray:
    """Lines (n, 2, 2) in metres whose swaths cover ``area`` and that stay inside ``allowed``.

    ``angle_deg`` is the direction of the lines, clockwise from north; None searches the one that is quickest to fly,
    for each part of the area that wants its own. ``cross_hatch`` adds the lines across these, so that all is seen from
    two sides. What of the area cannot be seen from inside ``allowed`` is left out (see ``within_sight``), unless that
    ``is_in_sight`` is known of all of it.
    """
    wanted = area if is_in_sight else within_sight(area, allowed, swath_m)
    if shapely.get_num_coordinates(wanted) > _MANY_CORNERS:
        wanted = shapely.simplify(wanted, _COARSE * swath_m)
    if wanted.area < GRID_M:
        return np.empty((0, 2, 2))
    parts = _parts(wanted, swath_m, angle_deg)
    found = _along(parts, allowed, swath_m)
    if not cross_hatch:
        return found
    across = [Cell(part.shape, part.angle_deg + 90.0) for part in parts]
    return np.concatenate([found, _along(across, allowed, swath_m)])


def within_sight(area: shapely.Geometry, allowed: shapely.Geometry, swath_m: float) -> shapely.Geometry:
    """What of ``area`` a line inside ``allowed`` can see: no more than half a swath aside, nothing past its ends.

    That is half a swath beyond each edge of the free space, and around its corners that point inward; beyond the others
    there is nothing to fly along.
    """
    if shapely.covers(allowed, area):
        return area
    hidden = [part for part in shapely.get_parts(minus(area, allowed)) if part.area > 0.0]
    reach_m = swath_m / 2.0 - _TOUCH_M
    edges, inward = edges_and_inward_corners(shapely.simplify(allowed, _TOUCH_M))
    sides = np.append(
        shapely.buffer(shapely.linestrings(edges), reach_m, cap_style="flat"),
        shapely.buffer(shapely.points(inward), reach_m, quad_segs=4),
    )
    # Part by part: overlays of few shapes take much less time than one of all.
    tree = shapely.STRtree(sides)
    seen = [both(part, union(sides[np.sort(tree.query(part, predicate="intersects"))])) for part in hidden]
    return union([both(area, allowed), *seen])


def seen_area(flown: FloatArray, width_m: float | FloatArray) -> shapely.Geometry:
    """The union of the swaths of lines (n, 2, 2); nothing is counted past their ends."""
    if not len(flown):
        return shapely.Polygon()
    strips = shapely.buffer(shapely.linestrings(flown), np.asarray(width_m) / 2.0, cap_style="flat")
    return union(np.atleast_1d(strips))


def _parts(wanted: shapely.Geometry, swath_m: float, angle_deg: float | None) -> list[Cell]:
    polygons = [polygon for polygon in shapely.get_parts(wanted) if polygon.area > GRID_M]
    if angle_deg is None:
        return [cell for polygon in polygons for cell in cells(polygon, swath_m)]
    return [Cell(polygon, (90.0 - angle_deg) % 180.0) for polygon in polygons]


def _along(parts: Sequence[Cell], allowed: shapely.Geometry, swath_m: float) -> FloatArray:
    """The parts' lines and those for what they miss; lines are cut back where extra ones show what they would."""
    sweeps = [
        sweep_of(
            part.shape,
            allowed,
            swath_m,
            part.angle_deg,
            others=[other.shape for other in parts if other is not part],
        )
        for part in parts
    ]
    flown = [sweep.stretches() for sweep in sweeps]
    unseen = np.concatenate([sweep.unseen(rows) for sweep, rows in zip(sweeps, flown, strict=True)])
    extra = extra_lines(unseen, allowed, sum(part.shape.area for part in parts), swath_m)
    if len(extra):
        shown = seen_area(extra, swath_m)
        sweeps = [sweep.without(shown) for sweep in sweeps]
        flown = [sweep.stretches() for sweep in sweeps]
    found = np.concatenate([*(sweep.lines(rows) for sweep, rows in zip(sweeps, flown, strict=True)), extra])
    return found if len(found) else longest_lines([part.shape for part in parts], allowed)
