"""A report as another program sends it: one JSON document.

``{"id", "place" | "lat_deg" and "lon_deg", "kind", "words", "source", "reported_utc"}``; ``id`` is the sender's own, by
which a report that comes twice is known. Or a minimal EIDO (:mod:`dronectl.formats.incidents.eido`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from dronectl.errors import InputError
from dronectl.formats.incidents.eido import as_plain_report, is_eido
from dronectl.formats.text.json_place import point_of
from dronectl.model.incidents.incident import IncidentKind, IncidentPlace, IncidentReport
from dronectl.model.text.plain_text import is_plain

LONGEST_WORDS, LONGEST_NAME = 2_000, 200
OLDEST = timedelta(hours=24)
_KEYS = ("id", "place", "lat_deg", "lon_deg", "kind", "words", "source", "reported_utc")


def read_report(
    body: bytes,
    place_of: Callable[[str], IncidentPlace],
    now: datetime,
    sender: str,
    kind_of: Callable[[str], IncidentKind] = lambda _words: IncidentKind.OTHER,
) -> tuple[IncidentReport, str]:
    """The report, and the mark by which it is known again. ``place_of``: the place that a name means; ``kind_of``: what
    words speak of; ``sender``: whose token came with it.

    Raises:
        InputError: what is wrong, in one line.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InputError("the report is not JSON") from error
    if not isinstance(document, dict):
        raise InputError("the report is no JSON object", hint=f"its keys: {', '.join(_KEYS)}")
    if is_eido(document):
        document = as_plain_report(document, place_of, kind_of)
    unknown = [key for key in document if key not in _KEYS]
    if unknown:
        raise InputError(f"found the unknown key '{unknown[0][:40]}'", hint=f"allowed: {', '.join(_KEYS)}")
    mark = _text(document, "id", LONGEST_NAME, required=True)
    report = IncidentReport(
        reported=_moment(document, now),
        kind=_kind(document),
        words=_text(document, "words", LONGEST_WORDS),
        source=_text(document, "source", LONGEST_NAME) or sender,
        place=_place(document, place_of),
    )
    return report, f"api:{sender}:{mark}"


def _text(document: Mapping[str, Any], key: str, longest: int, *, required: bool = False) -> str:
    value = document.get(key)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or len(value) > longest or not is_plain(value) or (required and not value.strip()):
        raise InputError(f"{key}: not a text of at most {longest} characters without control characters")
    return value.strip()


def _kind(document: Mapping[str, Any]) -> IncidentKind:
    value = document.get("kind", "other")
    if not isinstance(value, str) or value not in {*map(str, IncidentKind)}:
        raise InputError("kind: not known", hint=f"one of {', '.join(map(str, IncidentKind))}")
    return IncidentKind(value)


def _place(document: Mapping[str, Any], place_of: Callable[[str], IncidentPlace]) -> IncidentPlace:
    latitude, longitude = document.get("lat_deg"), document.get("lon_deg")
    if latitude is None and longitude is None:
        return place_of(_text(document, "place", LONGEST_NAME, required=True))
    point = point_of(latitude, longitude)
    if point is None:
        raise InputError("lat_deg, lon_deg: no place on Earth")
    return IncidentPlace(point, _text(document, "place", LONGEST_NAME) or str(point))


def _moment(document: Mapping[str, Any], now: datetime) -> datetime:
    value = document.get("reported_utc")
    if value is None:
        return now
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise InputError("reported_utc: no time as 2026-12-01T03:04:05Z") from None
    if moment.tzinfo is None:
        raise InputError("reported_utc: without its time zone (Z)")
    moment = moment.astimezone(UTC)
    if not now - OLDEST <= moment <= now + timedelta(minutes=1):
        raise InputError("reported_utc: not within the last 24 hours")
    return moment
