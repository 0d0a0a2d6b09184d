"""A row of a map of characters on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

    from dronectl.formats.maps.braille import Row

_STYLES = {
    "plain": "",
    "bold": "bold",
    "faint": "dim",
    "fence": "yellow",
    "zone": "green",
    "keep-out": "red",
    "sign": "cyan",
    "error": "bold white on red",
    "warning": "bold black on yellow",
}


def map_line(row: Row) -> Text:
    """The row in its colours; styles that are none of the map's own are Rich's."""
    from rich.text import Text

    text = Text(no_wrap=False)
    for run in row:
        text.append(run.text, _STYLES.get(run.style, run.style))
    return text
