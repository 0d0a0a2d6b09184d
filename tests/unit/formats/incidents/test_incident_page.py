"""The page about an incident: whatever was said is shown and obeyed by nothing, and it stays one page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dronectl.formats.incidents.incident_page import MOST_DEEDS, incident_page
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import (
    Incident,
    IncidentEvent,
    IncidentKind,
    IncidentNote,
    IncidentPlace,
    IncidentReport,
)
from dronectl.model.incidents.incident_sheet import Deed, FlownWay, IncidentSheet

ZONE = ZoneInfo("Asia/Bangkok")
AT = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
HERE = GeoPoint(16.0519, 103.6574)
EVIL = '<script>alert("x")</script>\x1b[31m'


def sheet() -> IncidentSheet:
    report = IncidentReport(AT, IncidentKind.FIGHT, EVIL, EVIL, IncidentPlace(HERE, EVIL))
    notes = (
        IncidentNote(AT, IncidentEvent.REPORTED),
        IncidentNote(AT + timedelta(seconds=75), IncidentEvent.IN_SIGHT, drone="alpha"),
    )
    way = FlownWay("alpha", "#d62728", (HERE, GeoPoint(16.0531, 103.6503)), AT, AT, (HERE,))
    option = {"name": "alpha", "state": EVIL, "arrives_s": 61.4, "why": None}
    deeds = (Deed(AT, EVIL, EVIL, EVIL),)
    incident = Incident(AT.date(), 7, (report,), notes)
    return IncidentSheet(EVIL, incident, (way,), deeds, (option,), "alpha", (EVIL,), (), (HERE,), AT)


def test_words_of_strangers_stay_words() -> None:
    page = incident_page(sheet(), ZONE).decode("utf-8")
    assert "<script" not in page
    assert "\x1b" not in page
    assert page.count("&lt;script&gt;") >= 8
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", page), "nothing comes from elsewhere"


def test_times_count_from_the_report_and_what_is_still_to_come_is_left_open() -> None:
    page = incident_page(sheet(), ZONE).decode("utf-8")
    assert "12:01:15 UTC+7<br><b>+1:15</b>" in page
    assert page.count("<td>–</td>") == 6
    assert "1 ธันวาคม พ.ศ. 2569" in page
    assert "รายงานเหตุ 1201-07 · Incident report 1201-07" in page


def test_a_long_story_stays_one_page_and_says_what_is_left_out() -> None:
    long = replace(sheet(), deeds=sheet().deeds * (MOST_DEEDS + 5), whole="2026-12-01.jsonl: line 3 was changed")
    page = incident_page(long, ZONE).decode("utf-8")
    assert "and 5 more" in page
    assert "THE BOOK IS NOT WHOLE: 2026-12-01.jsonl: line 3" in page
    nothing = replace(sheet(), options=(), ways=(), deeds=(), views=(), chosen="")
    assert "no drone was proposed" in incident_page(nothing, ZONE).decode("utf-8")
