"""``dronectl log`` on the built-in fleet: what is on board arrives byte for byte, is resumed, and is a track."""

from __future__ import annotations

import json
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_group import CommandGroup
from programs import dronectl, free_port, wait_for
from running_fleet import NAMES, copy_workspace, fleet_behind
from virtual_commands import ctrl_c_once, in_virtual_time, pass_time, virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.vehicle.settings import LinkFaults

pytestmark = pytest.mark.xdist_group("fleet")

CONTENT = random.Random(9).randbytes(40_000)
LOG = "logs/00000007.BIN"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_workspace(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def fleet(root: Path) -> Iterator[SimFleet]:
    with virtual_fleet_behind(root, speedup=20.0) as running:
        put(running, "bravo")
        put(running, "bravo", path="logs/00000008.BIN", content=b"newer")  # the newest is looked at twice
        yield running


def put(fleet: SimFleet, drone: str, *, path: str = LOG, content: bytes = CONTENT, when_s: int = 1_767_225_600) -> None:
    """A log on a drone's card."""
    files = fleet.vehicles[drone]._files
    files.card[path] = content
    files.modified_s[path] = when_s


@pytest.fixture
def log(root: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str]) -> CommandGroup:
    return CommandGroup("log", root, capsys)


def test_what_is_on_board_is_listed(log: CommandGroup) -> None:
    told = {drone["name"]: drone["logs"] for drone in log.document("list")["drones"]}
    assert told["bravo"][:1] == [{"id": 1, "size_bytes": 40_000, "time_utc": "2026-01-01T00:00:00Z"}]
    assert told["charlie"] == []
    assert log("list", "--drone", "charlie") == 0
    assert "no logs on board" in log.out


@pytest.mark.parametrize(("way", "proof"), [("auto", "crc32"), ("ftp", "crc32"), ("log", "size")])
def test_a_log_arrives_as_it_is_on_board_and_what_proves_it_is_told(
    log: CommandGroup, tmp_path: Path, way: str, proof: str
) -> None:
    said = log.document("download", "1", "--drone", "bravo", "--via", way, "-o", tmp_path)
    (one,) = said["drones"][0]["logs"]
    assert (one["verified"], one["via"]) == (proof, "log" if way == "log" else "ftp")
    assert one["dataflash"] is False  # random bytes; said, and kept all the same
    assert "does not begin as a DataFlash log" in log.err
    (file,) = tmp_path.iterdir()
    assert file.name == "bravo-log00001-20260101T000000Z.bin"
    assert str(file) == one["path"]
    assert file.read_bytes() == CONTENT
    assert log("download", "1", "--drone", "bravo", "-o", tmp_path) == 0
    assert "here already" in log.out
    file.write_bytes(CONTENT + b"x")
    assert log("download", "1", "--drone", "bravo", "-o", tmp_path) == 2
    assert "with another size" in log.err
    assert file.read_bytes() == CONTENT + b"x"


def test_without_file_transfer_the_other_way_is_taken_or_the_refusal_told(
    log: CommandGroup, root: Path, tmp_path: Path
) -> None:
    param = ["--drone", "bravo", "--yes", "--workspace", str(root)]
    assert run(["param", "set", "BRD_OPTIONS", "2", *param]) == 0
    try:
        assert log("download", "1", "--drone", "bravo", "-o", tmp_path) == 0
        assert "fetching it with LOG_REQUEST_DATA" in log.err
        assert next(tmp_path.iterdir()).read_bytes() == CONTENT
    finally:
        run(["param", "set", "BRD_OPTIONS", "0", *param])


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("3", "no log 3 on board"),
        ("0", "no log 0"),
        ("x", "'x' is no log"),
        ("๑", "'๑' is no log"),
        ("9" * 30, "no log"),
    ],
)
def test_a_log_that_is_not_there_is_one_line(log: CommandGroup, tmp_path: Path, wanted: str, said: str) -> None:
    assert log("download", wanted, "--drone", "bravo", "-o", tmp_path) == 2
    assert said in log.err
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_read_in_flight_and_a_flown_log_is_a_track(
    log: CommandGroup, root: Path, fleet: SimFleet, tmp_path: Path
) -> None:
    here = ["--drone", "charlie", "--workspace", str(root)]
    assert log("download", "latest", "--drone", "charlie") == 2
    assert "charlie: no logs on board" in log.err
    assert run(["takeoff", "10", "--yes", *here]) == 0
    try:
        assert log("list", "--drone", "charlie") == 6
        assert log("download", "all", "--drone", "charlie") == 6
        assert "charlie is armed" in log.err
    finally:
        run(["land", "--yes", *here])
    pass_time(fleet, lambda: not fleet.vehicles["charlie"].copter.is_armed)
    (one,) = log.document("download", "latest", "--drone", "charlie", "-o", tmp_path)["drones"][0]["logs"]
    assert (one["verified"], one["dataflash"]) == ("crc32", True)
    kml = tmp_path / "flown.kml"
    assert run(["track", "export", one["path"], "-o", str(kml), "--workspace", str(root)]) == 0
    assert "charlie" in kml.read_text(encoding="utf-8")


