"""Incidents as lines of a log, and lines of a log as incidents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import (
    Incident,
    IncidentEvent,
    IncidentKind,
    IncidentNote,
    IncidentPlace,
    IncidentReport,
)
from dronectl.model.text.shown_time import iso_z

Line = Mapping[str, Any]
_KEY = re.compile(r"(\d{4})-(\d{2})(\d{2})-(\d{2,})")
_KINDS = {str(kind): kind for kind in IncidentKind}
_FIXED = ("time_utc", "event", "incident", "user", "host", "pid", "drone", "words")


def report_values(report: IncidentReport) -> dict[str, object]:
    """What a line says of a report."""
    return {
        "reported_utc": iso_z(report.reported, timespec="milliseconds"),
        "kind": str(report.kind),
        "words": report.words,
        "source": report.source,
        "place": place_values(report.place),
    }


def place_values(place: IncidentPlace) -> dict[str, object]:
    """A place, for lines and documents."""
    return {
        "lat_deg": place.point.lat_deg,
        "lon_deg": place.point.lon_deg,
        "name": place.name,
        "id": place.id or None,
        "height_m": place.height_m,
        "standoff_m": place.standoff_m,
    }


def take_line(line: Line, found: dict[str, Incident]) -> None:
    """What one more line tells of incidents by key. One that says nothing sensible is left out: the chain tells whether
    somebody wrote in the log."""
    with suppress(KeyError, TypeError, ValueError):
        _take(line, found)


def _take(line: Line, found: dict[str, Incident]) -> None:
    """
    Raises:
        KeyError, TypeError, ValueError: it is no line about an incident.
    """
    key, event = str(line["incident"]), IncidentEvent(line["event"])
    known = found.get(key)
    reports = (_report(line),) if event in (IncidentEvent.REPORTED, IncidentEvent.AGAIN) else ()
    if known is None:
        if event is not IncidentEvent.REPORTED:
            return
        day, serial = split_key(key)
        known = Incident(day, serial, ())
    found[key] = replace(known, reports=(*known.reports, *reports), notes=(*known.notes, _note(line, event)))


def split_key(key: str) -> tuple[date, int]:
    """
    Raises:
        ValueError: it is none.
    """
    match = _KEY.fullmatch(key)
    if match is None:
        raise ValueError(f"{key} is no key of an incident")
    year, month, day, serial = map(int, match.groups())
    return date(year, month, day), serial


def _note(line: Line, event: IncidentEvent) -> IncidentNote:
    return IncidentNote(
        _moment(line["time_utc"]),
        event,
        str(line.get("user") or ""),
        str(line.get("drone") or ""),
        str(line.get("words") or ""),
        {key: value for key, value in line.items() if key not in _FIXED},
    )


def _report(line: Line) -> IncidentReport:
    place = line["place"]
    standoff_m = place.get("standoff_m")
    return IncidentReport(
        _moment(line["reported_utc"]),
        _KINDS.get(str(line.get("kind")), IncidentKind.OTHER),
        str(line.get("words") or ""),
        str(line.get("source") or ""),
        IncidentPlace(
            GeoPoint(float(place["lat_deg"]), float(place["lon_deg"])),
            str(place.get("name") or ""),
            str(place.get("id") or ""),
            float(place.get("height_m") or 0.0),
            None if standoff_m is None else float(standoff_m),
        ),
    )


def _moment(text: object) -> datetime:
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return moment
