"""``dronectl plan brief`` through the real entry point, on a small plan."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from running_fleet import copy_workspace

from dronectl.cli.main import run
from dronectl.formats.plans.plan_folder import read_plan, write_plan
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.site.workspace import load_site


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "งาน"
    made.mkdir()
    copy_workspace(made)
    return made


@pytest.fixture
def plan(root: Path) -> Path:
    drones = []
    for one in load_site(root).drones[:2]:
        place = (one.home.lat_e7, one.home.lon_e7)
        mission = Mission(
            (
                MissionItem(Command.NAV_WAYPOINT, Frame.GLOBAL, lat_e7=place[0], lon_e7=place[1], altitude_m=145.0),
                MissionItem(Command.NAV_TAKEOFF, lat_e7=place[0], lon_e7=place[1], altitude_m=30.0),
                MissionItem(Command.NAV_RETURN_TO_LAUNCH, Frame.GLOBAL),
            )
        )
        sortie = Sortie(1, "demo", mission, 0.0, 60.0, 40.0, 5.0, 30.0)
        drones.append(DronePlan(one.name, one.system_id, one.home, 145.0, (sortie,)))
    folder = root / "plans" / "เช้า"
    recorded = "1.41 km from VTUR (สนามบิน, unknown) on leg 5→7; at least 9 km required"
    found = (Finding("aerodrome", Severity.AUTHORISED, recorded, "bravo", 7, authorisation="ที่ ๑"),)
    write_plan(Plan("เช้า", "2026-11-22T01:00:00Z", tuple(drones), {}, 40.0, None, None, None, found), folder, None)
    return folder


def brief(root: Path, *arguments: object) -> int:
    return run(["plan", "brief", *map(str, arguments), "--workspace", str(root)])


def test_a_sheet_a_drone_in_the_plans_folder(root: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert brief(root, plan, "--date", "2026-11-25") == 0
    assert capsys.readouterr().out.count("briefing of") == 2
    page = (plan / "bravo-briefing.html").read_text(encoding="utf-8")
    assert "25 พฤศจิกายน พ.ศ. 2569" in page
    assert run(["plan", "check", str(plan), "--workspace", str(root)]) in (0, 3), "the sheets do not spoil the plan"


def test_the_sheet_of_a_shift_says_how_many_battery_sets_to_bring(root: Path, plan: Path, tmp_path: Path) -> None:
    toml = root / "dronectl.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8").replace("usable_share = 0.85", "usable_share = 0.85\ncharge_min = 45")
    )
    read = read_plan(plan)
    again = tuple(replace(one, sorties=(one.sorties[0], replace(one.sorties[0], number=2))) for one in read.drones)
    folder = root / "plans" / "two"
    asked = ("demo: flown 8 m lower <than> asked",)
    write_plan(replace(read, drones=again, findings=(), notes=asked), folder, None)
    assert brief(root, folder, "-o", tmp_path / "sheets", "--date", "2026-11-25") == 0
    page = (tmp_path / "sheets" / "bravo-briefing.html").read_text(encoding="utf-8")
    assert "<th>กะ · shift</th><td>9:20 min · 2 รอบ waves</td>" in page
    assert "2 · บิน flights 2 · ชาร์จ charging 45 min (ตามที่ตั้งไว้ as set)" in page
    assert "flown otherwise than asked: demo: flown 8 m lower &lt;than&gt; asked" in page
    assert brief(root, plan, "-o", tmp_path / "one", "--date", "2026-11-25") == 0
    assert "battery sets" not in (tmp_path / "one" / "bravo-briefing.html").read_text(encoding="utf-8")


def test_findings_that_the_plan_has_in_english_are_in_thai_too(root: Path, plan: Path, tmp_path: Path) -> None:
    thai = "ห่าง VTUR (สนามบิน, unknown) 1.41 กม. ที่ช่วงบิน 5→7"
    assert brief(root, plan) == 0
    assert thai in (plan / "bravo-briefing.html").read_text(encoding="utf-8")
    assert thai not in (plan / "alpha-briefing.html").read_text(encoding="utf-8"), "it is bravo's"
    page = tmp_path / "map.html"
    assert run(["plan", "show", str(plan), "-o", str(page), "--workspace", str(root)]) == 0
    assert thai in page.read_text(encoding="utf-8")


def test_one_file_for_all_and_a_folder_for_one(
    root: Path, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert brief(root, plan / "plan.json", "-o", tmp_path / "all.html", "--json") == 0
    assert json.loads(capsys.readouterr().out)["files"] == [str(tmp_path / "all.html")]
    assert (tmp_path / "all.html").read_text(encoding="utf-8").count('<section class="sheet">') == 2
    assert brief(root, plan, "-o", tmp_path / "sheets", "--drone", "alpha") == 0
    assert [path.name for path in (tmp_path / "sheets").iterdir()] == ["alpha-briefing.html"]


def test_what_cannot_be_is_one_line(root: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in (
        ((plan, "--drone", "charlie"), "has no flight of charlie"),
        ((plan, "--drone", "nobody"), "no drone 'nobody'"),
        ((plan, "-o", "x.pdf"), "cannot write '.pdf' sheets"),
        ((root,), "is no plan folder"),
    ):
        assert brief(root, *arguments) == 2
        error = capsys.readouterr().err
        assert words in error
        assert "Traceback" not in error
