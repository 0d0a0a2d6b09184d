"""What a hot-spot patrol still keeps of its promise when one of its drones is called away in the middle of a flight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dronectl.checks.engine import flights_and_ground
from dronectl.checks.flight import Flight
from dronectl.checks.rules.idleness import longest_gap_s, stays_at
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    """A point that is left alone for longer than promised because of it, and than the plan had it."""

    point: str
    patrol: str
    alone_s: float
    """The longest time without anybody there."""
    begins_s: float
    """Of that, after the start of the patrol's period."""
    promised_s: float
    planned_s: float
    """The longest time as planned."""

    def words(self) -> str:
        return f"{self.point} {self.alone_s / 60.0:.0f} min (promised {self.promised_s / 60.0:.0f})"

    def as_json(self) -> dict[str, object]:
        return {
            "point": self.point,
            "patrol": self.patrol,
            "alone_s": round(self.alone_s, 1),
            "begins_s": round(self.begins_s, 1),
            "promised_s": self.promised_s,
            "planned_s": round(self.planned_s, 1),
        }


def broken_promises(
    plan: Plan, site: Site, drone: str, sortie: int, reached: int, away_s: float | None
) -> tuple[BrokenPromise, ...]:
    """With the flight of ``drone`` in ``sortie`` left after item ``reached``: given back ``away_s`` later, or never
    (None). All other flights as planned.

    Raises:
        InputError: the plan names a drone that the workspace does not have.
    """
    if not plan.hotspots:
        return ()
    flights, ground = flights_and_ground(plan, site)
    ground = replace(ground, hotspots=plan.hotspots)
    changed = [
        _left(flight, reached, away_s) if (flight.drone.name, flight.sortie) == (drone, sortie) else flight
        for flight in flights
    ]

    def gaps(flown: Sequence[Flight]) -> Iterator[tuple[str, str, float, float, float]]:
        for promise in plan.hotspots:
            own = [flight for flight in flown if flight.patrol == promise.patrol]
            for spot in promise.spots:
                point = next((one for one in site.zones.points if one.id == spot.id), None)
                if point is not None:
                    stays = stays_at(point, spot.standoff_m, own, promise, ground)
                    within = [stay for stay in stays if stay[0] < promise.period_s]
                    alone_s, begins_s = longest_gap_s(within, promise.period_s)
                    yield spot.id, promise.patrol, alone_s, begins_s, promise.max_idleness_s

    found = []
    for (point, patrol, alone_s, begins_s, most_s), before in zip(gaps(changed), gaps(flights), strict=True):
        if alone_s > max(most_s, before[2]) + 1.0:
            found.append(BrokenPromise(point, patrol, alone_s, begins_s, most_s, before[2]))
    return tuple(sorted(found, key=lambda one: one.promised_s - one.alone_s))


def _left(flight: Flight, reached: int, away_s: float | None) -> Flight:
    """What was flown, and the rest later or never."""
    done = [leg for leg in flight.legs if leg.item <= reached]
    rest = [leg for leg in flight.legs if leg.item > reached]
    if away_s is None:
        rest = []
    moved = [replace(leg, start_s=leg.start_s + away_s, end_s=leg.end_s + away_s) for leg in rest] if away_s else rest
    return replace(flight, route=replace(flight.route, legs=(*done, *moved)))
