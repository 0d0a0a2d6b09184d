"""Alarms on the screen: they stay while they stand, ring once on a terminal, and are one line each."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from typing import cast

import pytest
from rich.console import Console

from dronectl.cli.common.alarm_lines import AlarmLines, alarm_line
from dronectl.cli.common.app import App
from dronectl.cli.common.event_view import EventView
from dronectl.errors import InputError
from dronectl.model.alarm import Alarm, AlarmKind, AlarmSeverity
from dronectl.ops.common.events import AlarmEvent, Event

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
