"""Orders that set an aircraft moving, on the built-in fleet: its way from where it is breaks no rule, or is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest
import shapely
from flying_fleet import CORNERS, HEIGHT_M, SOUTH_WEST, airspace, around_the_tower
from running_fleet import copy_workspace
from virtual_commands import pass_time, virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.formats.missions.wpl import write_wpl
from dronectl.model.geo import GeoPoint
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.fleet.vehicle import Vehicle

pytestmark = pytest.mark.xdist_group("ways ahead")

NORTH_EAST = GeoPoint(16.0550, 103.6530)
AWAY = f"{SOUTH_WEST},{HEIGHT_M:g}"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_workspace(tmp_path_factory.mktemp("site"))
    (root / "around.waypoints").write_text(write_wpl(around_the_tower()), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def fleet(root: Path) -> Iterator[SimFleet]:
    with virtual_fleet_behind(root, speedup=25.0) as fleet:
        yield fleet


@pytest.fixture(scope="module")
def bravo(root: Path, fleet: SimFleet) -> Vehicle:
    """In the air south-west of the tower, its mission at item 3: as if it had been held there and sent away."""
    here = ["--drone", "bravo", "--workspace", str(root)]
    assert run(["mission", "upload", str(root / "around.waypoints"), *here]) == 0
    assert run(["takeoff", str(HEIGHT_M), "--yes", *here]) == 0
    vehicle = fleet.vehicles["bravo"]
    pass_time(fleet, lambda: vehicle.copter.airframe.up_m > HEIGHT_M - 0.5)
    assert run(["goto", AWAY, "--yes", *here]) == 0
    pass_time(fleet, lambda: is_at(vehicle, SOUTH_WEST))
    vehicle.pilot.run.set_current(3)
    return vehicle


def is_at(vehicle: Vehicle, place: GeoPoint) -> bool:
    body, there = vehicle.copter.airframe, vehicle.copter.chart.to_local(place.lat_e7, place.lon_e7)
    return math.dist((body.north_m, body.east_m), there) < 1.0 and body.ground_speed_m_s < 0.2


@pytest.mark.parametrize("order", [["resume"], ["start"], ["mode", "auto"]])
def test_the_way_on_with_the_mission_through_a_keep_out_is_refused(
    root: Path, bravo: Vehicle, order: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run([*order, "--yes", "--drone", "bravo", "--workspace", str(root), "--json"]) == 3
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["message"].endswith("on the way from here to item 3")
    assert "m inside keep-out 'tower'" in error["message"]
    (finding,) = [one for one in error["violations"] if one["severity"] == "error"]
    assert (finding["rule"], finding["zone"], finding["item"]) == ("keep-out", "tower", 3)
    assert finding["amount"] > 30.0
    assert bravo.pilot.mode.name == "GUIDED"


def test_a_way_that_was_not_proved_is_not_flown(root: Path, bravo: Vehicle, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    bravo.pilot.run.seq = 40
    try:
        assert run(["resume", "--yes", "--drone", "bravo", "--workspace", str(root)]) == 6
    finally:
        bravo.pilot.run.set_current(3)
    assert "it says that it is at item 40, and 6 items are on board" in capsys.readouterr().err
    with broken_workspace(root):
        assert run(["resume", "--yes", "--drone", "bravo", "--workspace", str(root)]) == 2
    assert "geofences" in capsys.readouterr().err
    assert bravo.pilot.mode.name == "GUIDED"


@contextmanager
def broken_workspace(root: Path) -> Iterator[None]:
    folder = root / "geofences"
    folder.rename(root / "away")
    try:
        yield
    finally:
        (root / "away").rename(folder)


def test_where_a_mode_leads_must_be_known_or_a_person_must_say_so(
    root: Path, bravo: Vehicle, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--drone", "bravo", "--workspace", str(root)]
    assert run(["mode", "CIRCLE", "--yes", *here]) == 6
    assert "where a drone in CIRCLE flies is not known here" in capsys.readouterr().err
    assert bravo.pilot.mode.name == "GUIDED"
    assert run(["mode", "CIRCLE", "--unproved", "--yes", *here]) == 0
    assert run(["mode", "GUIDED", "--yes", *here]) == 0
    assert run(["mode", "CIRCLE", "--yes", "--drone", "alpha", "--workspace", str(root)]) == 0, "it stands disarmed"


def test_a_dry_run_tells_and_orders_nothing(root: Path, bravo: Vehicle, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--dry-run", "--drone", "bravo", "--workspace", str(root)]
    assert run(["resume", *here]) == 3
    capsys.readouterr()
    assert run(["goto", AWAY, *here]) == 0
    assert "would be ordered: fly to 16.0536000,103.6512000 at 30 m" in (out := capsys.readouterr().out)
    assert out.endswith("the way from here breaks no rule\n")
    assert run(["goto", f"{CORNERS[1]},30", "--straight", *here]) == 3
    capsys.readouterr()
    assert run(["rtl", *here, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (drone,) = document["drones"]
    assert (document["dry_run"], drone["done"], drone["way"]["lawful"]) == (True, False, True)
    for order in (["hold"], ["land"], ["disarm"], ["arm"], ["mode", "land"]):
        assert run([*order, *here]) == 0
    assert bravo.pilot.mode.name == "GUIDED"
    assert bravo.copter.is_armed


def test_a_person_may_answer_for_a_way(root: Path, bravo: Vehicle, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--drone", "bravo", "--workspace", str(root), "--dry-run", "--json"]
    assert run(["resume", *here, "--allow", "keep-out"]) == 2, "nobody's name"
    capsys.readouterr()
    assert run(["resume", *here, "--allow", "keep-out", "--by", "สมชาย"]) == 0
    (drone,) = json.loads(capsys.readouterr().out)["drones"]
    assert "override by สมชาย" in [one["authorisation"] for one in drone["way"]["violations"]]
    assert run(["resume", *here[:-1], "--allow", "keep-out", "--by", "สมชาย"]) == 0
    out = capsys.readouterr().out
    assert "; allowed: keep-out by สมชาย: " in out
    assert "breaks no rule" not in out


def test_a_way_that_breaks_no_rule_is_flown(root: Path, bravo: Vehicle) -> None:
    bravo.pilot.run.set_current(2)
    try:
        assert run(["resume", "--yes", "--drone", "bravo", "--workspace", str(root)]) == 0
        assert bravo.pilot.mode.name == "AUTO"
        assert run(["goto", AWAY, "--yes", "--drone", "bravo", "--workspace", str(root)]) == 0
    finally:
        bravo.pilot.run.set_current(3)


def test_an_emergency_order_waits_for_no_workspace_and_says_what_it_does_not_know(
    root: Path, bravo: Vehicle, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--drone", "bravo", "--workspace", str(root)]
    capsys.readouterr()
    with broken_workspace(root):
        assert run(["hold", *here]) == 0
    assert "bravo: hold: done, hovers (0.0 m/s); what it will cross is not known" in capsys.readouterr().out
    assert bravo.pilot.mode.name == "BRAKE"
    assert run(["mode", "guided", "--yes", *here]) == 0
    assert capsys.readouterr().out == "bravo: mode GUIDED: done\n"


def test_on_request_it_flies_around_and_goes_on_with_its_mission(
    root: Path, fleet: SimFleet, bravo: Vehicle, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--drone", "bravo", "--workspace", str(root)]
    assert run(["goto", AWAY, "--yes", *here]) == 0
    pass_time(fleet, lambda: is_at(bravo, SOUTH_WEST))
    bravo.pilot.run.set_current(3)
    capsys.readouterr()
    assert run(["resume", "--yes", *here]) == 3
    assert "hint: nothing was ordered; 'dronectl resume --drone bravo --around' flies around over" in (
        capsys.readouterr().err
    )
    with watched(bravo) as places:
        assert run(["resume", "--around", "--yes", *here, "--json"]) == 0
        (drone,) = json.loads(capsys.readouterr().out)["drones"]
        assert drone["done"] is True
        assert 311.0 < drone["around"]["length_m"] < 380.0
        assert bravo.pilot.mode.name == "AUTO"
        pass_time(fleet, lambda: bravo.pilot.run.current_seq == 4)
    assert run(["goto", str(NORTH_EAST), "--around", "--yes", *here]) == 0
    pass_time(fleet, lambda: is_at(bravo, NORTH_EAST))
    capsys.readouterr()
    assert run(["goto", AWAY, "--straight", "--yes", *here]) == 3
    with watched(bravo) as more:
        assert run(["goto", AWAY, "--yes", *here]) == 0
        pass_time(fleet, lambda: is_at(bravo, SOUTH_WEST))
    out = capsys.readouterr().out
    assert "bravo: fly to 16.0536000,103.6512000 at 30 m: done, on its way, " in out
    assert "m to fly; around over" in out
    ground = airspace().ground
    (tower,) = [area for keep_out, area in ground.keep_outs if keep_out.id == "tower"]
    for track in (places, more):
        xy = ground.frame.points_to_xy(track)
        assert shapely.distance(tower, shapely.LineString(xy)) > 9.0
    bravo.pilot.run.set_current(3)


@contextmanager
def watched(vehicle: Vehicle) -> Iterator[list[GeoPoint]]:
    """The places of the simulated body, many times a simulated second."""
    places: list[GeoPoint] = []
    step = vehicle.step

    def watched_step(dt_s: float) -> list[bytes]:
        body = vehicle.copter.airframe
        places.append(GeoPoint.from_e7(*vehicle.copter.chart.to_e7(body.north_m, body.east_m)))
        return step(dt_s)

    with patch.object(vehicle, "step", watched_step):
        yield places
