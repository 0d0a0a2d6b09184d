"""What patrols were for, held against what was flown: zones photographed, points of interest not left alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dronectl.analysis.flight_comparison import Comparison, FlownLeg, shutter_distances_m
from dronectl.analysis.footprints import (
    FlightPhotographs,
    Photographed,
    Picture,
    picture_at,
    pictures_taken,
    share_seen_pct,
)
from dronectl.checks.rules.idleness import BESIDE_M
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.plan.hotspot import HotspotFigures, SpotFigures
from dronectl.model.plan.patrol import CameraAction, Patrol
from dronectl.model.site import Site
from dronectl.planning.hotspots.idleness import Visit, mean_s, worst_s

_SECOND = np.timedelta64(1, "s")


@dataclass(frozen=True, slots=True)
class FlownSpot:
    """A point of a hot-spot patrol; idleness in seconds over the whole period, its ends counted."""

    planned: SpotFigures
    visits: int
    stay_s: float
    mean_idleness_s: float
    worst_idleness_s: float


@dataclass(frozen=True, slots=True)
class FlownHotspots:
    """A hot-spot patrol as far as these recordings show it."""

    planned: HotspotFigures
    sorties_planned: int
    sorties_flown: int
    spots: tuple[FlownSpot, ...]


def photographed(comparisons: Sequence[Comparison], site: Site) -> tuple[Photographed, ...]:
    """One for each flown patrol that photographs zones."""
    return tuple(
        found
        for patrol, own in _by_patrol(comparisons, site)
        if patrol.zones and patrol.camera is CameraAction.PHOTOS
        if (found := _photographed(patrol, own, site)) is not None
    )


def _by_patrol(comparisons: Sequence[Comparison], site: Site) -> Iterator[tuple[Patrol, list[Comparison]]]:
    for name in dict.fromkeys(one.planned.patrol for one in comparisons):
        patrol = site.patrol(name) if name else None
        if patrol is not None:
            yield patrol, [one for one in comparisons if one.planned.patrol == name]


def _photographed(patrol: Patrol, own: Sequence[Comparison], site: Site) -> Photographed | None:
    taken = [tuple(pictures_taken(one.track, site)) for one in own]
    is_told = any(taken)
    pictures = taken if is_told else [tuple(pictures_meant(one, site)) for one in own]
    flights = [
        FlightPhotographs(one.planned.drone.camera, views, _wanted_gsd_m(patrol, one))
        for one, views in zip(own, pictures, strict=True)
    ]
    if not any(pictures) and not any(math.isfinite(photographs.wanted_gsd_m) for photographs in flights):
        return None  # neither camera nor mission knows of photographs
    seen_pct = share_seen_pct(flights, site, patrol.zones)
    sharp_pct = share_seen_pct([photographs.sharp() for photographs in flights], site, patrol.zones)
    if seen_pct is None or sharp_pct is None:
        return None
    return Photographed(
        patrol=patrol.id,
        zones=patrol.zones,
        pictures=sum(map(len, pictures)),
        source="camera" if is_told else "plan",
        photographed_pct=seen_pct,
        at_gsd_pct=sharp_pct,
        wanted_gsd_m=max(photographs.wanted_gsd_m for photographs in flights),
    )


def _wanted_gsd_m(patrol: Patrol, flown: Comparison) -> float:
    """The patrol's, else what the camera has at the height that the mission flies with it."""
    if patrol.gsd_cm is not None:
        return patrol.gsd_cm / 100.0
    heights_m = [max(leg.start.height_m, leg.end.height_m) for leg in flown.planned.legs if leg.camera_on]
    return flown.planned.drone.camera.gsd_m(max(heights_m)) if heights_m else math.inf


def pictures_meant(flown: Comparison, site: Site) -> Iterator[Picture]:
    """Where the flight would have set the camera off, by the distance that the mission asks for.

    As ArduPilot does (AP_Camera_Backend::update): the first one that distance after the trigger is switched on.
    """
    distances_m = shutter_distances_m(flown.planned)
    x_m, y_m = LocalFrame(site.home).to_xy(flown.track.lat_deg, flown.track.lon_deg)
    last: int | None = None
    for sample, leg in zip(flown.samples.tolist(), flown.matched.leg.tolist(), strict=True):
        if distances_m[leg] <= 0.0:
            last = None
        elif last is None:
            last = sample
        elif math.hypot(x_m[sample] - x_m[last], y_m[sample] - y_m[last]) >= distances_m[leg]:
            last = sample
            yield from picture_at(flown.track, site, sample)


def idleness(
    hotspots: Sequence[HotspotFigures], sorties: int, comparisons: Sequence[Comparison], site: Site
) -> tuple[FlownHotspots, ...]:
    """For each hot-spot patrol with a flight among these; ``sorties``: how many its plan has, of all drones.

    The period begins as planned before the first of the flights, so that only a later delay counts as one.
    """
    found = []
    for figures in hotspots:
        own = [one for one in comparisons if one.planned.patrol == figures.patrol]
        if own:
            origin = min(one.start_utc - np.timedelta64(round(_begins_s(one, figures) * 1e6), "us") for one in own)
            spots = tuple(_spot(spot, figures.period_s, own, origin, site) for spot in figures.spots)
            flown = len({(one.planned.drone.name, one.planned.sortie) for one in own})
            found.append(FlownHotspots(figures, sorties, flown, spots))
    return tuple(found)


def _begins_s(flown: Comparison, figures: HotspotFigures) -> float:
    wave = flown.planned.sortie - figures.first_sortie
    known = 0 <= wave < len(figures.wave_starts_s)
    return flown.planned.start_s + (figures.wave_starts_s[wave] if known else 0.0)


def _spot(
    spot: SpotFigures, period_s: float, flights: Sequence[Comparison], origin: np.datetime64, site: Site
) -> FlownSpot:
    visits = []
    for flight in flights:
        begin_s = float((flight.start_utc - origin) / _SECOND)
        for leg in flight.legs:
            if leg.flown_s is not None and leg.planned_stay_s > 0.0 and _is_beside(spot, leg, site):
                arrive_s = begin_s + leg.flown_s
                visits.append(Visit(arrive_s, arrive_s + leg.flown_stay_s, 0))
    return FlownSpot(
        planned=spot,
        visits=len(visits),
        stay_s=math.fsum(visit.stay_s for visit in visits),
        mean_idleness_s=mean_s(visits, period_s),
        worst_idleness_s=worst_s(visits, period_s),
    )


def _is_beside(spot: SpotFigures, leg: FlownLeg, site: Site) -> bool:
    """Whether the stay was planned at the point's standoff distance."""
    point = next((one for one in site.zones.points if one.id == spot.id), None)
    if point is None:
        return False
    frame = LocalFrame(site.home)
    (east, north), (x_m, y_m) = frame.point_to_xy(point.position), frame.to_xy([leg.lat_deg], [leg.lon_deg])
    return abs(math.hypot(float(x_m[0]) - east, float(y_m[0]) - north) - spot.standoff_m) <= BESIDE_M
