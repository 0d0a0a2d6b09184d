"""The whole line through the command line: build, check, push, ready, fly, record, export, with three vehicles.

The same commands for both kinds of vehicle. What they claim is held against independent readers: the raw client for
what is on board, pymavlink for the recordings, shapely and a plain XML parser for the tracks.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from expectations import Expected, expected_for
from raw_client import RawClient, SocketClient
from repository import REPOSITORY
from running_fleet import NAMES, copy_workspace
from vehicles import BUILTIN, UnderTest, first_instance, tcp_port
from virtual_client import StandingFleet
from virtual_commands import virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.formats.plans.plan_folder import read_plan

SPEEDUP = 15.0
"""Half a second of ours is the pause at which a vehicle gives up an upload."""
SHIPPED_PORTS = (5760, 5770, 5780)
GX_COORD = "{http://www.google.com/kml/ext/2.2}coord"
GX_TRACK = "{http://www.google.com/kml/ext/2.2}Track"


@dataclass(frozen=True, slots=True)
class Line:
    """A copy of the Roi Et workspace whose three drones answer on the ports of its dronectl.toml."""

    workspace: Path
    names: tuple[str, ...]
    client: Callable[[int], RawClient]
    """Connects to the drone of this system id."""
    releases: tuple[Expected, ...] = ()
    """What each of them answers."""

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command as a person in the workspace gives it, in this process."""
        raw = io.BytesIO(), io.BytesIO()
        out, err = (io.TextIOWrapper(one, "utf-8", write_through=True) for one in raw)
        with contextlib.chdir(self.workspace), redirect_stdout(out), redirect_stderr(err):
            code = run(list(arguments))
        return subprocess.CompletedProcess(arguments, code, *(one.getvalue().decode() for one in raw))

    def program(self, *arguments: str) -> None:
        """The same by the program itself, which must succeed."""
        command = [sys.executable, "-m", "dronectl", *arguments]
        subprocess.run(command, cwd=self.workspace, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def json(self, *arguments: str) -> Any:
        """What a command that must succeed says with --json."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def line(under_test: UnderTest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    workspace = copy_workspace(tmp_path_factory.mktemp("workspace"))
    serve = standing_line if under_test.kind == BUILTIN else running_line
    with serve(workspace, under_test) as line:
        told = [drone["firmware"] for drone in line.json("fleet", "status")["drones"]]
        yield replace(line, releases=tuple(expected_for(one[:3]) for one in told))


@contextmanager
def standing_line(workspace: Path, under_test: UnderTest) -> Iterator[Line]:
    """The built-in fleet serves the workspace without a clock."""
    with virtual_fleet_behind(workspace, release=under_test.firmware, speedup=SPEEDUP) as fleet:
        standing, servers = StandingFleet(fleet), list(fleet.servers.values())
        yield Line(workspace, NAMES, lambda system_id: standing.client(servers[system_id - 1], system_id))


@contextmanager
def running_line(workspace: Path, under_test: UnderTest) -> Iterator[Line]:
    """``dronectl sim start`` serves the workspace until the block is left."""
    from dronectl.site.workspace import load_site

    settings = (REPOSITORY / "dronectl.toml").read_text(encoding="utf-8")
    ports = tuple(tcp_port(first_instance() + number) for number in range(3))
    for shipped, own in zip(SHIPPED_PORTS, ports, strict=True):
        settings = settings.replace(f"tcp://127.0.0.1:{shipped}", f"tcp://127.0.0.1:{own}")
    (workspace / "dronectl.toml").write_text(settings, encoding="utf-8")
    drones = load_site(workspace).drones
    assert [drone.link for drone in drones] == [f"tcp://127.0.0.1:{port}" for port in ports]
    line = Line(workspace, NAMES, lambda system_id: SocketClient(ports[system_id - 1], system_id))
    line.program("sim", "start", *under_test.options, "--speedup", f"{SPEEDUP:g}", "--detach")
    try:
        yield line
    finally:
        line.program("sim", "stop")


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


@dataclass(frozen=True, slots=True)
class Held:
    """What one vehicle holds of what a push may change, read by the raw client."""

    lists: tuple[tuple[tuple[object, ...], ...], ...]
    parameters: tuple[float, ...]


PARAMETERS = ("RTL_ALT", "FENCE_TYPE", "FENCE_ALT_MAX", "FENCE_ACTION", "RALLY_LIMIT_KM", "RALLY_INCL_HOME")


def held(line: Line) -> list[Held]:
    found = []
    for system_id, release in enumerate(line.releases, start=1):
        with line.client(system_id) as client:
            lists = (client.download(kind)[1 if kind == 0 else 0 :] for kind in (0, 1, 2))
            items = tuple(tuple((m.command, m.param1, m.x, m.y, m.z) for m in one) for one in lists)
            found.append(Held(items, tuple(client.parameter(release.name(name)) for name in PARAMETERS)))
    return found


def test_a_push_that_one_vehicle_refuses_gives_all_three_back_what_they_held(line: Line, plan: Path) -> None:
    """bravo's last list is one that ArduCopter refuses after storing a part; the parameters come later still."""
    from dronectl.errors import Refused
    from dronectl.link.fleet_link import open_fleet
    from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType
    from dronectl.ops.items.backup_folder import open_backups, read_backup
    from dronectl.ops.items.logbook import Logbook
    from dronectl.ops.items.transaction import commit_items
    from dronectl.ops.plans.wanted_items import wanted_items
    from dronectl.site.workspace import load_drones

    line.json("push", str(plan))
    before = held(line)
    assert all(len(one) > 0 for drone in before for one in drone.lists)
    wanted = {drone.name: dict(wanted_items(drone, 1)) for drone in read_plan(plan).drones}
    for items in wanted.values():
        mission, fence, rally = items[MissionType.MISSION], items[MissionType.FENCE], items[MissionType.RALLY]
        items[MissionType.MISSION] = Mission(mission.items[:-2])
        items[MissionType.FENCE] = Mission(fence.items[: int(fence.items[0].param1)], MissionType.FENCE)
        items[MissionType.RALLY] = Mission(rally.items[:0], MissionType.RALLY)
    corner = MissionItem(Command.FENCE_POLYGON_VERTEX_INCLUSION, 3, 4.0, lat_e7=160_529_000, lon_e7=1_036_503_000)
    wanted["bravo"][MissionType.FENCE] = Mission((corner, corner), MissionType.FENCE)
    own = {"RALLY_LIMIT_KM": 0.7, "RALLY_INCL_HOME": 0.0}
    releases = dict(zip(line.names, line.releases, strict=True))
    settings = {name: own | dict([releases[name].own("RTL_ALT", 3300.0)]) for name in wanted}
    drones = load_drones(line.workspace)
    logbook = Logbook(line.workspace / "flights", "push")

    async def main() -> None:
        async with open_fleet(drones) as fleet:
            with pytest.raises(Refused) as raised:
                await commit_items(
                    list(fleet.vehicles.values()),
                    wanted,
                    uids={drone.name: drone.uid for drone in drones},
                    parameters=settings,
                    logbook=logbook,
                )
            assert "every drone holds what it held before" in raised.value.message

    asyncio.run(main())
    assert held(line) == before
    assert open_backups(line.workspace / "flights") == []
    assert logbook.receipt is not None
    assert json.loads(logbook.receipt.read_text(encoding="utf-8"))["committed"] is False

    # The same old state, from the disk: after something else came on board.
    assert logbook.backup is not None
    assert len(read_backup(logbook.backup)) == 3
    for kind in ("mission", "fence", "rally"):
        line.json(kind, "clear", "--drone", "charlie", "--yes")
    for name, release in zip(line.names, line.releases, strict=True):
        line.json("param", "set", *release.written("RTL_ALT", 3300), "--yes", "--drone", name)
    assert held(line) != before
    assert line.json("push", "--restore", str(logbook.backup))["committed"] is True
    assert held(line) == before


def test_parameters_are_saved_compared_and_loaded_back(line: Line) -> None:
    file, alpha, release = line.workspace / "alpha.param", ("--drone", "alpha"), line.releases[0]
    (saved,) = line.json("param", "save", str(file), *alpha)["drones"]
    assert saved["parameters"] > 1000
    assert line.json("param", "diff", str(file), *alpha)["equal"] is True
    line.json("param", "set", *release.written("RTL_ALT", 2345), "--yes", *alpha)
    line.json("param", "set", "RALLY_LIMIT_KM", "0.7", "--yes", *alpha)
    differ = 5
    assert line.run("param", "diff", str(file), *alpha).returncode == differ
    (loaded,) = line.json("param", "load", str(file), "--yes", *alpha)["drones"]
    assert sorted(one["parameter"] for one in loaded["changed"]) == ["RALLY_LIMIT_KM", release.name("RTL_ALT")]
    assert line.json("param", "diff", str(file), *alpha)["equal"] is True
    refused = line.run("param", "set", "FENCE_TYPE", "99999999999", "--yes")
    wrong_input = 2
    assert refused.returncode == wrong_input, refused.stderr
    assert line.json("param", "diff", str(file), *alpha)["equal"] is True


def test_a_plan_is_checked_pushed_verified_and_flown_by_three_drones_and_its_tracks_are_true(
    line: Line, plan: Path
) -> None:
    pushed = line.json("push", str(plan))
    assert pushed["committed"] is True
    assert [drone["name"] for drone in pushed["drones"]] == list(line.names)
    assert all(drone[kind]["verified"] for drone in pushed["drones"] for kind in ("mission", "fence", "rally"))
    planned_cm = {drone.name: round(drone.rtl_altitude_m * 100) for drone in read_plan(plan).drones}
    for drone, release in zip(pushed["drones"], line.releases, strict=True):
        told = {one["parameter"]: one["value"] for one in drone["parameters"]}
        rally = {"RALLY_LIMIT_KM": 0.3, "RALLY_INCL_HOME": 1} if drone["rally"]["items"] else {}
        fence = {"FENCE_TYPE": 5, "FENCE_ALT_MAX": 90, "FENCE_ACTION": 1}
        returns = dict([release.own("RTL_ALT", planned_cm[drone["name"]])])
        assert told == pytest.approx({**fence, **rally, **returns}, rel=1e-7)
        for name, value in told.items():
            (now,) = line.json("param", "get", name, "--drone", drone["name"])["drones"]
            assert now["value"] == pytest.approx(value, rel=1e-7)

    with ExitStack() as stack:
        for system_id, name in enumerate(line.names, start=1):
            client = stack.enter_context(line.client(system_id))
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
