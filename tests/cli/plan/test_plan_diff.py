"""``dronectl plan diff`` as a person and a program read it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dronectl.cli.main import run


def test_two_plans_and_an_edited_one(root: Path, plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--workspace", str(root)]
    copy = root / "plans" / "copy"
    shutil.copytree(plan, copy)
    assert run(["plan", "diff", str(plan), str(copy), *here]) == 0
    assert "the same is flown" in capsys.readouterr().out

    mission = copy / "alpha.waypoints"
    lines = mission.read_text(encoding="utf-8").split("\n")
    assert "\t58.000000\t" in lines[4]
    lines[4] = lines[4].replace("\t58.000000\t", "\t61.000000\t")
    mission.write_text("\n".join(lines), encoding="utf-8")
    assert run(["plan", "diff", str(plan), str(copy), *here]) == 0
    out, err = capsys.readouterr()
    assert "alpha: demo, sortie 1: items 1 changed" in out
    assert "from item 3 on" in out
    assert "was edited since it was checked (alpha.waypoints)" in err
    assert run(["plan", "diff", str(plan), str(copy), "--json", *here]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["equal"], answer["edited"]["b"]) == (False, ["alpha.waypoints"])
    assert [one["equal"] for one in answer["drones"]] == [False, True, True]
    assert answer["drones"][0]["distance_m"]["b"] is None
    assert answer["findings"] == {"gone": [], "new": []}


def test_fewer_drones_without_a_workspace(
    root: Path, plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--workspace", str(root)]
    two = root / "plans" / "two"
    built = ["plan", "build", "demo", "--drone", "alpha", "--drone", "bravo", "--budget", "50ms", "-o", str(two)]
    assert run([*built, *here]) == 0
    monkeypatch.chdir("/")
    capsys.readouterr()
    assert run(["plan", "diff", str(plan), str(two)]) == 0
    out = capsys.readouterr().out
    assert "charlie: only in A" in out
    assert "gone: authorised: aerodrome charlie" in out
    assert "flown in zones" not in out
    assert run(["plan", "diff", str(plan), str(root)]) == 2
