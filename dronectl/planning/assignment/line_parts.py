"""Straight lines cut into parts that flights can share: where a battery ends need not be where a line ends."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely.ops import substring

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.work import Piece

PART_OF = "a part of "

SHORTEST_PART_M = 10.0


def cut_lines(lines: FloatArray, longest_m: float) -> tuple[FloatArray, list[int]]:
    """Lines (n, 2, 2) in equal parts, none longer than ``longest_m``: (k, 2, 2), and the line of each part."""
    lengths = np.hypot(*(lines[:, 1] - lines[:, 0]).T)
    counts = np.maximum(1, np.ceil(lengths / longest_m - 1e-9).astype(np.intp))
    of = np.repeat(np.arange(len(lines)), counts)
    first = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    shares = np.column_stack([first, first + 1]) / counts[of, None]
    start, along = lines[of, 0], (lines[:, 1] - lines[:, 0])[of]
    return start[:, None] + shares[..., None] * along[:, None], of.tolist()


def cut_pieces(pieces: Sequence[Piece], longest_m: float) -> tuple[list[Piece], list[int]]:
    """The same for pieces, each a straight line: the parts, and the piece of each."""
    parts, of = cut_lines(np.array([piece.path_xy for piece in pieces]), longest_m)
    is_cut = np.bincount(of) > 1
    cut = [
        replace(
            pieces[line],
            name=f"{PART_OF}{pieces[line].name.removeprefix(PART_OF)}" if is_cut[line] else pieces[line].name,
            path_xy=part,
        )
        for part, line in zip(parts, of, strict=True)
    ]
    return cut, of


def halves_of(piece: Piece) -> list[Piece]:
    """A path of any form in two."""
    line = shapely.LineString(piece.path_xy)
    middle = line.length / 2.0
    name = f"{PART_OF}{piece.name.removeprefix(PART_OF)}"
    return [
        replace(piece, name=name, path_xy=np.asarray(substring(line, begin, end).coords))
        for begin, end in ((0.0, middle), (middle, line.length))
    ]


def halved(pieces: Sequence[Piece], long: Collection[int]) -> list[Piece]:
    """The pieces, with two for each of the ``long`` ones."""
    return [part for number, one in enumerate(pieces) for part in (halves_of(one) if number in long else [one])]


def part_m(reach_m: float, parts_per_flight: int) -> float:
    """How long parts may be of which a flight that reaches so far does so many."""
    return max(25.0, math.floor(reach_m / parts_per_flight))
