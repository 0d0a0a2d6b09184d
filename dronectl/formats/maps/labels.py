"""Labels that do not lie on each other: each tries the places around its anchor, the important ones first."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

XY = tuple[float, float]
Box = tuple[float, float, float, float]
"""left, top, right, bottom."""

_SQUARE = 32.0
_RING = 14.0
_FIRST_COST = 3.0
_RING_COST = 4.0
"""What a place beside the anchor, and each ring further out, costs in bits of line that a label would cover."""


@dataclass(frozen=True, slots=True)
class Label:
    """A box of this size to be put near ``anchor``. ``key`` is the caller's."""

    key: str
    anchor: XY
    width: float
    height: float
    gap: float = 6.0
    """Distance from the anchor to the box."""
    reach: int = 1
    """How many rings of places around the anchor may be tried."""
    centred: bool = False
    """The anchor itself is the best place (names of areas)."""
    must_show: bool = False
    """Shown in its first place when none is free; others are left out."""


class Boxes:
    """Boxes by the squares of a grid that they touch, so that a busy map stays quick."""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._squares: defaultdict[tuple[int, int], set[Box]] = defaultdict(set)
        for box in boxes:
            self.add(box)

    def add(self, box: Box) -> None:
        for square in self._touched(box):
            self._squares[square].add(box)

    def hits(self, box: Box) -> int:
        """How many of them overlap this box."""
        near = set().union(*(self._squares.get(square, ()) for square in self._touched(box)))
        return sum(box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in near)

    @staticmethod
    def _touched(box: Box) -> Iterator[tuple[int, int]]:
        left, top, right, bottom = (math.floor(edge / _SQUARE) for edge in box)
        return itertools.product(range(left, right + 1), range(top, bottom + 1))


def placed(
    labels: Iterable[Label], within: Box, taken: Iterable[Box] = (), crossed: Sequence[Box] = ()
) -> dict[str, XY]:
    """Key → centre of the box, in order of importance (first come, first served). Keys without room are missing.

    No label is put on what is ``taken``; as little as can be of what is ``crossed`` lies under it.
    """
    occupied, lines = Boxes(taken), Boxes(crossed)
    centres: dict[str, XY] = {}
    for label in labels:
        if not _is_inside(label.anchor, within):
            continue
        best: tuple[float, XY] | None = None
        first: XY | None = None
        for centre, cost in _candidates(label, within):
            box = _box(label, centre)
            if not _fits(box, within):
                continue
            first = first or centre
            if best is not None and cost >= best[0]:
                break
            if occupied.hits(box):
                continue
            cost += lines.hits(box)
            if best is None or cost < best[0]:
                best = cost, centre
        chosen = best[1] if best else (first or label.anchor) if label.must_show else None
        if chosen is not None:
            centres[label.key] = chosen
            occupied.add(_box(label, chosen))
    return centres


def _candidates(label: Label, within: Box) -> Iterator[tuple[XY, float]]:
    """Places for the middle of the box, nearest first, with what being that far off costs."""
    x, y = label.anchor
    half_x, half_y = label.width / 2, label.height / 2
    if label.centred:
        left, top, right, bottom = within
        yield (max(min(x, right - half_x - 2.0), left + half_x + 2.0), max(min(y, bottom - half_y), top + half_y)), 0.0
    for ring in range(label.reach):
        gap = label.gap + _RING * ring
        cost = _FIRST_COST + _RING_COST * ring
        side, above = gap + half_x, gap + half_y
        for dx, dy in ((1, 0), (-1, 0), (0, -1), (0, 1)):
            yield (x + dx * side, y + dy * above), cost
        diagonal = gap * math.sqrt(0.5)
        for dx, dy in ((1, -1), (-1, -1), (1, 1), (-1, 1)):
            yield (x + dx * (diagonal + half_x), y + dy * (diagonal + half_y)), cost


def _box(label: Label, centre: XY) -> Box:
    x, y = centre
    return x - label.width / 2, y - label.height / 2, x + label.width / 2, y + label.height / 2


def _is_inside(point: XY, within: Box) -> bool:
    return within[0] <= point[0] <= within[2] and within[1] <= point[1] <= within[3]


def _fits(box: Box, within: Box) -> bool:
    return within[0] <= box[0] and within[1] <= box[1] and box[2] <= within[2] and box[3] <= within[3]
