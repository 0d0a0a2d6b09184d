"""Incidents by what they are looked for by: key, mark, day, and where and when they were reported."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from dronectl.formats.incidents.incident_lines import take_line
from dronectl.geodesy.distance import flat_distance_m
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import Incident, IncidentEvent, IncidentReport, number_of

SAME_WITHIN_M = 150.0
SAME_WITHIN = timedelta(minutes=15)
"""Reports so near to each other in place and time may be of one incident: a person is asked."""
_CELL_DEG = 0.002
_REACH_DEG = SAME_WITHIN_M / 110_000.0
"""Of latitude: a little more than that many metres."""
_MOST_CELLS = 50
_TOLD = re.compile(rb'"incident":"(\d{4}-\d{4}-\d{2,6})"')

_Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Like:
    """An incident that a report may be about, how far off and how long ago."""

    incident: Incident
    away_m: float
    apart_s: float

    def words(self) -> str:
        return f"{self.incident.number} ({self.incident.kind}, {self.away_m:.0f} m off, {self.apart_s / 60.0:.0f} min)"


@dataclass(slots=True)
class IncidentIndex:
    """Grows by lines of the book. ``serials``: the greatest number told on each day, by what keys of that day begin
    with; also of lines that are damaged."""

    by_key: dict[str, Incident] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    serials: dict[str, int] = field(default_factory=dict)
    _closed: set[str] = field(default_factory=set)
    _reported: defaultdict[_Cell, dict[tuple[str, GeoPoint], list[datetime]]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def take(self, line: Mapping[str, Any]) -> None:
        """One more line; what says nothing sensible is left out."""
        key = str(line.get("incident"))
        before = self.by_key.get(key)
        take_line(line, self.by_key)
        now = self.by_key.get(key)
        if now is None or now is before:
            return
        self._tell_serial(key)
        if isinstance(mark := line.get("mark"), str):
            self.marks.add(mark)
        if now.notes[-1].event is IncidentEvent.CLOSED:
            self._closed.add(key)
        if before is None or len(now.reports) > len(before.reports):
            self._take_report(key, now.reports[-1])

    def take_raw(self, data: bytes) -> None:
        """Numbers that the bytes of lines tell of, whole or not: none of them is given again."""
        for key in set(_TOLD.findall(data)):
            self._tell_serial(key.decode("ascii"))

    def forget(self) -> None:
        """All but which numbers were told."""
        for known in (self.by_key, self.marks, self._closed, self._reported):
            known.clear()

    def next_key(self, day: date, *others: IncidentIndex) -> str:
        """The next number of a day: none that was given."""
        begins = f"{day.year}-{number_of(day, 0).removesuffix('00')}"
        last = max(one.serials.get(begins, 0) for one in (self, *others))
        return f"{day.year}-{number_of(day, last + 1)}"

    def near(self, report: IncidentReport) -> Iterator[tuple[str, float, float]]:
        """Incidents that are open and were reported near to it in place and time: key, metres, seconds; one may come
        several times."""
        point = report.place.point
        for cell in self._cells_around(point):
            for (key, place), times in self._reported.get(cell, {}).items():
                if key in self._closed or (away_m := flat_distance_m(point, place)) > SAME_WITHIN_M:
                    continue
                at = bisect_left(times, report.reported)
                apart = min(abs(report.reported - moment) for moment in times[max(0, at - 1) : at + 1])
                if apart <= SAME_WITHIN:
                    yield key, away_m, apart.total_seconds()

    def _tell_serial(self, key: str) -> None:
        begins, _, serial = key.rpartition("-")
        self.serials[f"{begins}-"] = max(self.serials.get(f"{begins}-", 0), int(serial))

    def _take_report(self, key: str, report: IncidentReport) -> None:
        point = report.place.point
        insort(self._reported[_cell(point)].setdefault((key, point), []), report.reported)

    def _cells_around(self, point: GeoPoint) -> Iterator[_Cell]:
        """Those in which something may be near enough; all of them near the poles."""
        wide_deg = _REACH_DEG / max(1e-9, math.cos(math.radians(min(89.9, abs(point.lat_deg) + _REACH_DEG))))
        aside, (row, column) = math.ceil(wide_deg / _CELL_DEG), _cell(point)
        if aside > _MOST_CELLS:
            yield from list(self._reported)
            return
        around = round(360.0 / _CELL_DEG)
        for north in (-1, 0, 1):
            for east in range(-aside, aside + 1):
                yield row + north, (column + east) % around


def _cell(point: GeoPoint) -> _Cell:
    around = round(360.0 / _CELL_DEG)
    return math.floor(point.lat_deg / _CELL_DEG), math.floor(point.lon_deg / _CELL_DEG) % around


def likely(report: IncidentReport, *indexes: IncidentIndex) -> list[Like]:
    """Open incidents that a report may be about, the likeliest first. Of an incident in several the last one counts."""
    found: dict[str, tuple[float, float]] = {}
    for index in indexes:
        for key, away_m, apart_s in index.near(report):
            found[key] = min(found.get(key, (math.inf, math.inf)), (away_m, apart_s))
    known = {key: incident for index in indexes for key in found if (incident := index.by_key.get(key)) is not None}
    likes = [Like(known[key], *near) for key, near in found.items()]
    return sorted(likes, key=lambda like: (like.away_m, like.apart_s, like.incident.day, like.incident.serial))
