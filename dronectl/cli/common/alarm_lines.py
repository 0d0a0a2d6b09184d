"""Alarms as lines: those that stand stay on the screen, and one that was cleared does for a while."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dronectl.model.alarm import Alarm, AlarmKind
from dronectl.model.text.plain_text import plain

if TYPE_CHECKING:
    from rich.text import Text

_STYLES = {"warning": "yellow", "critical": "bold red"}


class AlarmLines:
    """The alarms of a fleet as they are told, the gravest and oldest first."""

    def __init__(self, clock: Callable[[float], str] | None = None) -> None:
        self.clock = clock
        self._current: dict[tuple[str, AlarmKind], Alarm] = {}
        self._seen: set[tuple[str, AlarmKind]] = set()

    def take(self, alarm: Alarm) -> None:
        """One that became graver is to be seen again."""
        key = (alarm.drone, alarm.kind)
        before = self._current.pop(key, None)
        if alarm.is_active:
            self._current[key] = alarm
        if before is None or not alarm.is_active or alarm.is_critical != before.is_critical:
            self._seen.discard(key)

    def see(self, drones: Sequence[str]) -> None:
        """Somebody has seen what stands of these drones: it stays on the screen, and stands out no more."""
        self._seen |= {key for key in self._current if key[0] in drones}

    def lines(self) -> list[Text]:
        return [
            alarm_line(alarm, self.clock, seen=(alarm.drone, alarm.kind) in self._seen)
            for alarm in sorted(self._current.values(), key=_order)
        ]


def alarm_line(alarm: Alarm, clock: Callable[[float], str] | None = None, *, seen: bool = False) -> Text:
    """``ALARM bravo: GPS lost …``. With ``clock``: since when, or when it was cleared."""
    from rich.text import Text

    moment_s = alarm.since_s if alarm.cleared_s is None else alarm.cleared_s
    at = f"{clock(moment_s)} " if clock is not None else ""
    if not alarm.is_active:
        return Text(plain(f"{at}cleared: {alarm.drone}: {alarm.message}"), style="dim")
    label = "ALARM" if alarm.is_critical else "warning"
    text = f"{at}{label} {alarm.drone}: {alarm.message}{' (seen)' if seen else ''}"
    return Text(plain(text), style="" if seen else _STYLES[alarm.severity])


def _order(alarm: Alarm) -> tuple[bool, float]:
    return not alarm.is_critical, alarm.since_s
