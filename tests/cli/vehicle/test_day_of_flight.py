"""The plan's own day and the site's time, through the real entry point: sheets, checks and tables of one plan."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from lxml import html as lxml_html
from running_fleet import copy_workspace
from virtual_commands import in_virtual_time

from dronectl.cli.main import run
from dronectl.model.text.shown_time import local_day, now
from dronectl.sim.fleet.fleet import SimFleet

DAY = "2026-03-01"


def set_up(root: Path, *, time_zone: str = "Asia/Bangkok", permit: str = DAY) -> Path:
    """The workspace of the repository in a time zone, with its law, whose only permit is valid on one day."""
    path = root / "dronectl.toml"
    text = path.read_text(encoding="utf-8").replace("Asia/Bangkok", time_zone)
    text = re.sub(r"(?m)^(law|hours) = .*\n", "", text)
    path.write_text(re.sub(r"(valid_from|valid_to) = [0-9-]+", rf"\1 = {permit}", text, count=2), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with plans/morning, made for 07:30 on DAY by ``plan build``."""
    root = set_up(copy_workspace(tmp_path_factory.mktemp("เช้า")))
    argv = ["plan", "build", "lake_perimeter", "--date", DAY, "--start", "07:30", "--budget", "10ms"]
    assert run([*argv, "--name", "morning", "--workspace", str(root)]) == 0
    return root


@pytest.fixture
def root(planned: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(planned, tmp_path / "งาน"))


def sheet(root: Path, *arguments: str) -> str:
    """What alpha's briefing says."""
    assert run(["plan", "brief", str(root / "plans/morning"), *arguments, "--workspace", str(root)]) == 0
    (page,) = sorted((root / "plans/morning").glob("*-briefing.html"))[:1]
    return " ".join(lxml_html.fromstring(page.read_text(encoding="utf-8")).text_content().split())


