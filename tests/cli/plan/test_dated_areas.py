"""A keep-out of school hours through the real entry point: planned around, checked, listed, at the gate of flight."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from by_day import noon
from virtual_commands import virtual_fleet_behind

from dronectl.cli.main import run

SCHOOL = {
    "type": "Feature",
    "properties": {"kind": "keep_out", "id": "school", "name": "โรงเรียน", "surveyed": False, "hours": "07:30-08:30"},
    "geometry": {
        "type": "Polygon",
        "coordinates": [
            [[103.6520, 16.0560], [103.6525, 16.0560], [103.6525, 16.0565], [103.6520, 16.0565], [103.6520, 16.0560]]
        ],
    },
}
"""In the middle of the demo's lake park."""


@pytest.fixture
def dated(root: Path) -> Path:
    text = json.dumps({"type": "FeatureCollection", "features": [SCHOOL]}, ensure_ascii=False)
    (root / "geofences/dated.geojson").write_text(text, encoding="utf-8")
    return root


def test_a_plan_goes_around_what_closes_at_its_times(dated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def built(name: str, *how: str) -> str:
        argv = ["plan", "build", "demo", "--budget", "0s", "--name", name, "--date", "2026-12-01", *how]
        assert run([*argv, "--workspace", str(dated)]) == 0
        return (dated / "plans" / name / "alpha.plan").read_text(encoding="utf-8")

    exclusions = {how: built(how, *given).count("16.0565") for how, given in TIMES.items()}
    assert exclusions["afternoon"] == 0
    assert exclusions["morning"] == exclusions["untimed"] > 0
    capsys.readouterr()
    text = (dated / "geofences/dated.geojson").read_text(encoding="utf-8")
    (dated / "geofences/dated.geojson").write_text(text.replace("07:30-08:30", "13:50-14:30"), encoding="utf-8")
    checks = {how: run(["plan", "check", str(dated / "plans" / how), "--workspace", str(dated)]) for how in TIMES}
    assert checks == {"afternoon": 3, "morning": 0, "untimed": 0}
    assert "keep-out 'school' (โรงเรียน, 13:50-14:30)" in capsys.readouterr().out


TIMES = {"morning": ("--start", "07:25"), "afternoon": ("--start", "14:00"), "untimed": ()}


def test_what_is_closed_now_is_no_flight(
    dated: Path, plan: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan was made before anybody knew of the school; at noon it may fly, at 07:45 not."""
    here = ["--drone", "alpha", "--workspace", str(dated)]
    with virtual_fleet_behind(dated):
        assert run(["push", str(plan), *here]) == 3, "which may fly at any hour"
        assert "07:30-08:30" in capsys.readouterr().err
        assert run(["fleet", "ready", str(plan), "--json", *here]) == 6, "it is not on board"
        checks = {one["id"]: one for one in json.loads(capsys.readouterr().out)["site"]["checks"]}
        assert (checks["dated-areas"]["ok"], checks["dated-areas"]["found"]) == (True, "open until the last landing")
        monkeypatch.setattr("dronectl.ops.common.present.hour", lambda: noon() - timedelta(hours=4, minutes=15))
        assert run(["fly", str(plan), "--yes", *here]) == 3
        assert "keep-out 'school' (โรงเรียน, 07:30-08:30)" in capsys.readouterr().err


def test_the_list_says_what_is_closed(dated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--workspace", str(dated)]
    assert run(["zones", "list", "--json", *here]) == 0
    (school,) = [one for one in json.loads(capsys.readouterr().out)["features"] if one["id"] == "school"]
    assert school["hours"] == "07:30-08:30"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT0[78]:30:00\+07:00", school["changes"])
    assert run(["zones", "show", "school", *here]) == 0
    assert re.search(r"closes: (now, until|from) .*UTC\+7 \(07:30-08:30\)", capsys.readouterr().out)
    over = SCHOOL | {"properties": {**SCHOOL["properties"], "valid_until": "2026-01-31"}}  # type: ignore[dict-item]
    (dated / "geofences/dated.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [over]}), encoding="utf-8"
    )
    assert run(["zones", "check", *here]) == 0
    assert "school: until 2026-01-31, 07:30-08:30: is over" in capsys.readouterr().out
