"""What a file of tiles gives, whatever its format."""

from __future__ import annotations

import re
from html import unescape
from typing import Protocol

from dronectl.model.ground.tiles import Tile, TileFacts
from dronectl.model.text.plain_text import plain

_MOST_ATTRIBUTION = 300
_TAG = re.compile(r"<[^>]*>")


class TileSource(Protocol):
    """An open file. All of it may be asked by one thread at a time."""

    @property
    def facts(self) -> TileFacts: ...

    def tile(self, zoom: int, x: int, y: int) -> Tile | None:
        """Raises:
        InputError: the file is damaged there. None: it has no such tile.
        """

    def close(self) -> None: ...


def plain_attribution(text: object) -> str:
    """What a file says of whose data it is, often as HTML, as words."""
    if not isinstance(text, str):
        return ""
    words = unescape(_TAG.sub("", text[: 10 * _MOST_ATTRIBUTION]))
    return plain(" ".join(words.split()), _MOST_ATTRIBUTION)


def sane_bounds(bounds: tuple[float, ...]) -> tuple[float, float, float, float]:
    """West, south, east, north; of the whole world where that is no box."""
    if len(bounds) == 4:
        west, south, east, north = bounds
        if -180.0 <= west < east <= 180.0 and -90.0 <= south < north <= 90.0:
            return west, south, east, north
    return -180.0, -85.0, 180.0, 85.0
