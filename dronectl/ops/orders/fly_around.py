"""Around what stands in the way: from bend to bend in GUIDED, each leg proved from where the drone then is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dronectl.errors import InputError, Interrupted, NoAnswer, Refused, RuleViolation
from dronectl.geodesy.distance import flat_distance_m
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.geo import GeoPoint
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.common.waiting import until
from dronectl.ops.orders import orders
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.way_ahead import STREAM_HZ, present_of, violations_text
from dronectl.ops.telemetry.streams import kept_streams

if TYPE_CHECKING:
    from dronectl.checks.ways.way import Present, Way
    from dronectl.checks.ways.way_ahead import Proof

REACHED_M = 2.0
"""A bend is reached within this distance, and this height, of it …"""
SLOW_M_S = 1.0
"""… when the drone is no faster than this."""
STALLED_S = 20.0
NEARER_M = 1.0
"""Whoever has not come nearer by this in ``STALLED_S`` does not come."""


Look = Callable[[], Awaitable[Airspace]]


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a leg in GUIDED ends."""

    place: GeoPoint
    relative_altitude_m: float

    def __str__(self) -> str:
        return f"{self.place} at {self.relative_altitude_m:.1f} m"


@dataclass(frozen=True)
class Detour:
    """Legs in GUIDED; then ``way`` begins, which is lawful from the last stop."""

    stops: tuple[Stop, ...]
    way: Way
    length_m: float
    """To the last stop and on to where the direct way led."""

    def legs(self) -> Way:
        """Over the stops, as one way."""
        from dronectl.checks.ways.way import over

        return over([(stop.place, stop.relative_altitude_m) for stop in self.stops])

    def description(self) -> str:
        legs = "1 leg" if len(self.stops) == 1 else f"{len(self.stops)} legs"
        return f"around over {'; '.join(map(str, self.stops))} ({legs}, {self.length_m:.0f} m with the last one)"

    def as_json(self) -> dict[str, object]:
        return {
            "length_m": round(self.length_m, 1),
            "stops": [
                {
                    "lat_deg": stop.place.lat_deg,
                    "lon_deg": stop.place.lon_deg,
                    "relative_altitude_m": round(stop.relative_altitude_m, 2),
                }
                for stop in self.stops
            ],
        }


async def find_detour(vehicle: VehicleLink, airspace: Airspace, refused: Proof) -> Detour:
    """The shortest way around for a way that was refused, each of its legs lawful by the checks.

    Raises:
        RuleViolation: none was found. NotReady: where the drone is now is not known.
    """
    return detour_from(await present_of(vehicle), refused, airspace, vehicle.name)


def detour_from(present: Present, refused: Proof, airspace: Airspace, name: str) -> Detour:
    """As :func:`find_detour`, of a drone that is known to be somewhere."""
    goal = first_goal(refused, present, airspace)
    tried: list[str] = []
    if goal is not None:
        heights_m = dict.fromkeys(
            [
                present.relative_altitude_m,
                max(present.relative_altitude_m, goal.relative_altitude_m),
                goal.relative_altitude_m,
            ]
        )
        for height_m in heights_m:
            try:
                return _detour_at(height_m, present, goal, refused, airspace, name)
            except (InputError, RuleViolation) as error:
                tried.append(f"at {height_m:.0f} m: {error.message}")
    raise RuleViolation(
        f"{name}: {violations_text(refused.errors)}; no lawful way around was found"
        + (f" ({'; '.join(tried)})" if tried else ""),
        hint="lead it by hand, in legs of goto, or order it back",
    )


def first_goal(refused: Proof, present: Present, airspace: Airspace) -> Stop | None:
    """Where the first leg of a way leads to."""
    from dronectl.checks.ways.way_ahead import home_height_m

    flight = refused.flight
    for leg in flight.legs:
        if (leg.start.x_m, leg.start.y_m) != (leg.end.x_m, leg.end.y_m):
            return Stop(
                airspace.place(leg.end.x_m, leg.end.y_m), leg.end.height_m - home_height_m(present, airspace.ground)
            )
    return None


def _detour_at(height_m: float, present: Present, goal: Stop, refused: Proof, airspace: Airspace, name: str) -> Detour:
    """At one height, with a climb before it where that is another than the present one.

    Raises:
        InputError: there is no way. RuleViolation: a leg of it is not lawful.
    """
    from dronectl.planning.paths.detour import bends_around

    drone, ground = airspace.drone(name), airspace.ground
    heights_m = (height_m, goal.relative_altitude_m)
    bends = bends_around(
        ground.site, ground.frame, drone, present.place, goal.place, heights_m, _avoided(airspace, name, heights_m)
    )
    stops = [Stop(bend, height_m) for bend in bends]
    if abs(height_m - present.relative_altitude_m) > REACHED_M or not stops:
        stops.insert(0, Stop(present.place, height_m))
    at = present
    length_m = 0.0
    for stop in stops:
        require(prove_leg(stop, at, airspace, name))
        length_m += flat_distance_m(at.place, stop.place)
        at = replace(at, place=stop.place, relative_altitude_m=stop.relative_altitude_m, east_m_s=0.0, north_m_s=0.0)
    require(airspace.prove(refused.way, at, name))
    return Detour(tuple(stops), refused.way, length_m + flat_distance_m(at.place, goal.place))


