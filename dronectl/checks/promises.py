"""What a hot-spot patrol still keeps of its promise when drones are called away in the middle of their flights.

Held against the whole plan: what a drone left is flown later or never, its later flights begin when it is back and its
battery is changed, all other flights are flown as planned.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dronectl.checks.engine import flights_and_ground
from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rules.idleness import gaps_s, stays_at
from dronectl.model.plan.hotspot import HotspotFigures
from dronectl.model.plan.plan import Plan
from dronectl.model.plan.shift import begins_of
from dronectl.model.site import Site
from dronectl.model.text.shown_time import clock, iso_z

_LONGER_S = 1.0
Key = tuple[str, int]
"""A flight: of which drone, and its sortie."""


@dataclass(frozen=True, slots=True)
class Leave:
    """A drone was called away at ``left``, after item ``reached`` of its flight in ``sortie``."""

    drone: str
    sortie: int
    reached: int
    left: datetime
    away_s: float | None
    """So long later it goes on with its flight; None: never."""
    lands_s: float = 0.0
    """Where it never does: so long later it has landed."""
    flown_s: float | None = None
    """So long it had been in the air; None: not known, and the item after ``reached`` had just begun."""


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    """A time for which a point is alone for longer than promised, and than the plan had it."""

    point: str
    patrol: str
    alone_s: float
    """So long nobody is there."""
    begins_s: float
    """Of that, after the start of the patrol's period."""
    promised_s: float
    planned_s: float
    """The longest time without anybody there as planned."""
    due: datetime
    """By then somebody was to be there again."""
    comes: bool
    """Somebody comes late; else nobody comes before the patrol's period is over."""

    @property
    def late_s(self) -> float:
        """So late somebody comes, or the period ends."""
        return self.alone_s - self.promised_s

    def words(self, zone: ZoneInfo) -> str:
        due, late = clock(self.due, zone), f"{self.late_s / 60.0:.0f} min"
        if not self.comes:
            over = clock(self.due + timedelta(seconds=self.late_s), zone)
            return f"{self.point} due {due}, nobody comes before the patrol ends at {over}"
        return f"{self.point} due {due}, {late} late ({self.promised_s / 60.0:.0f} min promised)"

    def as_json(self) -> dict[str, object]:
        return {
            "point": self.point,
            "patrol": self.patrol,
            "due_utc": iso_z(self.due),
            "late_s": round(self.late_s, 1),
            "comes": self.comes,
            "alone_s": round(self.alone_s, 1),
            "begins_s": round(self.begins_s, 1),
            "promised_s": self.promised_s,
            "planned_s": round(self.planned_s, 1),
        }


def broken_promises(plan: Plan, site: Site, leaves: Sequence[Leave]) -> tuple[BrokenPromise, ...]:
    """What cannot be kept, the earliest first. ``leaves`` in order of time; the times of day count from the last one.

    Raises:
        InputError: the plan names a drone that the workspace does not have.
    """
    if not plan.hotspots or not leaves:
        return ()
    flown, ground = flights_and_ground(plan, site)
    ground = replace(ground, hotspots=plan.hotspots)
    planned = {(flight.drone.name, flight.sortie): flight for flight in flown}
    day = _Day(plan, site, planned)
    changed = day.after(leaves)
    into_s, begins_of_s = day.into_s(leaves), day.begins_s
    found = []
    for promise in plan.hotspots:
        now_s = into_s - begins_of_s.get(promise.first_sortie, 0.0)
        for point, before_s, gaps in _gaps(promise, planned.values(), changed.values(), ground):
            most_s = max(promise.max_idleness_s, before_s) + _LONGER_S
            for alone_s, begins_s in gaps:
                if alone_s > most_s and begins_s + alone_s > now_s:
                    due = leaves[-1].left + timedelta(seconds=begins_s + promise.max_idleness_s - now_s)
                    comes = begins_s + alone_s < promise.period_s
                    found.append(
                        BrokenPromise(
                            point, promise.patrol, alone_s, begins_s, promise.max_idleness_s, before_s, due, comes
                        )
                    )
    return tuple(sorted(found, key=lambda one: (one.due, one.point)))


