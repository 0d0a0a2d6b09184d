"""What ``dronectl fly`` shows of the flight of :mod:`captured_watch`, at the four sizes of the documentation."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import cast
from unittest.mock import patch

from captured_watch import CapturedWatch
from rich.console import Console
from rich.text import Text
from terminal_picture import standing

from dronectl.cli.common.app import App
from dronectl.cli.common.event_view import EventView
from dronectl.ops.common.events import AlarmEvent, Event, Note, PictureEvent, Progress


class _Terminal:
    """An App whose stderr is a terminal of this size, and whose clock stands still."""

    def __init__(self, size: tuple[int, int], now_s: float) -> None:
        self.now_s = now_s
        self.console = Console(
            file=io.StringIO(), force_terminal=True, color_system="truecolor", width=size[0], height=size[1],
            highlight=False, markup=False, emoji=False, get_time=lambda: self.now_s,
        )  # fmt: skip

    def err(self) -> Console:
        return self.console

    def zone(self) -> None:
        return None


def fly_lines(watch: CapturedWatch, size: tuple[int, int]) -> list[Text]:
    """All that the flight told, from its start, and how it stands at its end."""
    terminal = _Terminal(size, watch.began_s)

    async def told() -> None:
        with (
            patch("dronectl.ops.picture.live.loop_clock", lambda _zone: watch.clock),
            EventView(cast(App, terminal)) as view,
        ):
            for event in _start(watch):
                view(event)
            terminal.now_s = watch.fleet.now_s
            for event in _flight(watch):
                view(event)

    asyncio.run(told())
    written = terminal.console.file
    assert isinstance(written, io.StringIO)
    return standing(written.getvalue(), size)


def _start(watch: CapturedWatch) -> Iterator[Event]:
    for name, last in _last_items(watch).items():
        yield Progress(name, "mission", 0, last)
    yield Note(f"{', '.join(_last_items(watch))} in AUTO")


def _flight(watch: CapturedWatch) -> Iterator[Event]:
    for alarm in watch.fleet.changes:
        yield AlarmEvent(alarm, news=True)
    picture, last = watch.picture(), _last_items(watch)
    for drone in picture.drones:
        for alarm in drone.alarms:
            yield AlarmEvent(replace(alarm, seen_s=None, seen_by=None), news=False)  # that is done in ``watch``
        yield Progress(drone.name, "mission", (drone.sample.mission_item or 1) - 1, last[drone.name])
    yield PictureEvent(picture)


def _last_items(watch: CapturedWatch) -> dict[str, int]:
    return {drone.name: len(sortie.mission) - 1 for drone in watch.plan.drones if (sortie := drone.sortie(1))}
