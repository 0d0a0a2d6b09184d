"""``plan check --fix``, the fixes in JSON and SARIF, and ``plan explain``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from repository import REPOSITORY

from dronectl.cli.main import run
from dronectl.formats.missions.wpl import read_wpl
from dronectl.model.plan.mission import Command
from dronectl.model.rules import RULE_IDS

DATE = ("--date", "2026-03-01")

UNMENDED = (REPOSITORY / "tests" / "data" / "no-way-home.waypoints").read_text(encoding="utf-8")
"""No return, a camera that goes on, 95 m, a param2 that is not stored, and a jump."""


def dronectl(*argv: object) -> int:
    return run([str(arg) for arg in argv])


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("งานแก้")
    shutil.copy(REPOSITORY / "dronectl.toml", root)
    for folder in ("geofences", "missions", "sim"):
        shutil.copytree(REPOSITORY / folder, root / folder)
    return root


@pytest.fixture
def made_elsewhere(tmp_path: Path) -> Path:
    path = tmp_path / "alpha.waypoints"
    path.write_text(UNMENDED, encoding="utf-8")
    return path


class TestFix:
    def test_a_copy_is_mended_and_the_file_stays_as_it_was(
        self, made_elsewhere: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert dronectl("plan", "check", made_elsewhere, "--workspace", workspace, *DATE) == 3
        said = capsys.readouterr().out
        assert "fix: lower item 4 from 95 to 90 m" in said
        assert "fix: add NAV_RETURN_TO_LAUNCH at the end" in said
        assert dronectl("plan", "check", made_elsewhere, "--fix", "--json", "--workspace", workspace, *DATE) == 0
        document = json.loads(capsys.readouterr().out)
        assert document["errors"] == 0
        (copy,) = document["fixed"]
        assert {one["rule"] for one in copy["mended"]} == {"structure", "ceiling", "autopilot", "camera"}
        assert made_elsewhere.read_text(encoding="utf-8") == UNMENDED
        mended = read_wpl(Path(copy["written"]).read_text(encoding="utf-8"), source="copy")
        assert mended.items[4].altitude_m == 90
        assert mended.items[3].param2 == 0
        assert [item.command for item in mended.items[-3:]] == [
            Command.DO_JUMP,
            Command.DO_SET_CAM_TRIGG_DIST,
            Command.NAV_RETURN_TO_LAUNCH,
        ]
        assert dronectl("plan", "check", copy["written"], "--workspace", workspace, *DATE) == 0

    def test_a_copy_is_never_written_over(
        self, made_elsewhere: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (made_elsewhere.parent / "alpha.fixed.waypoints").write_text("mine", encoding="utf-8")
        assert dronectl("plan", "check", made_elsewhere, "--fix", "--workspace", workspace, *DATE) == 2
        assert "is there already" in capsys.readouterr().err

    @pytest.mark.parametrize("name", ["alpha.csv", "alpha.mission"])
    def test_a_kind_that_is_only_read_is_mended_as_waypoints(
        self, tmp_path: Path, workspace: Path, capsys: pytest.CaptureFixture[str], name: str
    ) -> None:
        made = tmp_path / name
        csv = "latitude,longitude,altitude(m)\n16.0560,103.6525,95\n16.0570,103.6525,95\n"
        made.write_text(csv if name.endswith("csv") else UNMENDED, encoding="utf-8")
        dronectl("plan", "check", made, "--fix", "--json", "--workspace", workspace, *DATE)
        (copy,) = json.loads(capsys.readouterr().out)["fixed"]
        assert copy["written"] == str(tmp_path / "alpha.fixed.waypoints")
        assert "ceiling" in {one["rule"] for one in copy["mended"]}
        read_wpl(Path(copy["written"]).read_text(encoding="utf-8"), source="copy")

    def test_what_needs_a_choice_is_left(
        self, tmp_path: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = Path(shutil.copy(REPOSITORY / "tests" / "data" / "into-the-tower.waypoints", tmp_path))
        assert dronectl("plan", "check", path, "--drone", "alpha", "--fix", "--workspace", workspace, *DATE) == 3
        assert "nothing to mend without a choice" in capsys.readouterr().out
        assert [one.name for one in tmp_path.iterdir()] == [path.name]

    def test_a_plan_is_built_anew_instead(self, workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert dronectl("plan", "check", workspace, "--fix", "--workspace", workspace) == 2
        assert "--fix is for mission files" in capsys.readouterr().err


def test_a_way_around_the_tower_is_named_and_taken_it_is_clear(
    tmp_path: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(shutil.copy(REPOSITORY / "tests" / "data" / "into-the-tower.waypoints", tmp_path))
    assert dronectl("plan", "check", path, "--drone", "alpha", "--json", "--workspace", workspace, *DATE) == 3
    document = json.loads(capsys.readouterr().out)
    hits = [one for one in document["violations"] if one["rule"] == "keep-out" and one["severity"] == "error"]
    moves = [one["fix"] for one in hits if one["fix"] is not None and one["fix"]["words"].startswith("move item")]
    assert moves
    edit = moves[0]["edits"][0]
    lines = path.read_text(encoding="utf-8").splitlines()
    columns = lines[edit["item"] + 1].split("\t")
    columns[8:10] = [f"{edit['to'][key] / 1e7:.7f}" for key in ("lat_e7", "lon_e7")]
    lines[edit["item"] + 1] = "\t".join(columns)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    dronectl("plan", "check", path, "--drone", "alpha", "--json", "--workspace", workspace, *DATE)
    left = json.loads(capsys.readouterr().out)["violations"]
    assert not [one for one in left if (one["rule"], one["severity"]) == ("keep-out", "error")]


def test_sarif_fixes_are_changes_of_lines_that_give_the_mended_file(
    made_elsewhere: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("plan", "check", made_elsewhere, "--format", "sarif", "--workspace", workspace, *DATE)
    assert dronectl(*command) == 3
    (log,) = json.loads(capsys.readouterr().out)["runs"]
    ceiling = next(result for result in log["results"] if result["ruleId"] == "ceiling")
    (change,) = ceiling["fixes"][0]["artifactChanges"]
    (replacement,) = change["replacements"]
    region = replacement["deletedRegion"]
    lines = UNMENDED.splitlines(keepends=True)
    lines[region["startLine"] - 1 : region["endLine"] - 1] = [replacement["insertedContent"]["text"]]
    mended = read_wpl("".join(lines), source="applied")
    assert mended.items[4].altitude_m == 90
    assert len(mended) == 6
    rules = {rule["id"]: rule for rule in log["tool"]["driver"]["rules"]}
    assert "Ministry of Transport" in rules["ceiling"]["help"]["text"]


class TestExplain:
    def test_every_rule_says_what_why_whence_and_how_to_mend_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert dronectl("plan", "explain", "--json") == 0
        rules = json.loads(capsys.readouterr().out)["rules"]
        assert [rule["id"] for rule in rules] == list(RULE_IDS)
        for rule in rules:
            for key in ("title", "explanation", "why", "source", "example", "remedy"):
                assert rule[key], f"{rule['id']} has no {key}"

    def test_one_rule_for_people(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert dronectl("plan", "explain", "ceiling") == 0
        text = capsys.readouterr().out
        for heading in ("asks", "why", "source", "example", "mend"):
            assert heading in text
        assert "keep-out" not in text