def _gaps(
    promise: HotspotFigures, planned: Iterable[Flight], changed: Iterable[Flight], ground: Ground
) -> Iterator[tuple[str, float, list[tuple[float, float]]]]:
    """For each point its longest time alone as planned, and its times alone as it comes."""
    before, after = ([one for one in flown if one.patrol == promise.patrol] for flown in (planned, changed))
    for spot in promise.spots:
        point = next((one for one in ground.site.zones.points if one.id == spot.id), None)
        if point is None:
            continue
        both = (stays_at(point, spot.standoff_m, own, promise, ground) for own in (before, after))
        kept, left = (
            gaps_s([stay for stay in stays if stay[0] < promise.period_s], promise.period_s) for stays in both
        )
        yield spot.id, max(kept)[0], left


@dataclass(frozen=True)
class _Day:
    """The flights of a plan, in seconds from its first wave on."""

    plan: Plan
    site: Site
    planned: Mapping[Key, Flight]

    @property
    def turnaround_s(self) -> float:
        return 60.0 * self.site.rules.turnaround_min

    @property
    def begins_s(self) -> dict[int, float]:
        """When each sortie number is flown first."""
        waves = sorted(begins_of(self.plan, self.turnaround_s))
        return {number: begin_s - waves[0][0] for begin_s, number in reversed(waves)}

    def into_s(self, leaves: Sequence[Leave]) -> float:
        """So long after the first wave began the last one was called away, by how far its flight was then."""
        leave = leaves[-1]
        flight = self.after(leaves[:-1]).get((leave.drone, leave.sortie))
        return 0.0 if flight is None else self.begins_s[leave.sortie] + flight.start_s + _elapsed_s(flight, leave)

    def after(self, leaves: Sequence[Leave]) -> dict[Key, Flight]:
        """All flights as they come."""
        flown = dict(self.planned)
        lands_s: dict[Key, float] = {}
        for leave in leaves:
            key = leave.drone, leave.sortie
            if key in flown:
                lands_s[key] = _lands_s(flown[key], leave)
                flown[key] = _left(flown[key], leave)
        for name in {leave.drone for leave in leaves}:
            self._put_off(name, flown, lands_s)
        return flown

    def _put_off(self, name: str, flown: dict[Key, Flight], lands_s: Mapping[Key, float]) -> None:
        """The later flights of one drone, to when its battery is changed."""
        begins_s, ready_s = self.begins_s, -math.inf
        own = sorted((begins_s[one.sortie] + one.start_s, key) for key, one in flown.items() if key[0] == name)
        for begin_s, key in own:
            late_s = max(0.0, ready_s - begin_s)
            flight = flown[key] = replace(flown[key], start_s=flown[key].start_s + late_s)
            if late_s > 0.0 or key in lands_s:
                lasts_s = lands_s.get(key, flight.legs[-1].end_s if flight.legs else 0.0)
                ready_s = begin_s + late_s + lasts_s + self.turnaround_s


def _elapsed_s(flight: Flight, leave: Leave) -> float:
    """So long it had been in the air when it was left; what is known of that within what its item allows."""
    begun_s = max((leg.end_s for leg in flight.legs if leg.item <= leave.reached), default=0.0)
    ended_s = max((leg.end_s for leg in flight.legs if leg.item <= leave.reached + 1), default=begun_s)
    return begun_s if leave.flown_s is None else min(max(begun_s, leave.flown_s), ended_s)


def _later_s(flight: Flight, leave: Leave) -> float:
    """By so much later its rest is flown: the item that it was at is begun anew."""
    begun_s = _elapsed_s(flight, replace(leave, flown_s=None))
    return (leave.away_s or 0.0) + _elapsed_s(flight, leave) - begun_s


def _lands_s(flight: Flight, leave: Leave) -> float:
    """After its take-off."""
    if leave.away_s is None:
        return _elapsed_s(flight, leave) + leave.lands_s
    return (flight.legs[-1].end_s if flight.legs else 0.0) + _later_s(flight, leave)


def _left(flight: Flight, leave: Leave) -> Flight:
    """What was flown, and the rest later or never."""
    done = [leg for leg in flight.legs if leg.item <= leave.reached]
    if leave.away_s is None:
        return replace(flight, route=replace(flight.route, legs=tuple(done)))
    later_s = _later_s(flight, leave)
    rest = (leg for leg in flight.legs if leg.item > leave.reached)
    moved = [replace(leg, start_s=leg.start_s + later_s, end_s=leg.end_s + later_s) for leg in rest]
    return replace(flight, route=replace(flight.route, legs=(*done, *moved)))
