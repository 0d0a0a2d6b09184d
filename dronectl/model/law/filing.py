"""Notices of flights: what was filed, when, and to whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from enum import StrEnum

from dronectl.model.text.shown_time import both_eras
from dronectl.model.validity import Span, Validity, whole_days


class Recipient(StrEnum):
    """Who is told of a flight before it."""

    UAS_PORTAL = "uas_portal"
    ANTI_DRONE_CENTRE = "anti_drone_centre"

    @property
    def english(self) -> str:
        return {"uas_portal": "UAS Portal"}.get(str(self), "Police Anti-Drone Centre")

    @property
    def thai(self) -> str:
        return {"uas_portal": "UAS Portal ของ กพท."}.get(str(self), "ศูนย์ต่อต้านโดรน ตำรวจ")


@dataclass(frozen=True, slots=True)
class Filing:
    """One notice: that these drones (none: all) fly in these zones (none: the whole site) within ``validity``."""

    to: tuple[Recipient, ...]
    reference: str
    """Its number, as the portal or the officer gave it."""
    filed: date
    validity: Validity
    by: str = ""
    """Who filed it."""
    purpose: str = ""
    zones: tuple[str, ...] = ()
    drones: tuple[str, ...] = ()


class Shortfall(StrEnum):
    """Why a notice does not do for a flight; the first that is wrong is told."""

    DRONE = "drone"
    ZONE = "zone"
    DAY = "day"
    TIME = "time"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Flown:
    """What of a flight a notice must name. ``zones`` None: not known, as of a file made elsewhere. ``spans``: none
    where it has no times; then its days are looked at alone."""

    drone: str
    zones: tuple[str, ...] | None
    days: tuple[date, ...]
    spans: tuple[Span, ...] = ()


def filing_for(
    filings: Iterable[Filing], to: Recipient, flown: Flown, zone: tzinfo, notice_days: int
) -> tuple[Filing | None, Shortfall | None]:
    """The notice to ``to`` that does, or the one that comes nearest and what it lacks; neither where there is none."""
    order = tuple(Shortfall)
    judged = [(_lacking(one, flown, zone, notice_days), one) for one in filings if to in one.to]
    good = next((one for lacking, one in judged if lacking is None), None)
    if good is not None or not judged:
        return good, None
    lacking, nearest = max(judged, key=lambda pair: order.index(pair[0]) if pair[0] is not None else 0)
    return nearest, lacking


def days_ahead(filing: Filing, days: Sequence[date]) -> int:
    """From the day of filing to the first day of the flight."""
    return (min(days) - filing.filed).days


def _lacking(filing: Filing, flown: Flown, zone: tzinfo, notice_days: int) -> Shortfall | None:
    if filing.drones and flown.drone not in filing.drones:
        return Shortfall.DRONE
    if filing.zones and (not flown.zones or not set(flown.zones) <= set(filing.zones)):
        return Shortfall.ZONE
    dates = Validity(filing.validity.begins, filing.validity.ends, days=filing.validity.days)
    if not all(_is_on(dates, day, zone) for day in flown.days):
        return Shortfall.DAY
    if not all(filing.validity.covers(*span, zone) for span in flown.spans):
        return Shortfall.TIME
    if days_ahead(filing, flown.days) < notice_days:
        return Shortfall.LATE
    return None


def _is_on(dates: Validity, day: date, zone: tzinfo) -> bool:
    """Whether it holds on the day, or in a part of it where it is bounded by moments."""
    ((begin, end),) = whole_days((day,), zone)
    return any(first < end and begin < last for first, last in dates.spans(begin, end, zone, wide=False))


def filed_words(filing: Filing, to: Recipient) -> str:
    """``UAS Portal: EXAMPLE-1 filed 2026-11-20``, for tables of readiness."""
    return f"{to.english}: {filing.reference} filed {filing.filed}" + (f" by {filing.by}" if filing.by else "")


def filed_in_both_eras(filing: Filing) -> str:
    """``20 พฤศจิกายน พ.ศ. 2569 (2026-11-20)``."""
    return f"{both_eras(filing.filed)[0]} ({filing.filed})"
