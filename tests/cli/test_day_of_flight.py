"""The plan's own day and the site's time, through the real entry point: sheets, checks and tables of one plan."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from lxml import html as lxml_html
from running_fleet import copy_workspace

from dronectl.cli.main import run

DAY = "2026-03-01"


def set_up(root: Path, *, time_zone: str = "Asia/Bangkok", permit: str = DAY) -> Path:
    """The workspace of the repository in a time zone, whose only permit is valid on one day."""
    path = root / "dronectl.toml"
    text = path.read_text(encoding="utf-8").replace("Asia/Bangkok", time_zone)
    text = text.replace("valid_from = 2025-01-01", f"valid_from = {permit}")
    path.write_text(text.replace("valid_to = 2034-12-31", f"valid_to = {permit}"), encoding="utf-8")
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
