"""Alarms on the screen: they stay while they stand, ring once on a terminal, and are one line each."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from typing import cast

import pytest
from rich.console import Console, ConsoleDimensions
from terminal_picture import standing

from dronectl.cli.common.alarm_lines import AlarmLines, alarm_line, fitting
from dronectl.cli.common.app import App
from dronectl.cli.common.event_view import EventView
from dronectl.errors import InputError
from dronectl.model.alarm import Alarm, AlarmKind, AlarmSeverity
from dronectl.ops.common.events import AlarmEvent, Event, Progress

GPS = Alarm(AlarmKind.GPS, AlarmSeverity.CRITICAL, "bravo", "GPS lost: fix 0, 0 satellites", 100.0)
DRIFT = Alarm(
    AlarmKind.DRIFT, AlarmSeverity.WARNING, "alpha", "drifting in BRAKE: 12 m from where it held", 90.0, 12.0, "m"
)
BELL = "\x07"


def lines(board: AlarmLines) -> list[str]:
    return [line.plain for line in board.lines()]


def test_what_stands_stays_with_its_present_figure_and_the_gravest_is_first() -> None:
    board = AlarmLines()
    board.take(DRIFT)
    board.take(GPS)
    board.take(replace(DRIFT, message="drifting in BRAKE: 20 m from where it held"))
    assert lines(board) == [
        "ALARM bravo: GPS lost: fix 0, 0 satellites",
        "warning alpha: drifting in BRAKE: 20 m from where it held",
    ]
    board.take(replace(GPS, cleared_s=130.0))
    assert len(lines(board)) == 1


def test_what_somebody_has_seen_says_who_has_and_stands_out_no_more() -> None:
    seen = alarm_line(replace(DRIFT, seen_s=95.0, seen_by="somchai"))
    assert seen.plain == f"warning alpha: {DRIFT.message} (seen by somchai)"
    assert seen.style != alarm_line(DRIFT).style


def test_the_words_of_a_vehicle_make_no_line_of_their_own() -> None:
    forged = replace(GPS, message='it says "x\nALARM alpha: \x1b[2Jland now"')
    assert "\n" not in alarm_line(forged).plain
    assert "\x1b" not in alarm_line(forged).plain


def test_however_many_stand_they_leave_room_for_the_drones() -> None:
    board = AlarmLines()
    for number in range(5):
        board.take(replace(GPS, drone=f"drone{number}", since_s=float(number), message="GPS lost: " + "far away " * 9))
    console = Console(file=io.StringIO(), width=60, height=24)
    assert fitting(board.lines(), console, 10) == board.lines(), "two rows each"
    cut = [line.plain for line in fitting(board.lines(), console, 9)]
    assert [line[:12] for line in cut] == [f"ALARM drone{number}" for number in range(5)]
    assert {len(line) for line in cut} == {60}
    told = [line.plain for line in fitting(board.lines(), console, 3)]
    assert [line[:12] for line in told] == ["ALARM drone0", "ALARM drone1", "… and 3 more"]
    assert [line.plain[:12] for line in fitting(board.lines(), console, -2)] == ["… and 5 more"]


class Screen:
    """An App whose stderr is kept, in a folder without a workspace."""

    def __init__(self, *, terminal: bool) -> None:
        self.file = io.StringIO()
        self.console = Console(file=self.file, force_terminal=terminal, width=100)

    def err(self) -> Console:
        return self.console

    def zone(self) -> None:
        raise InputError("no workspace")


@pytest.mark.parametrize("terminal", [True, False])
def test_it_rings_once_when_raised_on_a_terminal_and_never_in_a_pipe(terminal: bool) -> None:
    async def told(*events: Event) -> str:
        screen = Screen(terminal=terminal)
        with EventView(cast(App, screen)) as view:
            for event in events:
                view(event)
        return screen.file.getvalue()

    moved_on = AlarmEvent(replace(GPS, message="GPS lost: fix 1, 2 satellites"), news=False)
    cleared = AlarmEvent(replace(GPS, cleared_s=130.0), news=True)
    text = asyncio.run(told(AlarmEvent(GPS, news=True), moved_on, cleared))
    assert text.count(BELL) == (1 if terminal else 0)
    assert "ALARM bravo: GPS lost: fix 0" in text
    assert "cleared: bravo" in text
    assert ("fix 1, 2 satellites" in text) == terminal, "a log has what is news, and nothing more"


def test_on_a_small_terminal_the_progress_stays_below_the_alarms() -> None:
    async def told() -> str:
        screen = Screen(terminal=True)
        screen.console.size = ConsoleDimensions(60, 8)
        with EventView(cast(App, screen)) as view:
            view(Progress("alpha", "mission", 3, 9))
            for number in range(12):
                view(AlarmEvent(replace(GPS, drone=f"drone{number}", message="far away " * 20), news=False))
            return "\n".join(line.plain for line in standing(screen.file.getvalue(), (60, 8)))

    text = asyncio.run(told())
    assert text.count("ALARM") == 6
    assert "and 6 more" in text
    assert "alpha mission" in text.splitlines()[-1]


def test_what_stands_on_the_screen_is_not_told_twice_and_is_kept_when_it_is_over() -> None:
    async def told(*events: Event) -> list[str]:
        screen = Screen(terminal=True)
        screen.console.size = ConsoleDimensions(80, 24)
        with EventView(cast(App, screen)) as view:
            for event in events:
                view(event)
        return [line.plain for line in standing(screen.file.getvalue(), (80, 24)) if line.plain.strip()]

    raised = [AlarmEvent(GPS, news=True), AlarmEvent(DRIFT, news=True)]
    lines = asyncio.run(told(*raised))
    assert [line[:13] for line in lines] == ["ALARM bravo: ", "warning alpha"]
    lines = asyncio.run(told(*raised, AlarmEvent(replace(GPS, cleared_s=130.0), news=True)))
    assert [line[:14] for line in lines] == ["ALARM bravo: G", "cleared: bravo", "warning alpha:"]


def test_an_alarm_that_has_no_row_is_told_above() -> None:
    async def told() -> str:
        screen = Screen(terminal=True)
        screen.console.size = ConsoleDimensions(60, 4)
        with EventView(cast(App, screen)) as view:
            for number in range(9):
                view(AlarmEvent(replace(GPS, drone=f"drone{number}"), news=True))
        return screen.file.getvalue()

    text = asyncio.run(told())
    assert all(f"ALARM drone{number}: GPS lost" in text for number in range(9))


def test_a_transfer_of_nothing_leaves_no_bar() -> None:
    async def told() -> str:
        screen = Screen(terminal=True)
        with EventView(cast(App, screen)) as view:
            view(Progress("alpha", "compare mission", 0, 0))
            view(Progress("alpha", "compare mission", 3, 9))
            view(Progress("bravo", "compare rally", 0, 0))
        return "\n".join(line.plain for line in standing(screen.file.getvalue(), (100, 25)))

    text = asyncio.run(told())
    assert "compare rally" not in text
    assert "alpha compare mission" in text
