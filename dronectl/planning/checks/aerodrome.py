"""Every leg keeps its distance from every aerodrome that is not known to be closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyproj
import shapely

from dronectl.errors import InputError
from dronectl.model.geo import GeoPoint
from dronectl.model.rules import Aerodrome
from dronectl.planning.checks.finding import PLACE_TOLERANCE_M, Finding, Rule
from dronectl.planning.checks.flight import Flight, Ground
from dronectl.planning.checks.geometry import nearest_on


def check(flights: Sequence[Flight], ground: Ground) -> Iterator[Finding]:
    """The legs too near to an aerodrome, reported as one for each aerodrome: the nearest."""
    for aerodrome in ground.site.aerodromes:
        if aerodrome.status == "closed":
            continue
        try:
            centre = shapely.Point(*ground.frame.point_to_xy(aerodrome.position))
        except InputError:
            continue  # so far away that the frame does not hold it
        for flight in flights:
            yield from _check_legs(flight, aerodrome, centre, ground)


def _check_legs(flight: Flight, aerodrome: Aerodrome, centre: shapely.Point, ground: Ground) -> Iterator[Finding]:
    limit_m = ground.site.rules.aerodrome_distance_m
    for leg, shape in zip(flight.legs, flight.shapes, strict=True):
        where = nearest_on(shape, centre)
        place = ground.frame.to_points(np.array([[where.x, where.y]]))[0]
        distance_m = _geodesic_m(place, aerodrome.position)
        if distance_m >= limit_m - PLACE_TOLERANCE_M:
            continue
        yield Finding(
            "aerodrome",
            f"{leg.words()} comes {distance_m / 1000:.2f} km near {aerodrome.id} "
            f"({aerodrome.name}, {aerodrome.status}), {limit_m / 1000:g} km are to be kept",
            flight.drone.name,
            flight.sortie,
            item=leg.item,
            zone=aerodrome.id,
            where=where,
            extent=shape,
            amount=limit_m - distance_m,
            unit="m",
            group=aerodrome.id,
        )


def _geodesic_m(first: GeoPoint, second: GeoPoint) -> float:
    """On the WGS 84 ellipsoid."""
    _, _, distance_m = pyproj.Geod(ellps="WGS84").inv(first.lon_deg, first.lat_deg, second.lon_deg, second.lat_deg)
    return float(distance_m)


RULE = Rule(
    "aerodrome",
    "Away from aerodromes",
    "No leg may come nearer to an aerodrome or landing strip than [rules] aerodrome_distance_m, unless its operator "
    "permits it. A strip whose status is unknown counts as open.",
    check,
)
