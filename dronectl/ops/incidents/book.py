"""The book of incidents: append-only day files in flights/incidents, chained by hashes as the audit log is.

Any number of processes write in it at once. A number is given, and a report held against what is there, while nobody
else can write; so no number is given twice, and no report is overlooked.
"""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dronectl.errors import InputError
from dronectl.formats.incidents.incident_lines import report_values
from dronectl.model.audit import AuditDefect, AuditState
from dronectl.model.incidents.incident import Incident, IncidentEvent, IncidentReport
from dronectl.model.text.shown_time import iso_z, local_day, now
from dronectl.ops.audit.chained_log import ChainedLog
from dronectl.ops.audit.followed_log import FollowedLog
from dronectl.ops.common.operator import operator
from dronectl.ops.incidents.incident_index import IncidentIndex, Like, likely

_NUMBER = re.compile(r"(?:(?:(\d{4})-)?(\d{2})(\d{2})-)?(\d{1,4})")


Same = Callable[[IncidentReport, Sequence[Like]], Incident | None]
"""Which of the likely incidents a report is about; None: it is a new one."""


class _Known:
    """All that is in the book, kept up with it: each line is read once. For any thread."""

    def __init__(self, log: ChainedLog) -> None:
        self._followed = FollowedLog(log)
        self._index = IncidentIndex()
        self._lock = threading.RLock()

    @contextmanager
    def now(self) -> Iterator[IncidentIndex]:
        """Within: as it is now, and nobody else's.

        Raises:
            InputError: a file of the log cannot be read.
        """
        with self._lock:
            appended = self._followed.read_on()
            if appended.is_all:
                self._index.forget()
            self._index.take_raw(appended.raw)
            for line in appended.lines:
                self._index.take(line)
            yield self._index

    @property
    def defect(self) -> AuditDefect | None:
        return self._followed.defect


@dataclass(frozen=True, slots=True)
class IncidentBook:
    """The incidents of a workspace. What was read of it is kept: use one as long as possible, by any threads."""

    root: Path
    zone: ZoneInfo
    log: ChainedLog = field(init=False)
    _known: _Known = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "log", ChainedLog(self.root / "flights" / "incidents"))
        object.__setattr__(self, "_known", _Known(self.log))

    def incidents(self) -> list[Incident]:
        """All of them, by day and number.

        Raises:
            InputError: a file of the log cannot be read.
        """
        with self._known.now() as index:
            return sorted(index.by_key.values(), key=lambda one: (one.day, one.serial))

    @property
    def defect(self) -> AuditDefect | None:
        """What was found to be wrong with its chain while it was read; :meth:`state` looks at all of it."""
        return self._known.defect

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

    def likely(self, report: IncidentReport) -> list[Like]:
        """Open incidents that a report may be about, the likeliest first.

        Raises:
            InputError: a file of the log cannot be read.
        """
        with self._known.now() as index:
            return likely(report, index)

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
            with self._known.now() as index:
                made, _ = self._made(index, reports, same, marks, by)
            keys.extend(str(line["incident"]) for line in made)
            return made

        self.log.append_made(lines, str(local_day(now(), self.zone)))
        with self._known.now() as index:
            return [index.by_key[key] for key in dict.fromkeys(keys)]

    def would_take(self, reports: Sequence[IncidentReport], same: Same, marks: Sequence[str] = ()) -> list[Incident]:
        """The same, told and not written."""
        with self._known.now() as index:
            made, added = self._made(index, reports, same, marks)
        return [added.by_key[key] for key in dict.fromkeys(str(line["incident"]) for line in made)]

    def _made(
        self, known: IncidentIndex, reports: Sequence[IncidentReport], same: Same, marks: Sequence[str], by: str = ""
    ) -> tuple[list[Mapping[str, object]], IncidentIndex]:
        """The lines of reports, and the incidents that they are of as they would be then."""
        added = IncidentIndex()
        made: list[Mapping[str, object]] = []
        for index, report in enumerate(reports):
            mark = marks[index] if marks else None
            if mark is not None and (mark in known.marks or mark in added.marks):
                continue
            chosen = same(report, likely(report, known, added))
            key = known.next_key(local_day(report.reported, self.zone), added) if chosen is None else chosen.key
            if chosen is not None:
                added.by_key.setdefault(key, chosen)
            event = IncidentEvent.REPORTED if chosen is None else IncidentEvent.AGAIN
            line = self._line(key, event, {"mark": mark, "user": by, **report_values(report)})
            added.take(line)
            made.append(line)
        return made, added

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
