"""The fence and the rally points that a drone carries: what ArduCopter stores without a word and cannot fly with."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import PLACE_TOLERANCE_M, Found, Rule, found
from dronectl.model.ardupilot.stored_items import FENCE_CIRCLES, FENCE_POLYGONS
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.mission import Command, Mission, MissionItem

_INCLUSIONS = frozenset({Command.FENCE_POLYGON_VERTEX_INCLUSION, Command.FENCE_CIRCLE_INCLUSION})
_GRID_M = 1e-4
_LEAST_AREA_M2 = 1.0
_QUARTER_SEGMENTS = 64


@dataclass(frozen=True, slots=True)
class _Area:
    """One polygon or circle of a fence, in the site's metres."""

    seq: int
    is_inclusion: bool
    words: str
    """``inclusion 4-7``: which items it is made of."""
    shape: shapely.Polygon


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """One finding each; what a drone carries in several sorties is looked at once."""
    seen: set[tuple[str, Mission, Mission]] = set()
    for flight in flights:
        carried = (flight.drone.name, flight.fence, flight.rally)
        if carried in seen:
            continue
        seen.add(carried)
        areas, wrong = _areas(flight, ground)
        wrong += _wrong_fence(areas, flight, ground)
        is_broken = any(one.finding.severity is Severity.ERROR for one in wrong)
        yield from wrong
        yield from _wrong_rally_points([] if is_broken else areas, flight, ground)


def _at(
    flight: Flight,
    seq: int,
    message: str,
    where: shapely.Point | None = None,
    zone: str | None = None,
    amount_m: float | None = None,
    severity: Severity = Severity.ERROR,
) -> Found:
    """What is wrong at one item of a fence or of rally points."""
    unit = None if amount_m is None else "m"
    return found(
        "on-board", flight, message, item=seq, zone=zone, where=where, amount=amount_m, unit=unit, severity=severity
    )


def _areas(flight: Flight, ground: Ground) -> tuple[list[_Area], list[Found]]:
    """Every polygon and circle that is one, and what is wrong with the others. Broken runs are the autopilot rule's."""
    areas: list[_Area] = []
    wrong: list[Found] = []
    fence = flight.fence.items
    seq = 0
    while seq < len(fence):
        members = _members(fence, seq)
        area = _area(flight, seq, members, ground) if members else None
        if isinstance(area, _Area):
            areas.append(area)
        elif area is not None:
            wrong.append(area)
        seq += max(len(members), 1)
    return areas, wrong


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


def _area(flight: Flight, seq: int, members: Sequence[MissionItem], ground: Ground) -> _Area | Found:
    first = members[0]
    is_inclusion = first.command in _INCLUSIONS
    kind = "inclusion" if is_inclusion else "exclusion"
    words = f"{kind} {seq}" if len(members) == 1 else f"{kind} {seq}-{seq + len(members) - 1}"
    places: list[shapely.Point] = []
    for index, item in enumerate(members, start=seq):
        place = ground.place(item)
        if place is None:
            return _at(flight, index, f"fence item {index} does not lie at this site: {_degrees(item)}")
        places.append(place)
    if first.command in FENCE_CIRCLES:
        return _Area(seq, is_inclusion, words, places[0].buffer(first.param1, quad_segs=_QUARTER_SEGMENTS))
    shape = shapely.Polygon([(place.x, place.y) for place in places])
    if shape.convex_hull.area < _LEAST_AREA_M2:
        message = f"fence {words} encloses nothing: its vertices are one place or lie on one line"
        return _at(flight, seq, message, places[0])
    if not shape.is_valid:
        where = _crossing(shape)
        return _at(
            flight, seq, f"fence {words} crosses or touches itself: are its vertices in order?", where or places[0]
        )
    return _Area(seq, is_inclusion, words, shape)


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


def _wrong_fence(areas: Sequence[_Area], flight: Flight, ground: Ground) -> Iterator[Found]:
    inclusions = [area for area in areas if area.is_inclusion]
    home = shapely.Point(*ground.frame.point_to_xy(flight.home))
    apart = _disjoint(flight, inclusions)
    if apart is not None:
        yield apart
    else:
        yield from _overlapping(flight, inclusions)
    for area in areas:
        distance_m = shapely.distance(area.shape, home)
        if area.is_inclusion and distance_m > PLACE_TOLERANCE_M and apart is None:
            outside = f"{distance_m:,.0f} m outside the fence's {area.words}"
            message = f"home of {flight.drone.name} lies {outside}: it would not arm"
            yield _at(flight, area.seq, message, home, amount_m=distance_m)
        if not area.is_inclusion and area.shape.covers(home):
            message = f"home of {flight.drone.name} lies in the fence's {area.words}: it would not arm"
            yield _at(flight, area.seq, message, home)


