"""The polygons and circles of the fence that a drone carries, as areas in the site's metres."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.wording import Form
from dronectl.model.ardupilot.stored_items import FENCE_CIRCLES, FENCE_POLYGONS
from dronectl.model.plan.finding import Message
from dronectl.model.plan.mission import Command, MissionItem

LEAST_AREA_M2 = 1.0
_INCLUSIONS = frozenset({Command.FENCE_POLYGON_VERTEX_INCLUSION, Command.FENCE_CIRCLE_INCLUSION})
_QUARTER_SEGMENTS = 64

_INCLUSION = Form("inclusion {items}", "เขตบินได้ {items}")
_EXCLUSION = Form("exclusion {items}", "เขตห้ามบิน {items}")
FENCE_ELSEWHERE = Form("fence item {item} is not at this site: {at}", "รายการเขตบิน {item} ไม่ได้อยู่ในพื้นที่นี้: {at}")
NO_AREA = Form(
    "no area in fence {area}: its vertices are one place or lie on one line",
    "{area} ไม่มีพื้นที่: มุมทั้งหมดอยู่จุดเดียวหรือแนวเดียวกัน",
)
CROSSES_ITSELF = Form(
    "fence {area} crosses or touches itself: check the order of its vertices",
    "{area} ตัดหรือแตะตัวเอง: ตรวจลำดับของมุม",
)


@dataclass(frozen=True, slots=True, eq=False)
class CarriedArea:
    """One polygon or circle of a fence."""

    seq: int
    is_inclusion: bool
    words: Message
    """``inclusion 4-7``: which items it is made of."""
    shape: shapely.Polygon
    """Of a circle a polygon of 256 corners on it: what is measured goes by ``centre`` and ``radius_m``."""
    centre: shapely.Point | None = None
    radius_m: float = 0.0

    def outside_m(self, places: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
        """How far each place is from the area; 0 in it."""
        middle = self.shape if self.centre is None else self.centre
        away_m: npt.NDArray[np.float64] = np.maximum(0.0, shapely.distance(middle, places) - self.radius_m)
        return away_m

    def depth_m(self, places: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
        """How far each place is from the area's edge; 0 outside of it."""
        if self.centre is not None:
            deep_m: npt.NDArray[np.float64] = np.maximum(0.0, self.radius_m - shapely.distance(self.centre, places))
            return deep_m
        inside = shapely.contains(self.shape, places)
        return np.where(inside, shapely.distance(self.shape.boundary, places), 0.0)


@dataclass(frozen=True, slots=True)
class NoArea:
    """A polygon or circle that is none, or not here."""

    seq: int
    message: Message
    where: shapely.Point | None


def carried_areas(flight: Flight, ground: Ground) -> tuple[list[CarriedArea], list[NoArea]]:
    """Every polygon and circle that is one, and what is wrong with the others. Broken runs are the autopilot rule's."""
    areas: list[CarriedArea] = []
    wrong: list[NoArea] = []
    fence = flight.fence.items
    seq = 0
    while seq < len(fence):
        members = _members(fence, seq)
        area = _area(seq, members, ground) if members else None
        if isinstance(area, CarriedArea):
            areas.append(area)
        elif area is not None:
            wrong.append(area)
        seq += max(len(members), 1)
    return areas, wrong


def degrees_of(item: MissionItem) -> str:
    """Where an item lies, as far from the site as it may be."""
    return f"{item.lat_e7 / 1e7:.7f},{item.lon_e7 / 1e7:.7f}"


def _members(items: Sequence[MissionItem], seq: int) -> Sequence[MissionItem]:
    """The vertices of the polygon that begins here, or the circle; nothing where neither does."""
    first = items[seq]
    if first.command in FENCE_CIRCLES:
        return items[seq : seq + 1] if math.isfinite(first.param1) and first.param1 > 0.0 else ()
    if first.command not in FENCE_POLYGONS or not math.isfinite(first.param1) or first.param1 < 3:
        return ()
    members = items[seq : seq + int(first.param1)]
    alike = all((item.command, item.param1) == (first.command, first.param1) for item in members)
    return members if alike and len(members) == int(first.param1) else ()


def _area(seq: int, members: Sequence[MissionItem], ground: Ground) -> CarriedArea | NoArea:
    first = members[0]
    is_inclusion = first.command in _INCLUSIONS
    items = f"{seq}" if len(members) == 1 else f"{seq}-{seq + len(members) - 1}"
    words = (_INCLUSION if is_inclusion else _EXCLUSION)(items=items)
    places: list[shapely.Point] = []
    for index, item in enumerate(members, start=seq):
        place = ground.place(item)
        if place is None:
            return NoArea(index, FENCE_ELSEWHERE(item=index, at=degrees_of(item)), None)
        places.append(place)
    if first.command in FENCE_CIRCLES:
        circle = places[0].buffer(first.param1, quad_segs=_QUARTER_SEGMENTS)
        return CarriedArea(seq, is_inclusion, words, circle, places[0], first.param1)
    shape = shapely.Polygon([(place.x, place.y) for place in places])
    if shape.convex_hull.area < LEAST_AREA_M2:
        return NoArea(seq, NO_AREA(area=words), places[0])
    if not shape.is_valid:
        return NoArea(seq, CROSSES_ITSELF(area=words), _crossing(shape) or places[0])
    return CarriedArea(seq, is_inclusion, words, shape)


def _crossing(shape: shapely.Polygon) -> shapely.Point | None:
    """Where two edges of a ring that do not follow each other meet first."""
    corners = list(shape.exterior.coords)
    edges = [shapely.LineString(pair) for pair in pairwise(corners)]
    for first, second in combinations(range(len(edges)), 2):
        follows = second - first in (1, len(edges) - 1)
        met = shapely.intersection(edges[first], edges[second])
        if not met.is_empty and not (follows and met.geom_type == "Point"):
            return shapely.get_point(met, 0) if met.geom_type == "LineString" else met.centroid
    return None
