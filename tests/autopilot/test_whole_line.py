"""The whole line through the command line: build, check, push, ready, fly, record, export, with three vehicles.

The same commands for both kinds of vehicle. What they claim is held against independent readers: the raw client for
what is on board, pymavlink for the recordings, shapely and a plain XML parser for the tracks.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from raw_client import RawClient
from vehicles import BUILTIN, SITL, SPEEDUP, first_instance, tcp_port

from dronectl.formats.plan_folder import read_plan

REPOSITORY = Path(__file__).parents[2]
COMMAND_S = 170.0
BACKENDS = {BUILTIN: "builtin", SITL: "ardupilot"}
SHIPPED_PORTS = (5760, 5770, 5780)
GX_COORD = "{http://www.google.com/kml/ext/2.2}coord"
GX_TRACK = "{http://www.google.com/kml/ext/2.2}Track"


@dataclass(frozen=True, slots=True)
class Line:
    """A copy of the Roi Et workspace whose three drones answer on the ports of its dronectl.toml."""

    workspace: Path
    names: tuple[str, ...]
    ports: tuple[int, ...]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "dronectl", *arguments],
            cwd=self.workspace,
            capture_output=True,
            encoding="utf-8",
            timeout=COMMAND_S,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def json(self, *arguments: str) -> Any:
        """What a command that must succeed says with --json."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def line(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    from dronectl.site.workspace import load_site

    workspace = tmp_path_factory.mktemp("workspace")
    for folder in ("geofences", "missions", "sim"):
        shutil.copytree(REPOSITORY / folder, workspace / folder)
    settings = (REPOSITORY / "dronectl.toml").read_text(encoding="utf-8")
    ports = tuple(tcp_port(first_instance() + number) for number in range(3))
    for shipped, own in zip(SHIPPED_PORTS, ports, strict=True):
        settings = settings.replace(f"tcp://127.0.0.1:{shipped}", f"tcp://127.0.0.1:{own}")
    (workspace / "dronectl.toml").write_text(settings, encoding="utf-8")
    drones = load_site(workspace).drones
    assert [drone.link for drone in drones] == [f"tcp://127.0.0.1:{port}" for port in ports]
    line = Line(workspace, tuple(drone.name for drone in drones), ports)
    line.json("sim", "start", "--backend", BACKENDS[kind], "--speedup", f"{SPEEDUP[kind]:g}", "--detach")
    try:
        yield line
    finally:
        line.json("sim", "stop")


@pytest.fixture(scope="module")
def plan(line: Line) -> Path:
    """The demonstration patrol: five to six minutes in the air for each of the three."""
    line.json("plan", "build", "demo", "-o", str(line.workspace / "plans" / "demo"))
    return line.workspace / "plans" / "demo"


def waypoints(plan: Path, name: str) -> list[tuple[int, float, float]]:
    """(command, latitude, longitude) of each item of a .waypoints file, read without dronectl."""
    rows = (plan / f"{name}.waypoints").read_text(encoding="utf-8").splitlines()[1:]
    return [(int(c[3]), float(c[8]), float(c[9])) for c in (row.split("\t") for row in rows)]


def keep_out_polygons(workspace: Path) -> tuple[Any, Sequence[Any]]:
    """(site boundary, keep-outs) as shapely polygons in degrees, straight from the GeoJSON files."""
    from shapely.geometry import shape

    features = [
        feature
        for path in sorted((workspace / "geofences").glob("*.geojson"))
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]
    ]
    fence = next(shape(f["geometry"]) for f in features if f["properties"]["kind"] == "fence")
    keep_outs = [shape(f["geometry"]) for f in features if f["properties"]["kind"] == "keep_out"]
    return fence, keep_outs


def test_the_three_vehicles_have_three_identities(line: Line) -> None:
    status = line.json("fleet", "status")
    uids = [drone["uid"] for drone in status["drones"]]
    assert len(uids) == 3
    assert len(set(uids)) == 3


