"""The way that an aircraft will take from where it is, held against the rules that plans are held against.

Every way is a mission as the autopilot flies it (a place to go to, a return, a landing are missions of one item), flown
from the present place by the same engine. Two things are otherwise than with a plan:

* The place was measured, not chosen. A way that starts from it may come into a margin by a little (``leaving.py``):
  errors of the position and cut corners are what the margin is for.
* The aircraft may be where it should not be. A way that leaves a margin, a keep-out or the outside of the fence by
  about the shortest, and never goes in deeper, is lawful.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dronectl.checks.authorisation import judge
from dronectl.checks.findings import findings_of
from dronectl.checks.flight import NO_FENCE, Flight, Ground
from dronectl.checks.rule import HEIGHT_TOLERANCE_M, Found, found
from dronectl.checks.rules import aerodrome, ceiling, fence, keep_out, obstacle, terrain
from dronectl.checks.trajectory import unproven
from dronectl.checks.trajectory.item_order import flown_order
from dronectl.checks.trajectory.leg import HERE, Leg, LegKind, Position
from dronectl.checks.trajectory.route import trace
from dronectl.checks.ways.clearance import limits
from dronectl.checks.ways.leaving import cut_where_left, is_near_enough
from dronectl.checks.ways.way import CLIMB_HERE, Present, Way
from dronectl.checks.ways.way_apart import Other, apart
from dronectl.checks.wording import Form
from dronectl.model.fleet import Drone
from dronectl.model.plan.finding import Finding, Severity, allowed_words

_FINDERS = (fence.find, keep_out.entered, obstacle.find, ceiling.find, aerodrome.find, terrain.find)
"""Of the rules that a way is held against; what a failsafe return from it would cross is no matter now."""


_BRAKING = Form("the way on until it stops", "ทางข้างหน้าจนหยุด")
_NOWHERE = Form("the mission on board goes nowhere from here", "ภารกิจบนโดรนไม่ไปไหนต่อจากที่นี่")


@dataclass(frozen=True)
class Proof:
    """What the checks found of a way: lawful when nothing is an error. ``flight`` is the way itself."""

    findings: tuple[Finding, ...]
    flight: Flight
    way: Way

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.severity is Severity.ERROR)

    @property
    def lawful_words(self) -> str:
        """Of one without errors."""
        return allowed_words(self.findings) or "the way from here breaks no rule"


def prove(
    way: Way,
    present: Present,
    drone: Drone,
    ground: Ground,
    *,
    overrides: Sequence[str] = (),
    others: Sequence[Other] = (),
) -> Proof:
    """Holds the way against fence, keep-outs, obstacles, ceiling, aerodromes, terrain, the other aircraft, and against
    what is not known of it. What an authorisation or a person (``overrides``) covers is told as authorised.

    Raises:
        InputError: the aircraft is not at this site.
    """
    flight = flight_ahead(way, present, drone, ground)
    paths = _paths(flight, here(present, ground), height_is_loose=way.height_is_loose)
    told = [*_unknown(flight, way), *_lawful_from_here(flight, paths, ground), *apart(flight, others, ground)]
    if way.names:
        told = [replace(one, finding=replace(one.finding, item=None)) for one in told]
    return Proof(findings_of([judge(one, ground, overrides, [flight]) for one in told], ground), flight, way)


def _paths(flight: Flight, now: Position, *, height_is_loose: bool) -> list[tuple[Leg, ...]]:
    """What may be flown: braking straight on first; as it turns while it brakes, as if it had stopped and turned at
    once; and, where the height is loose, all of the way at one height or at the other."""
    legs = flight.legs
    rest = legs[0].start if legs else now
    braking = Leg(LegKind.TRAVEL, HERE, HERE, now, rest, 0.0, 0.0, False, named=_BRAKING())
    paths = [legs if rest == now else (braking, *legs)]
    first = [leg for leg in legs[:1] if leg.kind in _LEVEL]
    if rest != now:
        paths += [(replace(leg, start=now),) for leg in first]
    for leg in first:
        if height_is_loose and leg.start.height_m != leg.end.height_m:
            for height_m in (leg.start.height_m, leg.end.height_m):
                level = replace(leg, start=replace(leg.start, height_m=height_m))
                paths.append((replace(level, end=replace(leg.end, height_m=height_m)),))
    return paths


def flight_ahead(way: Way, present: Present, drone: Drone, ground: Ground) -> Flight:
    """The way as a flight that begins now, from where the aircraft has come to rest.

    All legs up to the first one that leads away are ``HERE``'s.

    Raises:
        InputError: the aircraft is not at this site.
    """
    home_m = home_height_m(present, ground)
    returns = way.returns
    rest = rest_of(present, drone, ground)
    lifted = replace(rest, height_m=max(rest.height_m, home_m + way.lift_m))
    route = trace(
        way.mission,
        drone,
        home=present.home,
        home_height_m=home_m,
        relief=ground.relief,
        ground_elevation_m=ground.site.ground_elevation_m,
        rally=returns.rally,
        rtl_altitude_m=returns.altitude_m,
        rally_limit_m=returns.rally_limit_m,
        rally_includes_home=returns.rally_includes_home,
        climb_min_m=returns.climb_min_m,
        cone_slope=returns.cone_slope,
        start=lifted,
        first=way.first,
    )
    legs: list[Leg] = []
    if rest.height_m < lifted.height_m:
        legs.append(Leg(LegKind.TAKE_OFF, HERE, HERE, rest, lifted, 0.0, 0.0, False, named=CLIMB_HERE()))
    for leg in route.legs:
        from_here = all(one.kind not in _LEVEL for one in legs)
        legs.append(replace(leg, named=way.names.get(leg.kind), from_item=HERE if from_here else leg.from_item))
    return Flight(
        drone=drone,
        sortie=1,
        patrol=None,
        mission=way.mission,
        fence=NO_FENCE,
        rally=returns.rally,
        home=present.home,
        start_s=0.0,
        planned_system_id=drone.system_id,
        route=replace(route, legs=tuple(legs)),
        relief=ground.relief,
        rtl_altitude_m=returns.altitude_m,
    )


_LEVEL = (LegKind.TRAVEL, LegKind.RETURN)


def here(present: Present, ground: Ground) -> Position:
    """In the site's frame.

    Raises:
        InputError: it is not at this site.
    """
    height_m = home_height_m(present, ground) + present.relative_altitude_m
    return Position(*ground.frame.point_to_xy(present.place), height_m)


def home_height_m(present: Present, ground: Ground) -> float:
    """Of the vehicle's home above the site's plane: what is added to heights above home."""
    return ground.relief.known_at(*ground.frame.point_to_xy(present.home))


def rest_of(present: Present, drone: Drone, ground: Ground) -> Position:
    """Where it comes to rest when it is told to stop now, in the site's frame.

    Raises:
        InputError: it is not at this site.
    """
    return _at_rest(here(present, ground), present, drone)


def _at_rest(here: Position, present: Present, drone: Drone) -> Position:
    """Where it has come to rest when it is told now (AC_PosControl's stopping point, with a gain of 1/s)."""
    speed_m_s = math.hypot(present.east_m_s, present.north_m_s)
    if speed_m_s < 0.5:
        return here
    most_m_s2 = drone.acceleration_m_s2
    stops_s = 1.0 if speed_m_s < most_m_s2 else (speed_m_s / most_m_s2 + most_m_s2 / speed_m_s) / 2.0
    ahead_s = stops_s + present.age_s
    return replace(here, x_m=here.x_m + present.east_m_s * ahead_s, y_m=here.y_m + present.north_m_s * ahead_s)


def _unknown(flight: Flight, way: Way) -> Iterator[Found]:
    """What of the way cannot be told from its items."""
    flown = set(flown_order(way.mission, way.first)[0])
    problems = (*unproven.problems(way.mission), *flight.route.problems)
    for problem in problems:
        if problem.item in flown and problem.severity is Severity.ERROR:
            yield found("structure", flight, problem.message, item=problem.item)
    if not flight.legs and not flown:
        yield found("structure", flight, _NOWHERE())


def _lawful_from_here(flight: Flight, paths: Sequence[tuple[Leg, ...]], ground: Ground) -> Iterator[Found]:
    """What the rules find, without what is lawful because the aircraft is where it is."""
    kept = {limit.zone: limit for limit in limits(ground, flight)}
    legs: list[Leg] = []
    leaving: dict[str, set[Leg]] = {}
    for path in paths:
        cut, left = cut_where_left(path, kept.values())
        legs += cut
        for zone, before in left.items():
            leaving.setdefault(zone, set()).update(before)
    flight = replace(flight, route=replace(flight.route, legs=tuple(legs)))
    comes_down = _comes_down(flight, ground)
    for find in _FINDERS:
        for one in find([flight], ground):
            leg, limit = one.leg, kept.get(one.finding.zone or "")
            if one.finding.severity is not Severity.ERROR or (one.finding.rule == "ceiling" and comes_down):
                continue
            if leg is not None and limit is not None:
                is_leaving = leg in leaving.get(limit.zone, ())
                if is_leaving or (leg.from_item == HERE and is_near_enough(leg, limit)):
                    continue
            yield one


def _comes_down(flight: Flight, ground: Ground) -> bool:
    """It is too high now, and goes down at once to where it may be."""
    most_m = ground.site.rules.ceiling_m + HEIGHT_TOLERANCE_M
    profiles = flight.profiles
    high = np.flatnonzero(profiles.greatest_m > most_m)
    legs = [flight.distinct[index] for index in high]
    falls = all(leg.from_item == HERE and leg.end.height_m <= leg.start.height_m for leg in legs)
    return bool(len(high)) and falls and bool((profiles.least_m[high] <= most_m).any())
