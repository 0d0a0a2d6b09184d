"""Whole sets of parameters through the commands, on the built-in fleet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_group import CommandGroup
from running_fleet import copy_workspace
from virtual_commands import virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.errors import Refused
from dronectl.link.fleet_link import VehicleLink
from dronectl.protocol.param.parameters import ParameterSet
from dronectl.sim.vehicle.settings import LinkFaults

pytestmark = pytest.mark.xdist_group("fleet")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = copy_workspace(tmp_path_factory.mktemp("site"))
    with virtual_fleet_behind(root, speedup=20.0, release="4.5"):
        yield root


@pytest.fixture
def param(root: Path, capsys: pytest.CaptureFixture[str]) -> CommandGroup:
    return CommandGroup("param", root, capsys)


def test_what_is_saved_equals_and_what_differs_is_loaded_and_read_back(param: CommandGroup, tmp_path: Path) -> None:
    file = tmp_path / "bravo.param"
    saved = param.document("save", file, "--drone", "bravo")
    assert saved["drones"][0]["parameters"] > 1000
    assert saved["drones"][0]["source"] == "ftp"
    assert "RTL_ALT,1500\n" in file.read_text(encoding="utf-8")
    assert param("diff", file, "--drone", "bravo") == 0
    assert param("set", "RTL_ALT", "2222", "--yes", "--drone", "bravo") == 0
    assert param("diff", file, "--drone", "bravo") == 5
    assert "RTL_ALT 2222 → 1500" in param.out
    assert param("load", file, "--drone", "bravo") == 2
    assert "--yes" in param.err
    loaded = param.document("load", file, "--drone", "bravo", "--yes")
    (bravo,) = loaded["drones"]
    assert bravo["changed"] == [{"parameter": "RTL_ALT", "on_board": 2222, "wanted": 1500.0}]
    assert bravo["left"] == {"calibration": [], "own": [], "unknown": []}
    assert param("load", file, "--drone", "bravo", "--yes") == 0
    assert "bravo: nothing to set" in param.out


def test_another_drones_file_never_brings_its_system_id(param: CommandGroup, tmp_path: Path) -> None:
    file = tmp_path / "alpha.param"
    assert param("save", file, "--drone", "alpha") == 0
    loaded = param.document("load", file, "--drone", "charlie", "--yes")
    assert "SYSID_THISMAV" in loaded["drones"][0]["left"]["own"]
    assert param.document("get", "SYSID_THISMAV", "--drone", "charlie")["drones"][0]["value"] == 3
    different = param.document("diff", "--drone", "alpha", "--drone", "charlie")
    assert "SYSID_THISMAV" in [one["parameter"] for one in different["drones"][0]["own"]]


def test_bad_files_send_nothing(param: CommandGroup, tmp_path: Path) -> None:
    file = tmp_path / "bad.param"
    file.write_text("RTL_ALT,1600\nFENCE_ENABLE,0.5\nQ_ENABLE,1\n", encoding="utf-8")
    assert param("load", file, "--yes", "--drone", "alpha") == 2
    assert "nothing was sent" in param.err
    assert "FENCE_ENABLE is a whole number, 0.5 is not" in param.err
    assert "Q_ENABLE is not on board" in param.err
    assert param.document("get", "RTL_ALT", "--drone", "alpha")["drones"][0]["value"] == 1500
    file.write_text("RTL_ALT,1600\nQ_ENABLE,1\n", encoding="utf-8")
    assert param("load", file, "--yes", "--drone", "alpha", "--skip-unknown") == 0
    assert param("set", "RTL_ALT", "1500", "--yes", "--drone", "alpha") == 0
    file.write_text("RTL_ALT,nan\n", encoding="utf-8")
    assert param("diff", file) == 2
    assert param("diff", "--drone", "alpha") == 2


def test_calibration_stays_unless_asked_for(param: CommandGroup, tmp_path: Path) -> None:
    file = tmp_path / "calibration.param"
    file.write_text("COMPASS_OFS_X,77\n", encoding="utf-8")
    assert param("load", file, "--yes", "--drone", "bravo") == 0
    assert "1 calibration left as on board" in param.out
    assert param.document("get", "COMPASS_OFS_X", "--drone", "bravo")["drones"][0]["value"] == 5
    assert param("load", file, "--yes", "--drone", "bravo", "--calibration") == 0
    assert param.document("get", "COMPASS_OFS_X", "--drone", "bravo")["drones"][0]["value"] == 77


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("RTL_ALT", "99999999999", "RTL_ALT is an integer of 32 bits, 99999999999 does not fit"),
        ("RTL_ALT", "16777217", "RTL_ALT: 16777217 has more digits than PARAM_SET carries"),
        ("RTL_ALT", "0.5", "RTL_ALT is a whole number, 0.5 is not"),
        ("FENCE_ENABLE", "300", "FENCE_ENABLE is an integer of 8 bits, 300 does not fit"),
        ("FENCE_ALT_MAX", "1e39", "FENCE_ALT_MAX: 1e+39 is more than a float32 holds"),
        ("FENCE_ALT_MAX", "nan", "FENCE_ALT_MAX: no number"),
        ("FENCE-ALT", "1", "'FENCE-ALT' is no parameter name"),
    ],
)
def test_a_value_that_does_not_fit_is_not_sent(param: CommandGroup, name: str, value: str, told: str) -> None:
    assert param("set", name, value, "--yes") == 2
    assert told in param.err
    assert "Traceback" not in param.err
    assert param.document("get", "RTL_ALT", "--drone", "alpha")["drones"][0]["value"] == 1500


@pytest.mark.parametrize("how", ["set", "load"])
def test_when_one_drone_fails_those_that_are_set_are_named(
    param: CommandGroup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    real = VehicleLink.run

    async def refusing(self: VehicleLink, machine: Any, *rest: Any) -> Any:
        if self.name == "bravo" and isinstance(machine, ParameterSet):
            raise Refused("not today")
        return await real(self, machine, *rest)

    file = tmp_path / "one.param"
    file.write_text("RTL_ALT_FINAL,123\n", encoding="utf-8")
    monkeypatch.setattr(VehicleLink, "run", refusing)
    arguments = ["set", "RTL_ALT_FINAL", "123"] if how == "set" else ["load", file]
    assert param(*arguments, "--yes") == 5
    assert "not today" in param.err
    assert sorted(param.err.splitlines()[-1].partition("done: ")[2].split(", ")) == ["alpha", "charlie"]
    monkeypatch.undo()
    assert param("set", "RTL_ALT_FINAL", "0", "--yes") == 0


def test_nothing_is_set_on_an_armed_drone(param: CommandGroup, root: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.param"
    file.write_text("RTL_ALT,1700\n", encoding="utf-8")
    here = ["--drone", "charlie", "--workspace", str(root)]
    assert run(["takeoff", "10", "--yes", *here]) == 0
    try:
        assert param("load", file, "--yes", "--drone", "charlie") == 6
        assert "charlie is armed" in param.err
        assert param("set", "RTL_ALT", "1600", "--yes", "--drone", "bravo", "--drone", "charlie") == 6
        assert "--in-flight" in param.err
        assert param("set", "RTL_ALT_FINAL", "0", "--yes", "--in-flight", "--drone", "charlie") == 0
    finally:
        run(["land", "--yes", *here])
    for name in ("bravo", "charlie"):
        assert param.document("get", "RTL_ALT", "--drone", name)["drones"][0]["value"] == 1500


def test_without_file_transfer_each_parameter_is_asked_for(param: CommandGroup, tmp_path: Path) -> None:
    """BRD_OPTIONS bit 1 turns MAVLink FTP off."""
    packed, single = tmp_path / "packed.param", tmp_path / "single.param"
    assert param("save", packed, "--drone", "bravo") == 0
    assert param("set", "BRD_OPTIONS", "2", "--yes", "--drone", "bravo") == 0
    try:
        saved = param.document("save", single, "--drone", "bravo")
        assert "asking for each parameter instead" in param.err
        assert saved["drones"][0]["source"] == "classic"
        before, after = (set(file.read_text(encoding="utf-8").splitlines()[1:]) for file in (packed, single))
        assert (before - after, after - before) == ({"BRD_OPTIONS,0"}, {"BRD_OPTIONS,2"})
    finally:
        assert param("set", "BRD_OPTIONS", "0", "--yes", "--drone", "bravo") == 0


def test_over_a_radio_that_loses_every_fifth_frame_it_is_whole_or_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site, file, clean = copy_workspace(tmp_path), tmp_path / "lossy.param", tmp_path / "clean.param"
    with virtual_fleet_behind(site, speedup=5.0, release="4.5"):
        assert CommandGroup("param", site, capsys)("save", clean, "--drone", "alpha") == 0
    whole = clean.read_text(encoding="utf-8").splitlines()[1:]
    site = copy_workspace(tmp_path / "again")
    with virtual_fleet_behind(site, speedup=5.0, link=LinkFaults(loss=0.2, latency_ms=10.0), release="4.5") as fleet:
        param = CommandGroup("param", site, capsys)
        code = param("save", file, "--drone", "alpha")
        assert code in (0, 4), param.err
        assert file.exists() == (code == 0)
        if code == 0:
            assert file.read_text(encoding="utf-8").splitlines()[1:] == whole
        clean.write_text("RTL_ALT,1777\nWPNAV_SPEED,777.5\nFENCE_ENABLE,1\n", encoding="utf-8")
        code = param("load", clean, "--yes", "--drone", "alpha")
        assert code in (0, 4), param.err
        if code == 0:
            on_board = fleet.vehicles["alpha"].copter.parameters
            assert (on_board["RTL_ALT"], on_board["WPNAV_SPEED"], on_board["FENCE_ENABLE"]) == (1777, 777.5, 1)
