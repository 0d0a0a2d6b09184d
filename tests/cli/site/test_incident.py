"""`incident`: written down, asked about, listed, closed, imported; by the real entry point."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dronectl.cli.main import run
from dronectl.cli.site import incident as command


def told(capsys: pytest.CaptureFixture[str], arguments: list[str], root: Path, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert run([*arguments, "--json", "--workspace", str(root)]) == code
    document = json.loads(capsys.readouterr().out)
    assert isinstance(document, dict)
    return document


def test_a_report_is_written_down_and_its_like_is_asked_about(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add = ["incident", "add", "ร้านทอง 2", "--kind", "fight", "--words", "มีมีด"]
    first = told(capsys, add, root)
    assert (first["place"]["id"], first["kind"], first["open"]) == ("gold_shop_2", "fight", True)
    assert first["number"] == f"{first['day'][5:7]}{first['day'][8:]}-01"
    error = told(capsys, ["incident", "add", "16.0519,103.6575"], root, 2)["error"]
    assert error["likely"] == [first["number"]]
    assert error["hint"] == f"add --same-as {first['number']}, or --new"
    again = told(capsys, ["incident", "add", "16.0519,103.6575", "--same-as", "1"], root)
    assert (again["number"], len(again["reports"])) == (first["number"], 2)
    other = told(capsys, ["incident", "add", "16.0519,103.6575", "--new"], root)
    assert other["number"].endswith("-02")
    assert run(["incident", "add", "here", "--new", "--same-as", "1", "--workspace", str(root)]) == 2
    listed = told(capsys, ["incident", "list"], root)
    assert [one["number"][-2:] for one in listed["incidents"]] == ["01", "02"]
    assert listed["book"]["whole"] is True


def test_a_person_says_whether_it_is_the_same(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add = ["incident", "add", "market", "--workspace", str(root)]
    assert run(add) == 0
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    asked: list[str] = []
    for answer, reports in ((False, [1, 1]), (True, [1, 2])):
        monkeypatch.setattr(command, "ask_yes", lambda question, say=answer: asked.append(question) or say)
        assert run(add) == 0
        found = told(capsys, ["incident", "list"], root)["incidents"]
        assert [len(one["reports"]) for one in found] == reports
    assert len(asked) == 2, "the latest first; once it is the same as one, it is no other"
    assert asked[0].startswith("the same as ")


def test_it_is_shown_and_closed_and_a_changed_book_is_said(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--workspace", str(root)]
    assert run(["incident", "add", "หอโหวด ๑๐๑", "--kind", "crowd", "--words", "ชุมนุม", *here]) == 0
    assert "-01: crowd (ชุมนุม) at หอโหวด ๑๐๑" in capsys.readouterr().out
    assert run(["incident", "list", *here]) == run(["incident", "show", "1", *here]) == 0
    assert "191: ชุมนุม" in capsys.readouterr().out
    assert run(["incident", "close", "1", "--words", "กลับบ้าน", *here]) == 0
    assert run(["incident", "close", "1", *here]) == 2
    assert run(["incident", "show", "9", *here]) == 2
    capsys.readouterr()
    assert run(["incident", "list", *here]) == 0
    assert capsys.readouterr().out == "no incident is open\n"
    shown = told(capsys, ["incident", "show", "1"], root)
    assert (shown["open"], [note["event"] for note in shown["notes"]]) == (False, ["reported", "closed"])
    (path,) = (root / "flights" / "incidents").glob("*.jsonl")
    path.write_bytes(path.read_bytes().replace("ชุมนุม".encode(), "ประชุม".encode()))
    assert told(capsys, ["incident", "list"], root)["book"]["broken"]["kind"] == "changed"
    assert run(["incident", "list", *here]) == 0
    assert "the book of incidents is not what was written in it" in capsys.readouterr().err


def test_when_it_was_reported(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add = ["incident", "add", "market", "--at"]
    assert told(capsys, [*add, "1/12/2568 14:05"], root)["times"]["reported_utc"] == "2025-12-01T07:05:00.000Z"
    assert "still to come" in told(capsys, [*add, "2190-01-01 10:00"], root, 2)["error"]["message"]
    assert "is no time" in told(capsys, [*add, "soon"], root, 2)["error"]["message"]


def test_a_log_is_imported_once(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = root / "191.csv"
    rows = ["time,place,kind,words", "2025-11-30 22:05,ธนาคาร ๑,robbery,x", "2025-11-30 22:06,ธนาคาร ๑,other,y"]
    log.write_text("\n".join(rows), encoding="utf-8")
    take = ["incident", "import", str(log)]
    assert "may be 1130-01" in told(capsys, take, root, 2)["error"]["message"]
    assert told(capsys, [*take, "--same", "--dry-run"], root)["taken"] == 2
    assert told(capsys, ["incident", "list", "--all"], root)["incidents"] == []
    taken = told(capsys, [*take, "--same"], root)
    assert [len(one["reports"]) for one in taken["incidents"]] == [2]
    assert told(capsys, [*take, "--new"], root) == {
        "rows": 2,
        "taken": 0,
        "known_before": 2,
        "dry_run": False,
        "incidents": [],
    }
    log.write_text("\n".join([*rows, "2025-11-30 22:06,ไม่รู้,other,y"]), encoding="utf-8")
    error = told(capsys, [*take, "--same"], root, 2)["error"]
    assert error["problems"] == [f"{log}: row 4: no place 'ไม่รู้' in geofences/"]
    assert run([*take, "--same", "--new", "--workspace", str(root)]) == 2
