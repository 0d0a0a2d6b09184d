"""``[[filing]]``, ``[[paper]]`` and ``[[pilot]]`` of dronectl.toml, and what ``[rules]`` says of the law."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dronectl.model.law.filing import Filing, Recipient
from dronectl.model.law.law import LAWFUL_HOURS, NOTICE_DAYS, REGISTRATION_YEARS, Law, law_of
from dronectl.model.law.paper import Paper, PaperKind, Pilot
from dronectl.model.text.shown_time import BUDDHIST_ERA
from dronectl.model.validity import DailyHours
from dronectl.site.dated.validity_keys import read_hours, read_validity
from dronectl.site.table import Table

FIRST_BIRTH, LAST_BIRTH = 1920, 2190


@dataclass(frozen=True, slots=True)
class LawSettings:
    """As ``Rules`` has them."""

    law: Law
    hours: tuple[DailyHours, ...]
    notice_days: int


@dataclass(frozen=True, slots=True)
class LawTables:
    """All that is recorded, with the tables that name zones."""

    filings: tuple[tuple[Filing, Table], ...] = ()
    papers: tuple[Paper, ...] = ()
    pilots: tuple[Pilot, ...] = ()


def read_law(rules: Table, time_zone: str) -> LawSettings:
    """Whose law it is goes by the time zone, unless it is said; its hours and days of notice may be others."""
    law = rules.choice("law", Law, default=law_of(time_zone))
    hours = read_hours(rules, "hours") or (LAWFUL_HOURS if law is Law.THAILAND else ())
    notice_days = rules.integer("notice_days", 0, 60, default=NOTICE_DAYS)
    return LawSettings(law, hours, notice_days)


def read_law_tables(root: Table, drones: frozenset[str]) -> LawTables:
    """Every [[filing]], [[paper]] and [[pilot]]; what is wrong is reported."""
    filings = [(_filing(table, drones), table) for table in root.tables("filing")]
    papers = [_paper(table, drones) for table in root.tables("paper")]
    pilots = [_pilot(table, drones) for table in root.tables("pilot")]
    return LawTables(
        tuple((one, table) for one, table in filings if one is not None),
        tuple(one for one in papers if one is not None),
        tuple(one for one in pilots if one is not None),
    )


def _filing(table: Table, drones: frozenset[str]) -> Filing | None:
    to = table.names("to", required=True, known=tuple(Recipient))
    filing = Filing(
        to=tuple(Recipient(one) for one in to if one in tuple(Recipient)),
        reference=table.text("reference"),
        filed=table.day("filed"),
        validity=read_validity(table),
        by=table.text("by", default="") if table.has("by") else "",
        purpose=table.text("purpose", default="") if table.has("purpose") else "",
        zones=table.names("zones"),
        drones=table.names("drones", known=drones),
    )
    table.finish()
    if table.ok and (filing.validity.begins is None or filing.validity.ends is None):
        table.report("valid_until", "found a notice without its days, allowed valid_from and valid_until")
    return filing if table.ok else None


def _paper(table: Table, drones: frozenset[str]) -> Paper | None:
    kind = table.choice("kind", PaperKind)
    is_insurance = kind is PaperKind.INSURANCE
    paper = Paper(
        kind=kind,
        document=table.text("document"),
        valid_from=table.day("valid_from"),
        valid_until=table.day("valid_until") if kind in _ENDING or table.has("valid_until") else None,
        drones=table.names("drones", known=drones),
        amount_baht=table.number("amount_baht", 0.0, 1e12) if is_insurance or table.has("amount_baht") else None,
    )
    table.finish()
    if table.ok and paper.valid_until is not None:
        _report_dates(table, kind, paper.valid_from, paper.valid_until)
    if table.ok and paper.amount_baht is not None and not is_insurance:
        table.reject("amount_baht", "one of kind insurance only")
    return paper if table.ok else None


_ENDING = (PaperKind.CAAT_REGISTRATION, PaperKind.INSURANCE)


def _report_dates(table: Table, kind: PaperKind, first: date, last: date) -> None:
    if last < first:
        table.reject("valid_until", f"a day not before valid_from {first}")
    elif kind is PaperKind.CAAT_REGISTRATION and last > _years_after(first, REGISTRATION_YEARS):
        table.reject(
            "valid_until", f"at most {REGISTRATION_YEARS} years after valid_from {first}: CAAT registers no longer"
        )


def _years_after(day: date, years: int) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return (day - timedelta(days=1) if is_leap_day else day).replace(year=day.year + years)


def _pilot(table: Table, drones: frozenset[str]) -> Pilot | None:
    year = table.values.get("born_year")
    if isinstance(year, int) and year - BUDDHIST_ERA >= FIRST_BIRTH and year > LAST_BIRTH:
        table.has("born_year")
        table.reject("born_year", f"a year of the common era: {year - BUDDHIST_ERA}?")
        born_year = FIRST_BIRTH
    else:
        born_year = table.integer("born_year", FIRST_BIRTH, LAST_BIRTH)
    pilot = Pilot(
        name=table.text("name"),
        born_year=born_year,
        certificate=table.text("certificate"),
        valid_until=table.day("valid_until"),
        drones=table.names("drones", known=drones),
    )
    table.finish()
    return pilot if table.ok else None
