"""Lines that are more than any battery can do in one sortie are cut, so that two sorties can do them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely.ops import substring

from dronectl.planning.assignment.allocation import too_long_for_a_battery
from dronectl.planning.assignment.worker import Worker
from dronectl.planning.work import Piece

SHORTEST_PART_M = 25.0
_MOST_HALVINGS = 8
_PART_OF = "a part of "


def within_batteries(
    pieces: Sequence[Piece], workers_of: Callable[[Sequence[Piece]], list[Worker]]
) -> tuple[list[Piece], list[Worker]]:
    """The pieces, those too long for every battery in halves (of halves …), and the workers for them.

    What is still too long when its parts are short, as the way there alone is too much, stays as it is: allocation
    says why nothing can do it.
    """
    parts = list(pieces)
    workers = workers_of(parts)
    for _ in range(_MOST_HALVINGS):
        long = {piece for piece in too_long_for_a_battery(workers, len(parts)) if _can_be_cut(parts[piece])}
        if not long:
            break
        parts = [part for number, piece in enumerate(parts) for part in (_halves(piece) if number in long else [piece])]
        workers = workers_of(parts)
    return parts, workers


def _can_be_cut(piece: Piece) -> bool:
    return len(piece.path_xy) > 1 and not piece.one_way and piece.length_m >= 2.0 * SHORTEST_PART_M


def _halves(piece: Piece) -> list[Piece]:
    line = shapely.LineString(piece.path_xy)
    middle = line.length / 2.0
    name = f"{_PART_OF}{piece.name.removeprefix(_PART_OF)}"
    return [
        replace(piece, name=name, path_xy=np.asarray(substring(line, begin, end).coords))
        for begin, end in ((0.0, middle), (middle, line.length))
    ]
