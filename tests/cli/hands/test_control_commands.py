"""``dronectl control``, and orders of a ground station that has it or has not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_fleet import copy_workspace
from virtual_commands import ctrl_c_once, virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.ops.audit.log import AuditLog, audit_folder
from dronectl.sim.fleet.fleet import SimFleet

pytestmark = pytest.mark.xdist_group("control")

Capture = pytest.CaptureFixture[str]
STATIONS = """
[link]
system_id = 255

[[link.station]]
system_id = 250
name = "ห้องควบคุม"
"""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, SimFleet]]:
    root = copy_workspace(tmp_path_factory.mktemp("two stations"))
    with (root / "dronectl.toml").open("a", encoding="utf-8") as file:
        file.write(STATIONS)
    with virtual_fleet_behind(root) as sim:
        yield root, sim


@pytest.fixture
def theirs(fleet: tuple[Path, SimFleet]) -> Iterator[tuple[Path, SimFleet]]:
    """The control room has control of alpha, the field of the others."""
    root, sim = fleet
    alpha = sim.vehicles["alpha"].copter.parameters
    alpha.set("SYSID_MYGCS", 250)
    yield root, sim
    alpha.set("SYSID_MYGCS", 255)


def test_status_tells_who_has_control(theirs: tuple[Path, SimFleet], capsys: Capture) -> None:
    assert run(["control", "status", "--workspace", str(theirs[0])]) == 0
    told = capsys.readouterr().out
    assert "ground station 250 (ห้องควบคุม)" in " ".join(told.split())
    assert run(["control", "status", "--json", "--workspace", str(theirs[0])]) == 0
    drones = json.loads(capsys.readouterr().out)["drones"]
    assert [(one["name"], one["ours"], one["stations"]) for one in drones] == [
        ("alpha", False, [250, 250]),
        ("bravo", True, [255, 255]),
        ("charlie", True, [255, 255]),
    ]


@pytest.mark.parametrize(
    "order",
    [
        ["arm", "--yes"],
        ["mode", "STABILIZE", "--unproved", "--yes"],
        ["param", "set", "RTL_LOIT_TIME", "9000", "--yes"],
        ["fence", "enable", "--yes"],
        ["mission", "clear", "--yes"],
    ],
    ids=" ".join,
)
def test_what_needs_control_is_refused_with_the_name_of_who_has_it(
    theirs: tuple[Path, SimFleet], capsys: Capture, order: list[str]
) -> None:
    root, sim = theirs
    alpha = sim.vehicles["alpha"].copter
    before = (alpha.is_armed, sim.vehicles["alpha"].pilot.mode, alpha.parameters["RTL_LOIT_TIME"])
    assert run([*order, "--drone", "alpha", "--workspace", str(root)]) == 6
    told = capsys.readouterr().err
    assert "alpha: ground station 250 (ห้องควบคุม) has control (MAV_GCS_SYSID 250), not this one (255)" in told
    assert "'dronectl control request --drone alpha'" in told
    assert before == (alpha.is_armed, sim.vehicles["alpha"].pilot.mode, alpha.parameters["RTL_LOIT_TIME"])


def test_what_is_only_tried_says_that_it_would_be_refused(theirs: tuple[Path, SimFleet], capsys: Capture) -> None:
    root, _ = theirs
    assert run(["arm", "--drone", "alpha", "--drone", "bravo", "--dry-run", "--workspace", str(root)]) == 0
    told = capsys.readouterr().err
    words = "ground station 250 (ห้องควบคุม) has control, not this ground station: the order would be refused"
    assert f"alpha: {words}" in told
    assert f"bravo: {words}" not in told


@pytest.mark.parametrize(("order", "mode"), [("hold", "BRAKE"), ("rtl", "RTL"), ("land", "LAND")])
def test_what_ends_a_flight_needs_no_control_and_tells_who_has_it(
    theirs: tuple[Path, SimFleet], capsys: Capture, order: str, mode: str
) -> None:
    root, sim = theirs
    asked = ["--yes"] if order == "land" else []
    assert run([order, *asked, "--drone", "alpha", "--workspace", str(root)]) == 0
    assert sim.vehicles["alpha"].pilot.mode.name == mode
    assert "alpha: ground station 250 (ห้องควบคุม) has control, and may order otherwise" in capsys.readouterr().err


def test_readiness_says_no_with_both_ids_and_what_to_do(theirs: tuple[Path, SimFleet], capsys: Capture) -> None:
    assert run(["fleet", "ready", "--drone", "alpha", "--json", "--workspace", str(theirs[0])]) == 6
    (alpha,) = json.loads(capsys.readouterr().out)["drones"]
    (check,) = [one for one in alpha["checks"] if "MAV_GCS_SYSID" in one["name"]]
    assert check == {
        "id": "",
        "verdict": "no-go",
        "waived_by": None,
        "can_be_waived": False,
        "name": "whose heartbeats its failsafe counts (MAV_GCS_SYSID)",
        "ok": False,
        "found": "ground station 250 (ห้องควบคุม)",
        "wanted": "ground station 255 (this one): 'dronectl control request --drone alpha'",
    }


def test_control_is_requested_and_released_and_read_back(theirs: tuple[Path, SimFleet], capsys: Capture) -> None:
    root, sim = theirs
    alpha = sim.vehicles["alpha"].copter.parameters
    assert run(["control", "request", "--drone", "alpha", "--workspace", str(root)]) == 2
    assert alpha["SYSID_MYGCS"] == 250, "nobody was there to answer"
    capsys.readouterr()
    assert run(["control", "request", "--drone", "alpha", "--yes", "--workspace", str(root)]) == 0
    assert alpha["SYSID_MYGCS"] == 255
    said = capsys.readouterr()
    assert (
        "alpha: ground station 255 (this one) has control now; before, ground station 250 (ห้องควบคุม) had it" in said.out
    )
    assert run(["param", "set", "RTL_LOIT_TIME", "9000", "--yes", "--drone", "alpha", "--workspace", str(root)]) == 0
    capsys.readouterr()
    release = ["control", "release", "--drone", "alpha", "--yes", "--json", "--workspace", str(root)]
    assert run([*release, "--to", "ห้องควบคุม"]) == 0
    (done,) = json.loads(capsys.readouterr().out)["drones"]
    assert (done["changed"], done["before"], done["after"]) == (True, [255, 255], [250, 250])
    assert alpha["SYSID_MYGCS"] == 250
    assert run(release) == 6
    assert "there is nothing to release" in json.loads(capsys.readouterr().out)["error"]["message"]
    told = [
        (one.get("result"), one.get("answer", "").partition(" now;")[0])
        for one in AuditLog(audit_folder(root)).lines()
        if one["order"].startswith("control") and one["event"] == "outcome"
    ]
    assert told[:2] == [
        ("done", "ground station 255 (this one) has control"),
        ("done", "ground station 250 (ห้องควบคุม) has control"),
    ]
    assert told[2][0] == "failed"


def test_a_station_keeps_in_the_audit_log_who_took_control(fleet: tuple[Path, SimFleet], capsys: Capture) -> None:
    root, sim = fleet
    bravo = sim.vehicles["bravo"].copter.parameters
    polls = 0

    def another_takes_control_and_some_seconds_pass() -> bool:
        nonlocal polls
        polls += 1
        if polls == 100:  # of a twentieth of a second each
            bravo.set("SYSID_MYGCS", 250, announce=True)
        return polls >= 200

    with ctrl_c_once(another_takes_control_and_some_seconds_pass):
        run(["station", "start", "--workspace", str(root)])
    bravo.set("SYSID_MYGCS", 255)
    assert "bravo: ground station 250 (ห้องควบคุม) has control now" in capsys.readouterr().err
    assert run(["audit", "show", "--json", "--workspace", str(root)]) == 0
    told = [(one["order"], one.get("drone"), one.get("text")) for one in json.loads(capsys.readouterr().out)["entries"]]
    assert ("station start", "bravo", "ground station 250 (ห้องควบคุม) has control now") in told
