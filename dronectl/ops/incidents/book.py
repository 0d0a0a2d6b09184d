"""The book of incidents: append-only day files in flights/incidents, chained by hashes as the audit log is.

Any number of processes write in it at once. A number is given, and a report held against what is there, while nobody
else can write; so no number is given twice, and no report is overlooked.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from dronectl.errors import InputError
from dronectl.formats.incidents.incident_lines import incidents_of, report_values, take_line
from dronectl.geodesy.distance import flat_distance_m
from dronectl.model.audit import AuditState
from dronectl.model.incidents.incident import Incident, IncidentEvent, IncidentReport, number_of
from dronectl.model.text.shown_time import iso_z, local_day, now
from dronectl.ops.audit.chained_log import ChainedLog
from dronectl.ops.common.operator import operator
from dronectl.storage.reading import unreadable

SAME_WITHIN_M = 150.0
SAME_WITHIN = timedelta(minutes=15)
"""Reports so near to each other in place and time may be of one incident: a person is asked."""

_TOLD = re.compile(rb'"incident":"(\d{4}-\d{4}-\d{2,6})"')
_NUMBER = re.compile(r"(?:(?:(\d{4})-)?(\d{2})(\d{2})-)?(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Like:
    """An incident that a report may be about, how far off and how long ago."""

    incident: Incident
    away_m: float
    apart_s: float

    def words(self) -> str:
        return f"{self.incident.number} ({self.incident.kind}, {self.away_m:.0f} m off, {self.apart_s / 60.0:.0f} min)"


Same = Callable[[IncidentReport, Sequence[Like]], Incident | None]
"""Which of the likely incidents a report is about; None: it is a new one."""


@dataclass(frozen=True, slots=True)
class IncidentBook:
    """The incidents of a workspace."""

    root: Path
    zone: ZoneInfo
    log: ChainedLog = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "log", ChainedLog(self.root / "flights" / "incidents"))

    def incidents(self) -> list[Incident]:
        """All of them, by day and number.

        Raises:
            InputError: a file of the log cannot be read.
        """
        return sorted(incidents_of(self.log.lines()).values(), key=lambda one: (one.day, one.serial))

    def state(self) -> AuditState:
        """Whether the book is what was written in it."""
        return self.log.verify()

    def find(self, text: str) -> Incident:
        """The one of this number: ``1201-07``, with its year ``2026-1201-07``, or ``7`` of today. Without a year the
        latest one.

        Raises:
            InputError: there is none.
        """
        match = _NUMBER.fullmatch(text.strip())
        if match is None:
            raise InputError(f"'{text}' is no number of an incident", hint="write 1201-07, or 7 for today's seventh")
        year, month, day, serial = match.groups()
        today = local_day(now(), self.zone)
        month_day = (int(month), int(day)) if month else (today.month, today.day)
        for one in reversed(self.incidents()):
            if one.serial != int(serial) or (one.day.month, one.day.day) != month_day:
                continue
            if month is None and one.day != today:
                continue
            if year is None or one.day.year == int(year):
                return one
        raise InputError(f"no incident {text}", hint="'dronectl incident list' names them")

    def likely(self, report: IncidentReport, known: Sequence[Incident]) -> list[Like]:
        """Open incidents that a report may be about, the likeliest first."""
        found = []
        for one in known:
            near = [
                (away_m, abs(apart.total_seconds()))
                for before in one.reports
                if abs(apart := report.reported - before.reported) <= SAME_WITHIN
                and (away_m := flat_distance_m(report.place.point, before.place.point)) <= SAME_WITHIN_M
            ]
            if near and one.is_open:
                found.append(Like(one, *min(near)))
        return sorted(found, key=lambda like: (like.away_m, like.apart_s))

    def take(
        self, reports: Sequence[IncidentReport], same: Same, marks: Sequence[str] = (), *, by: str = ""
    ) -> list[Incident]:
        """Writes reports, each as a new incident or as a further report of one; returns whose they are, as they are
        then. ``same`` decides where incidents are likely to be the same. ``marks``: of each report, by which it is
        known again; None for one that was taken before with its mark, which is left out. ``by``: who writes it, where
        that is not the user of this computer.

        Raises:
            StorageError: they are not in the book. Whatever ``same`` raises; nothing is written then.
        """
        keys: list[str] = []

        def lines() -> Sequence[Mapping[str, object]]:
            made, found = self._made(incidents_of(self.log.lines()), reports, same, marks, by)
            keys.extend(found)
            return made

        self.log.append_made(lines, str(local_day(now(), self.zone)))
        found = incidents_of(self.log.lines())
        return [found[key] for key in dict.fromkeys(keys)]

    def would_take(self, reports: Sequence[IncidentReport], same: Same, marks: Sequence[str] = ()) -> list[Incident]:
        """The same, told and not written."""
        known = incidents_of(self.log.lines())
        _, keys = self._made(known, reports, same, marks)
        return [known[key] for key in dict.fromkeys(keys)]

    def _made(
        self,
        known: dict[str, Incident],
        reports: Sequence[IncidentReport],
        same: Same,
        marks: Sequence[str],
        by: str = "",
    ) -> tuple[list[Mapping[str, object]], list[str]]:
        """The lines of reports and whose they are; ``known`` tells of them then."""
        told = self._numbers_told()
        taken = {note.details.get("mark") for one in known.values() for note in one.notes}
        made: list[Mapping[str, object]] = []
        keys: list[str] = []
        for index, report in enumerate(reports):
            mark = marks[index] if marks else None
            if mark is not None and mark in taken:
                continue
            chosen = same(report, self.likely(report, list(known.values())))
            key = chosen.key if chosen is not None else _next_key(known, told, local_day(report.reported, self.zone))
            event = IncidentEvent.REPORTED if chosen is None else IncidentEvent.AGAIN
            line = self._line(key, event, {"mark": mark, "user": by, **report_values(report)})
            take_line(line, known)
            taken.add(mark)
            made.append(line)
            keys.append(key)
        return made, keys

    def _numbers_told(self) -> frozenset[str]:
        """Keys that any line tells of, also damaged ones."""
        found: set[bytes] = set()
        for path in self.log.folder.glob("*.jsonl"):
            try:
                found.update(_TOLD.findall(path.read_bytes()))
            except OSError as error:
                raise unreadable(path, error) from error
        return frozenset(key.decode("ascii") for key in found)

    def note(self, incident: Incident, event: IncidentEvent, *, at: datetime | None = None, **what: object) -> None:
        """Writes what was done about an incident. ``what``: drone, words and details, and the ``user`` where it is not
        that of this computer; empty ones are left out.

        Raises:
            StorageError: it is not in the book.
        """
        line = self._line(incident.key, event, what, at)
        self.log.append([line], str(local_day(now(), self.zone)))

    def _line(
        self, key: str, event: IncidentEvent, what: Mapping[str, object], at: datetime | None = None
    ) -> dict[str, object]:
        fixed = {
            "time_utc": iso_z(at or now(), timespec="milliseconds"),
            "event": str(event),
            "incident": key,
            "user": operator(),
            "host": socket.gethostname(),
            "pid": os.getpid(),
        }
        return {**fixed, **{name: value for name, value in what.items() if value not in (None, "", [], ())}}


def _next_key(known: Mapping[str, Incident], told: frozenset[str], day: date) -> str:
    """The next number of a day: none that is given, nor one that only a damaged line tells of."""
    serials = [one.serial for one in known.values() if one.day == day]
    begins = f"{day.year}-{number_of(day, 0).removesuffix('00')}"
    serials += [int(key.removeprefix(begins)) for key in told if key.startswith(begins)]
    return f"{day.year}-{number_of(day, max(serials, default=0) + 1)}"
