"""A push that is ended in the middle: by a signal, a closed terminal or a kill. What was on board comes back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from programs import dronectl, wait_for
from running_fleet import fleet_behind

from dronectl.cli.main import run
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.vehicle.items import Item
from dronectl.sim.vehicle.settings import LinkFaults

pytestmark = pytest.mark.xdist_group("faults")


def begin_push(root: Path, plan: Path, fleet: SimFleet, capsys: pytest.CaptureFixture[str], **how: Any) -> Pushing:
    """A push over slow links that has begun to write: every drone held an old mission of four items before."""
    for vehicle in fleet.vehicles.values():
        store = vehicle.copter.mission
        store.begin(len(OLD))
        assert all(store.put(seq, item, len(OLD) - 1) == 0 for seq, item in enumerate(OLD))
        assert store.complete() == 0
    assert is_old_everywhere(fleet)
    capsys.readouterr()
    process = dronectl("push", str(plan), "--workspace", str(root), **how)
    wait_for(lambda: any(len(vehicle.copter.mission) > 4 for vehicle in fleet.vehicles.values()), 20)
    assert process.poll() is None, "it was over before it could be disturbed"
    (document,) = (root / "flights").glob("backup-*/backup.json")
    return Pushing(process, document)


@dataclass(frozen=True)
class Pushing:
    process: subprocess.Popen[str]
    backup: Path

    def open_drones(self) -> list[str]:
        entries = json.loads(self.backup.read_text(encoding="utf-8"))["drones"]
        return [entry["name"] for entry in entries if entry["open"]]


def is_old_everywhere(fleet: SimFleet) -> bool:
    """What the vehicles themselves hold; item 0 is their home."""
    held = [vehicle.copter.mission for vehicle in fleet.vehicles.values()]
    return all(len(store) == len(OLD) for store in held) and all(
        store.get(seq) == item for store in held for seq, item in enumerate(OLD) if seq
    )


SLOW = LinkFaults(latency_ms=120)
OLD = [Item(16, 3, 0.0, 0.0, 0.0, 0.0, 160_530_000 + 1_000 * seq, 1_036_510_000, 20.0) for seq in range(4)]
INTERRUPTS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@pytest.mark.skipif(os.name == "nt", reason="on Windows a signal to another process ends it at once")
@pytest.mark.parametrize("number", INTERRUPTS)
def test_an_interrupt_while_pushing_puts_the_old_items_back(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    with fleet_behind(root, speedup=1.0, link=SLOW) as fleet:
        pushing = begin_push(root, plan, fleet, capsys)
        assert pushing.open_drones() == ["alpha", "bravo", "charlie"]
        pushing.process.send_signal(number)
        _, err = pushing.process.communicate(timeout=60)
        assert pushing.process.returncode == 130, err
        assert "stopping: putting back what was on board" in err
        assert "stopped by the user; every drone holds what it held before" in err
        assert pushing.open_drones() == []
        assert is_old_everywhere(fleet)


@pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")
def test_a_terminal_that_is_closed_while_pushing_is_an_interrupt(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import pty

    with fleet_behind(root, speedup=1.0, link=SLOW) as fleet:
        ours, theirs = pty.openpty()
        own = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "start_new_session": True}
        drain = threading.Thread(target=read_until_closed, args=(ours,), daemon=True)
        drain.start()
        pushing = begin_push(root, plan, fleet, capsys, **own)
        os.close(theirs)
        pushing.process.send_signal(signal.SIGHUP)
        os.close(ours)
        assert pushing.process.wait(timeout=60) == 130
        assert pushing.open_drones() == []
        assert is_old_everywhere(fleet)


def test_after_a_killed_push_the_next_one_says_so_and_the_old_state_comes_back(
    root: Path, plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with fleet_behind(root, speedup=1.0, link=SLOW) as fleet:
        pushing = begin_push(root, plan, fleet, capsys)
        pushing.process.kill()
        pushing.process.communicate(timeout=20)
        folder, here = pushing.backup.parent, ["--workspace", str(root)]
        assert pushing.open_drones() == ["alpha", "bravo", "charlie"]
        assert not is_old_everywhere(fleet)
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
        assert pushing.open_drones() == []
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
