"""Commands that talk to a fleet, killed or interrupted at any moment: what is left, and that the next one works."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from left_behind import left_overs, refuse_half_files
from moments import KILL, KILLS, Killed, Work, chosen
from programs import free_port, wait_for
from running_fleet import NAMES, copy_workspace, demo_plan, fleet_behind
from virtual_commands import in_virtual_time

from dronectl.cli.main import run
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.vehicle.items import Item
from dronectl.sim.vehicle.settings import LinkFaults

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
    pytest.mark.parametrize(("number", "seed"), KILLS),
]

OLD = [Item(16, 3, 0.0, 0.0, 0.0, 0.0, 160_530_000 + 1_000 * seq, 1_036_510_000, 20.0) for seq in range(4)]
LINKS = "dronectl.link.fleet_link"
NEAR = """
name = "near"
pattern = "tour"
drones = ["charlie"]
altitude = { relative_m = 40.0, layer_step_m = 15.0 }
tour = { points = ["city_hall_front"], dwell_s = 5.0 }
"""
"""A flight of two minutes."""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    root.mkdir()
    copy_workspace(root)
    return root


@contextmanager
def living_fleet(root: Path, **how: object) -> Iterator[SimFleet]:
    """A fleet on ports that it has in virtual time too."""
    with fleet_behind(root, changes={name: {"port": free_port()} for name in NAMES}, **how) as fleet:
        yield fleet
        wait_for(lambda: not any(server.has_client for server in fleet.servers.values()))


def heard(fleet: SimFleet) -> float:
    """Bytes that came to the vehicles."""
    return float(sum(server.bytes_heard for server in fleet.servers.values()))


def again(site: Path, *words: str) -> int:
    code = run([*words, "--workspace", str(site)])
    refuse_half_files(site)
    assert not left_overs(site)
    if (site / "flights" / "audit").exists():
        assert run(["audit", "verify", "--workspace", str(site)]) == 0
    return code


def held(fleet: SimFleet) -> dict[str, list[object]]:
    """The missions on board, without home."""
    stores = {name: vehicle.copter.mission for name, vehicle in fleet.vehicles.items()}
    return {name: [store.get(seq) for seq in range(1, len(store))] for name, store in stores.items()}


def load_old(fleet: SimFleet) -> None:
    for vehicle in fleet.vehicles.values():
        store = vehicle.copter.mission
        store.begin(len(OLD))
        assert all(store.put(seq, item, len(OLD) - 1) == 0 for seq, item in enumerate(OLD))
        assert store.complete() == 0


def test_a_push_left_old_or_new_on_board_or_the_next_one_says_so(
    site: Path, capsys: pytest.CaptureFixture[str], number: int, seed: int
) -> None:
    words = ("push", str(demo_plan(site)))
    with living_fleet(site) as fleet:
        load_old(fleet)
        before = held(fleet)
        moment = chosen(Work(33, 0.75, progress=14_600.0), f"push {number} {seed}")
        ended = Killed(words, site, LINKS).ended(moment, number, lambda: heard(fleet))
    refuse_half_files(site)
    left = held(fleet)
    receipts = list((site / "flights").glob("push-*.json"))
    open_ = [
        entry["name"]
        for path in (site / "flights").glob("backup-*/backup.json")
        for entry in json.loads(path.read_text(encoding="utf-8"))["drones"]
        if entry["open"]
    ]
    with in_virtual_time(fleet):
        capsys.readouterr()
        assert again(site, *words) == 0
        err = capsys.readouterr().err
        new = held(fleet)
    mixed = [name for name in NAMES if left[name] not in (before[name], new[name])]
    if left != before and not (left == new and receipts):
        assert set(mixed) <= set(open_), (ended, left, open_)
        assert "did not come to its end" in err, ended
    if number != KILL and ended.code:
        assert left in (before, new), ended.said


def test_a_recording_is_whole_to_its_last_byte(site: Path, number: int, seed: int) -> None:
    words = ("telemetry", "record", "--duration", "3")

    def recorded() -> float:
        return float(sum(path.stat().st_size for path in (site / "flights").rglob("*.tlog")))

    with living_fleet(site, speedup=10.0) as fleet:
        moment = chosen(Work(6, 0.4, progress=50_000.0), f"record {number} {seed}")
        Killed(words, site, LINKS).ended(moment, number, recorded)
    refuse_half_files(site)
    before = recorded()
    with in_virtual_time(fleet):
        assert again(site, *words) == 0
    assert recorded() > before


def test_a_log_goes_on_where_it_stopped_and_is_the_vehicles(site: Path, number: int, seed: int) -> None:
    content = random.Random(seed).randbytes(60_000)
    out = site / "logs"
    words = ("log", "download", "1", "--drone", "alpha", "-o", str(out), "--via", ("log", "ftp")[seed % 2])
    part = out / "alpha-log00001.bin.part"

    def came() -> float:
        return float(part.stat().st_size) if part.exists() else 0.0

    with living_fleet(site, speedup=1.0, link=LinkFaults(baud=230_400)) as fleet:
        files = fleet.vehicles["alpha"]._files
        files.card["logs/00000007.BIN"], files.modified_s["logs/00000007.BIN"] = content, 1_767_225_600
        files.card["logs/00000008.BIN"], files.modified_s["logs/00000008.BIN"] = b"newer", 1_767_225_600
        moment = chosen(Work(12, 0.55, progress=60_000.0), f"log {number} {seed}")
        Killed(words, site, LINKS).ended(moment, number, came)
    refuse_half_files(site)
    for path in out.glob("*.bin"):
        assert path.read_bytes() == content
    with in_virtual_time(fleet):
        assert again(site, *words) == 0
    (there,) = out.iterdir()
    assert there.read_bytes() == content


def test_dronectl_toml_stays_whole(site: Path, number: int, seed: int) -> None:
    path = site / "dronectl.toml"
    words = ("fleet", "record", "--yes")
    with living_fleet(site) as fleet:
        old = path.read_bytes()
        moment = chosen(Work(9, 0.5, progress=660.0), f"uids {number} {seed}")
        Killed(words, site, LINKS).ended(moment, number, lambda: heard(fleet))
    refuse_half_files(site)
    there = path.read_bytes()
    with in_virtual_time(fleet):
        assert again(site, *words) == 0
    new = path.read_bytes()
    assert there in (old, new)
    assert all(vehicle.copter.settings.name in new.decode() for vehicle in fleet.vehicles.values())


def test_a_flight_goes_on_without_its_follower_and_the_next_one_follows_it(site: Path, number: int, seed: int) -> None:
    (site / "missions" / "near.toml").write_text(NEAR, encoding="utf-8")
    here = ("--workspace", str(site))
    assert run(["plan", "build", "near", *here]) == 0
    words = ("fly", str(site / "plans" / "near"), "--yes", "--drone", "charlie")
    with living_fleet(site, speedup=30.0) as fleet:
        for name in NAMES[:2]:
            fleet.servers[name].step = lambda _dt_s: None  # type: ignore[method-assign]
        assert run(["push", *words[1:2], *here, "--drone", "charlie"]) == 0
        vehicle = fleet.vehicles["charlie"]
        ready_s = vehicle.now_s
        moment = chosen(Work(8, 2.0, progress=150.0), f"fly {number} {seed}")
        ended = Killed(words, site, LINKS).ended(moment, number, lambda: vehicle.now_s - ready_s)
        was_flying = vehicle.copter.is_armed
    refuse_half_files(site)
    recordings = set((site / "flights").rglob("charlie*.tlog"))
    if number != KILL:
        assert not was_flying, ended.said
    vehicle.copter.battery.consumed_mah = 0.0  # it got another one
    with in_virtual_time(fleet):
        assert again(site, *words) == 0
    assert not vehicle.copter.is_armed
    assert set((site / "flights").rglob("charlie*.tlog")) > recordings
