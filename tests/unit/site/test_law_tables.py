"""What dronectl.toml records for the law: read, or refused in one clear line; whose law it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dronectl.model.law.filing import Recipient
from dronectl.model.law.law import LAWFUL_HOURS, Law
from dronectl.model.law.paper import Paper, PaperKind
from dronectl.model.rules import Rules
from dronectl.model.site import Site
from dronectl.model.validity import DailyHours
from dronectl.site.consistency import warnings
from dronectl.site.dated.law_tables import LawTables, read_law, read_law_tables
from dronectl.site.table import Problems
from dronectl.site.toml_file import read_toml

FILING = """[[filing]]
to = ["uas_portal"]
reference = "UAS-1"
filed = 2026-12-01
valid_from = 2026-12-04
valid_until = 2026-12-31
"""
PAPER = """[[paper]]
kind = "caat_registration"
document = "C-1"
valid_from = 2026-12-02
valid_until = 2028-12-02
"""
INSURANCE = PAPER.replace("caat_registration", "insurance") + "amount_baht = 1000000\n"
PILOT = """[[pilot]]
name = "สมชาย"
born_year = 1990
certificate = "P-1"
valid_until = 2027-12-31
"""


def read(text: str) -> tuple[LawTables, list[str]]:
    problems = Problems()
    root = read_toml(text, file="dronectl.toml", problems=problems)
    tables = read_law_tables(root, frozenset({"alpha"}))
    root.finish()
    return tables, problems.lines


def test_all_that_may_be_recorded() -> None:
    more = 'hours = "09:00-15:00"\ndays = "mon-fri"\nby = "ร.ต.อ. สมชาย"\npurpose = "ลาดตระเวน"\ndrones = ["alpha"]\n'
    tables, problems = read(FILING + more + PAPER + INSURANCE + PILOT)
    assert problems == []
    ((filing, _),) = tables.filings
    assert (filing.to, filing.filed, filing.by) == ((Recipient.UAS_PORTAL,), date(2026, 12, 1), "ร.ต.อ. สมชาย")
    assert filing.validity.words == "2026-12-04 to 2026-12-31, 09:00-15:00, mon-fri"
    assert [one.kind for one in tables.papers] == [PaperKind.CAAT_REGISTRATION, PaperKind.INSURANCE]
    assert tables.pilots[0].born_year == 1990


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (FILING.replace("uas_portal", "uas"), "to: found 'uas', allowed one of anti_drone_centre, uas_portal"),
        (FILING.replace("valid_until = 2026-12-31\n", ""), "allowed valid_from and valid_until"),
        (FILING.replace("2026-12-31", "2026-12-03"), "allowed nothing before valid_from 2026-12-04"),
        (FILING + 'drones = ["delta"]\n', "drones: found 'delta'"),
        (PAPER.replace("2028-12-02", "2028-12-03"), "at most 2 years after valid_from 2026-12-02"),
        (PAPER.replace("2026-12-02", "2024-02-29").replace("2028-12-02", "2026-03-01"), "at most 2 years"),
        (PAPER.replace("valid_until = 2028-12-02\n", ""), "valid_until: found nothing"),
        (INSURANCE.replace("amount_baht = 1000000\n", ""), "amount_baht: found nothing"),
        (PAPER + "amount_baht = 5\n", "amount_baht: found 5, allowed one of kind insurance only"),
        (PAPER.replace("caat_registration", "caat"), "kind: found 'caat', allowed one of caat_registration"),
        (PILOT.replace("1990", "2533"), "born_year: found 2533, allowed a year of the common era: 1990?"),
        (PILOT.replace('certificate = "P-1"\n', ""), "certificate: found nothing"),
    ],
)
def test_what_is_wrong_is_one_line(text: str, words: str) -> None:
    _, problems = read(text)
    (line,) = problems
    assert words in line
    assert line.startswith("dronectl.toml:")


@pytest.mark.parametrize(
    ("zone", "text", "law", "hours"),
    [
        ("Asia/Bangkok", "", Law.THAILAND, LAWFUL_HOURS),
        ("Europe/Berlin", "", Law.NONE, ()),
        ("Australia/Sydney", 'law = "thailand"', Law.THAILAND, LAWFUL_HOURS),
        ("Asia/Bangkok", 'hours = "05:30-19:00"', Law.THAILAND, (DailyHours(330, 1140),)),
        ("Asia/Tokyo", 'hours = "05:30-19:00"', Law.NONE, (DailyHours(330, 1140),)),
        ("Asia/Bangkok", 'law = "none"', Law.NONE, ()),
    ],
)
def test_whose_law_it_is(zone: str, text: str, law: Law, hours: tuple[DailyHours, ...]) -> None:
    problems = Problems()
    found = read_law(read_toml(text, file="dronectl.toml", problems=problems), zone)
    assert (found.law, found.hours, found.notice_days) == (law, hours, Rules().notice_days)
    assert problems.lines == []


@pytest.mark.parametrize(
    ("until", "day", "words"),
    [
        (date(2026, 12, 31), date(2026, 12, 1), []),
        (date(2026, 12, 31), date(2026, 12, 2), ["expires on 2026-12-31"]),
        (date(2026, 12, 31), date(2027, 1, 1), ["expired on 2026-12-31"]),
    ],
)
def test_what_ends_within_a_month_is_said_unless_it_is_renewed(
    site: Site, until: date, day: date, words: list[str]
) -> None:
    insurance = Paper(PaperKind.INSURANCE, "IN-1", date(2026, 1, 1), until, ("alpha",), 1e6)
    renewed = replace(insurance, document="IN-2", valid_from=date(2026, 12, 31), valid_until=date(2028, 1, 1))

    def said(*papers: Paper) -> list[str]:
        return [line for line in warnings(replace(site, papers=papers, pilots=()), day=day) if "IN-" in line]

    assert said(insurance) == [f"dronectl.toml: insurance IN-1 of drone alpha: {one}" for one in words]
    assert said(insurance, renewed) == []
