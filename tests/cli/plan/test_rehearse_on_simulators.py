"""``dronectl rehearse --backend ardupilot``, with a program in SITL's place that flies the built-in copter."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from flown_plans import drone_plan, mission
from programs import dronectl, interrupted_once_it_shows, wait_for
from simulator_stand_in import stand_in

from dronectl.checks import with_own_figures
from dronectl.cli.main import run
from dronectl.formats.plans.plan_folder import read_plan
from dronectl.model.plan.plan import Plan
from dronectl.ops.plans.plan_map import write_plan_with_map
from dronectl.ops.rehearsal.stamping import stamped
from dronectl.site.workspace import load_site

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script")
LINK_ALONE = "[moments]\nbattery = 'off'\ngps = 'off'\nmotor = 'off'\n"
LEFT_BEHIND = "dronectl-rehearsal-*"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    return stand_in(tmp_path / "arducopter")


@pytest.fixture
def square(root: Path) -> Path:
    """plans/square: one drone, three places."""
    site = load_site(root)
    planned = drone_plan(site, mission(site, [(0.0, 30.0), (30.0, 30.0)], 20.0))
    (sortie,) = planned.sorties
    sorties = (replace(sortie, duration_s=80.0),)
    plan = Plan("square", "2026-11-23T02:00:00Z", (replace(planned, sorties=sorties),), {}, 80.0, None, None, None)
    folder = root / "plans" / "square"
    write_plan_with_map(with_own_figures(plan, site), site, folder)
    return folder


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of simulators are made in here."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def test_flights_failures_and_files(
    root: Path, square: Path, program: Path, temporary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--backend", "ardupilot", "--binary", str(program), "--jobs", "2", "--workspace", str(root)]
    (root / "sim" / "rehearsal.toml").write_text(LINK_ALONE, encoding="utf-8")
    kml = root / "flown.kml"
    capsys.readouterr()
    run(["rehearse", str(square), "--runs", "1", "--json", "-o", str(kml), *here])
    answer = json.loads(capsys.readouterr().out)
    assert (answer["backend"], answer["firmware"], answer["runs"]) == ("ardupilot", {"alpha": "4.7.0"}, 1)
    assert answer["failures_not_tried"] == []
    (link,) = answer["failures"]
    assert link["failure"] == "link"
    assert link["tried"] >= 4, "take-off, two places, the return"
    assert 60.0 < answer["drones"][0]["duration_s"]["p50"] < 120.0
    assert b"alpha, run 1, sortie 1" in kml.read_bytes()
    assert list(temporary.glob(LEFT_BEHIND)) == []
    stamp = read_plan(square).rehearsal
    assert stamp is not None
    assert (stamp["backend"], stamp["firmware"]) == ("ardupilot", {"alpha": "4.7.0"})
    assert not stamped(read_plan(square), load_site(root)).ok
    run(["rehearse", str(square), "--runs", "1", "--failures", "2", "--no-stamp", "--json", *here])
    fewer = json.loads(capsys.readouterr().out)
    assert (fewer["failures"][0]["tried"], fewer["failures_left_out"]) == (2, link["tried"] - 2)
    assert not fewer["safe"]


def test_what_was_not_tried_is_named(
    root: Path, square: Path, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--backend", "ardupilot", "--binary", str(program), "--workspace", str(root)]
    run(["rehearse", str(square), "--runs", "1", "--no-failures", *here])
    told = capsys.readouterr().out
    assert "1 run on ArduCopter 4.7.0, seed 1" in told
    assert "not tried: what happens when these fail: link, battery, gps, motor" in told


def test_too_few_runs_do_not_take_the_place_of_a_stamp_that_holds(
    root: Path, square: Path, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spread = "runs = 3\n[judgement]\nsafe_pct = 50.0\nconfidence_pct = 70.0\nmargin_kept_share = 0.0\n"
    off = "[moments]\nlink = 'off'\nbattery = 'off'\ngps = 'off'\nmotor = 'off'\n"
    (root / "sim" / "rehearsal.toml").write_text(spread + off, encoding="utf-8")
    assert run(["rehearse", str(square), "--jobs", "1", "--workspace", str(root)]) == 0
    held = read_plan(square).rehearsal
    assert stamped(read_plan(square), load_site(root)).ok
    here = ["--backend", "ardupilot", "--binary", str(program), "--workspace", str(root)]
    assert run(["rehearse", str(square), "--runs", "1", *here]) == 6
    assert f"not stamped: {square}: it has a stamp that holds" in capsys.readouterr().out
    assert read_plan(square).rehearsal == held


def test_ctrl_c_ends_every_simulator(root: Path, square: Path, program: Path, temporary: Path) -> None:
    code, shown, others = interrupted_once_it_shows(
        "rehearse", str(square), "--backend", "ardupilot", "--binary", str(program), "--runs", "4", "--no-failures",
        "--workspace", str(root), stream="stderr",
    )  # fmt: skip
    assert code == 130, shown + others
    assert simulators(program) == []
    assert list(temporary.glob(LEFT_BEHIND)) == []


def test_simulators_of_a_rehearsal_that_was_killed_are_ended_by_the_next(
    root: Path, square: Path, program: Path, temporary: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = ["rehearse", str(square), "--backend", "ardupilot", "--binary", str(program), "--no-failures"]
    told += ["--workspace", str(root), "--runs"]
    killed = dronectl(*told, "4")
    wait_for(lambda: list(temporary.glob(f"{LEFT_BEHIND}/*/running.json")))
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert simulators(program) != []
    assert run([*told, "1"]) == 6
    assert simulators(program) == []
    assert list(temporary.glob(LEFT_BEHIND)) == []


def simulators(program: Path) -> list[str]:
    """Those that run."""
    listed = subprocess.run(["ps", "-ww", "-eo", "args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(program) in line and "--home" in line]


def test_no_program_is_said_before_anything_is_flown(
    root: Path, square: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DRONECTL_ARDUCOPTER", raising=False)
    monkeypatch.setenv("PATH", str(root))
    monkeypatch.setenv("DRONECTL_CACHE", str(root / "cache"))
    assert run(["rehearse", str(square), "--backend", "ardupilot", "--workspace", str(root)]) == 2
    assert "ArduPilot SITL was not found" in capsys.readouterr().err
    assert run(["rehearse", str(square), "--binary", "x", "--workspace", str(root)]) == 2
