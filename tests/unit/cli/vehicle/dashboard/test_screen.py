"""Frames as a terminal shows them (pyte): only what changed is written, and one that is stuck holds up nobody."""

from __future__ import annotations

import io
import re
import threading

import pyte
import pytest
from captured_watch import CapturedWatch
from rich.console import Console
from rich.text import Text

from dronectl.cli.vehicle.dashboard.screen import BELL, FullScreen, PlainScreen

_ABOVE_AND_BELOW = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")


class Terminal(io.StringIO):
    """Shows what is written to it, and counts."""

    def __init__(self, columns: int, lines: int) -> None:
        super().__init__()
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.Stream(self.screen)
        self.pieces: list[str] = []
        self.opens = threading.Event()
        self.opens.set()

    def write(self, text: str) -> int:
        self.opens.wait()
        if text:
            self.pieces.append(text)
            # pyte has no other screen, and stops at Thai letters that take no cell.
            self._stream.feed(_ABOVE_AND_BELOW.sub("", re.sub(r"\x1b\[\?(1049|2026)[hl]", "", text)))
        return len(text)

    def shown(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]


def console_of(terminal: Terminal, **how: object) -> Console:
    columns, lines = terminal.screen.columns, terminal.screen.lines
    kept = {"color_system": "truecolor", **how}
    return Console(file=terminal, force_terminal=True, width=columns, height=lines, legacy_windows=False, **kept)  # type: ignore[arg-type]


def show(screen: FullScreen, lines: list[Text]) -> None:
    while not screen.show(lines):
        pass


@pytest.mark.parametrize("colours", [{}, {"no_color": True}, {"color_system": None}])
def test_a_terminal_shows_each_frame_and_is_left_as_it_was(watch: CapturedWatch, colours: dict[str, object]) -> None:
    terminal = Terminal(80, 24)
    first, second = watch.lines((80, 24)), watch.frame.lines(watch.picture(), (80, 24), prompt="q quit", chosen=())
    with FullScreen(console_of(terminal, **colours)) as screen:
        for frame in (first, second, first):
            show(screen, frame)
    assert "\x1b[?1049h" in terminal.pieces[0]
    assert terminal.pieces[-1].endswith("\x1b[?1049l")
    assert "\x1b[?25h" in terminal.pieces[-1], "the cursor is there again"
    assert terminal.shown() == [_ABOVE_AND_BELOW.sub("", line.plain).rstrip() for line in first]
    if colours:
        assert not re.search(r"\x1b\[(\d+;)*3\d", "".join(terminal.pieces)), "no colour"


def test_only_the_lines_that_changed_are_written() -> None:
    terminal = Terminal(40, 10)
    lines = [Text(f"line {number}") for number in range(10)]
    with FullScreen(console_of(terminal)) as screen:
        show(screen, lines)
        show(screen, lines)
        changed = [*lines[:3], Text("another", style="red"), *lines[4:]]
        show(screen, changed)
    written = "".join(terminal.pieces)
    assert [written.count(f"line {number}") for number in range(10)] == [1] * 10
    assert written.count("another") == 1
    assert terminal.shown() == ["line 0", "line 1", "line 2", "another", *(f"line {n}" for n in range(4, 10))]


def test_a_line_as_wide_as_the_terminal_keeps_its_last_cell() -> None:
    terminal = Terminal(12, 3)
    with FullScreen(console_of(terminal)) as screen:
        show(screen, [Text("abcdefghijkl"), Text("short"), Text("ABCDEFGHIJKL")])
    assert terminal.shown() == ["abcdefghijkl", "short", "ABCDEFGHIJKL"]
    written = "".join(terminal.pieces)
    assert "abcdefghijkl\x1b[K" not in written, "many terminals would clear the cell that was written last"
    assert "short\x1b[K" in written


def test_another_size_is_drawn_anew() -> None:
    terminal = Terminal(30, 6)
    console = console_of(terminal)
    with FullScreen(console) as screen:
        show(screen, [Text("one")] * 6)
        console.width = 20
        show(screen, [Text("one")] * 6)
    assert sum(piece.count("\x1b[2J") for piece in terminal.pieces) == 2


def test_a_terminal_that_takes_nothing_holds_up_nobody_and_shows_the_latest_at_last() -> None:
    terminal = Terminal(30, 4)
    with FullScreen(console_of(terminal)) as screen:
        show(screen, [Text("first")])
        terminal.opens.clear()  # Ctrl-S
        taken = [screen.show([Text(f"frame {number}")]) for number in range(50)]
        assert taken.count(True) <= 2, "what is not taken is dropped, and not waited for"
        terminal.opens.set()
        show(screen, [Text("last")])
    assert terminal.shown()[0] == "last"


def test_it_rings_once() -> None:
    terminal = Terminal(30, 4)
    with FullScreen(console_of(terminal)) as screen:
        screen.bell()
        show(screen, [Text("a")])
        show(screen, [Text("b")])
    assert "".join(terminal.pieces).count(BELL) == 1


def test_a_terminal_that_cannot_move_its_cursor_gets_lines() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=60, _environ={"TERM": "dumb"})
    screen = PlainScreen(console, every_s=10.0)
    for now_s in range(12):
        screen.show([Text("alpha patrol")], "q quit", float(now_s))
    screen.say("bravo: Battery 1 is low")
    text = file.getvalue()
    assert "\x1b" not in text
    assert text.count("alpha patrol") == 2
    assert text.count("q quit") == 1
    assert text.splitlines()[-1] == "bravo: Battery 1 is low"


def test_a_log_has_the_rows_at_the_end_only() -> None:
    file = io.StringIO()
    screen = PlainScreen(Console(file=file, width=60), every_s=None)
    screen.show([Text("alpha")], "", 0.0)
    assert file.getvalue() == ""
    screen.rows([Text("alpha")])
    assert file.getvalue() == "alpha\n"
