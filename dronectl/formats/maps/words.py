"""What maps say, in Thai and English: dates in both eras, durations, and lines that fit their column."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dronectl.model.ground.zone import KeepOut, PoiCategory, ZoneCategory
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.rules import last_day
from dronectl.model.site import Site
from dronectl.model.text.plain_text import plain
from dronectl.model.text.shown_time import both_eras, local_day

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


def both(thai: str, english: str) -> str:
    """In Thai and in English; once where they are the same."""
    return thai if thai == english else f"{thai} · {english}"


def authorised_until(finding: Finding, site: Site) -> str:
    """By what a finding is authorised, and until when; nothing for one that is not."""
    if finding.authorisation is None:
        return ""
    until = last_day(site.authorisations, finding.authorisation)
    return finding.authorisation if until is None else f"{finding.authorisation} ถึง until {until}"


def made_on(created_utc: str, time_zone: str) -> str:
    """The day a plan was made, in the site's time zone and both eras; what cannot be read is shown as it is."""
    try:
        moment = datetime.fromisoformat(created_utc)
        # A time without a zone is UTC, as the key says; the ends of the calendar have no other zone's time.
        day = local_day(moment if moment.tzinfo else moment.replace(tzinfo=UTC), ZoneInfo(time_zone))
    except (ValueError, OverflowError):
        return shown(created_utc)
    return " · ".join(both_eras(day))


def height_range(keep_out: KeepOut) -> str:
    """``0–80 m``; ``ทุกความสูง`` (all heights) when it has neither floor nor top; of a dated one also when it closes."""
    if keep_out.ceiling_m is not None:
        heights = f"{keep_out.floor_m:g}–{keep_out.ceiling_m:g} m"
    else:
        heights = f"> {keep_out.floor_m:g} m" if keep_out.floor_m > 0.0 else "ทุกความสูง all heights"
    return ", ".join(part for part in (heights, keep_out.validity.words) if part)


def shown(text: str) -> str:
    """One line, whatever a name in a file holds; white space of any kind and length is a space."""
    return plain(" ".join(text.split()))


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