def test_a_plan_is_checked_pushed_verified_and_flown_by_three_drones_and_its_tracks_are_true(
    line: Line, plan: Path
) -> None:
    pushed = line.json("push", str(plan))
    assert pushed["committed"] is True
    assert [drone["name"] for drone in pushed["drones"]] == list(line.names)
    assert all(drone[kind]["verified"] for drone in pushed["drones"] for kind in ("mission", "fence", "rally"))
    planned_cm = {drone.name: round(drone.rtl_altitude_m * 100) for drone in read_plan(plan).drones}
    for drone in pushed["drones"]:
        told = {one["parameter"]: one["value"] for one in drone["parameters"]}
        rally = {"RALLY_LIMIT_KM": 0.3, "RALLY_INCL_HOME": 1} if drone["rally"]["items"] else {}
        fence = {"FENCE_TYPE": 5, "FENCE_ALT_MAX": 90, "FENCE_ACTION": 1}
        assert told == {**fence, **rally, "RTL_ALT": planned_cm[drone["name"]]}
        for name, value in told.items():
            (now,) = line.json("param", "get", name, "--drone", drone["name"])["drones"]
            assert now["value"] == pytest.approx(value, rel=1e-7)

    with ExitStack() as stack:
        for system_id, (name, port) in enumerate(zip(line.names, line.ports, strict=True), start=1):
            client = stack.enter_context(RawClient(port, system_id))
            on_board = [(m.command, m.x / 1e7, m.y / 1e7) for m in client.download()]
            for found, wanted in zip(on_board[1:], waypoints(plan, name)[1:], strict=True):
                assert found == pytest.approx(wanted, abs=1e-7)

    flights = line.workspace / "flights" / "line"
    flown = line.json("fly", str(plan), "--yes", "--wait", "150", "-o", str(flights))
    assert flown["completed"] is True
    for drone in flown["drones"]:
        assert drone["landed"]
        assert drone["reached_item"] >= drone["last_item"], "the last place, and then the return"

    tlogs = sorted(flights.glob("*.tlog"))
    assert len(tlogs) == 3
    for tlog in tlogs:
        heights_m = positions_by_pymavlink(tlog)
        assert len(heights_m) > 300
        assert max(heights_m) > 50.0

    kml = flights / "line.kml"
    line.json("track", "export", *map(str, tlogs), "-o", str(kml), "--plan", str(plan))
    assert_tracks_are_inside(kml, line.workspace)


def positions_by_pymavlink(tlog: Path) -> list[float]:
    """Relative altitudes in metres of every GLOBAL_POSITION_INT in a recording."""
    from pymavlink import mavutil

    reader = mavutil.mavlink_connection(str(tlog), dialect="ardupilotmega")
    heights_m = []
    while (message := reader.recv_match(type="GLOBAL_POSITION_INT")) is not None:
        heights_m.append(message.relative_alt / 1000.0)
    reader.close()
    return heights_m


def assert_tracks_are_inside(kml: Path, workspace: Path) -> None:
    """Three timed tracks, each inside of the site's boundary and out of every keep-out."""
    from shapely.geometry import Point

    fence, keep_outs = keep_out_polygons(workspace)
    tracks = [track for track in ElementTree.parse(kml).iter(GX_TRACK) if track.find(GX_COORD) is not None]
    assert len(tracks) == 3
    for track in tracks:
        for coord in track.iter(GX_COORD):
            lon, lat, _ = map(float, (coord.text or "").split())
            assert fence.contains(Point(lon, lat))
            assert not any(keep_out.contains(Point(lon, lat)) for keep_out in keep_outs)


def test_telemetry_is_recorded_to_one_standard_file_for_the_fleet(line: Line) -> None:
    tlog = line.workspace / "flights" / "ground.tlog"
    line.json("telemetry", "record", "-o", str(tlog), "--duration", "2")
    assert len(positions_by_pymavlink(tlog)) > 10


def test_a_plan_dragged_into_a_keep_out_is_neither_lawful_nor_pushed(line: Line, plan: Path) -> None:
    bad = shutil.copytree(plan, line.workspace / "plans" / "dragged")
    rows = (bad / "alpha.waypoints").read_text(encoding="utf-8").splitlines()
    place = next(k for k, row in enumerate(rows) if k > 4 and row.split("\t")[3] == "16")
    columns = rows[place].split("\t")
    columns[8:10] = ["16.0545000", "103.6520000"]  # the tower
    rows[place] = "\t".join(columns)
    (bad / "alpha.waypoints").write_text("\n".join(rows) + "\n", encoding="utf-8")
    broken_rule = 3
    checked = line.run("plan", "check", str(bad))
    assert checked.returncode == broken_rule, checked.stdout + checked.stderr
    assert "tower" in checked.stdout
    assert line.run("push", str(bad)).returncode != 0
