"""Orders that set an aircraft moving, on the built-in fleet: its way from where it is breaks no rule, or is refused."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from running_fleet import copy_workspace, fleet_behind

from dronectl.cli.main import run
from dronectl.formats.wpl import write_wpl
from dronectl.model.geo import GeoPoint
from dronectl.model.mission import Command, Mission, MissionItem
from dronectl.sim.fleet import SimFleet
from dronectl.sim.vehicle import Vehicle

pytestmark = pytest.mark.xdist_group("ways ahead")

SOUTH_WEST = "16.0536,103.6512,30"
"""From here the way to item 3 leads through the tower."""
HEIGHT_M = 30.0
CORNERS = (GeoPoint(16.0556, 103.6508), GeoPoint(16.0556, 103.6532), GeoPoint(16.0528, 103.6532))
"""Items 2, 3 and 4: around the tower by north and east."""


def mission() -> Mission:
    corners = [
        MissionItem(Command.NAV_WAYPOINT, lat_e7=place.lat_e7, lon_e7=place.lon_e7, altitude_m=HEIGHT_M)
        for place in CORNERS
    ]
    home, up = MissionItem(Command.NAV_WAYPOINT), MissionItem(Command.NAV_TAKEOFF, altitude_m=HEIGHT_M)
    return Mission((home, up, *corners, MissionItem(Command.NAV_RETURN_TO_LAUNCH)))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_workspace(tmp_path_factory.mktemp("site"))
    (root / "around.waypoints").write_text(write_wpl(mission()), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def fleet(root: Path) -> Iterator[SimFleet]:
    with fleet_behind(root, speedup=25.0) as fleet:
        yield fleet


@pytest.fixture(scope="module")
def bravo(root: Path, fleet: SimFleet) -> Vehicle:
    """In the air south-west of the tower, its mission at item 3: as if it had been held there and sent away."""
    here = ["--drone", "bravo", "--workspace", str(root)]
    assert run(["mission", "upload", str(root / "around.waypoints"), *here]) == 0
    assert run(["takeoff", str(HEIGHT_M), "--yes", *here]) == 0
    vehicle = fleet.vehicles["bravo"]
    wait_until(lambda: vehicle.copter.airframe.up_m > HEIGHT_M - 0.5)
    assert run(["goto", SOUTH_WEST, "--yes", *here]) == 0
    wait_until(lambda: vehicle.copter.airframe.ground_speed_m_s < 0.2)
    vehicle.pilot.run.set_current(3)
    return vehicle


def wait_until(shown: Callable[[], bool], timeout_s: float = 20.0) -> None:
    end = time.monotonic() + timeout_s
    while not shown():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("order", [["resume"], ["start"], ["mode", "auto"]])
def test_the_way_on_with_the_mission_through_a_keep_out_is_refused(
    root: Path, bravo: Vehicle, order: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run([*order, "--yes", "--drone", "bravo", "--workspace", str(root), "--json"]) == 3
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["message"].startswith("bravo: the way from here to item 3 goes ")
    assert "m deep into keep-out 'tower'" in error["message"]
    (violation,) = [one for one in error["violations"] if one["severity"] == "error"]
    assert (violation["rule"], violation["zone"], violation["item"]) == ("keep-out", "tower", 3)
    assert violation["amount"] > 30.0
    assert bravo.pilot.mode.name == "GUIDED"


def test_a_way_that_was_not_proved_is_not_flown(root: Path, bravo: Vehicle, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    bravo.pilot.run.seq = 40
    try:
        assert run(["resume", "--yes", "--drone", "bravo", "--workspace", str(root)]) == 6
    finally:
        bravo.pilot.run.set_current(3)
    assert "it says that it is at item 40, and 6 items are on board" in capsys.readouterr().err
    folder = root / "geofences"
    folder.rename(root / "away")
    try:
        assert run(["resume", "--yes", "--drone", "bravo", "--workspace", str(root)]) == 2
    finally:
        (root / "away").rename(folder)
    assert "geofences" in capsys.readouterr().err
    assert bravo.pilot.mode.name == "GUIDED"


def test_a_way_that_breaks_no_rule_is_flown(root: Path, bravo: Vehicle) -> None:
    bravo.pilot.run.set_current(2)
    try:
        assert run(["resume", "--yes", "--drone", "bravo", "--workspace", str(root)]) == 0
        assert bravo.pilot.mode.name == "AUTO"
        assert run(["goto", SOUTH_WEST, "--yes", "--drone", "bravo", "--workspace", str(root)]) == 0
    finally:
        bravo.pilot.run.set_current(3)
