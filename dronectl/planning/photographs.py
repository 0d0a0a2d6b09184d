"""What of the zones the photographs of flown tracks show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
import shapely.affinity

from dronectl.model.fleet import Camera
from dronectl.model.site import Site
from dronectl.model.track import EventKind, Track
from dronectl.planning.frame import LocalFrame
from dronectl.planning.space import both, minus, union
from dronectl.planning.volumes import volumes

GSD_TOLERANCE = 0.05
"""A photograph taken this much higher than it was to be still has the wanted ground sampling distance: drones bob."""

Source = Literal["camera", "plan"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A photograph that looks straight down from ``height_m`` above the ground, its top towards ``heading_deg``."""

    lat_deg: float
    lon_deg: float
    height_m: float
    heading_deg: float


@dataclass(frozen=True, slots=True)
class Photographed:
    """How much of a patrol's zones (without their keep-outs) lies on at least one photograph, 0..100."""

    patrol: str
    zones: tuple[str, ...]
    pictures: int
    source: Source
    """``camera``: where the recordings say that it took them. ``plan``: no recording says, so where the flown tracks
    would have set it off at the plan's distance."""
    photographed_pct: float
    at_gsd_pct: float
    """With photographs of the wanted ground sampling distance alone."""
    wanted_gsd_m: float
    """The coarsest of its drones'."""


@dataclass(frozen=True, slots=True)
class Shots:
    """The pictures of one flight, by one camera."""

    camera: Camera
    pictures: tuple[Picture, ...]
    wanted_gsd_m: float = np.inf

    def sharp(self) -> Shots:
        """Those of the wanted ground sampling distance."""
        limit_m = self.wanted_gsd_m * (1.0 + GSD_TOLERANCE)
        kept = (picture for picture in self.pictures if self.camera.gsd_m(picture.height_m) <= limit_m)
        return Shots(self.camera, tuple(kept), self.wanted_gsd_m)


def photographed_pct(tracks: Sequence[Track], site: Site, zone_ids: Sequence[str]) -> float | None:
    """Share of the zones (without their keep-outs) that lies on at least one photograph, 0..100; None: no photograph,
    or no such zone."""
    flights = []
    for track in tracks:
        drone = site.drone(track.name)
        if drone is not None:
            flights.append(Shots(drone.camera, tuple(pictures_taken(track, site))))
    return share_seen_pct(flights, site, zone_ids) if any(shots.pictures for shots in flights) else None


def share_seen_pct(flights: Sequence[Shots], site: Site, zone_ids: Sequence[str]) -> float | None:
    """Share of the zones, less their keep-outs, on at least one picture, 0..100; None: there is nothing to be seen."""
    frame = LocalFrame(site.home)
    zones = [frame.polygon_to_xy(zone.polygon) for zone in site.zones.zones if zone.id in zone_ids]
    wanted = minus(union(zones), union([volume.shape for volume in volumes(site, frame)]))
    if wanted.area == 0.0:
        return None
    seen = union([_footprint(picture, shots.camera, frame) for shots in flights for picture in shots.pictures])
    return float(100.0 * both(seen, wanted).area / wanted.area)


def pictures_taken(track: Track, site: Site) -> Iterator[Picture]:
    """Those that the recording tells: with the camera's own reports of place and heading, else where it was then."""
    if track.shots:
        for shot in track.shots:
            heading_deg = shot.yaw_deg if np.isfinite(shot.yaw_deg) else _heading_deg(track, shot.time_utc)
            height_m = shot.amsl_altitude_m - site.ground_elevation_m
            yield from _usable(Picture(shot.lat_deg, shot.lon_deg, height_m, heading_deg))
        return
    for event in track.events:
        if event.kind is EventKind.PHOTO:
            yield from picture_at(track, site, track.sample_at(event.time_utc))


def picture_at(track: Track, site: Site, index: int) -> Iterator[Picture]:
    """What a camera would see from one sample; nothing on the ground or without a heading."""
    height_m = float(track.amsl_altitude_m[index]) - site.ground_elevation_m
    place = float(track.lat_deg[index]), float(track.lon_deg[index])
    yield from _usable(Picture(*place, height_m, float(track.heading_deg[index])))


def _usable(picture: Picture) -> Iterator[Picture]:
    if picture.height_m > 0.0 and np.isfinite(picture.heading_deg):
        yield picture


def _heading_deg(track: Track, time_utc: np.datetime64) -> float:
    return float(track.heading_deg[track.sample_at(time_utc)])


def _footprint(picture: Picture, camera: Camera, frame: LocalFrame) -> shapely.Geometry:
    """A rectangle on flat ground."""
    east, north = frame.to_xy(picture.lat_deg, picture.lon_deg)
    across_m, along_m = camera.footprint_m(picture.height_m)
    flat = shapely.box(-across_m / 2, -along_m / 2, across_m / 2, along_m / 2)
    turned = shapely.affinity.rotate(flat, -picture.heading_deg, origin=(0, 0))
    return shapely.affinity.translate(turned, float(east), float(north))
