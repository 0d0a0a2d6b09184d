"""What was said: by vehicles, by orders, and of alarms that came and went; and the alarms that are to be seen."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dronectl.cli.common.alarm_lines import alarm_line
from dronectl.model.alarm import Alarm
from dronectl.model.text.plain_text import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

KEPT = 200
STYLES = {"info": "", "warning": "yellow", "error": "bold red"}
NARROW = 50


class Messages:
    """The latest last, each with its time of day."""

    def __init__(self, time_of_day: Callable[[], str]) -> None:
        self._time_of_day = time_of_day
        self._texts: deque[tuple[str, str]] = deque(maxlen=KEPT)

    def add(self, text: str, drone: str | None = None, level: str = "info") -> str:
        """Returns the line."""
        line = f"{self._time_of_day()} {f'{drone}: ' if drone else ''}{text}"
        self._texts.append((plain(line), STYLES.get(level, "")))
        return line

    def lines(self, console: Console, width: int, height: int) -> list[Text]:
        """As many of the latest as fit, wrapped; of the last one its beginning, where even that does not."""
        from rich.text import Text

        lines: list[Text] = []
        for text, style in reversed(self._texts):
            wrapped = list(Text(text, style=style).wrap(console, width))
            if len(lines) + len(wrapped) > height:
                return lines or _cut(wrapped, height, width)
            lines = wrapped + lines
        return lines


def alarm_lines(
    alarms: Sequence[Alarm], clock: Callable[[float], str], console: Console, width: int
) -> list[list[Text]]:
    """The lines of each: those that stand, seen or not, then those that are over and that nobody has seen."""
    return [_lines(alarm, clock, console, width) for alarm in alarms]


def _lines(alarm: Alarm, clock: Callable[[float], str], console: Console, width: int) -> list[Text]:
    line = alarm_line(alarm, clock)
    if not alarm.is_active:
        line.append("  (s: seen)")
    wrapped = list(line.wrap(console, max(width, 1)))
    return _cut(wrapped, 4 if width < NARROW else 3, width)


def _cut(lines: Sequence[Text], height: int, width: int) -> list[Text]:
    """The first of them; the last one says that there is more."""
    kept = list(lines[:height])
    if kept and len(lines) > height:
        kept[-1].truncate(max(width - 1, 1))
        kept[-1].append("…")
    return kept


def fitting(blocks: Sequence[Sequence[Text]], height: int, more: str) -> list[Text]:
    """The first of the blocks that fit whole; when not all do, the last line says how many ``more`` there are."""
    from rich.text import Text

    lines: list[Text] = []
    for number, block in enumerate(blocks):
        room = height - len(lines) - (1 if number + 1 < len(blocks) else 0)
        if len(block) > room:
            if len(lines) < height:
                lines.append(Text(f"+ {len(blocks) - number} more {more}", style="bold"))
            break
        lines += block
    return lines
