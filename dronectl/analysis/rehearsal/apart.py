"""How near two flown tracks come to each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from dronectl.analysis.rehearsal.airspace import Airspace
from dronectl.analysis.rehearsal.kept import breach
from dronectl.geodesy.frame import FloatArray
from dronectl.model.rehearsal.flown import FlownSortie, Track
from dronectl.model.rehearsal.found import Breach

_STEP_S = 0.25
_ON_GROUND_M = 0.5


def nearest(first: FlownSortie, second: FlownSortie, airspaces: Mapping[str, Airspace]) -> tuple[float, float] | None:
    """(metres, when) in three dimensions, while either is off the ground; None: never both under way."""
    begins_s = max(float(first.track.time_s[0]), float(second.track.time_s[0]))
    ends_s = min(float(first.track.time_s[-1]), float(second.track.time_s[-1]))
    if ends_s <= begins_s:
        return None
    moments_s = np.arange(begins_s, ends_s, _STEP_S)
    places = [_at(one.track, moments_s, airspaces[one.drone]) for one in (first, second)]
    distances_m = np.linalg.norm(places[0][:3] - places[1][:3], axis=0)
    distances_m[(places[0][3] < _ON_GROUND_M) & (places[1][3] < _ON_GROUND_M)] = np.inf
    closest = int(np.argmin(distances_m))
    return float(distances_m[closest]), float(moments_s[closest])


def all_apart(
    flights: Sequence[FlownSortie], airspaces: Mapping[str, Airspace], least_m: float
) -> tuple[float, list[Breach]]:
    """The least distance of any two flights of one wave, and a breach for each pair that comes nearer than
    ``least_m``."""
    closest_m, breaches = float("inf"), []
    for first, second in itertools.combinations(flights, 2):
        found = nearest(first, second, airspaces)
        if found is not None:
            closest_m = min(closest_m, found[0])
            breaches += list(_breach(first, second, *found, least_m))
    return closest_m, breaches


def apart_from_others(
    failed: FlownSortie, others: Sequence[FlownSortie], airspaces: Mapping[str, Airspace], least_m: float
) -> list[Breach]:
    """Where a flight that failed comes near to one that goes on as it would have."""
    breaches: list[Breach] = []
    for other in others:
        found = nearest(failed, other, airspaces)
        if found is not None:
            breaches += list(_breach(failed, other, *found, least_m))
    return breaches


def _breach(
    first: FlownSortie, second: FlownSortie, distance_m: float, when_s: float, least_m: float
) -> Iterator[Breach]:
    if distance_m < least_m:
        index = min(int(np.searchsorted(first.track.time_s, when_s)), len(first.track.time_s) - 1)
        words = f"{distance_m:.1f} m from {second.drone}; {least_m:g} m to be left"
        yield breach("separation", first, index, least_m - distance_m, words)


def _at(track: Track, moments_s: FloatArray, airspace: Airspace) -> FloatArray:
    """(4, n): east, north, height above the site's plane, height above home."""
    x_m, y_m = airspace.frame.to_xy(track.lat_deg, track.lon_deg)
    columns = (x_m, y_m, track.height_m + airspace.home_height_m, track.height_m)
    return np.array([np.interp(moments_s, track.time_s, column) for column in columns])
