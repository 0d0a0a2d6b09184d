"""Lines along a street: parallel to its middle line, as many as its width needs."""

from __future__ import annotations

import math

import numpy as np
import shapely
from shapely.ops import substring

from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray
from dronectl.model.plan.pattern_settings import CorridorSettings
from dronectl.planning.assignment.patrol_task import PatrolTask, Work
from dronectl.planning.paths.space import GRID_M, both, union
from dronectl.planning.patterns.axis import axis_of
from dronectl.planning.patterns.stretches import equal_parts, shareable_m
from dronectl.planning.work import Piece

SHORTEST_LINE_M = 0.5
NEGLIGIBLE_SHARE = 0.01
"""Of a swath: no line is added for less width than this."""
MITRE_LIMIT = 10.0
"""A bend sharper than about 169° is cut off instead of drawn out to a needle."""


def lay_out(task: PatrolTask, settings: CorridorSettings) -> Work:
    """Streets, and zones flown along their length, in pieces short enough to share.

    Raises:
        InputError: a street or zone is unknown, or no part of it can be flown.
    """
    streets = _streets(task, settings)
    footprint_m = min(member.footprint_m for member in task.crew)
    lines: list[tuple[str, FloatArray]] = []
    for name, axis, area in streets:
        along = lines_along(axis, area, task.common, task.swath_m, footprint_m)
        if not along:
            raise InputError(
                f"{task.patrol.source}: no part of {name} can be flown by all its drones",
                hint="it lies outside the fence or inside keep-outs, margins included",
            )
        lines += [(f"{name} line {number}", line) for number, line in enumerate(along, start=1)]
    longest_m = shareable_m([line for _, line in lines], len(task.crew))
    return Work(
        [
            Piece(f"{name} part {part}", path)
            for name, line in lines
            for part, path in enumerate(equal_parts(shapely.LineString(line), longest_m), start=1)
        ],
        area=union(area for _, _, area in streets),
    )


def _streets(task: PatrolTask, settings: CorridorSettings) -> list[tuple[str, shapely.LineString, shapely.Polygon]]:
    """Id, middle line and area of each."""
    frame = task.frame
    streets: list[tuple[str, shapely.LineString, shapely.Polygon]] = []
    known = {one.id: one for one in task.site.zones.corridors}
    for street_id in settings.corridors:
        if street_id not in known:
            raise InputError(
                f"{task.patrol.source}: no corridor '{street_id}' in geofences/",
                hint=f"corridors are: {', '.join(known) or 'none'}",
            )
        axis = shapely.LineString(frame.points_to_xy(known[street_id].line))
        streets.append((street_id, axis, street(axis, known[street_id].width_m)))
    zones = [(zone.id, frame.polygon_to_xy(zone.polygon)) for zone in task.named_zones()]
    return streets + [(zone_id, axis_of(area), area) for zone_id, area in zones]


def lines_along(
    axis: shapely.LineString,
    area: shapely.Geometry,
    allowed: shapely.Geometry,
    swath_m: float,
    footprint_m: float | None = None,
) -> list[FloatArray]:
    """Lines (k, 2), in metres, parallel to ``axis``, whose swaths cover ``area`` and that stay inside ``allowed``.

    Neighbouring lines are ``swath_m`` apart at most. With ``footprint_m`` (what is seen across a line, overlap with its
    neighbours included) one line does where that is as wide as the area. Bends are mitred, so that the lines stay
    parallel and as long together as the axis for each. They come from right to left, each in the axis' direction.
    """
    right_m, left_m = _reach(axis, area, swath_m)
    width_m = right_m + left_m
    seen_m = swath_m if footprint_m is None else max(footprint_m, swath_m)
    count = 1 + max(0, math.ceil((width_m - seen_m) / swath_m - NEGLIGIBLE_SHARE))
    spacing_m = min(swath_m, width_m / count)
    long_axis = _prolonged(axis, width_m)
    middle_m = (left_m - right_m) / 2.0
    lines: list[FloatArray] = []
    for number in range(count):
        aside_m = middle_m + (number - (count - 1) / 2.0) * spacing_m
        for line in _parallels(long_axis, aside_m):
            lines += _over(line, area, allowed, width_m if count == 1 else spacing_m)
    return lines


def street(axis: shapely.LineString, width_m: float) -> shapely.Polygon:
    """The area of a street: its middle line and full width, bends mitred, ends square."""
    return shapely.buffer(axis, width_m / 2.0, cap_style="flat", join_style="mitre", mitre_limit=MITRE_LIMIT)


def _reach(axis: shapely.LineString, area: shapely.Geometry, swath_m: float) -> tuple[float, float]:
    """How far the area reaches to the right and to the left of its axis, square to it."""
    points = shapely.get_coordinates(shapely.segmentize(shapely.boundary(area), swath_m / 2.0))
    bends = shapely.get_coordinates(axis)
    start, along = bends[:-1], np.diff(bends, axis=0)
    length = np.hypot(*along.T)
    away = points[:, None, :] - start[None]
    forward = (away * along).sum(axis=2) / length
    aside = (along[:, 0] * away[..., 1] - along[:, 1] * away[..., 0]) / length
    # A corner beside a bend is beside no leg: its distance from the bend would be too wide a reach.
    aside[(forward < 0.0) | (forward > length)] = np.inf
    nearest = np.abs(aside).argmin(axis=1)
    found = aside[np.arange(len(points)), nearest]
    found = found[np.isfinite(found)]
    if not len(found):
        return swath_m / 2.0, swath_m / 2.0
    return max(0.0, -float(found.min())), max(0.0, float(found.max()))


def _prolonged(axis: shapely.LineString, by_m: float) -> shapely.LineString:
    bends = shapely.get_coordinates(axis).copy()
    first = (bends[0] - bends[1]) / math.dist(bends[0], bends[1])
    last = (bends[-1] - bends[-2]) / math.dist(bends[-1], bends[-2])
    bends[0] += first * by_m
    bends[-1] += last * by_m
    return shapely.LineString(bends)


def _parallels(axis: shapely.LineString, aside_m: float) -> list[shapely.LineString]:
    """The axis moved to its left (to the right where negative); several lines where the axis doubles back."""
    if abs(aside_m) < GRID_M:
        return [axis]
    moved = shapely.offset_curve(axis, aside_m, join_style="mitre", mitre_limit=MITRE_LIMIT)
    return [part for part in shapely.get_parts(moved) if part.length > 0.0]


def _over(
    line: shapely.LineString, area: shapely.Geometry, allowed: shapely.Geometry, strip_m: float
) -> list[FloatArray]:
    """The stretches of a line beside which its strip holds some of the area, clipped to ``allowed``."""
    strip = shapely.buffer(line, strip_m / 2.0, cap_style="flat", join_style="mitre", mitre_limit=MITRE_LIMIT)
    parts = [part for part in shapely.get_parts(both(strip, area)) if part.area > GRID_M]
    spans = []
    for part in parts:
        measures = shapely.line_locate_point(line, shapely.points(shapely.get_coordinates(part)))
        spans.append((float(measures.min()), float(measures.max())))
    free = shapely.buffer(allowed, GRID_M)
    stretches: list[FloatArray] = []
    for start, end in _merged(spans):
        inside = shapely.get_parts(shapely.intersection(substring(line, start, end), free))
        stretches += [shapely.get_coordinates(piece) for piece in inside if piece.length > SHORTEST_LINE_M]
    return stretches


def _merged(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] + GRID_M:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
