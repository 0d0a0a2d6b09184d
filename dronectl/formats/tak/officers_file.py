"""Officers' places as one JSON document, which whoever listens to TAK writes and every command of a workspace reads."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dronectl.errors import InputError
from dronectl.model.geo import GeoPoint
from dronectl.model.tak.officers import Officer
from dronectl.model.text.plain_text import plain
from dronectl.model.text.shown_time import iso_z

MOST = 2_000
FORMAT = 1


@dataclass(frozen=True, slots=True)
class OfficersKnown:
    """``written``: when; ``listening``: where; ``why``: why nothing comes from there, empty while it does."""

    written: datetime
    listening: str
    why: str
    officers: tuple[Officer, ...]


def officers_json(known: OfficersKnown) -> str:
    return json.dumps(
        {
            "format": FORMAT,
            "written_utc": iso_z(known.written, timespec="milliseconds"),
            "listening": known.listening,
            "why": known.why,
            "officers": [_values(one) for one in known.officers[:MOST]],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _values(one: Officer) -> Mapping[str, object]:
    return {
        "uid": one.uid,
        "name": one.name,
        "lat_deg": one.place.lat_deg,
        "lon_deg": one.place.lon_deg,
        "seen_utc": iso_z(one.seen, timespec="milliseconds"),
        "stale_utc": iso_z(one.stale, timespec="milliseconds"),
        "ce_m": one.ce_m,
        "speed_m_s": one.speed_m_s,
        "course_deg": one.course_deg,
    }


def read_officers(text: str, source: str) -> OfficersKnown:
    """
    Raises:
        InputError: it is not what :func:`officers_json` writes.
    """
    try:
        values = json.loads(text)
        if values["format"] != FORMAT or len(values["officers"]) > MOST:
            raise ValueError("another format")
        return OfficersKnown(
            _moment(values["written_utc"]),
            plain(str(values["listening"]), 300),
            plain(str(values["why"]), 300),
            tuple(_officer(one) for one in values["officers"]),
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError(f"{source}: no list of officers: {error}") from error


def _officer(values: Mapping[str, Any]) -> Officer:
    return Officer(
        uid=plain(str(values["uid"])),
        name=plain(str(values["name"])),
        place=GeoPoint(float(values["lat_deg"]), float(values["lon_deg"])),
        seen=_moment(values["seen_utc"]),
        stale=_moment(values["stale_utc"]),
        ce_m=_positive(values["ce_m"]),
        speed_m_s=_positive(values["speed_m_s"]),
        course_deg=_positive(values["course_deg"]),
    )


def _positive(value: object) -> float | None:
    if value is None:
        return None
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number) or number < 0.0:
        raise ValueError(f"{number} is no figure of an officer")
    return number


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no zone")
    return moment.astimezone(UTC)