@pytest.mark.parametrize("way", ["ftp", "log"])
def test_over_a_link_that_falls_it_goes_on_where_it_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], way: str
) -> None:
    """The first run's link is cut after some bytes of ours; the second finds what the first has kept."""
    root = copy_workspace(tmp_path / "site")
    radio = LinkFaults(loss=0.05, baud=230_400)
    content = random.Random(3).randbytes(80_000)
    arguments = ["download", "1", "--drone", "alpha", "--via", way, "-o", tmp_path / "out"]
    log = CommandGroup("log", root, capsys)
    with virtual_fleet_behind(root, speedup=1.0, link=radio) as fleet:
        put(fleet, "alpha", content=content)
        put(fleet, "alpha", path="logs/00000008.BIN", content=b"newer")
        vehicle, server = fleet.vehicles["alpha"], fleet.servers["alpha"]
        part = tmp_path / "out" / "alpha-log00001.bin.part"

        real_step = server.step

        def step_until_some_came(dt_s: float) -> None:
            real_step(dt_s)
            if part.exists() and part.stat().st_size > 30_000:
                server.step = real_step  # type: ignore[method-assign]
                server._client.drop()  # type: ignore[union-attr]

        server.step = step_until_some_came  # type: ignore[method-assign]
        assert log(*arguments) == 4, log.err
        assert part.exists()
        assert vehicle.now_s > 0
        code = log(*arguments)
        assert code == 0, log.err
        assert "goes on after" in log.err
    (file,) = (tmp_path / "out").iterdir()
    assert file.read_bytes() == content


class Interrupted:
    """The download of a log of 60,000 bytes over 57,600 baud, which is ended somewhere in the middle."""

    CONTENT = random.Random(4).randbytes(60_000)
    RADIO = LinkFaults(baud=57_600)

    def __init__(self, root: Path, out: Path) -> None:
        self.out = out
        self.part = out / "alpha-log00001.bin.part"
        where = ["--drone", "alpha", "-o", str(out), "--workspace", str(root)]
        self.arguments = ["log", "download", "1", "--via", "log", *where]

    def put(self, fleet: SimFleet) -> None:
        put(fleet, "alpha", content=self.CONTENT)
        put(fleet, "alpha", path="logs/00000008.BIN", content=b"newer")

    def is_halfway(self) -> bool:
        return self.part.exists() and self.part.stat().st_size > 5_500

    def goes_on(self, capsys: pytest.CaptureFixture[str]) -> None:
        """What it had told to be kept is not fetched again."""
        capsys.readouterr()
        assert run([*self.arguments, "--json"]) == 0
        (one,) = json.loads(capsys.readouterr().out)["drones"][0]["logs"]
        assert one["resumed_bytes"] > 500
        assert [file.name for file in self.out.iterdir()] == [Path(one["path"]).name]
        assert Path(one["path"]).read_bytes() == self.CONTENT


def test_a_run_that_is_stopped_is_gone_on_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_workspace(tmp_path / "site")
    download = Interrupted(root, tmp_path / "out")
    with virtual_fleet_behind(root, speedup=1.0, link=download.RADIO) as fleet:
        download.put(fleet)
        with ctrl_c_once(download.is_halfway):
            assert run(download.arguments) == 130
        assert "it goes on from there" in capsys.readouterr().err
        download.goes_on(capsys)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_run_that_is_killed_is_gone_on_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A process of its own; what it had told to be kept is not fetched again."""
    root = copy_workspace(tmp_path / "site")
    download = Interrupted(root, tmp_path / "out")
    ports = {name: {"port": free_port()} for name in NAMES}
    with fleet_behind(root, speedup=1.0, link=download.RADIO, changes=ports) as fleet:
        download.put(fleet)
        process = dronectl(*download.arguments)
        wait_for(lambda: download.is_halfway() and download.part.with_suffix(".part.json").exists())
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        wait_for(lambda: not fleet.servers["alpha"].has_client)
    with in_virtual_time(fleet):
        download.goes_on(capsys)


def test_what_a_kill_left_beside_a_log_that_had_come_goes(log: CommandGroup, tmp_path: Path) -> None:
    """It was killed when the log was in its place, and what was noted of its part was not removed yet."""
    log.document("download", "1", "--drone", "bravo", "-o", tmp_path)
    (file,) = tmp_path.iterdir()
    (tmp_path / "bravo-log00001.bin.part.json").write_text("{}", encoding="utf-8")
    log.document("download", "1", "--drone", "bravo", "-o", tmp_path)
    assert list(tmp_path.iterdir()) == [file]
