"""Every order takes ``--dry-run``: it looks at everything, says what would be, and sends nothing that orders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import click
import pytest
from flying_fleet import around_the_tower
from running_fleet import copy_workspace
from virtual_commands import pass_time, virtual_fleet_behind

from dronectl.cli.main import COMMANDS, cli, run
from dronectl.formats.missions.wpl import write_wpl
from dronectl.link.codec import FrameParser
from dronectl.model.message import Message
from dronectl.model.plan.mission import Command
from dronectl.sim.fleet.fleet import SimFleet

ORDERS: dict[str, list[str]] = {
    "arm": [],
    "disarm": [],
    "takeoff": ["30"],
    "start": [],
    "hold": [],
    "resume": [],
    "rtl": [],
    "land": [],
    "goto": ["16.0545,103.6515,35"],
    "mode": ["AUTO"],
    "look": ["tower"],
    "patrol resume": [],
}
"""What each order needs besides."""
HOMES_OF_ORDERS = (
    "dronectl.cli.vehicle.giving.orders",
    "dronectl.cli.vehicle.giving.places",
    "dronectl.cli.vehicle.giving.patrol",
)
ASKS = {Command.REQUEST_MESSAGE, Command.SET_MESSAGE_INTERVAL}
QUESTIONS = {
    "HEARTBEAT",
    "TIMESYNC",
    "PARAM_REQUEST_READ",
    "MISSION_REQUEST_LIST",
    "MISSION_REQUEST_INT",
    "MISSION_ACK",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_workspace(tmp_path_factory.mktemp("site"))
    (root / "around.waypoints").write_text(write_wpl(around_the_tower()), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def fleet(root: Path) -> Iterator[SimFleet]:
    """Bravo hovers, with a mission on board; alpha stands, with one too."""
    with virtual_fleet_behind(root, speedup=25.0) as fleet:
        for name in ("alpha", "bravo"):
            here = ["--drone", name, "--workspace", str(root)]
            assert run(["mission", "upload", str(root / "around.waypoints"), *here]) == 0
        assert run(["takeoff", "30", "--yes", "--drone", "bravo", "--workspace", str(root)]) == 0
        pass_time(fleet, lambda: fleet.vehicles["bravo"].copter.airframe.up_m > 29.5)
        yield fleet


def test_each_order_is_looked_at_here() -> None:
    commands: dict[str, click.Command] = {}
    for name, (where, _) in COMMANDS.items():
        if where.split(":")[0] in HOMES_OF_ORDERS:
            command = cli.get_command(click.Context(cli), name)
            assert command is not None
            own = command.commands if isinstance(command, click.Group) else {"": command}
            commands.update({f"{name} {child}".strip(): one for child, one in own.items()})
    assert set(commands) == set(ORDERS)
    for command in commands.values():
        assert "--dry-run" in {option for parameter in command.params for option in parameter.opts}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", ["alpha", "bravo"])
def test_a_dry_run_orders_nothing(
    root: Path, fleet: SimFleet, order: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    with heard(fleet) as messages:
        code = run([*order.split(), *ORDERS[order], "--dry-run", "--drone", name, "--workspace", str(root)])
    stands = name == "alpha"
    assert code == (6 if stands and order in ("resume", "patrol resume", "goto", "look") else 0)
    out, err = capsys.readouterr()
    assert f"{name}: would be ordered: " in out or "is not flying" in err
    names = {message.name for message in messages}
    assert "HEARTBEAT" in names
    assert names <= QUESTIONS | {"COMMAND_LONG"}
    assert {int(message["command"]) for message in messages if message.name == "COMMAND_LONG"} <= ASKS


@contextmanager
def heard(fleet: SimFleet) -> Iterator[list[Message]]:
    """What the simulated vehicles get meanwhile."""
    messages: list[Message] = []
    parser = FrameParser()
    with ExitStack() as watching:
        for vehicle in fleet.vehicles.values():
            receive = vehicle.receive

            def heard_too(frame: bytes, *more: int, receive: object = receive) -> list[bytes]:
                messages.extend(one.message() for one in parser.feed(frame))  # type: ignore[union-attr]
                return receive(frame, *more)  # type: ignore[operator, no-any-return]

            watching.enter_context(patch.object(vehicle, "receive", heard_too))
        yield messages
