"""Errands that drones fly, kept in the workspace for whoever tells of them: the command that sent one ends before."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dronectl.errors import DronectlError
from dronectl.formats.missions.wpl import read_wpl, write_wpl
from dronectl.model.incidents.errand import FlownErrand
from dronectl.model.text.plain_text import escaped_json
from dronectl.model.text.shown_time import file_stamp, iso_z, now
from dronectl.storage.files import write_atomic
from dronectl.storage.reading import read_text

FILE = "errand.json"
ITEMS = "errand.waypoints"
OVER = "over_utc"
LONGEST = timedelta(hours=3)
"""What began earlier is over."""


def keep_errand(folder: Path, errand: FlownErrand) -> None:
    """
    Raises:
        StorageError: it could not be written.
    """
    write_atomic(folder / ITEMS, write_wpl(errand.mission))
    document = {
        "drone": errand.drone,
        "incident": errand.incident,
        "place": errand.place,
        "items": ITEMS,
        "home_amsl_m": round(errand.home_amsl_m, 2),
        "began_utc": iso_z(errand.began, timespec="milliseconds"),
        "ends_utc": iso_z(errand.ends, timespec="milliseconds"),
    }
    _write(folder, document)


def errand_over(folder: Path) -> None:
    """The drone was called off the errand of this folder, if it is of one.

    Raises:
        StorageError: it could not be written.
    """
    document = _read(folder / FILE)
    if document is not None:
        _write(folder, {**document, OVER: iso_z(now(), timespec="milliseconds")})


def errands_under_way(flights: Path, moment: datetime) -> list[FlownErrand]:
    """The last one of each drone, unless it was called off, or is over by the clock."""
    since = file_stamp(moment - LONGEST)
    last: dict[str, FlownErrand | None] = {}
    for path in sorted(flights.glob(f"*-dispatch-*/{FILE}"), reverse=True):
        if path.parent.name < since:
            break
        document = _read(path)
        errand = None if document is None else _errand(path.parent, document)
        if document is not None and errand is not None:
            is_over = OVER in document or moment > errand.ends
            last.setdefault(errand.drone, None if is_over else errand)
    return [errand for errand in last.values() if errand is not None]


def _write(folder: Path, document: dict[str, Any]) -> None:
    write_atomic(folder / FILE, escaped_json(json.dumps(document, ensure_ascii=False, indent=2)) + "\n")


def _read(path: Path) -> dict[str, Any] | None:
    """None: there is none, or it is damaged, and nobody can tell of it."""
    try:
        document = json.loads(read_text(path))
    except (ValueError, RecursionError, DronectlError):
        return None
    return document if isinstance(document, dict) else None


def _errand(folder: Path, document: dict[str, Any]) -> FlownErrand | None:
    try:
        return FlownErrand(
            str(document["drone"]),
            str(document["incident"]),
            str(document["place"]),
            read_wpl(read_text(folder / ITEMS), source=str(folder / ITEMS)),
            float(document["home_amsl_m"]),
            datetime.fromisoformat(str(document["began_utc"])).astimezone(UTC),
            datetime.fromisoformat(str(document["ends_utc"])).astimezone(UTC),
        )
    except (KeyError, TypeError, ValueError, OverflowError, DronectlError):
        return None
