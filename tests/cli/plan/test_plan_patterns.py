"""A mission of each pattern, planned and checked through the command line on the Roi Et workspace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running_fleet import copy_workspace

from dronectl.cli.main import run
from dronectl.model.plan.pattern import Pattern
from dronectl.site.workspace import load_site

DATE = ("--date", "2026-11-23")
MISSIONS = {
    "road_patrol": {"NAV_WAYPOINT", "DO_SET_CAM_TRIGG_DIST"},
    "tower_orbit": {"DO_SET_ROI", "VIDEO_START_CAPTURE", "VIDEO_STOP_CAPTURE"},
    "market_stare": {"DO_SET_ROI", "NAV_LOITER_TIME", "VIDEO_START_CAPTURE"},
    "lost_child": {"NAV_WAYPOINT", "VIDEO_START_CAPTURE"},
    "missing_elder": {"NAV_WAYPOINT", "VIDEO_START_CAPTURE"},
    "park_rounds": {"NAV_WAYPOINT", "VIDEO_START_CAPTURE"},
    "wat_cross_hatch": {"NAV_WAYPOINT", "DO_SET_CAM_TRIGG_DIST"},
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("patterns")
    copy_workspace(root)
    return root


@pytest.mark.parametrize("mission", sorted(MISSIONS))
def test_a_mission_of_the_pattern_is_planned_and_breaks_no_rule(
    mission: str, workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from dronectl.formats.plans.plan_folder import read_plan

    out = tmp_path / mission
    build = ["plan", "build", mission, "-o", str(out), "--json", "--budget", "50ms"]
    assert run([*build, "--workspace", str(workspace), *DATE]) == 0
    built = json.loads(capsys.readouterr().out)
    assert all(one["severity"] != "error" for one in built["violations"])
    assert run(["plan", "check", str(out), "--json", "--workspace", str(workspace), *DATE]) == 0
    assert json.loads(capsys.readouterr().out)["errors"] == 0
    for drone in read_plan(out).drones:
        for sortie in drone.sorties:
            assert MISSIONS[mission] <= {item.command_name() for item in sortie.mission.items}


def test_the_site_has_a_mission_of_every_pattern(workspace: Path) -> None:
    assert {patrol.pattern for patrol in load_site(workspace).patrols} == set(Pattern)


def test_help_lists_every_pattern_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "build", "--help"]) == 0
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert all([pattern, pattern.summary] in lines for pattern in Pattern)
