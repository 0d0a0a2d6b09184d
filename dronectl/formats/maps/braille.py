"""Characters as a picture: lines in Braille dots (two by four a character), signs as letters, styles by name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

from dronectl.formats.maps.view import MapView
from dronectl.model.geo import GeoPolygon

_BRAILLE = 0x2800
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bit of each dot, by row and column (Unicode block Braille Patterns)."""

_MOST_DOTS_A_LINE = 4_000
_ASCII = {"fence": ":", "zone": "-", "keep-out": "#", "faint": "."}
"""Where nothing but ASCII can be shown; all other lines are stars."""


@dataclass(frozen=True, slots=True)
class TextRun:
    """Characters of one style: ``fence``, ``zone``, ``keep-out``, ``sign``, ``error``, ``warning``, ``plain``,
    ``faint``, ``bold``, or the ``#rrggbb`` of a drone."""

    text: str
    style: str


Row = tuple[TextRun, ...]


@dataclass(slots=True)
class BrailleGrid:
    """Later strokes cover earlier ones: a character shows dots of one style only."""

    columns: int
    rows: int
    dots: dict[tuple[int, int], int] = field(default_factory=dict)
    letters: dict[tuple[int, int], str] = field(default_factory=dict)
    styles: dict[tuple[int, int], str] = field(default_factory=dict)

    def dot(self, x: float, y: float, style: str) -> None:
        column, row = int(x // 2), int(y // 4)
        if not (0 <= column < self.columns and 0 <= row < self.rows):
            return
        cell = (column, row)
        if self.styles.get(cell) != style:
            self.dots[cell] = 0
            self.styles[cell] = style
        self.dots[cell] |= _DOTS[int(y) % 4][int(x) % 2]

    def line(self, start: tuple[float, float], end: tuple[float, float], style: str, *, every: int = 1) -> None:
        steps = min(int(max(abs(end[0] - start[0]), abs(end[1] - start[1]))) + 1, _MOST_DOTS_A_LINE)
        for step in range(0, steps + 1, every):
            share = step / steps
            self.dot(start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share, style)

    def letter(self, at: tuple[float, float], letter: str, style: str) -> None:
        cell = (int(at[0] // 2), int(at[1] // 4))
        if 0 <= cell[0] < self.columns and 0 <= cell[1] < self.rows:
            self.letters[cell] = letter
            self.styles[cell] = style

    def copy(self) -> BrailleGrid:
        """Another one to draw on, which begins with all of this one."""
        return replace(self, dots=dict(self.dots), letters=dict(self.letters), styles=dict(self.styles))

    def row(self, row: int, *, ascii_only: bool = False) -> Row:
        """Characters of one style in runs; with ``ascii_only`` other signs than dots, told apart by what they are."""
        runs: list[TextRun] = []
        for column in range(self.columns):
            cell = (column, row)
            character = self.letters.get(cell) or self._dotted(cell, ascii_only=ascii_only)
            style = self.styles[cell] if character != " " else "plain"
            if runs and runs[-1].style == style:
                runs[-1] = TextRun(runs[-1].text + character, runs[-1].style)
            else:
                runs.append(TextRun(character, style))
        return tuple(runs)

    def _dotted(self, cell: tuple[int, int], *, ascii_only: bool) -> str:
        dots = self.dots.get(cell)
        if not dots:
            return " "
        return _ASCII.get(self.styles[cell], "*") if ascii_only else chr(_BRAILLE + dots)


def draw_outline(grid: BrailleGrid, polygon: GeoPolygon, view: MapView, style: str, *, every: int = 1) -> None:
    """All rings of a polygon; ``every``: only each such dot."""
    for ring in (polygon.exterior, *polygon.holes):
        for start, end in pairwise(view.line((*ring, ring[0]))):
            grid.line(start, end, style, every=every)


def draw_filled(grid: BrailleGrid, polygon: GeoPolygon, view: MapView) -> None:
    """The outline, and inside it every other dot (even-odd rule, so holes stay open)."""
    rings = [view.line((*ring, ring[0])) for ring in (polygon.exterior, *polygon.holes)]
    for y in range(grid.rows * 4):
        crossings = sorted(
            x0 + (y + 0.5 - y0) * (x1 - x0) / (y1 - y0)
            for ring in rings
            for (x0, y0), (x1, y1) in pairwise(ring)
            if (y0 <= y + 0.5) != (y1 <= y + 0.5)
        )
        for left, right in zip(crossings[::2], crossings[1::2], strict=True):
            for x in range(max(int(left), 0), min(int(right), grid.columns * 2) + 1):
                if (x + y) % 2 == 0:
                    grid.dot(x, y, "keep-out")
    draw_outline(grid, polygon, view, "keep-out")
