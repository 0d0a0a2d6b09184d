"""The timetable of a plan in JSON: times in UTC, ISO 8601 with Z; and its day, local at the site."""

from __future__ import annotations

from datetime import UTC, date, datetime

from dronectl.errors import InputError
from dronectl.formats.text.json_reader import Node
from dronectl.model.plan.schedule import Departure
from dronectl.model.text.shown_time import FIRST_YEAR, LAST_YEAR, iso_z

_OPTIONAL = {"asked_start": "asked_start_utc", "opens": "opens_utc", "closes": "closes_utc"}


def departure_json(departure: Departure) -> dict[str, object]:
    """One line of the timetable."""
    return {
        "sortie": departure.sortie,
        "patrol": departure.patrol,
        "round": departure.round,
        "start_utc": _iso(departure.start),
        "end_utc": _iso(departure.end),
        **{key: _iso(getattr(departure, field)) for field, key in _OPTIONAL.items()},
    }


def read_departure(node: Node) -> Departure:
    """Raises:
    InputError: it is no line of a timetable; the place is named.
    """
    optional = {}
    for field, key in _OPTIONAL.items():
        found = node.get(key)
        optional[field] = None if found is None or found.value is None else _moment(found)
    return Departure(
        sortie=node["sortie"].whole_number(),
        patrol=node["patrol"].text(),
        round=node["round"].whole_number(),
        start=_moment(node["start_utc"]),
        end=_moment(node["end_utc"]),
        **optional,
    )


def read_day(node: Node) -> date:
    """Raises:
    InputError: it is no day.
    """
    try:
        day = date.fromisoformat(node.text())
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InputError(f"{node.where}: {node.value!r} is no day as 2026-11-23")
    return day


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else iso_z(moment)


def _moment(node: Node) -> datetime:
    text = node.text()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise InputError(f"{node.where}: {text!r} is no time in UTC as 2026-11-23T00:30:00Z")
    return moment.astimezone(UTC)
