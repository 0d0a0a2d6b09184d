"""All pieces in one order: nearest neighbour, then 2-opt and or-opt over short lists of neighbours.

The order is a round through a hub: home where one flight does everything, else a place that every end reaches for
nothing, so that the round is an open path. Moves look only at nearby ends (Johnson and McGeoch 1997), and only at
pieces whose surroundings changed since they were last looked at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from dronectl.geodesy.frame import FloatArray

_STARTS = 8
_NEIGHBOURS = 10
_LONGEST_BLOCK = 3
_WORTH_S = 1e-6
_MOST_MOVES_PER_PIECE = 20


def order_of(way_s: FloatArray, *, through_home: bool) -> list[int]:
    """Entry nodes of all pieces. ``way_s``: (2n + 1, 2n + 1) with home last, looked at as if the same both ways."""
    hub = len(way_s) - 1
    ways = np.pad((way_s + way_s.T) / 2.0, ((0, 1), (0, 1)), mode="edge")
    if not through_home:
        ways[hub:, :] = ways[:, hub:] = 0.0
    starts = sorted({int(node) for node in np.linspace(0, hub - 1, min(hub, _STARTS))})
    paths = [_nearest_neighbour(ways[:hub, :hub], start) for start in starts]
    lengths = [_length(ways, hub, path) for path in paths]
    return _Round(ways, paths[int(np.argmin(lengths))]).improved()


def _length(ways: FloatArray, hub: int, path: Sequence[int]) -> float:
    nodes = np.array([hub, *path, hub])
    return float(ways[nodes[:-1] ^ 1, nodes[1:]].sum())


def _nearest_neighbour(ways: FloatArray, start: int) -> list[int]:
    left = ways.copy()
    entries = [start]
    for _ in range(len(ways) // 2 - 1):
        here = entries[-1]
        left[:, [here, here ^ 1]] = np.inf
        entries.append(int(left[here ^ 1].argmin()))
    return entries


class _Round:
    """``path[0]`` is the hub, then all entry nodes; ``place[piece]`` is where a piece stands in it."""

    def __init__(self, ways: FloatArray, path: Sequence[int]) -> None:
        hub = len(ways) - 2
        self.way: list[list[float]] = ways.tolist()
        self.path = [hub, *path]
        self.place = [0] * len(self.path)
        self._settle(0, len(self.path))
        between = ways[:hub, :hub].copy()
        nodes = np.arange(hub)
        between[nodes, nodes] = between[nodes, nodes ^ 1] = np.inf
        nearest = np.argsort(between, axis=1, kind="stable")[:, : min(_NEIGHBOURS, max(0, hub - 2))]
        self.near: list[list[int]] = nearest.tolist()
        self.waiting = deque(range(len(path)))
        self.is_waiting = [True] * len(path) + [False]

    def improved(self) -> list[int]:
        """The entry nodes once no move helps."""
        moves = _MOST_MOVES_PER_PIECE * len(self.path)
        while self.waiting and moves:
            piece = self.waiting.popleft()
            self.is_waiting[piece] = False
            while moves and self._improve_at(piece):
                moves -= 1
        return self.path[1:]

    def _improve_at(self, piece: int) -> bool:
        """Make the first move that helps and links an end of this piece to one nearby."""
        for node in (2 * piece, 2 * piece + 1):
            place = self.place[piece]
            enters = self.path[place] == node
            linked_s = self.way[node][self._before(place) if enters else self._after(place)]
            for other in self.near[node]:
                gain_s = linked_s - self.way[node][other]
                if gain_s <= _WORTH_S:
                    break
                if self._turn_round(node, other, enters, gain_s) or self._shift(node, other, enters):
                    return True
        return False

    def _before(self, place: int) -> int:
        """The node that is left just before this place."""
        return self.path[place - 1] ^ 1

    def _after(self, place: int) -> int:
        """The node that is entered just after this place."""
        return self.path[place + 1 if place + 1 < len(self.path) else 0]

    def _turn_round(self, node: int, other: int, enters: bool, gain_s: float) -> bool:
        """2-opt: fly a stretch backwards so that two entries, or two exits, become linked."""
        here, there = self.place[node >> 1], self.place[other >> 1]
        if (self.path[there] == other) != enters:
            return False
        beside = self._before if enters else self._after
        loose, other_loose = beside(here), beside(there)
        if gain_s + self.way[other][other_loose] - self.way[loose][other_loose] <= _WORTH_S:
            return False
        first, last = (min(here, there), max(here, there) - 1) if enters else (min(here, there) + 1, max(here, there))
        self.path[first : last + 1] = [entry ^ 1 for entry in reversed(self.path[first : last + 1])]
        self._settle(first, last + 1)
        self._wake(node, other, loose, other_loose)
        return True

    def _shift(self, node: int, other: int, enters: bool) -> bool:
        """Or-opt: move a block of up to three pieces that ends at ``node`` to beside ``other``."""
        here, there = self.place[node >> 1], self.place[other >> 1]
        way, enters_there = self.way, self.path[there] == other
        beyond = self._before(there) if enters_there else self._after(there)
        beyond_place = self.place[beyond >> 1]
        linking_s = way[node][other] - way[other][beyond]
        for length in range(1, _LONGEST_BLOCK + 1):
            first, last = (here, here + length - 1) if enters else (here - length + 1, here)
            if first < 1 or last >= len(self.path) or first <= there <= last or first <= beyond_place <= last:
                return False
            tail = self.path[last] ^ 1 if enters else self.path[first]
            before, after = self._before(first), self._after(last)
            freed_s = way[before][self.path[first]] + way[self.path[last] ^ 1][after] - way[before][after]
            if freed_s - linking_s - way[tail][beyond] > _WORTH_S:
                self._move_block(first, last, there if enters_there else there + 1, turned=enters == enters_there)
                self._wake(node, other, tail, beyond, before, after)
                return True
        return False

    def _move_block(self, first: int, last: int, gap: int, *, turned: bool) -> None:
        """Take path[first..last] out and put it before what stands at ``gap``."""
        block = self.path[first : last + 1]
        if turned:
            block = [entry ^ 1 for entry in reversed(block)]
        if gap > last:
            self.path[first:gap] = self.path[last + 1 : gap] + block
            self._settle(first, gap)
        else:
            self.path[gap : last + 1] = block + self.path[gap:first]
            self._settle(gap, last + 1)

    def _settle(self, first: int, last: int) -> None:
        for place in range(first, last):
            self.place[self.path[place] >> 1] = place

    def _wake(self, *nodes: int) -> None:
        hub_piece = len(self.path) - 1
        for piece in (node >> 1 for node in nodes):
            if piece != hub_piece and not self.is_waiting[piece]:
                self.is_waiting[piece] = True
                self.waiting.append(piece)
