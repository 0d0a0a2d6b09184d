"""The timetable of a plan in JSON: times in UTC, ISO 8601 with Z."""

from __future__ import annotations

from datetime import UTC, datetime

from dronectl.errors import InputError
from dronectl.formats.json_reader import Node
from dronectl.model.schedule import Departure

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


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _moment(node: Node) -> datetime:
    text = node.text()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InputError(f"{node.where}: {text!r} is no time in UTC as 2026-11-23T00:30:00Z")
    return moment.astimezone(UTC)
