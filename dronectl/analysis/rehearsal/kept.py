"""One flown track against its airspace: what it came nearest to, and what it broke."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from dronectl.analysis.rehearsal.airspace import Airspace, Placed, Volume
from dronectl.geodesy.frame import FloatArray
from dronectl.model.rehearsal.flown import End, FlownSortie
from dronectl.model.rehearsal.found import Breach
from dronectl.model.rehearsal.settings import Judgement

_AT_A_PLACE_M = 15.0
"""So near to where it starts and comes down a drone may be near the ground."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The least clearances of one flight, and what it broke."""

    fence_m: float
    keep_out_m: float
    highest_m: float
    breaches: tuple[Breach, ...]


def judge_track(flown: FlownSortie, airspace: Airspace, judgement: Judgement, *, margin_share: float) -> Kept:
    """Holds every sample against fence, keep-outs, obstacles, ceiling and ground.

    ``margin_share``: of the site's margins that must be left; the rest is there for errors and gusts.
    """
    placed = Placed.of(flown.track, airspace)
    breaches: list[Breach] = []
    fence_m = _fence(flown, placed, airspace, margin_share, breaches)
    keep_out_m = float("inf")
    for volume in airspace.volumes:
        keep_out_m = min(keep_out_m, _volume(flown, placed, volume, airspace, margin_share, breaches))
    breaches += _heights(flown, placed, airspace, judgement, margin_share)
    if flown.end not in (End.LANDED, End.FELL):
        breaches.append(breach("landing", flown, -1, float(flown.track.height_m[-1]), f"{flown.end}"))
    return Kept(fence_m, keep_out_m, float(placed.above_ground_m.max()), tuple(breaches))


def breach(rule: str, flown: FlownSortie, index: int, amount: float, words: str, zone: str | None = None) -> Breach:
    """At one sample of a flight."""
    track = flown.track
    return Breach(
        rule=rule,
        drone=flown.drone,
        sortie=flown.sortie,
        item=int(track.item[index]),
        time_s=round(float(track.time_s[index]), 2),
        lat_deg=round(float(track.lat_deg[index]), 7),
        lon_deg=round(float(track.lon_deg[index]), 7),
        amount=round(amount, 2),
        words=words,
        zone=zone,
    )


def _fence(
    flown: FlownSortie, placed: Placed, airspace: Airspace, margin_share: float, breaches: list[Breach]
) -> float:
    if airspace.fence is None:
        return float("inf")
    zone, area = airspace.fence
    least_m = airspace.rules.fence_margin_m * margin_share
    distances_m = shapely.distance(area.boundary, placed.points)
    inside = shapely.contains_xy(area, placed.x_m, placed.y_m)
    clearances_m = np.where(inside, distances_m, -distances_m)
    worst = int(np.argmin(clearances_m))
    clearance_m = float(clearances_m[worst])
    if clearance_m < least_m:
        words = f"{clearance_m:.1f} m from the fence '{zone}'" if clearance_m >= 0 else f"{-clearance_m:.1f} m outside"
        words += f"; {least_m:g} m to be left" if clearance_m >= 0 else f" the fence '{zone}'"
        breaches.append(breach("fence", flown, worst, least_m - clearance_m, words, zone))
    return clearance_m


def _volume(
    flown: FlownSortie, placed: Placed, volume: Volume, airspace: Airspace, margin_share: float, breaches: list[Breach]
) -> float:
    at_height = (placed.height_m > volume.floor_m) & (placed.height_m < volume.ceiling_m)
    if not at_height.any():
        return float("inf")
    indices = np.flatnonzero(at_height)
    points = placed.points[indices]
    outside_m: FloatArray = shapely.distance(volume.area, points)
    within = outside_m == 0.0
    clearances_m = outside_m.copy()
    if within.any():
        clearances_m[within] = -shapely.distance(volume.area.boundary, points[within])
    worst = int(np.argmin(clearances_m))
    clearance_m = float(clearances_m[worst])
    least_m = airspace.rules.keep_out_margin_m * margin_share
    if clearance_m < least_m:
        how = f"{clearance_m:.1f} m from" if clearance_m >= 0 else f"{-clearance_m:.1f} m inside"
        words = f"{how} {volume.rule} '{volume.zone}' ({volume.name})"
        words += f"; {least_m:g} m to be left" if clearance_m >= 0 else ""
        at = int(indices[worst])
        breaches.append(breach(volume.rule, flown, at, least_m - clearance_m, words, volume.zone))
    return clearance_m


def _heights(
    flown: FlownSortie, placed: Placed, airspace: Airspace, judgement: Judgement, margin_share: float
) -> Iterator[Breach]:
    rules = airspace.rules
    highest = int(np.argmax(placed.above_ground_m))
    over_m = float(placed.above_ground_m[highest]) - rules.ceiling_m
    if over_m > judgement.ceiling_tolerance_m:
        words = f"{over_m + rules.ceiling_m:.1f} m above ground; {rules.ceiling_m:g} m allowed"
        yield breach("ceiling", flown, highest, over_m, words)
    if airspace.relief.is_flat:
        return
    least_m = rules.terrain_clearance_m * margin_share
    from_ends_m = [
        np.hypot(placed.x_m - placed.x_m[end], placed.y_m - placed.y_m[end]) for end in (0, len(placed.x_m) - 1)
    ]
    on_the_way = np.flatnonzero(np.minimum(*from_ends_m) > _AT_A_PLACE_M)
    if len(on_the_way):
        lowest = int(on_the_way[np.argmin(placed.above_ground_m[on_the_way])])
        height_m = float(placed.above_ground_m[lowest])
        if height_m < least_m:
            words = f"{height_m:.1f} m above ground; {least_m:g} m to be left"
            yield breach("terrain", flown, lowest, least_m - height_m, words)