def _disjoint(flight: Flight, inclusions: Sequence[_Area]) -> Found | None:
    """The first two inclusions without a common place, or all where only together they have none."""
    all_of_them = "ArduCopter flies only inside of all inclusions at once, and is inside of none of these"
    for first, second in combinations(inclusions, 2):
        if _shared(first.shape, second.shape).area < _LEAST_AREA_M2:
            return _at(
                flight,
                second.seq,
                f"the fence's {first.words} and {second.words} have no place in common: {all_of_them}",
                second.shape.centroid,
            )
    common: shapely.Geometry | None = None
    for area in inclusions:
        common = area.shape if common is None else _shared(common, area.shape)
        if common.area < _LEAST_AREA_M2:
            message = f"the fence's {len(inclusions)} inclusions have no place in common: {all_of_them}"
            return _at(flight, area.seq, message, area.shape.centroid)
    return None


def _overlapping(flight: Flight, inclusions: Sequence[_Area]) -> Iterator[Found]:
    """Two of which neither lies in the other: legal, and seldom what was meant."""
    for first, second in combinations(inclusions, 2):
        if not first.shape.covers(second.shape) and not second.shape.covers(first.shape):
            message = f"of the fence's {first.words} and {second.words} only the part that both share may be flown in"
            yield _at(flight, second.seq, message, second.shape.centroid, severity=Severity.WARNING)


def _shared(first: shapely.Geometry, second: shapely.Geometry) -> shapely.Geometry:
    return shapely.intersection(first, second, grid_size=_GRID_M)


def _wrong_rally_points(areas: Sequence[_Area], flight: Flight, ground: Ground) -> Iterator[Found]:
    """A return ends with a landing there: from the return's height down to the ground it must be free."""
    around = ground.fence_area(flight.drone.name)
    for seq, item in enumerate(flight.rally.items):
        if item.command != Command.RALLY_POINT:
            continue
        place = ground.place(item)
        if place is None:
            yield _at(flight, seq, f"rally point {seq} does not lie at this site: {_degrees(item)}")
            continue
        if around is not None and shapely.distance(around[1], place) > PLACE_TOLERANCE_M:
            distance_m = shapely.distance(around[1], place)
            message = f"rally point {seq} lies {distance_m:,.0f} m outside the fence '{around[0]}'"
            yield _at(flight, seq, message, place, around[0], distance_m)
            continue
        for area in areas:
            outside_m = shapely.distance(area.shape, place)
            if area.is_inclusion and outside_m > PLACE_TOLERANCE_M:
                message = f"rally point {seq} lies {outside_m:,.0f} m outside the fence's {area.words}"
                yield _at(flight, seq, message, place, amount_m=outside_m)
            if not area.is_inclusion and area.shape.contains(place):
                yield _at(flight, seq, f"rally point {seq} lies in the fence's {area.words}", place)
        height_m = max(flight.rtl_altitude_m, item.altitude_m)
        for keep_out, shape in ground.keep_outs:
            if keep_out.floor_m < height_m and shape.contains(place):
                yield _at(flight, seq, f"rally point {seq} lies in keep-out '{keep_out.id}'", place, keep_out.id)
        for obstacle, centre in ground.obstacles:
            if shapely.distance(centre, place) < obstacle.radius_m:
                yield _at(flight, seq, f"rally point {seq} lies in obstacle '{obstacle.id}'", place, obstacle.id)


def _degrees(item: MissionItem) -> str:
    return f"{item.lat_e7 / 1e7:.7f},{item.lon_e7 / 1e7:.7f}"


RULE = Rule(
    id="on-board",
    title="A fence and rally points to fly with",
    explanation="The fence that a drone carries must enclose something, not cross itself, have its home inside of "
    "every inclusion and outside of every exclusion, and inclusions that share a place; rally points must lie inside "
    "of it, and free.",
    find=find,
    why="ArduCopter stores all of this without a word. It then refuses to arm (vehicle outside fence), or sends a "
    "returning drone to land outside of its fence.",
    source="AC_PolyFence_loader::breached of ArduCopter 4.5: outside of one inclusion is outside. The option that "
    "makes a union of them is Plane's there. Polygons count crossings of their edges: which way round the "
    "vertices go does not matter, that they are in order does.",
    example="the fence's inclusion 0-3 and inclusion 4-7 have no place in common",
    remedy="Draw one inclusion around everything that is flown, and exclusions in it; zones are patrol areas, no "
    "fences. Move rally points inside.",
)
