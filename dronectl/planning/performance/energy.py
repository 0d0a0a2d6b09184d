"""How long a flight takes and what it draws, in still air and in wind from its worst side.

A flight lasts from the start of its mission, when the rotors spool up, to the stop of its motors on the ground: what a
clock beside a flight from "mission start" to "disarmed" shows, and the span in which its battery is drawn from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dronectl.geodesy.frame import BoolArray, FloatArray
from dronectl.model.fleet import Drone
from dronectl.planning.performance import motion, vertical, wind
from dronectl.planning.performance.motion import Limits
from dronectl.planning.performance.power import PowerCurve, power_curve
from dronectl.planning.work import SAME_PLACE_M, Step

_SETTLED_S = 0.4
_STOPPED_S = 0.2
TURNED_S_PER_M_S = 0.1
"""The plan of a leg waits where the aircraft lags behind it: after a start from rest, before a stop, and by the speed
after a sharp corner (times sin⁴ of half the turn). Measured on ArduCopter 4.5."""


@dataclass(frozen=True, slots=True)
class Speeds:
    """Ground speeds of a sortie: ``work_m_s`` while working, ``transit_m_s`` on the way."""

    work_m_s: float
    transit_m_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """A flight in time: ``t_s`` (n,) since its start, never decreasing, and ``xyz_m`` (n, 3); straight in between."""

    t_s: FloatArray
    xyz_m: FloatArray
    distance_m: float
    """Path length, climb and descent included."""
    energy_wh: float
    windy_duration_s: float = 0.0
    """In the wind that it was asked for, from the side that makes it longest; never less than in still air."""
    windy_energy_wh: float = 0.0
    """In that wind from the side that costs most; never less than in still air."""

    @property
    def duration_s(self) -> float:
        return float(self.t_s[-1])


def usable_energy_wh(drone: Drone, reserve_pct: float) -> float:
    """What one sortie may draw: the usable share of the capacity less the reserve (a share of the capacity too)."""
    return drone.battery.capacity_wh * (drone.battery.usable_share - reserve_pct / 100.0)


def predict_flight(
    drone: Drone,
    home_xy: FloatArray,
    altitude_m: float,
    steps: Sequence[Step],
    speeds: Speeds,
    wind_m_s: float = 0.0,
    wind_from_deg: float | None = None,
) -> Timeline:
    """Take-off, the steps at one altitude (the last above home), RTL.

    ``wind_m_s`` is below the drone's airspeed; without ``wind_from_deg`` it is looked at from every side.
    """
    points = np.vstack([home_xy, *(step.xy for step in steps)])
    limits_m_s = np.array([speeds.work_m_s if step.working else speeds.transit_m_s for step in steps])
    dwells = np.array([step.dwell_s for step in steps])
    chain = Chain.of(points, np.append(True, dwells[:-1] > 0.0), motion.limits_of(drone))
    still = chain.flown(limits_m_s, np.zeros((1, 2)), drone)
    up_s = vertical.climb_s(drone, altitude_m)
    times, places = _knots(chain, still, points, dwells, altitude_m, up_s, drone)

    hover_s = float(dwells.sum()) + vertical.landing_s(drone, altitude_m) - vertical.TOUCH_DOWN_S
    climbing_s = up_s - vertical.LIFT_OFF_S
    curve = power_curve(drone)

    def totals(flown: FlownLegs, air_m_s: float) -> tuple[float, float]:
        """(s of the legs, Wh of the flight) on the worst side."""
        held_w = power_held_w(drone, air_m_s)
        climbing_w = drone.battery.climbing_power_w + held_w - curve.hover_w
        standing_ws = climbing_s * climbing_w + hover_s * held_w
        longest_s = float(flown.legs_s.sum(axis=1).max())
        return longest_s, (float(flown.energy_ws.sum(axis=1).max()) + standing_ws) / 3600.0

    still_s, energy_wh = totals(still, 0.0)
    windy_s, windy_wh = still_s, energy_wh
    if wind_m_s > 0.0:
        if wind_from_deg is None:
            winds_m_s = wind.winds_from_every_side(wind_m_s)
        else:
            winds_m_s = wind.wind_from(wind_m_s, wind_from_deg)
        windy_s, windy_wh = totals(chain.flown(limits_m_s, winds_m_s, drone), wind_m_s)
    return Timeline(
        t_s=times,
        xyz_m=places,
        distance_m=float(chain.lengths_m.sum()) + 2.0 * altitude_m,
        energy_wh=energy_wh,
        windy_duration_s=float(times[-1]) + max(0.0, windy_s - still_s),
        windy_energy_wh=max(energy_wh, windy_wh),
    )


def path_s(path_xy: FloatArray, speed_m_s: float, drone: Drone) -> float:
    """Along a path (k, 2) from rest to rest in still air; 0 for a single place."""
    if len(path_xy) < 2:
        return 0.0
    from_rest = np.append(True, np.zeros(len(path_xy) - 2, dtype=np.bool_))
    chain = Chain.of(path_xy, from_rest, motion.limits_of(drone))
    return float(chain.flown(np.full(len(path_xy) - 1, speed_m_s), np.zeros((1, 2)), drone).legs_s.sum())


def power_held_w(drone: Drone, wind_m_s: float) -> float:
    """What staying at a place in a wind draws; never less than hover in still air."""
    curve = power_curve(drone)
    return max(curve.hover_w, float(curve(np.array(wind_m_s))))


def power_to_and_fro_w(drone: Drone, speed_m_s: float, wind_m_s: float) -> float:
    """What flying a line both ways at a ground speed draws for each second that it takes in still air.

    On the worst side, the longer time into the wind counted; never less than in still air.
    """
    curve = power_curve(drone)
    both_ways = np.array([[1.0, 0.0], [-1.0, 0.0]])
    winds = np.vstack([np.zeros((1, 2)), wind.winds_from_every_side(wind_m_s)])
    ground = wind.ground_speeds_m_s(both_ways, np.full(2, speed_m_s), winds, drone.max_airspeed_m_s)
    per_metre = curve(wind.airspeeds_m_s(both_ways, ground, winds)) / ground
    return float(per_metre.mean(axis=1).max()) * min(speed_m_s, drone.max_airspeed_m_s)


def power_every_way_w(drone: Drone, speed_m_s: float, wind_m_s: float) -> float:
    """The same for ways that lead to every side, to and fro, in a wind along one axis: the mean over all sides."""
    curve = power_curve(drone)
    every_way = wind.winds_from_every_side(1.0)
    winds = np.vstack([np.zeros((1, 2)), wind.winds_from_every_side(wind_m_s)])
    ground = wind.ground_speeds_m_s(every_way, np.full(len(every_way), speed_m_s), winds, drone.max_airspeed_m_s)
    per_metre = curve(wind.airspeeds_m_s(every_way, ground, winds)) / ground
    return float(per_metre.mean(axis=1).max()) * min(speed_m_s, drone.max_airspeed_m_s)


def lines_s(lengths_m: FloatArray, speed_m_s: float, drone: Drone) -> FloatArray:
    """Straight lines from rest to rest in still air, as :func:`path_s`; 0 for those of no length."""
    limits = motion.limits_of(drone)
    alone_s = motion.rest_to_rest_s(lengths_m, np.array(speed_m_s), limits) + _SETTLED_S + _STOPPED_S
    times: FloatArray = np.where(lengths_m < SAME_PLACE_M, 0.0, alone_s)
    return times


@dataclass(frozen=True, slots=True, eq=False)
class FlownLegs:
    """Legs as flown in some winds: arrays (winds, legs)."""

    legs_s: FloatArray
    """From passing one corner to passing the next, or to standing still."""
    energy_ws: FloatArray
    overlaps_s: FloatArray
    """(winds, legs + 1): half the time that a leg shares with the one before; 0 at both ends."""
    top_m_s: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Legs one after the other: unit vectors (n, 2), lengths (n,), and which begin from rest (n,)."""

    directions: FloatArray
    lengths_m: FloatArray
    from_rest: BoolArray
    limits: Limits

    @classmethod
    def of(cls, points: FloatArray, from_rest: BoolArray, limits: Limits) -> Chain:
        """``points``: (n + 1, 2)."""
        legs = np.diff(points, axis=0)
        lengths = np.hypot(*legs.T)
        directions = legs / np.maximum(lengths, 1e-9)[:, None]
        # A leg of no length is a stop: there is no direction to go on in.
        nowhere = lengths < SAME_PLACE_M
        return cls(directions, lengths, from_rest | nowhere | np.append(False, nowhere[:-1]), limits)

    def flown(self, wanted_m_s: FloatArray, winds_m_s: FloatArray, drone: Drone) -> FlownLegs:
        """``wanted_m_s``: (legs,) ground speeds; ``winds_m_s``: (winds, 2)."""
        speeds = wind.ground_speeds_m_s(self.directions, wanted_m_s, winds_m_s, drone.max_airspeed_m_s)
        top = motion.top_speed_m_s(self.lengths_m, speeds, self.limits)
        alone_s = motion.up_to_top_s(self.lengths_m, top, self.limits)
        cosines = np.clip((self.directions[:-1] * self.directions[1:]).sum(axis=1), -1.0, 1.0)
        sines = np.sqrt((1.0 - cosines) / 2.0)
        slower = np.minimum(speeds[:, :-1], speeds[:, 1:])
        overlaps = np.zeros((len(winds_m_s), len(self.lengths_m) + 1))
        overlaps[:, 1:-1] = np.where(
            self.from_rest[1:],
            0.0,
            motion.half_overlap_s(sines, slower, alone_s[:, :-1], alone_s[:, 1:], self.limits),
        )
        legs_s = alone_s - overlaps[:, :-1] - overlaps[:, 1:]
        legs_s += np.where(self.lengths_m < SAME_PLACE_M, 0.0, self._waiting_s(top, sines))
        return FlownLegs(legs_s, self._energy_ws(legs_s, top, winds_m_s, power_curve(drone)), overlaps, top)

    def _waiting_s(self, top_m_s: FloatArray, half_turn_sines: FloatArray) -> FloatArray:
        turned = np.append(0.0, half_turn_sines**4) * top_m_s * TURNED_S_PER_M_S
        stops = np.append(self.from_rest[1:], True)
        waiting: FloatArray = np.where(self.from_rest, _SETTLED_S, turned) + np.where(stops, _STOPPED_S, 0.0)
        return waiting

    def _energy_ws(
        self, legs_s: FloatArray, top_m_s: FloatArray, winds_m_s: FloatArray, curve: PowerCurve
    ) -> FloatArray:
        """Cruise at the top speed; on the ramps the mean over speeds from rest to it (Simpson's rule)."""
        at_rest, half, full = (
            curve(wind.airspeeds_m_s(self.directions, share * top_m_s, winds_m_s)) for share in (0.0, 0.5, 1.0)
        )
        cruising_s = np.maximum(0.0, self.lengths_m / np.maximum(top_m_s, 1e-9) - motion.ramp_s(top_m_s, self.limits))
        cruising_s = np.minimum(cruising_s, legs_s)
        energy: FloatArray = cruising_s * full + (legs_s - cruising_s) * (at_rest + 4.0 * half + full) / 6.0
        return energy


