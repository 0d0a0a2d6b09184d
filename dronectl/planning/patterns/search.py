"""What searches for somebody have in common: where they begin, and what of their tracks may be flown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray
from dronectl.model.geo import GeoPoint
from dronectl.planning.assignment.patrol_task import PatrolTask
from dronectl.planning.paths.space import both, union
from dronectl.planning.patterns.stretches import equal_parts, free_stretches
from dronectl.planning.work import Piece


def datum_xy(task: PatrolTask, last_seen: GeoPoint | str) -> FloatArray:
    """Where somebody was last seen, in metres.

    Raises:
        InputError: there is no such point of interest, or it is far from the site.
    """
    place = last_seen
    if isinstance(place, str):
        known = {point.id: point.position for point in task.site.zones.points}
        if place not in known:
            raise InputError(
                f"{task.patrol.source}: no point of interest '{place}' in geofences/",
                hint=f"points are: {', '.join(known) or 'none'}",
            )
        place = known[place]
    return np.array(task.frame.point_to_xy(place))


def free_pieces(task: PatrolTask, paths: Sequence[FloatArray], longest_m: float = np.inf) -> list[Piece]:
    """The free stretches of a search's tracks, in their order; only those in the patrol's zones, if it names any."""
    allowed = within_zones(task, task.common)
    parts = [
        part
        for path in paths
        for stretch in free_stretches(path, allowed)
        for part in equal_parts(stretch, min(longest_m, stretch.length))
    ]
    return [Piece(f"part {number} of the search", part) for number, part in enumerate(parts, start=1)]


def within_zones(task: PatrolTask, shape: shapely.Geometry) -> shapely.Geometry:
    """All of it where the patrol names no zones."""
    zones = task.named_zones()
    return both(shape, union(task.frame.polygon_to_xy(zone.polygon) for zone in zones)) if zones else shape


def nothing_free(task: PatrolTask) -> InputError:
    return InputError(
        f"{task.patrol.source}: nothing of the search can be flown: it is outside the fence, its zones or inside "
        "keep-outs",
        hint="check last_seen and radius_m, or change the fence, the keep-outs or their margins",
    )
