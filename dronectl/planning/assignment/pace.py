"""How long one drone takes for lines and for ways between them, without laying out a flight, and what they draw.

Times in still air; powers for a wind from its worst side. Lines are entered and left at speed, by a right angle; where
a drone stays, and at home, it stops. A flight that was laid out is reckoned exactly (``energy.predict_flight``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dronectl.geodesy.frame import FloatArray, IntArray
from dronectl.planning.assignment.participants import PLANNED_SHARE, CrewMember
from dronectl.planning.performance import energy, motion, vertical
from dronectl.planning.search.worker import NO_WAY_S, Worker
from dronectl.planning.work import SAME_PLACE_M, Piece

_RIGHT_ANGLE_SINE = math.sin(math.pi / 4.0)
"""Of half the turn from a way to a line, where neither is known yet."""

_STRAIGHT_ON_COSINE = -0.9999
"""Between the directions from two ends into their lines where one line goes on as the other."""


@dataclass(frozen=True, slots=True, eq=False)
class Pace:
    """One drone's speeds and powers in one patrol."""

    member: CrewMember
    work_m_s: float
    transit_m_s: float
    work_power_w: float
    way_power_w: float
    hover_power_w: float
    fixed_s: float
    """Climb and landing."""
    fixed_wh: float
    budget_wh: float
    """What one sortie may draw."""

    @property
    def budget_ws(self) -> float:
        """Of it, what is left for ways and work."""
        return 3600.0 * (self.budget_wh - self.fixed_wh)

    @property
    def reach_m(self) -> float:
        """How far it works on one battery, its home beside the work."""
        return self.work_m_s * self.budget_ws / self.work_power_w

    def drawing(self, factor: float) -> Pace:
        """The same drone, whose ways and work draw so many times as much."""
        return replace(self, work_power_w=factor * self.work_power_w, way_power_w=factor * self.way_power_w)

    def lines_s(self, lengths_m: FloatArray) -> FloatArray:
        """Straight lines from rest to rest."""
        return energy.lines_s(lengths_m, self.work_m_s, self.member.drone)

    def shared_s(self, alone_s: FloatArray) -> FloatArray:
        """Of lines with these times from rest to rest: what each end has in common with the way there."""
        slower = np.array(min(self.work_m_s, self.transit_m_s))
        limits = motion.limits_of(self.member.drone)
        return motion.half_overlap_s(np.array(_RIGHT_ANGLE_SINE), slower, alone_s, alone_s, limits)

    def ways_s(self, distances_m: FloatArray, shared_s: FloatArray, other_shared_s: FloatArray) -> FloatArray:
        """Ways between ends of lines that have so much in common with them; at home that is nothing."""
        limits = motion.limits_of(self.member.drone)
        alone_s = motion.rest_to_rest_s(distances_m, np.array(self.transit_m_s), limits)
        way_s = alone_s - np.minimum(shared_s, alone_s / 4.0) - np.minimum(other_shared_s, alone_s / 4.0)
        way_s[distances_m < SAME_PLACE_M] = 0.0
        way_s[np.isinf(distances_m)] = NO_WAY_S
        return way_s

    def going_on_s(self, lengths_m: FloatArray, other_lengths_m: FloatArray) -> FloatArray:
        """The "way" from one part of a straight line to the next, which is less than nothing: they are one line."""
        times = [self.lines_s(lengths) for lengths in (lengths_m, other_lengths_m, lengths_m + other_lengths_m)]
        first, second, whole = (alone_s - 2.0 * self.shared_s(alone_s) for alone_s in times)
        saved: FloatArray = np.minimum(0.0, whole - first - second)
        return saved