def _knots(
    chain: Chain,
    flown: FlownLegs,
    points: FloatArray,
    dwells: FloatArray,
    altitude_m: float,
    up_s: float,
    drone: Drone,
) -> tuple[FloatArray, FloatArray]:
    """Times and places of a flight in still air: at each corner, and where a leg's cruise begins and ends."""
    legs_s, overlaps, top = flown.legs_s[0], flown.overlaps_s[0], flown.top_m_s[0]
    ends_s = up_s + np.cumsum(legs_s + dwells)
    begins_s = np.append(up_s, ends_s[:-1])
    arrivals_s = ends_s - dwells
    ramps_s = motion.ramp_s(top, chain.limits)
    # Within the overlap a leg is not flown alone: there the corner itself is the only knot.
    cruise_begins_s = begins_s + ramps_s - overlaps[:-1]
    cruise_ends_s = arrivals_s - ramps_s + overlaps[1:]
    ramp_shares = np.minimum(0.5, top * ramps_s / 2.0 / np.maximum(chain.lengths_m, 1e-9))
    has_knots = (
        (cruise_begins_s > begins_s + overlaps[:-1] - 1e-9)
        & (cruise_ends_s < arrivals_s - overlaps[1:] + 1e-9)
        & (cruise_begins_s <= cruise_ends_s)
        & (chain.lengths_m > SAME_PLACE_M)
    )
    legs = np.diff(points, axis=0)
    # Of each leg: cruise begins, cruise ends, arrives, leaves.
    times = np.column_stack([cruise_begins_s, cruise_ends_s, arrivals_s, ends_s])
    places = np.stack(
        [points[:-1] + ramp_shares[:, None] * legs, points[1:] - ramp_shares[:, None] * legs, points[1:], points[1:]],
        axis=1,
    )
    wanted = np.column_stack([has_knots, has_knots, np.ones(len(legs), bool), dwells > 0.0])
    level = np.column_stack([places[wanted], np.full(int(wanted.sum()), altitude_m)])

    end_s = float(ends_s[-1])
    fast_s, slow_s = vertical.descent_s(drone, altitude_m)
    waiting_s = vertical.RTL_SETTLE_S + vertical.RTL_LOITER_S
    landing_s = end_s + np.cumsum([waiting_s, fast_s, slow_s, vertical.TOUCH_DOWN_S])
    slow_m = min(altitude_m, vertical.LAND_SLOW_BELOW_M)
    start, end = points[0], points[-1]
    return (
        np.concatenate([[0.0, vertical.LIFT_OFF_S, up_s], times[wanted], landing_s]),
        np.vstack(
            [
                [(*start, 0.0), (*start, 0.0), (*start, altitude_m)],
                level,
                [(*end, height_m) for height_m in (altitude_m, slow_m, 0.0, 0.0)],
            ]
        ),
    )
