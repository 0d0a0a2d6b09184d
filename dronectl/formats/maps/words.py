"""What maps say, in Thai and English: dates in both eras, durations, and lines that fit their column."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dronectl.model.violation import Severity
from dronectl.model.zone import KeepOut, PoiCategory, ZoneCategory

BUDDHIST_ERA = 543
"""Years that Thai dates are ahead of the Common Era."""

_MONTHS = (  # strftime would follow the computer's locale
    ("มกราคม", "January"),
    ("กุมภาพันธ์", "February"),
    ("มีนาคม", "March"),
    ("เมษายน", "April"),
    ("พฤษภาคม", "May"),
    ("มิถุนายน", "June"),
    ("กรกฎาคม", "July"),
    ("สิงหาคม", "August"),
    ("กันยายน", "September"),
    ("ตุลาคม", "October"),
    ("พฤศจิกายน", "November"),
    ("ธันวาคม", "December"),
)

ZONE_WORDS = {
    ZoneCategory.PARK: "สวนสาธารณะ · park",
    ZoneCategory.ECONOMIC: "ย่านเศรษฐกิจ · economic zone",
    ZoneCategory.SYMBOLIC: "สถานที่สัญลักษณ์ · symbolic place",
}
POI_WORDS = {
    PoiCategory.BANK: "ธนาคาร · bank",
    PoiCategory.GOLD_SHOP: "ร้านทอง · gold shop",
    PoiCategory.CONVENIENCE_STORE: "ร้านสะดวกซื้อ · convenience store",
    PoiCategory.MARKET: "ตลาด · market",
    PoiCategory.SCHOOL: "โรงเรียน · school",
    PoiCategory.HOSPITAL: "โรงพยาบาล · hospital",
    PoiCategory.GOVERNMENT: "สถานที่ราชการ · government",
    PoiCategory.TEMPLE: "วัด · temple",
    PoiCategory.LANDMARK: "จุดสังเกต · landmark",
    PoiCategory.OTHER: "จุดสนใจ · point of interest",
}
SEVERITY_WORDS = {
    Severity.ERROR: "ผิดกฎ · error",
    Severity.WARNING: "คำเตือน · warning",
    Severity.AUTHORISED: "ได้รับอนุญาต · authorised",
}

_ZERO_WIDTH = frozenset(("Mn", "Me", "Cf"))
_NEVER_FIRST = frozenset("ะาำๅๆฯ,.;:)]}”’!?%…")
_NEVER_LAST = frozenset("เแโใไ([{“‘")


def both_eras(day: date) -> tuple[str, str]:
    """The day in Thai with the Buddhist year, and in English: ``23 พฤศจิกายน พ.ศ. 2569``, ``23 November 2026``."""
    thai, english = _MONTHS[day.month - 1]
    return f"{day.day} {thai} พ.ศ. {day.year + BUDDHIST_ERA}", f"{day.day} {english} {day.year}"


def made_on(created_utc: str, time_zone: str) -> str:
    """The day a plan was made, in the site's time zone and both eras; what cannot be read is shown as it is."""
    try:
        moment = datetime.fromisoformat(created_utc)
        # A time without a zone is UTC, as the key says; the ends of the calendar have no other zone's time.
        local = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(ZoneInfo(time_zone))
    except (ValueError, OverflowError):
        return shown(created_utc)
    return " · ".join(both_eras(local.date()))


def height_range(keep_out: KeepOut) -> str:
    """``0–80 m``; ``ทุกความสูง`` (all heights) when it has neither floor nor top."""
    if keep_out.ceiling_m is not None:
        return f"{keep_out.floor_m:g}–{keep_out.ceiling_m:g} m"
    return f"> {keep_out.floor_m:g} m" if keep_out.floor_m > 0.0 else "ทุกความสูง all heights"


def minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def shown(text: str) -> str:
    """One line without control characters, whatever a name in a file holds."""
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text).split())


def width_em(text: str) -> float:
    """About how wide a text is, in units of its font size; marks above and below Thai letters take no room."""
    return sum(_character_em(character) for character in text)


def wrapped(text: str, most_em: float, most_lines: int) -> list[str]:
    """The text in lines of at most ``most_em``; between words where it can be, never inside a Thai syllable's cluster.

    What does not fit into ``most_lines`` is cut, and the last line ends with ``…``.
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(shown(text), most_em):
        if line and width_em(line + piece.rstrip()) > most_em:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    if line.strip():
        lines.append(line.rstrip())
    if len(lines) > most_lines:
        lines = [*lines[: most_lines - 1], lines[most_lines - 1].rstrip("…") + "…"]
    return lines


def _character_em(character: str) -> float:
    if unicodedata.category(character) in _ZERO_WIDTH:
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in " .,:;'|·il":
        return 0.3
    return 0.62 if character.isupper() or "\u0e00" <= character <= "\u0e7f" else 0.54


def _pieces(text: str, most_em: float) -> list[str]:
    """Words with the space after them; words longer than a line in clusters."""
    pieces: list[str] = []
    for word in text.split(" "):
        spaced = f"{word} "
        pieces += [spaced] if word.isascii() and width_em(word) <= most_em else _clusters(spaced)
    return pieces


def _clusters(word: str) -> list[str]:
    clusters: list[str] = []
    for character in word:
        joins = unicodedata.category(character) in _ZERO_WIDTH or character in _NEVER_FIRST or character == " "
        if clusters and (joins or clusters[-1][-1] in _NEVER_LAST):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters
