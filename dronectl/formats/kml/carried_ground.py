"""The fence and rally points of a mission file as features of the ground, to be drawn or taken into a workspace."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dronectl.errors import InputError
from dronectl.formats.kml.overlay import circle_on_ground
from dronectl.model.ardupilot.stored_items import FENCE_CIRCLES, FENCE_POLYGONS
from dronectl.model.geo import GeoPolygon
from dronectl.model.ground.zone import Fence, KeepOut, RallyPoint, ZoneSet
from dronectl.model.plan.mission import Command, Mission

_INCLUSIONS = (Command.FENCE_POLYGON_VERTEX_INCLUSION, Command.FENCE_CIRCLE_INCLUSION)


def ground_of(fence: Mission, rally: Mission, *, source: str) -> ZoneSet:
    """Inclusions as fences, exclusions as keep-outs without a top, rally points; circles as many-cornered polygons.

    Raises:
        InputError: an item that is no place on Earth, or a polygon without area; with the item.
    """
    areas = list(_areas(fence, source))
    fences = [area for is_inclusion, area in areas if is_inclusion]
    keep_outs = [area for is_inclusion, area in areas if not is_inclusion]
    return ZoneSet(
        fences=tuple(
            Fence(f"inclusion_{number}", f"inclusion {number}", False, source, area)
            for number, area in enumerate(fences, start=1)
        ),
        keep_outs=tuple(
            KeepOut(f"exclusion_{number}", f"exclusion {number}", False, source, area)
            for number, area in enumerate(keep_outs, start=1)
        ),
        rally_points=tuple(
            RallyPoint(f"rally_{number}", f"rally {number}", False, source, item.position, item.altitude_m)
            for number, item in enumerate(rally.items, start=1)
        ),
    )


def _areas(fence: Mission, source: str) -> Iterator[tuple[bool, GeoPolygon]]:
    seq = 0
    while seq < len(fence):
        item = fence.items[seq]
        count = int(item.param1) if item.command in FENCE_POLYGONS and math.isfinite(item.param1) else 1
        try:
            if item.command in FENCE_POLYGONS:
                corners = tuple(one.position for one in fence.items[seq : seq + max(count, 1)])
                yield item.command in _INCLUSIONS, GeoPolygon(corners)
            elif item.command in FENCE_CIRCLES:
                yield item.command in _INCLUSIONS, circle_on_ground(item.position, item.param1)
        except ValueError as error:
            raise InputError(f"{source}: fence item {seq}: {error}") from error
        seq += max(count, 1)
