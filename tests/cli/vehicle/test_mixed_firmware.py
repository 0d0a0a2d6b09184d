"""One fleet, two generations of ArduCopter's names and units: each drone is asked and told in its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_fleet import copy_workspace, demo_plan, fleet_behind
from virtual_commands import virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.vehicle.firmware import FIRMWARES

pytestmark = pytest.mark.xdist_group("mixed-firmware")

CHANGES = {name: {"firmware": FIRMWARES[one]} for name, one in (("alpha", "4.5"), ("bravo", "4.7"), ("charlie", "4.7"))}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, SimFleet]]:
    root = copy_workspace(tmp_path_factory.mktemp("mixed"))
    with virtual_fleet_behind(root, changes=CHANGES) as sim:
        yield root, sim


Fleet = tuple[Path, SimFleet]
Capture = pytest.CaptureFixture[str]


MIXED = "mixed fleet: ArduCopter 4.5.6 (alpha), 4.7.0 (bravo, charlie)"


def test_status_tells_that_the_firmware_is_mixed(fleet: Fleet, capsys: Capture) -> None:
    assert run(["fleet", "status", "--workspace", str(fleet[0])]) == 0
    assert MIXED in capsys.readouterr().out


def test_doctor_tells_each_drones_firmware_and_that_it_is_mixed(root: Path, capsys: Capture) -> None:
    with fleet_behind(root, changes=CHANGES):
        assert run(["doctor", "--workspace", str(root)]) == 0
    told = capsys.readouterr().out
    assert "alpha is ArduCopter 4.5.6" in told
    assert MIXED in told


@pytest.mark.parametrize(
    ("drone", "asked", "told"),
    [
        ("bravo", "WPNAV_SPEED", "ArduCopter 4.7.0 calls it WP_SPD, in m/s"),
        ("alpha", "WP_SPD", "ArduCopter 4.5.6 calls it WPNAV_SPEED, in cm/s"),
        ("bravo", "NO_SUCH_NAME", "check the spelling"),
    ],
)
def test_a_name_of_other_firmware_is_told_with_the_drones_own(
    fleet: Fleet, capsys: Capture, drone: str, asked: str, told: str
) -> None:
    for command in (["get", asked], ["set", asked, "5", "--yes"]):
        assert run(["param", *command, "--drone", drone, "--workspace", str(fleet[0]), "--json"]) == 5
        error = json.loads(capsys.readouterr().out)["error"]
        assert error["message"] == f"{drone} has no parameter {asked}"
        assert error["hint"] == told


def test_one_drones_file_is_loaded_on_the_other_generation_but_for_its_identity(fleet: Fleet, capsys: Capture) -> None:
    root, sim = fleet
    sim.vehicles["alpha"].copter.parameters.set("WPNAV_SPEED", 765.0)
    here = ["--workspace", str(root)]
    file = root / "alpha.param"
    assert run(["param", "save", str(file), "--drone", "alpha", *here]) == 0
    capsys.readouterr()
    load = ["param", "load", str(file), "--drone", "bravo", "--yes", "--skip-unknown", *here, "--json"]
    assert run(load) == 0
    (bravo,) = json.loads(capsys.readouterr().out)["drones"]
    assert bravo["translated"]["WPNAV_SPEED"] == "WP_SPD"
    assert "MAV_SYSID" in bravo["left"]["own"]
    assert run(["param", "get", "WP_SPD", "--drone", "bravo", *here]) == 0
    assert "WP_SPD 7.65" in capsys.readouterr().out
    assert run(["param", "get", "MAV_SYSID", "--drone", "bravo", *here]) == 0
    assert "MAV_SYSID 2" in capsys.readouterr().out
    assert run(load) == 0  # nothing differs any more
    assert json.loads(capsys.readouterr().out)["drones"][0]["changed"] == []


def test_a_push_sets_the_return_under_each_drones_own_name(fleet: Fleet, capsys: Capture) -> None:
    root, _ = fleet
    here = ["--workspace", str(root)]
    plan = demo_plan(root)
    assert run(["push", str(plan), *here]) == 0
    capsys.readouterr()
    run(["fleet", "ready", str(plan), *here, "--json"])
    drones = json.loads(capsys.readouterr().out)["drones"]
    checks = {
        drone["name"]: next(check for check in drone["checks"] if check["name"].startswith("return altitude"))
        for drone in drones
    }
    assert {name: check["name"] for name, check in checks.items()} == {
        "alpha": "return altitude (RTL_ALT)",
        "bravo": "return altitude (RTL_ALT_M)",
        "charlie": "return altitude (RTL_ALT_M)",
    }
    assert all(check["ok"] and check["found"] == check["wanted"] for check in checks.values())


def test_the_fence_is_enabled_on_either(fleet: Fleet) -> None:
    root, sim = fleet
    for name in ("alpha", "bravo"):
        sim.vehicles[name].copter.parameters.set("FENCE_TYPE", 5.0)
        assert run(["fence", "enable", "--drone", name, "--workspace", str(root)]) == 0
        assert sim.vehicles[name].copter.parameters["FENCE_ENABLE"] == 1.0
