"""What is written beside streets: whoever draws them puts up as many as have room."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dronectl.formats.streets.features import EXTENT, Street
from dronectl.formats.streets.schema import NAMES, ROADS

_STRAIGHT_DEG = 15.0
XY = tuple[float, float]


@dataclass(frozen=True, slots=True)
class StreetName:
    """A name at a place, or along the straightest stretch of a street (``start`` and ``end``), in units of a tile."""

    kind: str
    thai: str
    latin: str
    rank: int
    start: XY
    end: XY | None = None


def names_in(streets: Iterable[Street]) -> list[StreetName]:
    """The most important first; each street once, where it runs straight for longest within the tile."""
    longest: dict[str, tuple[float, StreetName]] = {}
    places: list[StreetName] = []
    for street in streets:
        if not street.thai:
            continue
        if street.kind in NAMES:
            places += [_at(street, spot) for part in street.parts for spot in part if _is_inside(spot)]
        elif street.kind == "road-name" or street.kind in ROADS:
            for part in street.parts:
                for start, end in _straight(part):
                    length = math.dist(start, end)
                    if length > longest.get(street.thai, (0.0, None))[0]:
                        name = StreetName(street.kind, street.thai, street.latin, street.rank, start, end)
                        longest[street.thai] = length, name
    found = [*places, *(name for _, name in longest.values())]
    return sorted(found, key=lambda name: (name.rank, name.thai, name.start))


def _at(street: Street, spot: Sequence[float]) -> StreetName:
    return StreetName(street.kind, street.thai, street.latin, street.rank, (spot[0], spot[1]))


def _is_inside(spot: Sequence[float]) -> bool:
    return 0 <= spot[0] < EXTENT and 0 <= spot[1] < EXTENT


def _straight(part: Sequence[Sequence[float]]) -> Iterator[tuple[XY, XY]]:
    """Stretches without a bend, within the tile."""
    start: XY | None = None
    course = 0.0
    last: XY = (0.0, 0.0)
    for a, b in pairwise(part):
        clipped = _clipped((a[0], a[1]), (b[0], b[1]))
        if clipped is None:
            if start is not None:
                yield start, last
            start = None
            continue
        here, there = clipped
        turn = math.degrees(math.atan2(there[1] - here[1], there[0] - here[0]))
        if start is not None and abs((turn - course + 180.0) % 360.0 - 180.0) > _STRAIGHT_DEG:
            yield start, last
            start = None
        if start is None:
            start, course = here, turn
        last = there
    if start is not None:
        yield start, last


def _clipped(a: XY, b: XY) -> tuple[XY, XY] | None:
    """The part of a segment that lies within the tile (Liang and Barsky, 1984)."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    first, last = 0.0, 1.0
    for step, room in ((-dx, a[0]), (dx, EXTENT - a[0]), (-dy, a[1]), (dy, EXTENT - a[1])):
        if step == 0.0:
            if room < 0.0:
                return None
            continue
        share = room / step
        if step < 0.0:
            first = max(first, share)
        else:
            last = min(last, share)
    if first >= last:
        return None
    return (a[0] + dx * first, a[1] + dy * first), (a[0] + dx * last, a[1] + dy * last)
