"""Lines that are more than any battery can do in one sortie are cut, so that two sorties can do them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dronectl.planning.assignment.allocation import too_long_for_a_battery
from dronectl.planning.assignment.line_parts import SHORTEST_PART_M, halved
from dronectl.planning.search.worker import Worker
from dronectl.planning.work import Piece

_MOST_HALVINGS = 8


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
        parts = halved(parts, long)
        workers = workers_of(parts)
    return parts, workers


def _can_be_cut(piece: Piece) -> bool:
    return len(piece.path_xy) > 1 and not piece.one_way and piece.length_m >= 2.0 * SHORTEST_PART_M
