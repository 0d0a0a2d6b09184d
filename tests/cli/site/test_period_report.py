"""`report shift|week|month`: flights, places, incidents, what was lifted; by the real entry point."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from repository import TESTS

from dronectl.cli.main import run
from dronectl.ops.audit.log import AuditLog, audit_folder


@pytest.fixture
def flown(root: Path) -> Path:
    """A flight of 2022, incidents of that day and of others, a rule that was lifted and one that refused."""
    flights = root / "flights"
    flights.mkdir()
    (flights / "flight.tlog").write_bytes((TESTS / "data" / "sitl-drone1.tlog").read_bytes())
    return root


def told(capsys: pytest.CaptureFixture[str], root: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert run([*arguments, "--json", "--workspace", str(root)]) == code
    document = json.loads(capsys.readouterr().out)
    assert isinstance(document, dict)
    return document


def test_a_period_counts_what_lies_in_it(flown: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (flight,) = told(capsys, flown, "track", "list")["flights"]
    day = flight["start_local"][:10] if "start_local" in flight else flight["start_utc"][:10]
    add = ["incident", "add", "market", "--kind", "theft", "--at"]
    for at in (f"{day} 10:00", f"{day} 23:30", "2020-02-02 10:00"):
        assert run([*add, at, "--new", "--workspace", str(flown)]) == 0
    log = AuditLog(audit_folder(flown))
    lines = (
        {"event": "intent", "order": "goto", "drones": ["alpha"], "user": "สมชาย", "overrides": ["ceiling by สมชาย"]},
        {"event": "outcome", "order": "goto", "drone": "alpha", "result": "failed", "kind": "rule", "answer": "no"},
        {"event": "outcome", "order": "goto", "drone": "alpha", "result": "failed", "kind": "no_answer"},
    )
    log.append([{"time_utc": f"{day}T05:00:00.000Z", "id": "1", **line} for line in lines], day)
    month = told(capsys, flown, "report", "month", "--day", day)
    week = told(capsys, flown, "report", "week", "--day", day)
    shift = told(capsys, flown, "report", "shift", "--day", day, "--from", "08:00")
    assert [one["flights"]["total"]["flights"] for one in (month, week)] == [1, 1]
    assert [len(one["incidents"]) for one in (month, week, shift)] == [2, 2, 1]
    assert [(one["order"], one["what"]) for one in month["lifted"]] == [("goto", "ceiling by สมชาย")]
    assert [one["what"] for one in month["refused"]] == ["no"]
    assert (month["median_airborne_s"], month["incidents"][0]["in_sight_s"]) == (None, None)
    assert len(month["points"]) == 11
    elsewhere = told(capsys, flown, "report", "month", "--day", "2020-02-02")
    assert (elsewhere["flights"]["total"]["flights"], len(elsewhere["incidents"])) == (0, 1)
    assert set(elsewhere["zones_not_flown"]) == {"lake_park", "economic_district", "wat_burapha", "city_hall"}


def test_a_page_is_written_and_words_are_words(flown: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--workspace", str(flown)]
    assert run(["incident", "add", "16.05,103.65", "--words", "x", *here]) == 0
    page = flown / "shift.html"
    assert run(["report", "shift", "-o", str(page), *here]) == 0
    out = capsys.readouterr().out
    assert "0 flights, 0.00 h, 0.0 km" in out
    assert "points that nobody came by: bank_1, " in out
    text = page.read_text(encoding="utf-8")
    assert "<h2>เหตุ · Incidents</h2>" in text
    assert "http" not in text
    assert run(["report", "week", "-o", str(flown / "x.pdf"), *here]) == 2
    assert run(["report", "shift", "--from", "25:00", *here]) == 2
    assert run(["report", "month", "--day", "2020-02-02", *here]) == 0
    assert "no incident" in capsys.readouterr().out
