"""The calls of an emergency number's log as reports, each with a mark by which it is known when it comes again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from zoneinfo import ZoneInfo

from dronectl.errors import InputError, InputErrors
from dronectl.formats.incidents.call_log import CallRow, read_call_log
from dronectl.model.incidents.incident import IncidentReport
from dronectl.model.site import Site
from dronectl.model.text.shown_time import iso_z
from dronectl.ops.incidents.gazetteer import place_of
from dronectl.storage.reading import read_bytes

NO_SOURCE = "191"


def imported_reports(path: Path, site: Site, zone: ZoneInfo) -> tuple[list[IncidentReport], list[str]]:
    """Reports in the order of their times, and their marks.

    Raises:
        InputError, InputErrors: it is no log, or rows cannot be read, or places are not known; each is told.
    """
    calls = sorted(read_call_log(read_bytes(path), zone, source=str(path)), key=lambda call: call.reported)
    reports: list[IncidentReport] = []
    problems: list[str] = []
    for call in calls:
        try:
            place = place_of(site, call.place)
        except InputError as error:
            problems.append(f"{path}: row {call.line}: {error.message}")
        else:
            source = call.source or NO_SOURCE
            words = f"[{call.number}] {call.words}".strip() if call.number else call.words
            reports.append(IncidentReport(call.reported, call.kind, words, source, place))
    if problems:
        raise InputErrors(
            f"{path}: places of {len(problems)} rows are not known",
            problems,
            hint="write LAT,LON, or a name of geofences/: 'dronectl zones list' names them",
        )
    return reports, [_mark(call) for call in calls]


def _mark(call: CallRow) -> str:
    told = (iso_z(call.reported), call.place, str(call.kind), call.words, call.source, call.number)
    return hashlib.sha256("\0".join(told).encode("utf-8")).hexdigest()[:16]
