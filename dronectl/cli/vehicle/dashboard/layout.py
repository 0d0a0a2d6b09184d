"""What goes where on a terminal of some size. Orders come first: the question is always whole; then alarms, then the
drones; map and messages share what is left."""

from __future__ import annotations

from dataclasses import dataclass

WIDE = 100
"""From so many cells on, the map has alarms and messages beside it; else all is one below the other."""
SIDE_LEAST, SIDE_SHARE = 40, 0.36
MAP_LEAST_ROWS = 6
"""A lower map shows nothing."""
ALARM_SHARE = 0.25
DRONE_SHARE = 0.55
MESSAGES_LEAST, MESSAGES_MOST = 2, 8


@dataclass(frozen=True, slots=True)
class Layout:
    """Heights in lines, widths in cells; a part of height 0 is not shown. The heading is one line more."""

    width: int
    height: int
    prompt: int
    drones: int
    """With their heading."""
    alarms: int
    messages: int
    map_width: int
    map_height: int
    side_width: int
    """Of alarms and messages: beside the map, or as wide as the screen."""
    is_wide: bool


def layout_of(width: int, height: int, *, prompt: int, drones: int, alarms: int) -> Layout:
    """``prompt``, ``drones`` (with their heading), ``alarms``: the lines that there are of each."""
    prompt = min(prompt, max(height - 1, 0))
    body = max(height - 1 - prompt, 0)
    if width >= WIDE:
        drones = min(drones, max(int(body * DRONE_SHARE), 2), body)
        rest = body - drones
        side = max(SIDE_LEAST, int(width * SIDE_SHARE))
        alarms = min(alarms, max(rest - MESSAGES_LEAST, 0))
        map_height = rest if rest >= MAP_LEAST_ROWS else 0
        map_width = width - side - 1 if map_height else 0
        return Layout(
            width, height, prompt, drones, alarms, rest - alarms, map_width, map_height,
            side if map_height else width, is_wide=True,
        )  # fmt: skip
    alarms = min(alarms, max(int(body * ALARM_SHARE), 1), body)
    drones = min(drones, max(body - alarms - MESSAGES_LEAST - MAP_LEAST_ROWS, int(body * DRONE_SHARE)), body - alarms)
    rest = max(body - alarms - drones, 0)
    messages = min(rest, max(MESSAGES_LEAST, min(MESSAGES_MOST, rest // 5)))
    map_height = rest - messages
    if map_height < MAP_LEAST_ROWS:
        messages, map_height = rest, 0
    return Layout(
        width, height, prompt, drones, alarms, messages, width if map_height else 0, map_height, width, is_wide=False
    )
