"""How long nobody was at each hot spot of a plan, held against what the plan promises; by what was seen since the page
was started."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dronectl.geodesy.distance import flat_distance_m
from dronectl.model.geo import GeoPoint
from dronectl.model.picture import DronePicture
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.model.telemetry import TelemetryKind

BESIDE_M = 10.0
"""Who hovers no further off than the standoff distance and this is there: a waypoint's radius, what positions err."""
HOVERS_M_S = 2.0
SOON_SHARE = 0.75


class Idleness(StrEnum):
    THERE = "there"
    OK = "ok"
    SOON = "soon"
    """Three quarters of what is promised are over."""
    OVERDUE = "overdue"
    UNKNOWN = "unknown"
    """Nobody was seen there since the page was started, which is less than is promised."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One point of a hot-spot patrol; ``promise_s``: it is to be left alone for no longer."""

    id: str
    name: str
    at: GeoPoint
    standoff_m: float
    promise_s: float


def spots_of(plan: Plan, site: Site) -> tuple[Spot, ...]:
    """Of all hot-spot patrols of a plan; a point of several has the shortest promise."""
    found: dict[str, Spot] = {}
    points = {point.id: point for point in site.zones.points}
    for kept in plan.hotspots:
        for one in kept.spots:
            point = points.get(one.id)
            known = found.get(one.id)
            if point is not None and (known is None or kept.max_idleness_s < known.promise_s):
                found[one.id] = Spot(point.id, point.name, point.position, one.standoff_m, kept.max_idleness_s)
    return tuple(found.values())


@dataclass
class IdlenessWatch:
    """A fold over pictures. Times are on one clock, in seconds."""

    spots: Sequence[Spot]
    began_s: float
    _last_s: dict[str, float] = field(default_factory=dict)
    _there: frozenset[str] = frozenset()

    def look(self, drones: Iterable[DronePicture], now_s: float) -> None:
        """Takes in who is where; a place that is old says nothing."""
        places = [place for drone in drones if (place := _hovers_at(drone)) is not None]
        self._there = frozenset(
            spot.id
            for spot in self.spots
            if any(flat_distance_m(place, spot.at) <= spot.standoff_m + BESIDE_M for place in places)
        )
        self._last_s.update(dict.fromkeys(self._there, now_s))

    def rows(self, now_s: float) -> list[dict[str, object]]:
        """``alone_s``: since the last visit, or, where ``is_least``, at least so long."""
        return [self._row(spot, now_s) for spot in self.spots]

    def _row(self, spot: Spot, now_s: float) -> dict[str, object]:
        last_s = self._last_s.get(spot.id)
        alone_s = now_s - (self.began_s if last_s is None else last_s)
        return {
            "id": spot.id,
            "name": spot.name,
            "at": [round(spot.at.lat_deg, 7), round(spot.at.lon_deg, 7)],
            "alone_s": round(alone_s),
            "is_least": last_s is None,
            "promise_s": round(spot.promise_s),
            "state": str(self._state(spot, alone_s, known=last_s is not None)),
        }

    def _state(self, spot: Spot, alone_s: float, *, known: bool) -> Idleness:
        if spot.id in self._there:
            return Idleness.THERE
        if alone_s > spot.promise_s:
            return Idleness.OVERDUE
        if not known:
            return Idleness.UNKNOWN
        return Idleness.SOON if alone_s > SOON_SHARE * spot.promise_s else Idleness.OK


def _hovers_at(drone: DronePicture) -> GeoPoint | None:
    sample = drone.sample
    if (
        not drone.is_airborne
        or drone.is_old(TelemetryKind.POSITION)
        or sample.lat_deg is None
        or sample.lon_deg is None
    ):
        return None
    if (sample.live().ground_speed_m_s or 0.0) > HOVERS_M_S:
        return None
    return GeoPoint(sample.lat_deg, sample.lon_deg)
