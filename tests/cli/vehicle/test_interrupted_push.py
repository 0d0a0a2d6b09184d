"""A push that is ended in the middle: by a signal, a closed terminal or a kill. What was on board comes back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from programs import dronectl, free_port, wait_for
from running_fleet import NAMES, fleet_behind
from virtual_commands import ctrl_c_once, in_virtual_time, virtual_fleet_behind

from dronectl.cli.main import run
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.vehicle.items import Item

OLD = [Item(16, 3, 0.0, 0.0, 0.0, 0.0, 160_530_000 + 1_000 * seq, 1_036_510_000, 20.0) for seq in range(4)]
INTERRUPTS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def load_old(fleet: SimFleet) -> None:
    """Every drone holds a mission of four items."""
    for vehicle in fleet.vehicles.values():
        store = vehicle.copter.mission
        store.begin(len(OLD))
        assert all(store.put(seq, item, len(OLD) - 1) == 0 for seq, item in enumerate(OLD))
        assert store.complete() == 0
    assert is_old_everywhere(fleet)


def is_old_everywhere(fleet: SimFleet) -> bool:
    """What the vehicles themselves hold; item 0 is their home."""
    held = [vehicle.copter.mission for vehicle in fleet.vehicles.values()]
    return all(len(store) == len(OLD) for store in held) and all(
        store.get(seq) == item for store in held for seq, item in enumerate(OLD) if seq
    )


def is_being_written(fleet: SimFleet) -> bool:
    return any(len(vehicle.copter.mission) > len(OLD) for vehicle in fleet.vehicles.values())


def backup(root: Path) -> Path:
    """The only one."""
    (folder,) = (root / "flights").glob("backup-*")
    return folder


def open_drones(folder: Path) -> list[str]:
    """Those whose old state a backup is kept for."""
    document = json.loads((folder / "backup.json").read_text(encoding="utf-8"))
    return [entry["name"] for entry in document["drones"] if entry["open"]]


@contextmanager
def halfway_through_a_push(root: Path, plan: Path, fleet: SimFleet, **how: Any) -> Iterator[subprocess.Popen[str]]:
    """A program that pushes and has begun to write. Within, no drone hears it: it gets no further, however long it
    takes to end it."""
    load_old(fleet)
    may_go_on = threading.Event()
    for server in fleet.servers.values():

        def heard(data: bytes, really: Callable[[bytes], None] = server.heard) -> None:
            if may_go_on.is_set() or not is_being_written(fleet):
                really(data)

        server.heard = heard  # type: ignore[method-assign]
    process = dronectl("push", str(plan), "--workspace", str(root), **how)
    wait_for(lambda: is_being_written(fleet))
    assert process.poll() is None, "it was over before it could be disturbed"
    assert open_drones(backup(root)) == ["alpha", "bravo", "charlie"]
    yield process
    may_go_on.set()


@pytest.mark.skipif(os.name == "nt", reason="on Windows a signal to another process ends it at once")
@pytest.mark.parametrize("number", INTERRUPTS)
def test_an_interrupt_while_pushing_puts_the_old_items_back(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    with virtual_fleet_behind(root) as fleet:
        load_old(fleet)
        with ctrl_c_once(lambda: is_being_written(fleet), number):
            assert run(["push", str(plan), "--workspace", str(root)]) == 130
        err = capsys.readouterr().err
        assert "stopping: putting back what was on board" in err
        assert "stopped by the user; every drone holds what it held before" in err
        assert open_drones(backup(root)) == []
        assert is_old_everywhere(fleet)


@pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")
def test_a_terminal_that_is_closed_while_pushing_is_an_interrupt(root: Path, plan: Path) -> None:
    import pty

    with fleet_behind(root) as fleet:
        ours, theirs = pty.openpty()
        own = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "start_new_session": True}
        drain = threading.Thread(target=read_until_closed, args=(ours,), daemon=True)
        drain.start()
        with halfway_through_a_push(root, plan, fleet, **own) as process:
            os.close(theirs)
            process.send_signal(signal.SIGHUP)
            os.close(ours)
        assert process.wait() == 130
        assert open_drones(backup(root)) == []
        assert is_old_everywhere(fleet)


def test_after_a_killed_push_the_next_one_says_so_and_the_old_state_comes_back(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ports = {name: {"port": free_port()} for name in NAMES}
    with fleet_behind(root, changes=ports) as fleet:
        with halfway_through_a_push(root, plan, fleet) as process:
            process.kill()
            process.communicate()
        wait_for(lambda: not any(server.has_client for server in fleet.servers.values()))
    folder = backup(root)
    here = ["--workspace", str(root)]
    assert open_drones(folder) == ["alpha", "bravo", "charlie"]
    assert not is_old_everywhere(fleet)
    with in_virtual_time(fleet):
        capsys.readouterr()
        assert run(["rally", "clear", "--drone", "alpha", "--yes", *here]) == 0
        err = capsys.readouterr().err
        assert "did not come to its end: alpha, bravo, charlie may hold a mixture of old and new" in err
        assert f"'dronectl push --restore {folder}' puts back" in err

        assert run(["push", "--restore", str(folder), "--json", *here]) == 0
        out, err = capsys.readouterr()
        assert "did not come to its end" not in err
        restored = json.loads(out)
        assert restored["committed"] is True
        assert [drone["name"] for drone in restored["drones"]] == ["alpha", "bravo", "charlie"]
        assert restored["drones"][0]["mission"]["verified"] is True
        assert is_old_everywhere(fleet)
        assert open_drones(folder) == []
        assert fleet.vehicles["alpha"].copter.parameters["RTL_ALT"] == 1500

        copter = fleet.vehicles["bravo"].copter
        own, copter.settings = copter.settings, replace(copter.settings, board="another")
        capsys.readouterr()
        assert run(["push", "--restore", str(folder), *here]) == 5
        assert "bravo: the backup is of the aircraft with uid" in capsys.readouterr().err
        copter.settings = own
        capsys.readouterr()
        assert run(["push", str(plan), *here]) == 0
        assert "did not come to its end" not in capsys.readouterr().err


def read_until_closed(descriptor: int) -> None:
    with suppress(OSError):
        while os.read(descriptor, 4096):
            pass
