"""Nobody waits in silence for long, nor for a drone that is surely not there."""

from __future__ import annotations

import asyncio

import pytest
from virtual_fleet import Cut, virtual_fleet
from virtual_network import run_virtually

from dronectl.errors import NoAnswer
from dronectl.ops.common.events import Event, Note, Progress
from dronectl.ops.common.waiting_notice import SILENCE_S, waiting_notice
from dronectl.ops.identity.identity import identify_fleet


def told_in(seconds: float) -> list[Event]:
    told: list[Event] = []

    async def main() -> None:
        with waiting_notice(told.append, "alpha", "waiting for alpha", 10.0):
            await asyncio.sleep(seconds)

    run_virtually(main(), limit_s=60)
    return told


def test_a_moment_passes_in_silence_then_the_seconds_are_counted() -> None:
    assert told_in(SILENCE_S - 0.1) == []
    assert told_in(3 * SILENCE_S + 0.1) == [
        Note("waiting for alpha"),
        *(Progress("alpha", "waiting", int(times * SILENCE_S), 10) for times in (1, 2, 3)),
        Progress("alpha", "waiting", 10, 10),
    ]


def waited_s(cut_for_s: float, *, closes: bool) -> tuple[float, list[Event]]:
    """How long a drone is asked for whose link is gone for a while; negative when it was found in the end."""
    told: list[Event] = []

    async def main() -> float:
        async with virtual_fleet(1, seed=1, one_radio=True) as (fleet, radios):
            loop = asyncio.get_running_loop()
            radios[0].cuts.append(Cut(loop.time(), cut_for_s, closes=closes))
            await asyncio.sleep(5.0 if not closes else 0.2)
            began_s = loop.time()
            try:
                await identify_fleet(list(fleet.vehicles.values()), {}, told.append)
            except NoAnswer:
                return loop.time() - began_s
            return began_s - loop.time()

    return run_virtually(main(), limit_s=120), told


def test_where_connections_are_refused_it_ends_early() -> None:
    seconds, told = waited_s(1e9, closes=True)
    assert 3.5 < seconds < 5.5
    assert Note("waiting for drone1 on tcp://radio1:1") in told


def test_a_drone_that_restarts_is_back_in_time() -> None:
    seconds, _ = waited_s(2.5, closes=True)
    assert seconds < 0


def test_a_link_that_is_open_and_silent_is_given_its_whole_time() -> None:
    seconds, _ = waited_s(1e9, closes=False)
    assert seconds == pytest.approx(10.0, abs=0.5)