def test_the_sheet_has_the_plans_day_its_permits_and_the_sites_time(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = sheet(root)
    assert "07:30 UTC+7" in text
    assert "1 มีนาคม พ.ศ. 2569" in text
    assert "1 March 2026" in text
    assert "ใช้ได้ valid" in text
    assert "130 Wh" in text
    assert capsys.readouterr().err == "day: 2026-03-01, the plan's own day\n"


def test_a_sheet_for_another_day_says_that_the_plan_is_not_for_it(root: Path) -> None:
    text = sheet(root, "--date", "2026-03-02")
    assert "The plan is for 1 March 2026: not to be flown on another day" in text
    assert "NOT VALID" in text


def test_maps_tables_and_sarif_have_the_plans_day(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan, here = str(root / "plans/morning"), ["--workspace", str(root)]
    assert run(["plan", "show", plan, *here]) == 0
    assert "1 มีนาคม พ.ศ. 2569 · 1 March 2026" in capsys.readouterr().out.splitlines()[0]
    assert "take-off 2026-03-01 07:30 UTC+7, at " in (root / "plans/morning/plan.kml").read_text(encoding="utf-8")
    for suffix in (".html", ".svg"):
        assert run(["plan", "show", plan, "-o", str(root / f"map{suffix}"), *here]) == 0
        assert "1 มีนาคม พ.ศ. 2569" in (root / f"map{suffix}").read_text(encoding="utf-8")
    capsys.readouterr()
    assert run(["plan", "check", plan, "--format", "sarif", *here]) == 0
    assert json.loads(capsys.readouterr().out)["runs"][0]["properties"] == {"days": {plan: DAY}}


def test_a_battery_given_in_minutes_is_told_in_minutes(root: Path) -> None:
    path = root / "dronectl.toml"
    watts = "hover_power_w = 300.0\ncruise_power_w = 290.0\n"
    text = path.read_text(encoding="utf-8").replace(watts, "").replace("capacity_wh = 130.0", "endurance_min = 28.0")
    path.write_text(text, encoding="utf-8")
    assert "hovers 28 min · ใช้ได้ usable 85%" in sheet(root)


def test_a_check_judges_the_permits_of_the_plans_day(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check = ["plan", "check", str(root / "plans/morning"), "--workspace", str(root)]
    assert run([*check, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["checked"][0]["day"] == DAY


def test_a_plan_of_a_day_gone_by_is_neither_pushed_nor_flown(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = str(root / "plans/morning")
    today = local_day(now(), ZoneInfo("Asia/Bangkok"))
    set_up(root, permit=today.isoformat())
    for command in (["push", plan], ["fleet", "ready", plan], ["fly", plan, "--yes"]):
        assert run([*command, "--workspace", str(root)]) == 3
        error = capsys.readouterr().err
        assert f"the plan is for {DAY}, not for {today}" in error
        assert "--allow RULE --by NAME" in error


def test_a_plan_for_tomorrow_goes_on_board_today_by_tomorrows_permits_and_is_not_flown(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    today = date(2026, 2, 28)
    for module in ("dronectl.site.local_time", "dronectl.ops.plans.flight_authorisation"):
        monkeypatch.setattr(f"{module}.today_at", lambda _site, _now=None: today)
    plan = str(root / "plans/morning")
    nobody = ["--link", "tcp://127.0.0.1:9", "--drone", "alpha", "--workspace", str(root)]
    assert run(["fly", plan, "--yes", *nobody]) == 3
    assert f"the plan is for {DAY}, not for {today}" in capsys.readouterr().err
    with in_virtual_time(SimFleet([])):
        assert run(["push", plan, *nobody]) == 4, "nobody answers there, but the plan is let through"
    error = capsys.readouterr().err
    assert f"for {DAY}, today is {today} at the site (Asia/Bangkok): it goes on board ahead of its day" in error
    set_up(root, permit=today.isoformat())
    assert run(["push", plan, *nobody]) == 3
    assert "authorisation ตัวอย่าง/EXAMPLE-0001" in capsys.readouterr().err


def test_a_person_can_answer_for_the_day_and_todays_permits_count_all_the_same(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = root / "plans/morning"
    check = ["plan", "check", str(plan), "--workspace", str(root)]
    assert run([*check, "--date", "2026-03-02"]) == 3
    out, err = capsys.readouterr()
    assert err.startswith("day: 2026-03-02, as --date says; the plan is for 2026-03-01\n")
    assert "the plan is for 2026-03-01, not for 2026-03-02" in out
    assert "authorisation ตัวอย่าง/EXAMPLE-0001" in out, "that day has no permit"
    assert run([*check, "--allow", "day", "--by", "สมชาย"]) == 0
    assert run([*check, "--date", "2026-03-02", "--json"]) == 3
    found = json.loads(capsys.readouterr().out.splitlines()[-1])["violations"]
    severities = {one["rule"]: one["severity"] for one in found}
    assert (severities["day"], severities["aerodrome"]) == ("authorised", "error")


def test_in_the_night_in_which_clocks_are_put_back_every_time_has_its_own_offset(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A round an hour from half past midnight: 01:30 comes twice (and the sun of Roi Et is up)."""
    set_up(root, time_zone="America/St_Johns", permit="2026-11-01")
    edge = (root / "missions/lake_perimeter.toml").read_text(encoding="utf-8")
    rounds = edge + '\n[schedule]\nstart = "00:30"\nevery_min = 60\nrepeat = 3\n'
    (root / "missions/rounds.toml").write_text(rounds, encoding="utf-8")
    here = ["--workspace", str(root)]
    assert (
        run(["plan", "build", "rounds", "--date", "2026-11-01", "--budget", "10ms", "-o", str(root / "n"), *here]) == 0
    )
    out = capsys.readouterr().out
    assert "timetable of 2026-11-01, America/St_Johns" in out
    times = ["00:30:00 UTC-2:30", "01:30:00 UTC-2:30", "01:30:00 UTC-3:30"]
    assert re.findall(r"^ +(\S+ UTC\S+) ", out, re.MULTILINE) == times
    assert run(["plan", "brief", str(root / "n"), "--drone", "alpha", *here]) == 0
    page = lxml_html.fromstring((root / "n/alpha-briefing.html").read_text(encoding="utf-8")).text_content()
    assert "00:30 UTC-2:30\n01:30 UTC-2:30\n01:30 UTC-3:30\nT+0:00" in page
    assert "ใช้ได้ valid" in page
