"""Where and when drones hover in flights as they were worked out: visits, whatever they were estimated to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.hotspots.idleness import Visit
from dronectl.planning.performance.energy import Timeline
from dronectl.planning.work import SAME_PLACE_M, Piece


def stays(flight: Timeline) -> Iterator[tuple[float, float, FloatArray]]:
    """Every hover: from, to (seconds since take-off) and where (x, y)."""
    still = np.abs(np.diff(flight.xyz_m, axis=0)).max(axis=1) < SAME_PLACE_M / 2.0
    begin: int | None = None
    for index, stands in enumerate([*still, False]):
        if stands and begin is None:
            begin = index
        elif not stands and begin is not None:
            yield float(flight.t_s[begin]), float(flight.t_s[index]), flight.xyz_m[begin, :2]
            begin = None


def visits_of(flight: Timeline, begins_s: float, pieces: Sequence[tuple[int, Piece]]) -> list[Visit]:
    """The visits of one flight that takes off at ``begins_s``: ``pieces`` in the order flown, with their points.

    A visit is a hover at the piece's place for its whole stay; one that the flight does not have is left out.
    """
    found: list[Visit] = []
    hovers = stays(flight)
    for point, piece in pieces:
        for start_s, end_s, place in hovers:
            if float(np.hypot(*(place - piece.path_xy[0]))) < SAME_PLACE_M and end_s - start_s >= piece.dwell_s - 0.01:
                found.append(Visit(begins_s + start_s, begins_s + end_s, point))
                break
    return found
