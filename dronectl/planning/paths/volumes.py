"""Keep-outs and obstacles as one kind of thing: a shape in local metres from one height to another."""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from dronectl.geodesy.frame import LocalFrame
from dronectl.model.site import Site
from dronectl.model.validity import Span
from dronectl.site.local_time import zone_of


@dataclass(frozen=True, slots=True)
class Volume:
    """No aircraft enters ``shape`` between ``floor_m`` and ``ceiling_m`` above ground (infinite: no top)."""

    id: str
    name: str
    shape: shapely.Geometry
    floor_m: float
    ceiling_m: float


def volumes(site: Site, frame: LocalFrame, during: Span | None = None) -> list[Volume]:
    """Every keep-out and obstacle of the site; with ``during``, of dated keep-outs those that close then."""
    zones = site.zones if during is None else site.zones.during([during], zone_of(site))
    found = [
        Volume(
            zone.id,
            zone.name,
            frame.polygon_to_xy(zone.polygon),
            zone.floor_m,
            float("inf") if zone.ceiling_m is None else zone.ceiling_m,
        )
        for zone in zones.keep_outs
    ]
    for obstacle in zones.obstacles:
        circle = shapely.Point(*frame.point_to_xy(obstacle.position)).buffer(obstacle.radius_m, quad_segs=64)
        found.append(Volume(obstacle.id, obstacle.name, circle, 0.0, obstacle.height_m))
    return found
