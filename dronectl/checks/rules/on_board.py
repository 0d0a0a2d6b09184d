"""The fence and the rally points that a drone carries: what ArduCopter stores without a word and cannot fly with."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import PLACE_TOLERANCE_M, Found, Rule, found
from dronectl.checks.wording import Form
from dronectl.model.ardupilot.stored_items import FENCE_CIRCLES, FENCE_POLYGONS
from dronectl.model.plan.finding import Message, Severity
from dronectl.model.plan.mission import Command, Mission, MissionItem

_INCLUSIONS = frozenset({Command.FENCE_POLYGON_VERTEX_INCLUSION, Command.FENCE_CIRCLE_INCLUSION})
_GRID_M = 1e-4
_LEAST_AREA_M2 = 1.0
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
HOME_OUTSIDE = Form(
    "home of {drone} is {distance:,.0f} m outside the fence's {area}: it would not arm",
    "จุดขึ้นบินของ {drone} อยู่นอก{area} {distance} ม.: จะอาร์มไม่ได้",
)
HOME_INSIDE = Form(
    "home of {drone} is inside the fence's {area}: it would not arm",
    "จุดขึ้นบินของ {drone} อยู่ใน{area}: จะอาร์มไม่ได้",
)
DISJOINT = Form(
    "no place in common of the fence's {first} and {second}: ArduCopter flies only inside all inclusions at once",
    "{first} กับ {second} ไม่มีพื้นที่ร่วมกัน: ArduCopter บินได้เฉพาะในทุกเขตบินได้พร้อมกัน",
)
ALL_DISJOINT = Form(
    "no place in common of the fence's {count} inclusions: ArduCopter flies only inside all inclusions at once",
    "เขตบินได้ทั้ง {count} ไม่มีพื้นที่ร่วมกัน: ArduCopter บินได้เฉพาะในทุกเขตบินได้พร้อมกัน",
)
OVERLAPPING = Form(
    "only the common part of the fence's {first} and {second} can be flown in",
    "บินได้เฉพาะส่วนที่ {first} กับ {second} ทับกัน",
)
RALLY_ELSEWHERE = Form("rally point {item} is not at this site: {at}", "จุดลงฉุกเฉิน {item} ไม่ได้อยู่ในพื้นที่นี้: {at}")
RALLY_OUTSIDE_SITE = Form(
    "rally point {item} is {distance:,.0f} m outside the fence '{fence}'",
    "จุดลงฉุกเฉิน {item} อยู่นอกแนวเขตบิน '{fence}' {distance} ม.",
)
RALLY_OUTSIDE = Form(
    "rally point {item} is {distance:,.0f} m outside the fence's {area}",
    "จุดลงฉุกเฉิน {item} อยู่นอก{area} {distance} ม.",
)
RALLY_INSIDE = Form("rally point {item} is inside the fence's {area}", "จุดลงฉุกเฉิน {item} อยู่ใน{area}")
RALLY_KEEP_OUT = Form("rally point {item} is inside keep-out '{id}'", "จุดลงฉุกเฉิน {item} อยู่ในเขตห้ามเข้า '{id}'")
RALLY_OBSTACLE = Form("rally point {item} is inside obstacle '{id}'", "จุดลงฉุกเฉิน {item} อยู่ในสิ่งกีดขวาง '{id}'")


@dataclass(frozen=True, slots=True)
class _Area:
    """One polygon or circle of a fence, in the site's metres."""

    seq: int
    is_inclusion: bool
    words: Message
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
    message: Message,
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
    items = f"{seq}" if len(members) == 1 else f"{seq}-{seq + len(members) - 1}"
    words = (_INCLUSION if is_inclusion else _EXCLUSION)(items=items)
    places: list[shapely.Point] = []
    for index, item in enumerate(members, start=seq):
        place = ground.place(item)
        if place is None:
            return _at(flight, index, FENCE_ELSEWHERE(item=index, at=_degrees(item)))
        places.append(place)
    if first.command in FENCE_CIRCLES:
        return _Area(seq, is_inclusion, words, places[0].buffer(first.param1, quad_segs=_QUARTER_SEGMENTS))
    shape = shapely.Polygon([(place.x, place.y) for place in places])
    if shape.convex_hull.area < _LEAST_AREA_M2:
        return _at(flight, seq, NO_AREA(area=words), places[0])
    if not shape.is_valid:
        where = _crossing(shape)
        return _at(flight, seq, CROSSES_ITSELF(area=words), where or places[0])
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
            message = HOME_OUTSIDE(drone=flight.drone.name, distance=distance_m, area=area.words)
            yield _at(flight, area.seq, message, home, amount_m=distance_m)
        if not area.is_inclusion and area.shape.covers(home):
            message = HOME_INSIDE(drone=flight.drone.name, area=area.words)
            yield _at(flight, area.seq, message, home)


def _disjoint(flight: Flight, inclusions: Sequence[_Area]) -> Found | None:
    """The first two inclusions without a common place, or all where only together they have none."""
    for first, second in combinations(inclusions, 2):
        if _shared(first.shape, second.shape).area < _LEAST_AREA_M2:
            return _at(
                flight,
                second.seq,
                DISJOINT(first=first.words, second=second.words),
                second.shape.centroid,
            )
    common: shapely.Geometry | None = None
    for area in inclusions:
        common = area.shape if common is None else _shared(common, area.shape)
        if common.area < _LEAST_AREA_M2:
            return _at(flight, area.seq, ALL_DISJOINT(count=len(inclusions)), area.shape.centroid)
    return None


def _overlapping(flight: Flight, inclusions: Sequence[_Area]) -> Iterator[Found]:
    """Two of which neither lies in the other: legal, and seldom what was meant."""
    for first, second in combinations(inclusions, 2):
        if not first.shape.covers(second.shape) and not second.shape.covers(first.shape):
            message = OVERLAPPING(first=first.words, second=second.words)
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
            yield _at(flight, seq, RALLY_ELSEWHERE(item=seq, at=_degrees(item)))
            continue
        if around is not None and shapely.distance(around[1], place) > PLACE_TOLERANCE_M:
            distance_m = shapely.distance(around[1], place)
            message = RALLY_OUTSIDE_SITE(item=seq, distance=distance_m, fence=around[0])
            yield _at(flight, seq, message, place, around[0], distance_m)
            continue
        for area in areas:
            outside_m = shapely.distance(area.shape, place)
            if area.is_inclusion and outside_m > PLACE_TOLERANCE_M:
                message = RALLY_OUTSIDE(item=seq, distance=outside_m, area=area.words)
                yield _at(flight, seq, message, place, amount_m=outside_m)
            if not area.is_inclusion and area.shape.contains(place):
                yield _at(flight, seq, RALLY_INSIDE(item=seq, area=area.words), place)
        height_m = max(flight.rtl_altitude_m, item.altitude_m)
        for keep_out, shape in ground.keep_outs:
            if keep_out.floor_m < height_m and shape.contains(place):
                yield _at(flight, seq, RALLY_KEEP_OUT(item=seq, id=keep_out.id), place, keep_out.id)
        for obstacle, centre in ground.obstacles:
            if shapely.distance(centre, place) < obstacle.radius_m:
                yield _at(flight, seq, RALLY_OBSTACLE(item=seq, id=obstacle.id), place, obstacle.id)


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
    example="no place in common of the fence's inclusion 0-3 and inclusion 4-7: ArduCopter flies only inside all "
    "inclusions at once",
    remedy="Draw one inclusion around everything that is flown, and exclusions in it; zones are patrol areas, no "
    "fences. Move rally points inside.",
)
