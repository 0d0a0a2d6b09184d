"""Alarms as lines: those that stand stay on the screen, and one that was cleared does for a while."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dronectl.model.alarm import Alarm, AlarmKind
from dronectl.model.picture import alarm_order
from dronectl.model.text.plain_text import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_STYLES = {"warning": "yellow", "critical": "bold red"}


class AlarmLines:
    """The alarms of a fleet as they are told, the gravest and oldest first."""

    def __init__(self, clock: Callable[[float], str] | None = None) -> None:
        self.clock = clock
        self._current: dict[tuple[str, AlarmKind], Alarm] = {}

    def take(self, alarm: Alarm) -> None:
        """It was raised, its figure changed, or it was cleared."""
        key = (alarm.drone, alarm.kind)
        self._current.pop(key, None)
        if alarm.is_active:
            self._current[key] = alarm

    def __len__(self) -> int:
        return len(self._current)

    def line_of(self, alarm: Alarm) -> Text | None:
        """How this one stands; None: it does not."""
        current = self._current.get((alarm.drone, alarm.kind))
        return None if current is None else alarm_line(current, self.clock)

    def lines(self) -> list[Text]:
        return [alarm_line(alarm, self.clock) for alarm in sorted(self._current.values(), key=alarm_order)]


def alarm_line(alarm: Alarm, clock: Callable[[float], str] | None = None) -> Text:
    """``ALARM bravo: GPS lost …``. With ``clock``: since when, or when it was cleared. What somebody has seen says who
    has, and stands out no more."""
    from rich.text import Text

    moment_s = alarm.since_s if alarm.cleared_s is None else alarm.cleared_s
    at = f"{clock(moment_s)} " if clock is not None else ""
    if not alarm.is_active:
        return Text(plain(f"{at}cleared: {alarm.drone}: {alarm.message}"), style="dim")
    label = "ALARM" if alarm.is_critical else "warning"
    seen = f" (seen by {alarm.seen_by})" if alarm.is_seen else ""
    text = f"{at}{label} {alarm.drone}: {alarm.message}{seen}"
    return Text(plain(text), style="" if seen else _STYLES[alarm.severity])


def fitting(lines: Sequence[Text], console: Console, room: int) -> Sequence[Text]:
    """The lines in at most ``room`` rows (at least one) of the terminal, so that what stands below stays on it: whole,
    else cut to a row each, else the first ones and how many more there are."""
    from rich.text import Text

    if sum(len(line.wrap(console, console.width)) for line in lines) <= room:
        return lines
    shown = lines if len(lines) <= room else lines[: max(room - 1, 0)]
    rows = [line.copy() for line in shown]
    if more := len(lines) - len(shown):
        rows.append(Text(f"… and {more} more: 'dronectl watch' shows them", style="bold red"))
    for row in rows:
        row.truncate(console.width, overflow="ellipsis")
    return rows
