"""The book of a workspace's batteries: what each flight took of which, and how much it holds by that.

``batteries.jsonl``, a line of JSON for each flight, or for a battery that was retired. Lines are never changed; the
file is written anew under another name and moved into place.
"""

from __future__ import annotations

import dataclasses
import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from dronectl.analysis.calibration.drone_calibration import DroneCalibration
from dronectl.errors import InputError
from dronectl.model.text.shown_time import iso_z, utc_of_us
from dronectl.storage.files import write_atomic
from dronectl.storage.reading import read_text

BOOK = "batteries.jsonl"
_FIRST, _LATEST = 3, 8
_SAME_FLIGHT = timedelta(minutes=1)
_RETIRE_PCT = 80.0
"""Of what it held at first: makers of packs call it worn out then."""
_WATCH_PCT = 90.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One flight of one battery; units as in dronectl.toml and in the names."""

    battery: str
    drone: str
    start_utc: str
    duration_s: float
    drawn_ah: float
    drawn_wh: float
    capacity_ah: float | None = None
    capacity_wh: float | None = None
    """By this flight; None: it does not tell."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One battery's flights together."""

    battery: str
    drones: tuple[str, ...]
    flights: int
    hours: float
    first_utc: str
    last_utc: str
    drawn_wh: float
    cycles: float | None
    """What was drawn as so many whole ones; None: nobody knows how much it holds."""
    capacity_wh: float | None
    """By its latest flights."""
    kept_pct: float | None
    """Of what it held in its first flights."""
    is_retired: bool

    @property
    def advice(self) -> str:
        """For a person; empty when there is nothing to do."""
        if self.is_retired:
            return "retired"
        if self.kept_pct is None or self.kept_pct >= _WATCH_PCT:
            return ""
        return "retire it" if self.kept_pct < _RETIRE_PCT else "watch it"


@dataclass(frozen=True, slots=True)
class Book:
    """All lines of the file, in its order."""

    entries: tuple[Entry, ...] = ()
    retired: tuple[tuple[str, str], ...] = ()
    """(battery, when)."""

    def summaries(self) -> list[Summary]:
        """By name."""
        names = sorted({one.battery for one in self.entries} | {name for name, _ in self.retired})
        return [self._summary(name) for name in names]

    def _summary(self, name: str) -> Summary:
        own = sorted((one for one in self.entries if one.battery == name), key=lambda one: one.start_utc)
        held_ah = [one.capacity_ah for one in own if one.capacity_ah]
        held_wh = [one.capacity_wh for one in own if one.capacity_wh]
        later = held_ah[_FIRST:][-_LATEST:]
        kept = 100.0 * statistics.median(later) / statistics.median(held_ah[:_FIRST]) if len(later) > 1 else None
        drawn_ah = sum(one.drawn_ah for one in own)
        return Summary(
            name,
            tuple(dict.fromkeys(one.drone for one in own)),
            len(own),
            sum(one.duration_s for one in own) / 3600.0,
            own[0].start_utc if own else "",
            own[-1].start_utc if own else "",
            sum(one.drawn_wh for one in own),
            drawn_ah / statistics.median(held_ah) if held_ah else None,
            statistics.median(held_wh[-_LATEST:]) if held_wh else None,
            kept,
            any(retired == name for retired, _ in self.retired),
        )


def read_book(root: Path) -> Book:
    """That of a workspace; an empty one where there is none. A last line that a kill tore is passed over.

    Raises:
        InputError: not readable, or a line that is none of ours.
    """
    path = root / BOOK
    if not path.exists():
        return Book()
    *lines, _torn = read_text(path).split("\n")
    entries: list[Entry] = []
    retired: list[tuple[str, str]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            if "retired_utc" in told:
                retired.append((str(told["battery"]), str(told["retired_utc"])))
            else:
                entries.append(_entry(told))
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(
                f"{path}: line {number}: no line of a battery book", hint="take that line out, or put it right"
            ) from error
    return Book(tuple(entries), tuple(retired))


def entries_of(calibration: DroneCalibration, battery: str) -> list[Entry]:
    """The flights of a calibration as lines for the book; of flights whose time of day nobody knows none."""
    found = []
    for one in calibration.pack_flights:
        start = utc_of_us(one.start_us)
        if start is None or not one.has_time:
            continue
        capacity = one.capacity
        found.append(
            Entry(
                battery,
                calibration.name,
                iso_z(start),
                round(one.duration_s, 1),
                round(one.drawn_ah, 3),
                round(one.drawn_wh, 2),
                None if capacity is None else round(capacity.capacity_ah, 3),
                None if capacity is None else round(capacity.energy_wh, 1),
            )
        )
    return found


def with_flights(book: Book, entries: Sequence[Entry]) -> tuple[Book, int]:
    """The book with the flights that it has not yet, by drone and start, and how many these were. A telemetry log and
    the log on board see one flight begin some seconds apart."""
    known: dict[str, list[datetime]] = {}
    for one in book.entries:
        known.setdefault(one.drone, []).append(_moment(one.start_utc))
    new = [
        one
        for one in entries
        if not any(abs(_moment(one.start_utc) - start) < _SAME_FLIGHT for start in known.get(one.drone, ()))
    ]
    return dataclasses.replace(book, entries=(*book.entries, *new)), len(new)


def write_book(root: Path, book: Book) -> None:
    """
    Raises:
        StorageError: not written.
    """
    lines = [json.dumps(dataclasses.asdict(one), ensure_ascii=False) for one in book.entries]
    lines += [
        json.dumps({"battery": battery, "retired_utc": when}, ensure_ascii=False) for battery, when in book.retired
    ]
    write_atomic(root / BOOK, "".join(f"{line}\n" for line in lines))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _entry(told: dict[str, object]) -> Entry:
    """
    Raises:
        TypeError, KeyError, ValueError: a field is missing, or no number.
    """

    def number(key: str) -> float:
        value = told[key]
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise TypeError(key)
        return float(value)

    def or_none(key: str) -> float | None:
        return None if told.get(key) is None else number(key)

    return Entry(
        str(told["battery"]),
        str(told["drone"]),
        iso_z(_moment(str(told["start_utc"]))),
        number("duration_s"),
        number("drawn_ah"),
        number("drawn_wh"),
        or_none("capacity_ah"),
        or_none("capacity_wh"),
    )