def pace_of(member: CrewMember, reserve_pct: float, wind_m_s: float = 0.0, *, one_axis: bool = False) -> Pace:
    """``one_axis``: all work and ways may lie along the axis of the worst wind, as those of few pieces may."""
    drone, speeds = member.drone, member.speeds
    work_m_s, transit_m_s = (min(speed, drone.max_airspeed_m_s) for speed in (speeds.work_m_s, speeds.transit_m_s))
    climbing_s = vertical.climb_s(drone, member.altitude_m)
    landing_s = vertical.landing_s(drone, member.altitude_m)
    hover_w = energy.power_held_w(drone, wind_m_s)
    work_w = energy.power_to_and_fro_w(drone, work_m_s, wind_m_s)
    way_w = energy.power_every_way_w(drone, transit_m_s, wind_m_s)
    if one_axis:
        work_w = way_w = energy.power_to_and_fro_w(drone, max(work_m_s, transit_m_s), wind_m_s)
    climb_w = drone.battery.climbing_power_w + hover_w - drone.battery.hover_power_w
    return Pace(
        member,
        work_m_s,
        transit_m_s,
        work_power_w=work_w,
        way_power_w=way_w,
        hover_power_w=hover_w,
        fixed_s=climbing_s + landing_s,
        fixed_wh=(climbing_s * climb_w + landing_s * hover_w) / 3600.0,
        budget_wh=PLANNED_SHARE * energy.usable_energy_wh(drone, reserve_pct),
    )


def worker(pace: Pace, pieces: Sequence[Piece], between_m: FloatArray | None = None) -> Worker:
    """Times between all ends of the pieces and home. ``between_m``: lengths of the ways between the ends (2n, 2n),
    where they are known, as of another drone."""
    member = pace.member
    straight = np.array([len(piece.path_xy) == 2 for piece in pieces])
    lengths = np.array([piece.length_m for piece in pieces])
    alone_s = np.where(straight, pace.lines_s(lengths), 0.0)
    for bent in np.flatnonzero(~straight).tolist():
        alone_s[bent] = energy.path_s(pieces[bent].path_xy, pace.work_m_s, member.drone)
    shared_s = pace.shared_s(alone_s)
    nodes = np.vstack([*(piece.ends() for piece in pieces), member.home_xy])
    if between_m is None:
        distances = member.router.distances(nodes)
    else:
        home_m = member.router.distances_from(member.home_xy, nodes)
        distances = np.vstack([np.column_stack([between_m, home_m[:-1]]), home_m])
    at_ends_s = np.append(np.repeat(shared_s, 2), 0.0)
    way_s = pace.ways_s(distances, at_ends_s[:, None], at_ends_s[None, :])
    one, other = _going_on(distances, pieces)
    if len(one):
        way_s[one, other] = pace.going_on_s(lengths[one >> 1], lengths[other >> 1])
    dwell_s = np.array([piece.dwell_s for piece in pieces])
    return Worker(
        name=member.drone.name,
        way_s=way_s,
        work_s=alone_s - 2.0 * shared_s + dwell_s,
        dwell_s=dwell_s,
        cruise_power_w=pace.way_power_w,
        hover_power_w=pace.hover_power_w,
        fixed_s=pace.fixed_s,
        fixed_wh=pace.fixed_wh,
        budget_wh=pace.budget_wh,
        work_power_w=pace.work_power_w,
    )


def _going_on(distances: FloatArray, pieces: Sequence[Piece]) -> tuple[IntArray, IntArray]:
    """Pairs of ends at which one straight line goes on as another."""
    one, other = np.nonzero(distances[:-1, :-1] < SAME_PLACE_M)
    different = (one >> 1) != (other >> 1)
    one, other = one[different], other[different]
    straight = np.array([len(piece.path_xy) == 2 and piece.dwell_s == 0.0 for piece in pieces])
    both = straight[one >> 1] & straight[other >> 1]
    one, other = one[both], other[both]
    if not len(one):
        return one, other
    ends = np.array([piece.ends() if len(piece.path_xy) == 2 else np.zeros((2, 2)) for piece in pieces])
    inward = (ends[:, ::-1] - ends).reshape(-1, 2)
    inward /= np.maximum(np.hypot(*inward.T), SAME_PLACE_M)[:, None]
    straight_on = (inward[one] * inward[other]).sum(axis=1) <= _STRAIGHT_ON_COSINE
    return one[straight_on], other[straight_on]
