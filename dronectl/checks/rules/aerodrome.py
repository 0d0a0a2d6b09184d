"""Every leg keeps its distance from every aerodrome that is not known to be closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import PLACE_TOLERANCE_M, Found, Rule, found
from dronectl.checks.wording import Form
from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray
from dronectl.geodesy.geodesic import distances_m
from dronectl.model.geo import GeoPoint
from dronectl.model.rules import Aerodrome

NEAR = Form(
    "{distance_km:.2f} km from {id} ({name}, {status}) on {leg}; at least {limit_km:g} km required",
    "ห่าง {id} ({name}, {status}) {distance_km} กม. ที่{leg} ต้องห่างอย่างน้อย {limit_km} กม.",
    many="within {limit_km} km of {id}, nearest {distance_km} km",
    many_thai="ห่าง {id} ไม่ถึง {limit_km} กม. ใกล้ที่สุด {distance_km} กม.",
)


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
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


def _check_legs(flight: Flight, aerodrome: Aerodrome, centre: shapely.Point, ground: Ground) -> Iterator[Found]:
    limit_m = ground.site.rules.aerodrome_distance_m
    shapes = flight.distinct_shapes
    if not len(shapes):
        return
    nearest = shapely.get_point(shapely.shortest_line(shapes, centre), 0)
    distances_m = _geodesics_m(shapely.get_coordinates(nearest), aerodrome.position, ground)
    for index in np.flatnonzero(distances_m < limit_m - PLACE_TOLERANCE_M):
        leg, distance_m = flight.distinct[index], float(distances_m[index])
        yield found(
            "aerodrome",
            flight,
            NEAR(
                distance_km=distance_m / 1000,
                id=aerodrome.id,
                name=aerodrome.name,
                status=aerodrome.status,
                leg=leg.words(),
                limit_km=limit_m / 1000,
            ),
            item=leg.item,
            zone=aerodrome.id,
            where=nearest[index],
            extent=shapes[index],
            amount=limit_m - distance_m,
            unit="m",
            group=aerodrome.id,
        )


def _geodesics_m(xy_m: FloatArray, to: GeoPoint, ground: Ground) -> FloatArray:
    """(n,) distances of (n, 2) places on the WGS 84 ellipsoid."""
    lat, lon = ground.frame.to_geo(xy_m[:, 0], xy_m[:, 1])
    return distances_m(lat, lon, to)


RULE = Rule(
    id="aerodrome",
    title="Away from aerodromes",
    explanation="No leg may come nearer to an aerodrome or landing strip than [rules] aerodrome_distance_m, unless "
    "its operator permits it. A strip whose status is unknown counts as open.",
    find=find,
    why="Manned aircraft are low there, and their crews do not see a drone.",
    source="Thailand, Ministry of Transport announcement B.E. 2558: 9 km (5 nautical miles), unless the aerodrome's "
    "operator permits. Distances are geodesics on WGS 84.",
    example="1.41 km from VTUR (สนามบินร้อยเอ็ดเดิม, unknown) on leg 5→7; at least 9 km required",
    remedy="Get the operator's permit and enter it as [[rules.authorisation]]; find out whether a strip of unknown "
    "status is closed.",
)
