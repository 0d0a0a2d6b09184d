"""What turns take at least: of a flight, what lines take beyond their lengths, and ways beyond what they lead aside.

A flight is a chain of legs (``performance.energy``). Each takes what its length takes at cruise, and more for the ramps
at its ends, less what it shares with its neighbour around the corner. So from line to line a flight takes the lengths
of both lines at cruise, and for the turn between them the way, the ramps and the corners at both its ends. Here is the
least of a turn, over all directions of the way and all lengths that lead so far, less what leading aside takes (which
``least_flights`` counts by itself). Lines are taken to be long, which makes corners rounder; what this asks too much of
short ones is told too.

All of it is either energy in winds along one axis (their mean), or time in still air.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from dronectl.geodesy.frame import FloatArray, IntArray
from dronectl.planning.assignment.pace import Pace
from dronectl.planning.performance import energy, motion, wind
from dronectl.planning.performance.power import power_curve

_BIN_DEG = 15.0
"""Lines that lie oblique are looked up by the two nearest of these directions."""

_LONG_S = 1e4
_WAYS_M = np.geomspace(1.0, 1_024.0, 11)
"""Shorter ways are corners between lines that touch."""
_ASIDE_M = np.geomspace(1.0, 1_024.0, 73)
_LEAST_SINE = 0.05
_THIRDS = 24
_BETWEEN, _BETWEEN_S = 0.998, 0.05
"""What may be less between two of the directions that are looked at: of what a metre takes, and seconds of a corner."""


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """Legs in some directions at one wanted speed; arrays (winds, n) but for the directions."""

    angle_deg: FloatArray
    speed_m_s: FloatArray
    cruise_w: FloatArray
    ramp_w: FloatArray
    """The mean over a ramp."""
    end: FloatArray
    """What one end of a long leg takes beyond its length at cruise, if it stops there."""

    @property
    def per_metre(self) -> FloatArray:
        mean: FloatArray = (self.cruise_w / self.speed_m_s).mean(axis=0)
        return mean


@dataclass(frozen=True, eq=False)
class Turns:
    """Of one drone. ``main_deg``: the direction of its parallel lines, counter-clockwise from east; ``winds_m_s``:
    (k, 2), those whose mean is meant, or None for time in still air."""

    pace: Pace
    main_deg: float
    winds_m_s: FloatArray | None

    def per_metre(self, angles_deg: FloatArray) -> FloatArray:
        """Of lines in these directions, (n,)."""
        return self._course(angles_deg, self.pace.work_m_s).per_metre

    @cached_property
    def way_per_metre(self) -> float:
        """Of ways, at least."""
        return _BETWEEN * float(self._ways(7.5).per_metre.min())

    @cached_property
    def aside_per_metre(self) -> float:
        """Of ways, for each metre that they lead aside from the main direction, at least."""
        ways = self._ways(7.5)
        return _BETWEEN * float((ways.per_metre / np.maximum(self._sines(ways), 1e-3)).min())

    def least_to(self, segments: FloatArray) -> FloatArray:
        """The least of ways from home to any place of each of the segments (k, 2, 2)."""
        # What a unit leads to in every direction, and all that mixtures of these lead to: a convex body. A way takes
        # at least what its displacement is in it.
        ways = self._ways(7.5)
        reached = _units(ways.angle_deg) / ways.per_metre[:, None]
        corners = shapely.get_coordinates(shapely.convex_hull(shapely.multipoints(reached)))
        along = np.diff(corners, axis=0)
        normals = np.column_stack([-along[:, 1], along[:, 0]])
        normals *= math.cos(math.radians(3.75)) / (normals * corners[:-1]).sum(axis=1)[:, None]
        begin, end = ((segments[:, side] - self.pace.member.home_xy) @ normals.T for side in (0, 1))
        low, high = np.zeros((len(segments), 1)), np.ones((len(segments), 1))
        for _ in range(_THIRDS):  # convex along the segment
            one, other = (2.0 * low + high) / 3.0, (low + 2.0 * high) / 3.0
            to_one, to_other = ((begin + at * (end - begin)).max(axis=1, keepdims=True) for at in (one, other))
            low, high = np.where(to_one > to_other, one, low), np.where(to_one > to_other, high, other)
        least: FloatArray = (begin + low * (end - begin)).max(axis=1)
        return least

    def parallel(self, aside_m: FloatArray) -> FloatArray:
        """The least of turns to parallel lines at least so far aside, (n,)."""
        at = np.searchsorted(_ASIDE_M, aside_m, side="right") - 1
        least: FloatArray = np.where(at < 0, 0.0, self._parallel[np.maximum(at, 0)])
        return least

    def oblique(self, one_deg: FloatArray, other_deg: FloatArray, way_m: FloatArray) -> FloatArray:
        """The least of turns between lines of these directions by ways at least so long, (n,)."""
        at = np.searchsorted(_WAYS_M, way_m, side="right")  # 0: they may touch
        found = [self._oblique[one, other, at] for one in self._bins(one_deg) for other in self._bins(other_deg)]
        least: FloatArray = np.min(found, axis=0)
        return least

    @cached_property
    def at_home(self) -> float:
        """The least that the way from home to a line, or back, takes beyond its length."""
        ways, lines = self._ways(7.5), self._lines
        legs = self._legs(ways, np.broadcast_to(_WAYS_M, (len(ways.angle_deg), len(_WAYS_M))))
        _, shared_s, line = self._corner(ways, lines, legs.alone_s)
        beyond = legs.taking(legs.alone_s[..., None] - shared_s) + line
        least = (beyond.mean(axis=0) - self.way_per_metre * _WAYS_M[:, None]).min()
        return max(0.0, float(min(least, lines.end.mean(axis=0).min())))

    def too_much_of_short(self, lengths_m: FloatArray) -> FloatArray:
        """What lines so long (n,) take less than is counted for them as for long ones."""
        course, limits = self._course(np.array([self.main_deg]), self.pace.work_m_s), self._limits
        sharp_s = motion.half_overlap_s(np.ones(1), course.speed_m_s, np.array(_LONG_S), np.array(_LONG_S), limits)
        counted = course.cruise_w / course.speed_m_s * lengths_m + 2.0 * (course.end - sharp_s * course.ramp_w)
        legs = self._legs(course, lengths_m[None])
        taken = legs.taking((legs.alone_s - 2.0 * np.minimum(sharp_s[..., None], legs.alone_s / 4.0))[..., None])
        too_much: FloatArray = np.maximum(0.0, counted - taken[:, 0, :, 0]).mean(axis=0)
        return too_much

    @cached_property
    def _parallel(self) -> FloatArray:
        ways = self._ways(7.5)
        ways = self._course(ways.angle_deg[self._sines(ways) > _LEAST_SINE], self.pace.transit_m_s)
        lines = self._course(self.main_deg + np.array([0.0, 180.0]), self.pace.work_m_s)
        turns = self._turns(ways, _ASIDE_M / self._sines(ways)[:, None], lines)
        return np.maximum(0.0, _rising(turns.min(axis=(0, 1, 3)) - self.aside_per_metre * _ASIDE_M))

    @cached_property
    def _oblique(self) -> FloatArray:
        """(bins, bins, ways): touching, then by ways at least so long."""
        ways, lines = self._ways(_BIN_DEG), self._lines
        lengths_m = np.broadcast_to(_WAYS_M, (len(ways.angle_deg), len(_WAYS_M)))
        aside = self.aside_per_metre * self._sines(ways)[:, None] * _WAYS_M
        by_way = (self._turns(ways, lengths_m, lines) - aside[..., None]).min(axis=1).transpose(0, 2, 1)
        _, shared_s, entered = self._corner(lines, lines, np.full((1, len(lines.angle_deg), 1), _LONG_S))
        left = lines.end[:, :, None, None] - shared_s * lines.ramp_w[:, :, None, None]
        touching = (left + entered).mean(axis=0)[:, 0]
        least = _rising(np.concatenate([touching[..., None], by_way], axis=-1)) - _BETWEEN_S * lines.ramp_w.mean()
        half = round(180.0 / _BIN_DEG)
        either_way: FloatArray = least.reshape(2, half, 2, half, -1).min(axis=(0, 2))
        return either_way

    def _turns(self, ways: _Course, lengths_m: FloatArray, lines: _Course) -> FloatArray:
        """(lines, ways, lengths, lines): from a line by a way of one of its lengths (ways, lengths) to a line."""
        legs = self._legs(ways, lengths_m)
        # Left and entered alike, but for the wait after a corner: that is the next leg's.
        sines, shared_s, entered = self._corner(ways, lines, legs.alone_s)
        last_s = legs.alone_s[..., None] / 2.0 - shared_s
        waits_s = sines**4 * legs.top_m_s[..., None] * energy.TURNED_S_PER_M_S
        left = lines.end[:, None, None, :] - shared_s * lines.ramp_w[:, None, None, :]
        first, left = (np.moveaxis(of, -1, 1) for of in (last_s + waits_s, left))
        way = legs.taking(first[:, :, :, :, None] + last_s[:, None], lead=1)
        turns: FloatArray = (left[..., None] + way + entered[:, None]).mean(axis=0)
        return turns

    def _corner(self, ways: _Course, lines: _Course, alone_s: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """From ways to lines, (winds, ways, lengths, lines): sines of half the turns, half of what both share in
        seconds, and what the line's end takes."""
        turn = np.radians(ways.angle_deg[:, None] - lines.angle_deg)
        sines = np.abs(np.sin(turn / 2.0))[:, None, :]
        slower = np.minimum(ways.speed_m_s[:, :, None, None], lines.speed_m_s[:, None, None, :])
        shared_s = motion.half_overlap_s(sines, slower, alone_s[..., None], alone_s[..., None], self._limits)
        waits_s = sines**4 * lines.speed_m_s[:, None, None, :] * energy.TURNED_S_PER_M_S
        entered = lines.end[:, None, None, :] + (waits_s - shared_s) * lines.ramp_w[:, None, None, :]
        return sines, shared_s, entered

    @property
    def _limits(self) -> motion.Limits:
        return motion.limits_of(self.pace.member.drone)

    def _ways(self, step_deg: float) -> _Course:
        return self._course(self.main_deg + np.arange(0.0, 360.0, step_deg), self.pace.transit_m_s)

    @cached_property
    def _lines(self) -> _Course:
        """To both sides."""
        return self._course(self.main_deg + np.arange(0.0, 360.0, _BIN_DEG), self.pace.work_m_s)

    def _sines(self, course: _Course) -> FloatArray:
        sines: FloatArray = np.abs(np.sin(np.radians(course.angle_deg - self.main_deg)))
        return sines

    def _bins(self, angles_deg: FloatArray) -> tuple[IntArray, IntArray]:
        count = round(180.0 / _BIN_DEG)
        below = np.floor(((angles_deg - self.main_deg) % 180.0) / _BIN_DEG).astype(np.intp) % count
        return below, (below + 1) % count

    def _course(self, angles_deg: FloatArray, wanted_m_s: float) -> _Course:
        winds = np.zeros((1, 2)) if self.winds_m_s is None else self.winds_m_s
        wanted = np.full(len(angles_deg), wanted_m_s)
        speeds = wind.ground_speeds_m_s(_units(angles_deg), wanted, winds, self.pace.member.drone.max_airspeed_m_s)
        cruise_w, ramp_w = self._powers(angles_deg, speeds)
        end = motion.ramp_s(speeds, self._limits) * (ramp_w - 0.5 * cruise_w)
        return _Course(angles_deg, speeds, cruise_w, ramp_w, end)

    def _powers(self, angles_deg: FloatArray, top_m_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """At ground speeds (winds, n), and the mean on ramps to them (as ``energy``); 1 where time is meant."""
        if self.winds_m_s is None:
            return np.ones_like(top_m_s), np.ones_like(top_m_s)
        curve, units = power_curve(self.pace.member.drone), _units(angles_deg)
        rest, half, full = (
            curve(wind.airspeeds_m_s(units, share * top_m_s, self.winds_m_s)) for share in (0.0, 0.5, 1.0)
        )
        return full, (rest + 4.0 * half + full) / 6.0

    def _legs(self, course: _Course, lengths_m: FloatArray) -> _Legs:
        """Of lengths (n, k) for n directions."""
        speed = np.broadcast_to(course.speed_m_s[..., None], (len(course.speed_m_s), *lengths_m.shape))
        length = np.broadcast_to(lengths_m, speed.shape)
        top = np.maximum(motion.top_speed_m_s(length, speed, self._limits), 1e-9)
        cruise_s = np.maximum(0.0, length / top - motion.ramp_s(top, self._limits))
        flat = top.reshape(len(top), -1)
        powers = self._powers(np.repeat(course.angle_deg, lengths_m.shape[1]), flat)
        cruise_w, ramp_w = (power.reshape(top.shape) for power in powers)
        return _Legs(top, motion.rest_to_rest_s(length, speed, self._limits), cruise_s, cruise_w, ramp_w)


@dataclass(frozen=True, slots=True, eq=False)
class _Legs:
    """Arrays (winds, directions, lengths)."""

    top_m_s: FloatArray
    alone_s: FloatArray
    cruise_s: FloatArray
    cruise_w: FloatArray
    ramp_w: FloatArray

    def taking(self, flown_s: FloatArray, lead: int = 0) -> FloatArray:
        """What they take if they last so long, (winds, …``lead`` more…, directions, lengths, …)."""
        shape = (len(self.top_m_s), *[1] * lead, *self.top_m_s.shape[1:], 1)
        cruise_s, cruise_w, ramp_w = (of.reshape(shape) for of in (self.cruise_s, self.cruise_w, self.ramp_w))
        cruising_s = np.minimum(cruise_s, flown_s)
        taken: FloatArray = cruising_s * cruise_w + (flown_s - cruising_s) * ramp_w
        return taken


def _units(angles_deg: FloatArray) -> FloatArray:
    radians = np.radians(angles_deg)
    return np.column_stack([np.cos(radians), np.sin(radians)])


def _rising(least: FloatArray) -> FloatArray:
    """What is farther is no less than the least beyond; along the last axis."""
    rising: FloatArray = np.minimum.accumulate(least[..., ::-1], axis=-1)[..., ::-1]
    return rising
