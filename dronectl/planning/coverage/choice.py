"""Which way the lines over an area lie: the way in which batteries and homes make fewest flights of them.

Lines that are quickest to sweep may be the worst to reach: what counts is what flights can do of them between leaving
home and coming back. All directions of edges and every five degrees are estimated by scan lines; the most promising,
and the area cut into parts with directions of their own, are laid out and put together to flights on trial.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from dronectl.geodesy.frame import FloatArray
from dronectl.planning.assignment.many_flights import Estimate, estimate, reference_of
from dronectl.planning.assignment.pace import Pace
from dronectl.planning.coverage.coverage import coverage_lines, within_sight
from dronectl.planning.coverage.direction import directions_deg, slant_m
from dronectl.planning.coverage.scan_lines import edges_of, row_centres, spans, turned

_STEP_DEG = 5.0
_LONGEST_EDGES = 12
_TRIED = 6
"""Directions that are laid out, if so many are promising."""
_PROMISING = 1.08
"""By how much more than the best a direction may be estimated at to be promising."""
_LEAST_LEFT = 0.05
"""Of a battery: what is taken to be left for work at places that can hardly be reached."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Lines (n, 2, 2) in metres, and what flights over them would take."""

    lines: FloatArray
    takes: Estimate
    angle_deg: float | None
    """Clockwise from north; None: of each part its own."""

    @property
    def value(self) -> tuple[int, float]:
        return self.takes.flights, self.takes.energy_ws


def layouts(
    area: shapely.Geometry,
    allowed: shapely.Geometry,
    swath_m: float,
    paces: Sequence[Pace],
    most_pieces: int,
    *,
    cross_hatch: bool = False,
) -> list[Layout]:
    """Lines that cover an area, laid out in several ways: the best first, as flights on trial tell."""
    found = []
    wanted = within_sight(area, allowed, swath_m)
    for angle_deg in (None, *promising_angles_deg(wanted, swath_m, paces)):
        lines = coverage_lines(wanted, allowed, swath_m, angle_deg, cross_hatch=cross_hatch, is_in_sight=True)
        if len(lines):
            found.append(Layout(lines, estimate(lines, paces, most_pieces), angle_deg))
    return sorted(found, key=lambda layout: layout.value)


def promising_angles_deg(wanted: shapely.Geometry, swath_m: float, paces: Sequence[Pace]) -> list[float]:
    """Directions clockwise from north, the most promising first."""
    edges = edges_of(wanted)
    if not len(edges):
        return []
    by_edges = directions_deg(edges, _STEP_DEG, _LONGEST_EDGES)
    reference = reference_of(paces)
    homes = np.array([pace.member.home_xy for pace in paces])
    flights = np.array([_flights_of(edges, float(angle), swath_m, reference, homes) for angle in by_edges])
    order = np.argsort(flights, kind="stable")
    good = order[flights[order] <= _PROMISING * flights.min()][:_TRIED]
    return [float(90.0 - by_edges[number]) % 180.0 for number in good]


def _flights_of(edges: FloatArray, angle_deg: float, swath_m: float, pace: Pace, homes: FloatArray) -> float:
    """How many batteries lines in this direction (counter-clockwise from east) take, as a fraction.

    Each line takes as much of a flight as its work is of what a battery has left after the way there and back.
    """
    lying, home = turned(edges, -angle_deg), turned(homes, -angle_deg)
    centres, _ = row_centres(float(lying[..., 1].min()), float(lying[..., 1].max()), swath_m)
    found = spans(lying, centres)
    aside = np.abs(centres[found.row][:, None] - home[None, :, 1])
    short = np.maximum(0.0, np.maximum(found.left[:, None] - home[None, :, 0], home[None, :, 0] - found.right[:, None]))
    away_m = np.hypot(aside, short).min(axis=1)
    reach = pace.reach_m
    way_ratio = pace.way_power_w / pace.transit_m_s / (pace.work_power_w / pace.work_m_s)
    vectors = np.abs(lying[:, 1] - lying[:, 0])
    turn_m = pace.work_m_s * float(pace.ways_s(np.array([swath_m]), np.zeros(1), np.zeros(1))[0])
    lengths_m = found.right - found.left + turn_m
    left_m = np.maximum(_LEAST_LEFT * reach, reach - 2.0 * way_ratio * away_m)
    slanted_m = float(slant_m(vectors[:, 0], vectors[:, 1], swath_m).sum())
    return float((lengths_m / left_m).sum() * (1.0 + slanted_m / max(1.0, float(lengths_m.sum()))))
