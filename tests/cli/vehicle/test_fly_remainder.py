"""A flight that ends early leaves a plan of its rest, which ``fly --resume`` puts on board and flies."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from running_fleet import copy_workspace
from virtual_commands import beside_commands, virtual_fleet_behind
from waiting import until

from dronectl.cli.main import run
from dronectl.formats.plans.plan_folder import read_plan
from dronectl.model.plan.mission import Command
from dronectl.sim.fleet.fleet import SimFleet


def flown_until(shown: Callable[[], bool], *words: str) -> int:
    """The exit code of a command that a person stops as soon as the condition holds."""

    async def stop_it() -> None:
        await until(shown)
        signal.raise_signal(signal.SIGINT)

    with beside_commands(stop_it):
        return run(list(words))


def return_home_alone(root: Path) -> None:
    """Without rally points: a drone that lands at one must be carried home before it flies the rest."""
    for file in (root / "geofences").glob("*.geojson"):
        collection = json.loads(file.read_text(encoding="utf-8"))
        kept = [one for one in collection["features"] if one["properties"]["kind"] != "rally"]
        file.write_text(json.dumps({**collection, "features": kept}), encoding="utf-8")


def at_item(fleet: SimFleet, name: str, item: int) -> Callable[[], bool]:
    vehicle = fleet.vehicles[name]
    return lambda: vehicle.copter.is_armed and vehicle.pilot.run.current_seq >= item


def test_the_rest_is_written_pushed_and_flown_by_its_drone_or_by_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_workspace(tmp_path)
    return_home_alone(root)
    built, here = str(root / "plans" / "demo"), ["--workspace", str(root)]
    assert run(["plan", "build", "demo", *here]) == 0
    with virtual_fleet_behind(root, speedup=50.0) as fleet:
        assert run(["push", built, *here]) == 0
        assert run(["fly", "--yes", *here]) == 2
        assert run(["fly", "--resume", "--yes", *here]) == 2
        assert "no remainder of a flight" in capsys.readouterr().err
        to_fly = ["--yes", "--wait", "20", *here]
        first, second, third = (str(root / "flights" / name) for name in ("first", "second", "third"))
        pair = ["--drone", "alpha", "--drone", "bravo"]
        assert flown_until(at_item(fleet, "bravo", 6), "fly", built, *pair, "-o", first, *to_fly) == 130
        left = Path(first) / "remainder"
        assert f"left unflown: {left}" in capsys.readouterr().out
        plan = read_plan(left)
        assert [drone.name for drone in plan.drones] == ["alpha", "bravo"]
        assert not [one for one in plan.findings if one.severity.value == "error"]

        assert run(["fly", "--resume", first, "--drone", "charlie", *to_fly]) == 2, "whose part is not clear"
        bravo = plan.drone("bravo")
        assert bravo is not None
        assert flown_until(at_item(fleet, "bravo", 4), "fly", "--resume", *pair[2:], "-o", second, *to_fly) == 130
        assert len(fleet.vehicles["bravo"].copter.mission) == len(bravo.sorties[0].mission)
        assert json.loads((left / "resumed.json").read_text(encoding="utf-8")) == {"bravo": second}
        assert [drone.name for drone in read_plan(Path(second) / "remainder").drones] == ["bravo"]

        # The newest, of which bravo's part is left, is handed to charlie: bravo's motor is broken.
        capsys.readouterr()
        charlie = ["--drone", "charlie"]
        assert flown_until(at_item(fleet, "charlie", 4), "fly", "--resume", *charlie, "-o", third, *to_fly) == 130
        assert f"remainder: {Path(second) / 'remainder'}, of bravo" in capsys.readouterr().err
        held = fleet.vehicles["charlie"].copter.mission
        items = [item for seq in range(1, len(held)) if (item := held.get(seq)) is not None]
        assert {item.z for item in items if item.command == Command.NAV_WAYPOINT} == {bravo.rtl_altitude_m}
        assert not any(vehicle.copter.is_armed for vehicle in fleet.vehicles.values())
