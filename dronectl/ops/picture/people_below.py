"""Officers within whose circle a drone flies: the circle that orders keep clear of, wherever he walks meanwhile.

Who was known and is not any more keeps the circle that he had then: it is told that he may be below, and nobody is
taken for having gone because nothing is heard of him.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dronectl.geodesy.distance import flat_distance_m
from dronectl.model.geo import GeoPoint
from dronectl.model.picture import PersonBelow
from dronectl.model.tak.officers import MISSED_FOR, Officer, OfficersPicture


@dataclass(slots=True)
class PeopleBelow:
    """What was told of officers last, and when, on the clock of the picture that it is part of."""

    told: OfficersPicture | None = None
    """None: nobody asks for them."""
    _told_at: datetime | None = None
    _told_s: float = 0.0
    _known: dict[str, Officer] = field(default_factory=dict)

    def know(self, told: OfficersPicture | None, moment: datetime, now_s: float) -> None:
        """``moment``: of what was told, and the same on the clock of the picture."""
        self.told, self._told_at, self._told_s = told, moment, now_s
        named = () if told is None else (*told.officers, *told.missed)
        known = {**self._known, **{one.uid: one for one in named}}
        self._known = {uid: one for uid, one in known.items() if moment - one.seen <= MISSED_FOR}

    def below(self, place: GeoPoint, now_s: float) -> PersonBelow | None:
        """The officer within whose circle this place is; of several the nearest that is known."""
        if self.told is None or self._told_at is None:
            return None
        moment = self._told_at + timedelta(seconds=now_s - self._told_s)
        found = [one for officer in self._known.values() if (one := self._below(officer, place, moment)) is not None]
        return min(found, key=lambda one: (not one.is_known, one.away_m), default=None)

    def _below(self, officer: Officer, place: GeoPoint, moment: datetime) -> PersonBelow | None:
        assert self.told is not None
        if officer.name in self.told.crew:
            return None
        radius_m = officer.radius_m(min(moment, officer.known_until), self.told.margin_m)
        away_m = flat_distance_m(place, officer.place)
        if away_m > radius_m:
            return None
        return PersonBelow(officer.name, away_m, radius_m, officer.age_s(moment), officer.is_known(moment))
