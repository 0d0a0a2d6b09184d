"""Which part of a planned path each sample of a flight belongs to, along the flight in order.

The nearest leg is not enough: the lines of a lawnmower cross and come close, and would steal samples from each other.
So the samples are matched all at once, never going back along the path, with the least sum of distances: dynamic
programming over pieces of the path, the way speech is matched to words (Sakoe and Chiba 1978). Legs may be left out at
no cost, as in a flight that was broken off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dronectl.geodesy.frame import FloatArray, IntArray

PIECE_M = 10.0
MOST_PIECES = 1_000
"""A longer path is cut into longer pieces."""

FORWARD_COST = 1e-6
"""Of each metre of path that a flight has got to at its end: where two ends fit alike, the earlier one is meant."""

_CHUNK_CELLS = 500_000
_MOST_CELLS = 50_000_000
"""Samples times pieces: some seconds. Beyond it one of several samples is matched and speaks for those after it."""
_LEVEL_M = 0.01
"""A leg that moves less than this over ground is a climb or a descent."""


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """By sample: the index of its leg (never falling), and the share 0..1 of the leg at which it was nearest."""

    leg: IntArray
    share: FloatArray
    cross_track_m: FloatArray
    """Distance over ground to the leg, which ends at its ends; never negative."""
    height_error_m: FloatArray
    """Above (positive) or below the leg."""


def match(flown_m: FloatArray, starts_m: FloatArray, ends_m: FloatArray) -> Matched:
    """``flown_m``: (m, 3) samples in order of time, all finite; ``starts_m``, ``ends_m``: (n, 3) legs in order."""
    pieces = _pieces(starts_m, ends_m)
    step = -(-len(flown_m) * len(pieces.leg) // _MOST_CELLS)
    piece = pieces_in_order(flown_m[::step], pieces.starts_m, pieces.ends_m)[np.arange(len(flown_m)) // step]
    leg = pieces.leg[piece]
    start, way = starts_m[leg], ends_m[leg] - starts_m[leg]
    level_m2 = (way[:, :2] ** 2).sum(axis=1)
    is_level = level_m2 > _LEVEL_M**2
    # A climb has no length over ground: there the height says how far the drone had got.
    along = np.where(is_level, ((flown_m - start)[:, :2] * way[:, :2]).sum(axis=1), (flown_m - start)[:, 2] * way[:, 2])
    length_m2 = np.where(is_level, level_m2, way[:, 2] ** 2)
    share = np.clip(along / np.maximum(length_m2, 1e-12), 0.0, 1.0)
    apart = flown_m - (start + share[:, None] * way)
    return Matched(leg, share, np.hypot(apart[:, 0], apart[:, 1]), apart[:, 2])


def pieces_in_order(flown_m: FloatArray, starts_m: FloatArray, ends_m: FloatArray) -> IntArray:
    """(m,) index of the piece of each sample: never falling, with the least sum of distances in space."""
    lengths_m = np.linalg.norm(ends_m - starts_m, axis=1)
    got_to_m = np.append(0.0, np.cumsum(lengths_m)[:-1])
    total = np.zeros(len(starts_m))
    """By piece: the least sum of all samples so far, if the last of them is on it or on one before."""
    is_new_best: list[npt.NDArray[np.uint8]] = []
    chunk = max(1, _CHUNK_CELLS // len(starts_m))
    for begin in range(0, len(flown_m), chunk):
        for distances_m in _distances_m(flown_m[begin : begin + chunk], starts_m, ends_m):
            reached = total + distances_m
            total = np.minimum.accumulate(reached)
            is_new_best.append(np.packbits(np.append(True, total[1:] < total[:-1])))
    piece = np.empty(len(flown_m), dtype=np.intp)
    last = int(np.argmin(reached + FORWARD_COST * got_to_m))
    for index in range(len(flown_m) - 1, -1, -1):
        if index < len(flown_m) - 1:
            last = int(np.flatnonzero(np.unpackbits(is_new_best[index], count=last + 1))[-1])
        piece[index] = last
    return piece


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    starts_m: FloatArray
    ends_m: FloatArray
    leg: IntArray


def _pieces(starts_m: FloatArray, ends_m: FloatArray) -> _Pieces:
    lengths_m = np.linalg.norm(ends_m - starts_m, axis=1)
    longest_m = max(PIECE_M, float(lengths_m.sum()) / MOST_PIECES)
    counts = np.maximum(1, np.ceil(lengths_m / longest_m)).astype(np.intp)
    leg = np.repeat(np.arange(len(lengths_m)), counts)
    number = np.arange(len(leg)) - np.repeat(np.cumsum(counts) - counts, counts)
    way = (ends_m - starts_m)[leg]
    first, last = (number / counts[leg])[:, None], ((number + 1) / counts[leg])[:, None]
    return _Pieces(starts_m[leg] + first * way, starts_m[leg] + last * way, leg)


def _distances_m(flown_m: FloatArray, starts_m: FloatArray, ends_m: FloatArray) -> FloatArray:
    """(m, n) distances in space from samples to straight pieces."""
    origin = starts_m[0]  # squares of small numbers lose less
    flown, start, way = flown_m - origin, starts_m - origin, ends_m - starts_m
    length_m2 = (way**2).sum(axis=1)
    along = flown @ way.T - (start * way).sum(axis=1)
    share = np.clip(along / np.maximum(length_m2, 1e-12), 0.0, 1.0)
    from_start_m2 = (flown**2).sum(axis=1)[:, None] + (start**2).sum(axis=1) - 2.0 * flown @ start.T
    distances: FloatArray = np.sqrt(np.maximum(from_start_m2 - 2.0 * share * along + share**2 * length_m2, 0.0))
    return distances
