"""Keep-outs and obstacles as one kind of thing: a shape in local metres from one height to another."""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from dronectl.model.fleet import Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.site import Site
from dronectl.planning.frame import LocalFrame


@dataclass(frozen=True, slots=True)
class Volume:
    """No aircraft enters ``shape`` between ``floor_m`` and ``ceiling_m`` above ground (infinite: no top)."""

    id: str
    name: str
    shape: shapely.Geometry
    floor_m: float
    ceiling_m: float


def volumes(site: Site, frame: LocalFrame) -> list[Volume]:
    """Every keep-out and obstacle of the site."""
    found = [
        Volume(
            zone.id,
            zone.name,
            frame.polygon_to_xy(zone.polygon),
            zone.floor_m,
            float("inf") if zone.ceiling_m is None else zone.ceiling_m,
        )
        for zone in site.zones.keep_outs
    ]
    for obstacle in site.zones.obstacles:
        circle = shapely.Point(*frame.point_to_xy(obstacle.position)).buffer(obstacle.radius_m, quad_segs=64)
        found.append(Volume(obstacle.id, obstacle.name, circle, 0.0, obstacle.height_m))
    return found


def leg_problems(site: Site, drone: Drone, start: GeoPoint, end: GeoPoint, low_m: float, high_m: float) -> list[str]:
    """Why a straight leg between these heights above ground would break the fence or a keep-out, margins included."""
    frame = LocalFrame(site.home)
    leg = shapely.LineString(frame.points_to_xy([start, end]))
    problems: list[str] = []
    fence = site.zones.fence_of(drone.name)
    if fence is not None:
        polygon = frame.polygon_to_xy(fence.polygon)
        margin_m = site.rules.fence_margin_m
        if not polygon.covers(leg):
            problems.append(f"it leaves the fence {fence.name}")
        elif polygon.boundary.distance(leg) < margin_m:
            problems.append(
                f"it comes within {polygon.boundary.distance(leg):.1f} m of the fence (margin {margin_m:g} m)"
            )
    for volume in volumes(site, frame):
        if high_m < volume.floor_m or low_m > volume.ceiling_m:
            continue
        distance_m = volume.shape.distance(leg)
        if distance_m < site.rules.keep_out_margin_m:
            how = "crosses" if distance_m == 0 else f"passes {distance_m:.1f} m from"
            problems.append(f"it {how} {volume.name} ({volume.id}; margin {site.rules.keep_out_margin_m:g} m)")
    if high_m > site.rules.ceiling_m:
        problems.append(f"{high_m:.0f} m is above the ceiling of {site.rules.ceiling_m:g} m")
    return problems
