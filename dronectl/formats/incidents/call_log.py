"""The log of an emergency number as CSV: when, where, what, who told it; headings in Thai or English, in any order."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from dronectl.errors import InputError, InputErrors
from dronectl.model.incidents.incident import IncidentKind
from dronectl.model.text.shown_time import BUDDHIST_ERA
from dronectl.storage.reading import decode

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "time": ("time", "datetime", "reported", "วันเวลา", "เวลา", "วันที่เวลา", "เวลาแจ้ง", "วันเวลาแจ้ง"),
    "date": ("date", "วันที่"),
    "place": ("place", "location", "สถานที่", "สถานที่เกิดเหตุ", "จุดเกิดเหตุ", "ที่เกิดเหตุ"),
    "lat": ("lat", "lat_deg", "latitude", "ละติจูด"),
    "lon": ("lon", "lon_deg", "lng", "longitude", "ลองจิจูด"),
    "kind": ("kind", "type", "ประเภท", "ประเภทเหตุ", "เหตุ"),
    "words": ("words", "details", "description", "รายละเอียด", "ข้อความ"),
    "source": ("source", "channel", "แหล่ง", "ช่องทาง", "ผู้แจ้ง"),
    "number": ("number", "no", "ref", "reference", "ลำดับ", "เลขรับแจ้ง", "ที่"),
}
"""Headings by what they mean."""
MOST_ROWS = 10_000
DELIMITERS = ",;\t"
_DATE = r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})"
_CLOCK = r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?(?:\s*น\.?)?"
_MOMENT = re.compile(rf"{_DATE}[ T]+{_CLOCK}")
_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call. ``place``: as it is written, ``LAT,LON`` where the log has numbers; ``line`` counts from 1."""

    line: int
    reported: datetime
    place: str
    kind: IncidentKind
    words: str
    source: str
    number: str


def read_call_log(data: bytes, zone: tzinfo, *, source: str) -> list[CallRow]:
    """The calls of a log, in their order. Times without an offset are the site's; years may be of the Buddhist era.

    Raises:
        InputError: no text, no table, or a column that is needed is missing. InputErrors: every row that is none.
    """
    text = _text(data, source)
    first_line = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first_line.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InputError(f"{source}: is no CSV: {error}") from error
    if len(rows) > MOST_ROWS:
        raise InputError(f"{source}: more than {MOST_ROWS} rows", hint="import a shorter log")
    columns = _columns(rows[0] if rows else [], source)
    calls: list[CallRow] = []
    problems: list[str] = []
    for line, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            calls.append(_call(line, cells, columns, zone))
        except ValueError as error:
            problems.append(f"{source}: row {line}: {error}")
    if problems:
        raise InputErrors(f"{source}: {len(problems)} rows cannot be read", problems)
    return calls


def _text(data: bytes, source: str) -> str:
    """UTF-8, else what Thai Windows writes."""
    try:
        return decode(data, source=source)
    except InputError as error:
        if b"\0" in data or data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise
        try:
            return data.decode("cp874")
        except UnicodeDecodeError:
            raise error from None


def _columns(heads: list[str], source: str) -> dict[str, int]:
    plain = [head.strip().casefold().replace(" ", "") for head in heads]
    found = {
        meaning: plain.index(name)
        for meaning, names in COLUMNS.items()
        if (name := next((name for name in names if name in plain), None)) is not None
    }
    if "time" not in found or not ("place" in found or {"lat", "lon"} <= found.keys()):
        raise InputError(
            f"{source}: no column for the time, or none for the place; it has: {', '.join(heads) or 'nothing'}",
            hint="head the columns time, place (or lat and lon), kind, words, source, number, or so in Thai",
        )
    return found


def _call(line: int, cells: list[str], columns: Mapping[str, int], zone: tzinfo) -> CallRow:
    """
    Raises:
        ValueError: in words for people.
    """

    def cell(meaning: str) -> str:
        column = columns.get(meaning)
        return "" if column is None or column >= len(cells) else cells[column].strip()

    place = cell("place")
    if cell("lat") and cell("lon"):
        place = f"{cell('lat')},{cell('lon')}"
    if not place:
        raise ValueError("no place")
    moment = moment_of(" ".join(filter(None, (cell("date"), cell("time")))), zone)
    kind = kind_of(cell("kind"))
    words = cell("words")
    if kind is IncidentKind.OTHER and cell("kind"):
        words = ": ".join(filter(None, (cell("kind"), words)))
    return CallRow(line, moment, place, kind, words, cell("source"), cell("number"))


def kind_of(text: str) -> IncidentKind:
    """By its id or its Thai word; OTHER for what is neither."""
    wanted = text.strip().casefold()
    return next((kind for kind in IncidentKind if wanted in (str(kind), kind.thai)), IncidentKind.OTHER)


def moment_of(text: str, zone: tzinfo) -> datetime:
    """A date and time as people write it; of the place where it has no offset.

    Raises:
        ValueError: it is no time.
    """
    latin = text.translate(_DIGITS).strip()
    match = _MOMENT.fullmatch(latin)
    if match is None:
        try:
            moment = datetime.fromisoformat(latin)
        except ValueError:
            raise ValueError(f"'{text}' is no time; write 2026-12-01 14:05 or 1/12/2569 14:05") from None
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    first, month, last, hour, minute, second = (int(part or 0) for part in match.groups())
    year, day = (first, last) if len(match[1]) == 4 else (last, first)
    if year >= 2400:
        year -= BUDDHIST_ERA
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError as error:
        raise ValueError(f"'{text}' is no time: {error}") from None
