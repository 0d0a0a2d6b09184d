"""The fence and the rally points that a drone carries: what ArduCopter stores without a word and cannot fly with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import shapely

from dronectl.checks.carried_areas import LEAST_AREA_M2, CarriedArea, carried_areas, degrees_of
from dronectl.checks.flight import Flight, Ground
from dronectl.checks.own_fence import own_fence
from dronectl.checks.rule import PLACE_TOLERANCE_M, Found, Rule, found
from dronectl.checks.wording import Form
from dronectl.model.plan.finding import Message, Severity
from dronectl.model.plan.mission import Command, Mission

_GRID_M = 1e-4

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


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """One finding each; what a drone carries in several sorties is looked at once."""
    seen: dict[tuple[str, Mission, Mission], list[CarriedArea]] = {}
    for flight in flights:
        carried = (flight.drone.name, flight.fence, flight.rally)
        if carried not in seen:
            areas, no_areas = carried_areas(flight, ground)
            yield from (_at(flight, one.seq, one.message, one.where) for one in no_areas)
            inclusions = [area for area in areas if area.is_inclusion]
            apart = _disjoint(flight, inclusions)
            yield from _overlapping(flight, inclusions) if apart is None else (apart,)
            # Of inclusions that have no place in common, nothing more can be said.
            seen[carried] = [area for area in areas if apart is None or not area.is_inclusion]
            yield from _home_beyond(seen[carried], flight, ground)
            yield from _wrong_rally_points(seen[carried], flight, ground)
        yield from own_fence(flight, seen[carried], ground)


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


def _home_beyond(areas: Sequence[CarriedArea], flight: Flight, ground: Ground) -> Iterator[Found]:
    home = shapely.Point(*ground.frame.point_to_xy(flight.home))
    for area in areas:
        distance_m = shapely.distance(area.shape, home)
        if area.is_inclusion and distance_m > PLACE_TOLERANCE_M:
            message = HOME_OUTSIDE(drone=flight.drone.name, distance=distance_m, area=area.words)
            yield _at(flight, area.seq, message, home, amount_m=distance_m)
        if not area.is_inclusion and area.shape.covers(home):
            message = HOME_INSIDE(drone=flight.drone.name, area=area.words)
            yield _at(flight, area.seq, message, home)


def _disjoint(flight: Flight, inclusions: Sequence[CarriedArea]) -> Found | None:
    """The first two inclusions without a common place, or all where only together they have none."""
    for first, second in combinations(inclusions, 2):
        if _shared(first.shape, second.shape).area < LEAST_AREA_M2:
            return _at(
                flight,
                second.seq,
                DISJOINT(first=first.words, second=second.words),
                second.shape.centroid,
            )
    common: shapely.Geometry | None = None
    for area in inclusions:
        common = area.shape if common is None else _shared(common, area.shape)
        if common.area < LEAST_AREA_M2:
            return _at(flight, area.seq, ALL_DISJOINT(count=len(inclusions)), area.shape.centroid)
    return None


def _overlapping(flight: Flight, inclusions: Sequence[CarriedArea]) -> Iterator[Found]:
    """Two of which neither lies in the other: legal, and seldom what was meant."""
    for first, second in combinations(inclusions, 2):
        if not first.shape.covers(second.shape) and not second.shape.covers(first.shape):
            message = OVERLAPPING(first=first.words, second=second.words)
            yield _at(flight, second.seq, message, second.shape.centroid, severity=Severity.WARNING)


def _shared(first: shapely.Geometry, second: shapely.Geometry) -> shapely.Geometry:
    return shapely.intersection(first, second, grid_size=_GRID_M)


def _wrong_rally_points(areas: Sequence[CarriedArea], flight: Flight, ground: Ground) -> Iterator[Found]:
    """A return ends with a landing there: from the return's height down to the ground it must be free."""
    around = ground.fence_area(flight.drone.name)
    for seq, item in enumerate(flight.rally.items):
        if item.command != Command.RALLY_POINT:
            continue
        place = ground.place(item)
        if place is None:
            yield _at(flight, seq, RALLY_ELSEWHERE(item=seq, at=degrees_of(item)))
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
        for keep_out, shape in ground.closed_for(flight):
            if keep_out.floor_m < height_m and shape.contains(place):
                yield _at(flight, seq, RALLY_KEEP_OUT(item=seq, id=keep_out.id), place, keep_out.id)
        for obstacle, centre in ground.obstacles:
            if shapely.distance(centre, place) < obstacle.radius_m:
                yield _at(flight, seq, RALLY_OBSTACLE(item=seq, id=obstacle.id), place, obstacle.id)


RULE = Rule(
    id="on-board",
    title="A fence and rally points to fly with",
    explanation="The fence that a drone carries must enclose something, not cross itself, have its home inside of "
    "every inclusion and outside of every exclusion, and inclusions that share a place; rally points must lie inside "
    "of it, and free. The mission must stay inside of it too, at any height: that of its own file, or the one that "
    "is uploaded with it. Nearer to its edge than [rules] fence_margin_m is a warning.",
    find=find,
    why="ArduCopter stores all of this without a word. It then refuses to arm (vehicle outside fence), or sends a "
    "returning drone to land outside of its fence; a mission that crosses it ends there with a return.",
    source="AC_PolyFence_loader::breached of ArduCopter 4.5: outside of one inclusion is outside. The option that "
    "makes a union of them is Plane's there. Polygons count crossings of their edges: which way round the "
    "vertices go does not matter, that they are in order does.",
    example="no place in common of the fence's inclusion 0-3 and inclusion 4-7: ArduCopter flies only inside all "
    "inclusions at once",
    remedy="Draw one inclusion around everything that is flown, and exclusions in it; zones are patrol areas, no "
    "fences. Move rally points inside, and items that lead out of it or through an exclusion; or draw the fence anew.",
)
