"""The waypoints of one sortie: pieces of work in order, and the shortest ways between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.paths.routing import Router
from dronectl.planning.work import SAME_PLACE_M, Piece, Step

_STRAIGHT_M = 1e-4
TINY_M = 1.0
"""Half of the waypoint radius: a copter passes both ends of such a leg at once."""


def steps_of(router: Router, home_xy: FloatArray, pieces: Sequence[Piece], entries: Sequence[int]) -> list[Step]:
    """From above home through the pieces and back to above home, by the shortest ways."""
    here = home_xy
    steps: list[Step] = []
    for entry in entries:
        piece = pieces[entry >> 1]
        path = piece.flown(reverse=bool(entry & 1))
        way = _way(router, here, path[0])
        if len(path) == 1:
            way.append(_looking(Step(path[0], dwell_s=piece.dwell_s), piece))
        elif way:
            way[-1] = _looking(way[-1], piece)  # so that the camera has turned when the work begins
        steps += [*way, *(_looking(Step(point, working=True), piece) for point in path[1:])]
        here = path[-1]
    steps += [*_way(router, here, home_xy)]
    if not steps or float(np.hypot(*(steps[-1].xy - home_xy))) > 0.0:
        steps.append(Step(home_xy))
    return _without_tiny(router, home_xy, _without_needless(home_xy, steps))


def _looking(step: Step, piece: Piece) -> Step:
    return replace(step, look_at=piece.look_at, look_height_m=piece.look_height_m)


def _way(router: Router, start: FloatArray, end: FloatArray) -> list[Step]:
    if float(np.hypot(*(end - start))) < SAME_PLACE_M:
        return []
    return [Step(point) for point in router.path(start, end)[1:]]


def _without_needless(home_xy: FloatArray, steps: Sequence[Step]) -> list[Step]:
    """Steps without those on a straight line between two of the same kind, and without arrivals doubled by a stay."""
    kept: list[Step] = []
    for step in steps:
        while kept:
            before = kept[-2].xy if len(kept) > 1 else home_xy
            middle = kept[-1]
            is_double = not step.working and float(np.hypot(*(step.xy - middle.xy))) < SAME_PLACE_M
            is_on_line = middle.working == step.working and _is_between(before, middle.xy, step.xy)
            if not (_is_plain(middle) and (is_on_line or (is_double and not middle.working))):
                break
            kept.pop()
        kept.append(step)
    return kept


def _without_tiny(router: Router, home_xy: FloatArray, steps: list[Step]) -> list[Step]:
    """Steps without those at one end of a leg of less than ``TINY_M``, as where work ends just before a corner to go
    around: either end does for both where the straight line past the other is free too."""
    kept: list[Step] = []
    for index, step in enumerate(steps):
        if kept and float(np.hypot(*(step.xy - kept[-1].xy))) < TINY_M:
            before = kept[-2].xy if len(kept) > 1 else home_xy
            if _is_plain(kept[-1]) and len(router.path(before, step.xy)) == 2:
                kept.append(replace(step, working=kept.pop().working or step.working))
                continue
            after = steps[index + 1].xy if index + 1 < len(steps) else None
            if after is not None and _is_plain(step) and len(router.path(kept[-1].xy, after)) == 2:
                continue
        kept.append(step)
    return kept


def _is_plain(step: Step) -> bool:
    return step.dwell_s == 0.0 and step.look_at is None


def _is_between(before: FloatArray, middle: FloatArray, after: FloatArray) -> bool:
    whole = after - before
    length = float(np.hypot(*whole))
    if length < SAME_PLACE_M:
        return False
    along = float((middle - before) @ whole) / length
    aside = abs(float(whole[0] * (middle - before)[1] - whole[1] * (middle - before)[0])) / length
    return aside < _STRAIGHT_M and -_STRAIGHT_M <= along <= length + _STRAIGHT_M
