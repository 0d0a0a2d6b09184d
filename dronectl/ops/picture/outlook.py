"""What each drone of a fleet is near to, and will be: fence, keep-outs, obstacles, the other drones, and aircraft."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.picture import AHEAD_S, Clearance, Outlook
from dronectl.model.telemetry import TelemetryKind
from dronectl.model.traffic import Encounter
from dronectl.ops.alarms.flight import FlightState
from dronectl.ops.picture.surroundings import FloatArray, Surroundings
from dronectl.ops.picture.way_on import WayOn, way_on
from dronectl.ops.traffic.encounters import TIMES_S, DroneAhead

STEP_S = 0.5
MEASURED_M = 1.0
"""Places and heights of two aircraft in the air are known to so much less than those of two plans."""
SEPARATION_M = 10.0
"""Where the site's rules are not known."""
SHOWN_EVERY = 4
"""Of the places on its way, for a drawing."""
_SECONDS: FloatArray = np.arange(0.0, AHEAD_S + STEP_S / 2, STEP_S)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What one drone is near to, and its way: latitudes and longitudes."""

    outlook: Outlook = field(default_factory=Outlook)
    way: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class _Way:
    """``origin``: of the drone's own plane on the common one, metres north, east and up; ``age_s``: since its place was
    heard."""

    on: WayOn
    origin: FloatArray
    age_s: float

    def places(self, seconds: FloatArray) -> FloatArray:
        """(times, 3) metres on the common plane, from now on; NaN once it has landed."""
        return self.on.at(seconds + self.age_s) + self.origin


def look_ahead(
    flights: Mapping[str, FlightState],
    now_s: float,
    surroundings: Surroundings | None = None,
    passing: Callable[[DroneAhead], Encounter | None] = lambda _: None,
) -> dict[str, Ahead]:
    """By name. Of who stands, or tells no place now, nothing is known; who has landed is in nobody's way. ``passing``:
    finds the aircraft that comes nearest."""
    ways, plane = _ways(flights, now_s, surroundings.plane if surroundings is not None else None)
    if plane is None:
        return {name: Ahead() for name in flights}
    names = list(ways)
    near = {name: ways[name].places(_SECONDS) for name in names}
    places = np.stack(list(near.values()))
    around = _around(names, places, surroundings) if surroundings is not None else {}
    allowed_m = (surroundings.rules.separation_m if surroundings is not None else SEPARATION_M) - MEASURED_M
    nearest = _apart(names, places, allowed_m)
    return {
        name: Ahead(
            Outlook(
                *around.get(name, (None, None)),
                nearest.get(name),
                passing(DroneAhead(plane, ways[name].places(TIMES_S), _home_amsl_m(flights[name]))),
            ),
            tuple(plane.to_degrees((east, north)) for north, east, up in near[name][::SHOWN_EVERY] if not np.isnan(up)),
        )
        if name in ways
        else Ahead()
        for name in flights
    }


def _ways(
    flights: Mapping[str, FlightState], now_s: float, plane: LocalPlane | None
) -> tuple[dict[str, _Way], LocalPlane | None]:
    """The way of each that flies, on one plane, each from how long ago it was heard."""
    ways: dict[str, _Way] = {}
    for name, f in flights.items():
        own, age_s = f.plane, f.state.age_s(TelemetryKind.POSITION, now_s)
        if own is None or age_s is None or not f.state.is_fresh(TelemetryKind.POSITION, now_s):
            continue
        if (way := way_on(f)) is None:
            continue
        plane = plane or own
        east_m, north_m = plane.to_xy(own.origin)
        ways[name] = _Way(way, np.array([north_m, east_m, 0.0]), age_s)
    return ways, plane if ways else None


def _home_amsl_m(f: FlightState) -> float:
    """How high above mean sea level the height is from which it counts."""
    return (f.state.amsl_altitude_m or 0.0) - (f.state.relative_altitude_m or 0.0)


def _around(
    names: list[str], places: FloatArray, surroundings: Surroundings
) -> dict[str, tuple[Clearance | None, Clearance | None]]:
    """The fence and the nearest keep-out of each. What lies within half a step of a way may be crossed by it."""
    count, times, _ = places.shape
    lifted = np.array([[[0.0, 0.0, surroundings.homes_m.get(name, 0.0)]] for name in names])
    clear = surroundings.clearances_m(np.nan_to_num(places + lifted).reshape(-1, 3)).reshape(-1, count, times)
    clear = np.where(np.isnan(places[:, :, 2]), np.inf, clear)
    steps = np.linalg.norm(np.diff(np.nan_to_num(places[:, :, :2]), axis=1), axis=2)
    half = np.pad(np.where(np.isnan(places[:, 1:, 2]), 0.0, steps), ((0, 0), (0, 1))) / 2.0
    kept = [number for number, limit in enumerate(surroundings.limits) if not limit.is_fence]
    found: dict[str, tuple[Clearance | None, Clearance | None]] = {}
    for index, name in enumerate(names):
        fence = surroundings.fences.get(name)
        own = None if fence is None else _clearance(surroundings.limits[fence].what, clear[fence, index], half[index])
        near = min(kept, key=lambda number, i=index: clear[number, i].min(), default=None)  # type: ignore[misc]
        other = None if near is None else _clearance(surroundings.limits[near].what, clear[near, index], half[index])
        found[name] = (own, other)
    return found


def _clearance(what: str, clear_m: FloatArray, half_step_m: FloatArray) -> Clearance | None:
    least = int(np.argmin(clear_m))
    if not np.isfinite(clear_m[least]):
        return None
    breaches = np.flatnonzero(clear_m < np.minimum(half_step_m, STEP_S * 10.0))
    breach_s = float(_SECONDS[breaches[0]]) if len(breaches) else None
    return Clearance(what, float(clear_m[0]), float(clear_m[least]), float(_SECONDS[least]), 0.0, breach_s)


def _apart(names: list[str], places: FloatArray, allowed_m: float) -> dict[str, Clearance]:
    """The drone that each comes nearest to: between two times both move evenly, so the nearest is reckoned exactly."""
    if len(names) < 2:
        return {}
    first, second = map(list, zip(*itertools.combinations(range(len(names)), 2), strict=True))
    between = places[first] - places[second]
    now_m = np.linalg.norm(between[:, 0], axis=1)
    start, move = between[:, :-1], np.diff(between, axis=1)
    moved2 = np.maximum((move * move).sum(axis=2), 1e-12)
    share = np.clip(-(start * move).sum(axis=2) / moved2, 0.0, 1.0)
    apart_m = np.nan_to_num(np.linalg.norm(start + share[:, :, None] * move, axis=2), nan=np.inf)
    at = np.argmin(apart_m, axis=1)
    pairs = np.arange(len(first))
    least_m = np.minimum(apart_m[pairs, at], now_m)
    at_s = (at + share[pairs, at]) * STEP_S
    near = apart_m < allowed_m
    breach_s = np.where(near.any(axis=1), np.argmax(near, axis=1) * STEP_S, np.nan)
    result: dict[str, Clearance] = {}
    for pair in np.flatnonzero(np.isfinite(least_m)):
        for own, other in ((first[pair], second[pair]), (second[pair], first[pair])):
            known = result.get(names[own])
            if known is None or least_m[pair] < known.least_m:
                breach = None if np.isnan(breach_s[pair]) else float(breach_s[pair])
                result[names[own]] = Clearance(
                    names[other], float(now_m[pair]), float(least_m[pair]), float(at_s[pair]), allowed_m, breach
                )
    return result
