"""Commands and the fleet that they talk to in one event loop whose time is virtual: nothing waits for a clock.

``dronectl.cli.main.run`` does all that it does for a person; only sockets and the clock are not there. The fleet lives
while a command runs, and stands still between two of them unless :func:`pass_time` lets it live.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar
from unittest.mock import patch

from running_fleet import built_fleet, relink
from virtual_network import NetworkLoop
from virtual_time import Instant
from waiting import until

from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.fleet.vehicle import STEP_S

T = TypeVar("T")

FIRST_PORT = 1_000
LONGEST_COMMAND_S = 3_600.0
LONGEST_WAIT_S = 3_600.0


@contextmanager
def in_virtual_time(fleet: SimFleet) -> Iterator[None]:
    """Within: ``asyncio.run`` takes no time, on a network where the fleet answers at its ports.

    The fleet lives while something is run, and stands still between.
    """
    now_s = 1_000.0
    one_by_one = threading.Lock()  # 'doctor' asks links in threads: the fleet is in one loop at a time

    async def beside_the_fleet(main: Coroutine[Any, Any, T]) -> T:
        async with fleet:
            return await main

    def run(main: Coroutine[Any, Any, T], **_: Any) -> T:
        nonlocal now_s
        with one_by_one:
            instant = Instant(now_s, LONGEST_COMMAND_S)
            try:
                with asyncio.Runner(loop_factory=lambda: NetworkLoop(instant)) as runner:
                    return runner.run(beside_the_fleet(main))
            finally:
                now_s = instant.now_s

    run(asyncio.sleep(0))  # it has its ports from then on
    with patch("asyncio.run", run):
        yield


@contextmanager
def virtual_fleet_behind(root: Path, **how: Any) -> Iterator[SimFleet]:
    """The fleet of the workspace at ``root``, as ``fleet_behind`` has it, for commands of this process."""
    fleet = built_fleet(root, first_port=FIRST_PORT, **how)
    relink(root, {name: f"tcp://127.0.0.1:{FIRST_PORT + number}" for number, name in enumerate(fleet.servers)})
    with in_virtual_time(fleet):
        yield fleet


@contextmanager
def beside_commands(somebody: Callable[[], Coroutine[Any, Any, None]]) -> Iterator[None]:
    """Within a virtual fleet: it lives in the same time and on the same network as each command."""

    async def together(main: Coroutine[Any, Any, T]) -> T:
        life = asyncio.create_task(somebody())
        try:
            return await main
        finally:
            life.cancel()

    run = asyncio.run
    with patch("asyncio.run", lambda main, **options: run(together(main), **options)):
        yield


async def in_between(command: Callable[[], T]) -> T:
    """A command that runs its own event loop, on ours: it has a thread, and what it would run in a loop runs here.

    Only one of us ever runs: while it works without a loop, our time stands still.
    """
    asked: SimpleQueue[Coroutine[Any, Any, Any] | None] = SimpleQueue()
    answers: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
    result: list[T] = []

    def hand_over(main: Coroutine[Any, Any, Any], **_: Any) -> Any:
        asked.put(main)
        value, error = answers.get()
        if error is not None:
            raise error
        return value

    def work() -> None:
        try:
            result.append(command())
        finally:
            asked.put(None)

    thread = threading.Thread(target=work, name="another command")
    with patch("asyncio.run", hand_over):
        thread.start()
        while (main := asked.get()) is not None:
            try:
                answers.put((await main, None))
            except BaseException as error:  # noqa: BLE001 - the command's, not ours
                answers.put((None, error))
    thread.join()
    return result[0]


@contextmanager
def ctrl_c_once(shown: Callable[[], object], number: signal.Signals = signal.SIGINT) -> Iterator[None]:
    """Within a virtual fleet: whoever runs a command types Ctrl-C as soon as the condition holds, or ends it from
    outside by another signal."""

    async def type_it() -> None:
        await until(shown)
        signal.raise_signal(number)

    with beside_commands(type_it):
        yield


def pass_time(fleet: SimFleet, shown: Callable[[], object]) -> None:
    """Lets the fleet live until the condition holds."""
    left_s = LONGEST_WAIT_S
    while not shown():
        assert left_s > 0, "it never happens"
        left_s -= STEP_S
        for server in fleet.servers.values():
            server.step(STEP_S)