def _avoided(airspace: Airspace, name: str, heights_m: tuple[float, float]) -> list[tuple[GeoPoint, float]]:
    """Discs around the others that stand at these heights, or of which nobody knows where they go."""
    separation_m = airspace.site.rules.separation_m
    discs = []
    for other in airspace.others:
        x_m, y_m, height_m = other.flight.corners[0].tolist()
        radius_m = separation_m + other.radius_m
        near = min(heights_m) - radius_m < height_m < max(heights_m) + radius_m
        if other.name != name and other.stands and near:
            discs.append((airspace.place(x_m, y_m), radius_m))
    return discs


def prove_leg(stop: Stop, present: Present, airspace: Airspace, name: str) -> Proof:
    """One leg in GUIDED."""
    from dronectl.checks.ways.way import there

    return airspace.prove(there(stop.place, stop.relative_altitude_m), present, name)


def require(proof: Proof) -> None:
    if proof.errors:
        raise RuleViolation(violations_text(proof.errors))


async def fly_detour(vehicle: VehicleLink, look: Look, detour: Detour, listener: Listener = ignore) -> None:
    """Flies the legs; ``look`` says before each of them who else is in the airspace. Returns where the way that
    comes next is lawful; that is proved anew there.

    When it is given up, at any moment, the drone flies to the stop that it was sent to last, and hovers there.

    Raises:
        RuleViolation: from where the drone is now, what comes next is not lawful: it hovers.
        Refused: the drone left GUIDED. NoAnswer: it is not heard, or does not come to a stop.
        Interrupted: cancelled.
    """
    name = vehicle.name
    going_to: Stop | None = None
    try:
        async with kept_streams([vehicle], STREAM_HZ, listener):
            for number, stop in enumerate(detour.stops, start=1):
                airspace = await look()
                _require_from_here(prove_leg(stop, await present_of(vehicle), airspace, name), name)
                listener(Note(f"leg {number} of {len(detour.stops)} around: to {stop}", name))
                going_to = stop
                await orders.goto(vehicle, stop.place, stop.relative_altitude_m)
                await arrival(vehicle, stop)
            airspace = await look()
            _require_from_here(airspace.prove(detour.way, await present_of(vehicle), name), name)
    except asyncio.CancelledError:
        where = f"flies on to {going_to}, which was proved, and hovers there" if going_to else "got no order yet"
        raise Interrupted(f"stopped by the user; {name} {where}") from None


def _require_from_here(proof: Proof, name: str) -> None:
    if proof.errors:
        raise RuleViolation(
            f"{name}: {violations_text(proof.errors)}; it hovers", hint="order again, from where it is now"
        )


async def arrival(vehicle: VehicleLink, stop: Stop) -> None:
    """Returns when the drone, which was sent there in GUIDED, hovers at the stop.

    Raises:
        Refused: it left GUIDED on the way. NoAnswer: it does not come, or is not heard.
    """
    state = vehicle.state
    least_m = float("inf")

    def is_there() -> bool:
        return _distance_m(vehicle, stop) <= REACHED_M and (state.ground_speed_m_s or 0.0) <= SLOW_M_S

    def is_over() -> bool:
        return is_there() or state.mode != "GUIDED" or _distance_m(vehicle, stop) < least_m - NEARER_M

    while not is_there():
        least_m = min(least_m, _distance_m(vehicle, stop))
        moved = await until(vehicle, is_over, STALLED_S)
        if state.mode != "GUIDED":
            raise Refused(
                f"{vehicle.name} left the way around: it is in {state.mode} now",
                hint="somebody, or a failsafe, has taken it over: nothing more was ordered",
            )
        if not moved and not is_there():
            raise NoAnswer(
                f"{vehicle.name} does not come to {stop}: {_distance_m(vehicle, stop):.0f} m are left",
                hint="it hovers, or goes on to that place; the way there is proved",
            )


def _distance_m(vehicle: VehicleLink, stop: Stop) -> float:
    """In space, by the last position heard; infinite before one is."""
    state = vehicle.state
    if state.position is None or state.relative_altitude_m is None:
        return float("inf")
    return max(flat_distance_m(state.position, stop.place), abs(state.relative_altitude_m - stop.relative_altitude_m))
