"""Who comes near a drone: its way and each aircraft's, both as they go on now, over the next minute.

An aircraft in a turn goes on turning; it may also fly straight on from where it is, which counts where that is near.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.traffic import NEAR_HEIGHT_M, NEAR_M, Contact, Encounter

FloatArray = npt.NDArray[np.float64]

LOOK_S = 45.0
"""So far ahead: an alarm is to come half a minute before, and reports, links and turns take their time."""
STEP_S = 0.5
TIMES_S: FloatArray = np.arange(0.0, LOOK_S + STEP_S / 2, STEP_S)
ROLLS_OUT_S = 20.0
"""Who turns is told of as one that may fly straight on from here only when that would be so soon."""
TURNS_FOR_S = 40.0
"""Who turns on for longer flies a circle."""
_FAR_M = 20_000.0
"""Who is farther away is not here within the minute."""
PLACE_ERROR_M, SPEED_ERROR_M_S = 12.0, 0.5
HEIGHT_ERROR_M, CLIMB_ERROR_M_S = 12.0, 0.3
"""Rounded to 25 feet, and two barometers."""
VAGUE_HEIGHT_M = 80.0
"""So far a height by the standard atmosphere is from the true one in most weather (10 hPa)."""


@dataclass(frozen=True, slots=True)
class DroneAhead:
    """One drone's way. ``places``: (times, 3) metres north, east and up on ``plane`` at :data:`TIMES_S`, NaN once it
    has landed; ``amsl_m``: its height above mean sea level at up = 0."""

    plane: LocalPlane
    places: FloatArray
    amsl_m: float


@dataclass(frozen=True, slots=True)
class Heights:
    """How heights of transponders become heights above mean sea level. ``pressure_offset_m``: what has to be added to
    those by the standard atmosphere, by what a drone's barometer says; None: not known."""

    undulation_m: float = 0.0
    pressure_offset_m: float | None = None

    def amsl_m(self, contact: Contact) -> tuple[float | None, bool]:
        """With whether that is vague; None: it told none."""
        if contact.ellipsoid_altitude_m is not None:
            return contact.ellipsoid_altitude_m - self.undulation_m, False
        if contact.pressure_altitude_m is None:
            return None, False
        return contact.pressure_altitude_m + (self.pressure_offset_m or 0.0), self.pressure_offset_m is None


def nearest_encounter(
    drone: DroneAhead, contacts: Iterable[Contact], now_s: float, heights: Heights
) -> Encounter | None:
    """The aircraft that comes too near first, else the one that comes nearest; None: none is about."""
    found = [one for contact in contacts if (one := _encounter(drone, contact, now_s, heights)) is not None]
    return min(found, key=lambda one: (one.breach_in_s is None, one.breach_in_s or 0.0, one.least_m), default=None)


def _encounter(drone: DroneAhead, contact: Contact, now_s: float, heights: Heights) -> Encounter | None:
    if contact.position is None or contact.on_ground:
        return None
    east_m, north_m = drone.plane.to_xy(contact.position)
    if math.hypot(east_m, north_m) > _FAR_M:
        return None
    age_s = max(0.0, now_s - contact.position_s)
    amsl_m, is_vague = heights.amsl_m(contact)

    def passes(turn_deg_s: float) -> Encounter:
        return _pass(drone, contact, (north_m, east_m), age_s, turn_deg_s, amsl_m, is_vague=is_vague)

    on = passes(contact.turn_deg_s)
    if contact.turn_deg_s == 0.0 or on.breach_in_s is not None:
        return on
    straight = passes(0.0)
    return straight if straight.breach_in_s is not None and straight.breach_in_s <= ROLLS_OUT_S else on


def _pass(
    drone: DroneAhead,
    contact: Contact,
    place: tuple[float, float],
    age_s: float,
    turn_deg_s: float,
    amsl_m: float | None,
    *,
    is_vague: bool,
) -> Encounter:
    flown_s = TIMES_S + age_s
    way = np.array(place) + _flown(contact, flown_s, turn_deg_s)
    apart = way - drone.places[:, :2]
    apart_m = np.hypot(apart[:, 0], apart[:, 1])
    above_m: FloatArray | None = None
    if amsl_m is not None:
        climbed_s = np.minimum(flown_s, LOOK_S)
        above_m = amsl_m + (contact.climb_m_s or 0.0) * climbed_s - (drone.places[:, 2] + drone.amsl_m)
    breach_in_s = _first_breach_s(apart_m, above_m, flown_s, knows_climb=contact.climb_m_s is not None, vague=is_vague)
    known = np.nan_to_num(apart_m, nan=np.inf)
    least = int(np.argmin(known))
    return Encounter(
        aircraft=contact.name,
        now_m=float(apart_m[0]),
        above_m=None if above_m is None else float(above_m[0]),
        bearing_deg=math.degrees(math.atan2(apart[0, 1], apart[0, 0])) % 360.0,
        least_m=float(known[least]),
        in_s=float(TIMES_S[least]),
        above_then_m=None if above_m is None else float(above_m[least]),
        breach_in_s=breach_in_s,
        height_is_vague=is_vague,
        age_s=age_s,
    )


def _flown(contact: Contact, flown_s: FloatArray, turn_deg_s: float) -> FloatArray:
    """(times, 2) metres north and east of where it was heard last: along an arc for a while, then straight on."""
    speed_m_s, track = contact.ground_speed_m_s, contact.track_deg
    if speed_m_s is None or track is None:
        return np.zeros((len(flown_s), 2))
    course, turn = math.radians(track), math.radians(turn_deg_s)
    if turn == 0.0:
        return np.outer(flown_s * speed_m_s, (math.cos(course), math.sin(course)))
    in_turn_s = np.minimum(flown_s, TURNS_FOR_S)
    end = course + turn * in_turn_s
    radius_m = speed_m_s / turn
    straight_m = (flown_s - in_turn_s) * speed_m_s
    north = radius_m * (np.sin(end) - math.sin(course)) + straight_m * np.cos(end)
    east = radius_m * (math.cos(course) - np.cos(end)) + straight_m * np.sin(end)
    return np.stack([north, east], axis=1)


def _first_breach_s(
    apart_m: FloatArray, above_m: FloatArray | None, flown_s: FloatArray, *, knows_climb: bool, vague: bool
) -> float | None:
    """When both distances may be too small, errors taken into account, which grow with time."""
    near = apart_m < NEAR_M + PLACE_ERROR_M + SPEED_ERROR_M_S * flown_s
    if above_m is not None:
        error_m = HEIGHT_ERROR_M + (CLIMB_ERROR_M_S if knows_climb else 4 * CLIMB_ERROR_M_S) * flown_s
        near &= np.abs(above_m) < NEAR_HEIGHT_M + error_m + (VAGUE_HEIGHT_M if vague else 0.0)
    return float(TIMES_S[np.argmax(near)]) if near.any() else None
