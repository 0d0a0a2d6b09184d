"""What the photographs of flown tracks show: of the ground, and of the zones."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely

from dronectl.geodesy.frame import MAX_LATITUDE_DEG, FloatArray, LocalFrame
from dronectl.geodesy.geodesic import moved
from dronectl.model.fleet import Camera
from dronectl.model.geo import GeoPoint
from dronectl.model.site import Site
from dronectl.model.track.footprint import Footprint, GroundBy
from dronectl.model.track.photograph import Photograph
from dronectl.model.track.track import EventKind, Track
from dronectl.planning.paths.space import both, minus, union
from dronectl.planning.paths.volumes import volumes

GSD_TOLERANCE = 0.05
"""A photograph taken this much higher than it was to be still has the wanted ground sampling distance: drones bob."""

FARTHEST_OFF_NADIR_DEG = 80.0
"""A picture with a corner that looks farther off the vertical shows the horizon rather than a piece of the ground."""

HIGHEST_M = 10_000.0
"""No copter photographs from higher: a damaged recording may tell any height."""

PictureSource = Literal["camera", "plan"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A photograph from ``height_m`` above level ground, its top towards ``heading_deg``.

    It looks straight down but for what the camera leans: ``roll_deg`` right side down, ``pitch_deg`` nose up.
    """

    lat_deg: float
    lon_deg: float
    height_m: float
    heading_deg: float
    roll_deg: float = 0.0
    pitch_deg: float = 0.0
    ground_by: GroundBy = GroundBy.SITE

    @property
    def distance_m(self) -> float:
        """To the ground in the middle of the picture."""
        return self.height_m / (math.cos(math.radians(self.roll_deg)) * math.cos(math.radians(self.pitch_deg)))


@dataclass(frozen=True, slots=True)
class Photographed:
    """How much of a patrol's zones (without their keep-outs) lies on at least one photograph, 0..100."""

    patrol: str
    zones: tuple[str, ...]
    pictures: int
    source: PictureSource
    """``camera``: where the recordings say that it took them. ``plan``: no recording says, so where the flown tracks
    would have set it off at the plan's distance."""
    photographed_pct: float
    at_gsd_pct: float
    """With photographs of the wanted ground sampling distance alone."""
    wanted_gsd_m: float
    """The coarsest of its drones'."""


@dataclass(frozen=True, slots=True)
class FlightPhotographs:
    """The pictures of one flight, by one camera."""

    camera: Camera
    pictures: tuple[Picture, ...]
    wanted_gsd_m: float = np.inf

    def sharp(self) -> FlightPhotographs:
        """Those of the wanted ground sampling distance."""
        limit_m = self.wanted_gsd_m * (1.0 + GSD_TOLERANCE)
        kept = (picture for picture in self.pictures if self.camera.gsd_m(picture.distance_m) <= limit_m)
        return FlightPhotographs(self.camera, tuple(kept), self.wanted_gsd_m)


def photographed_pct(tracks: Sequence[Track], site: Site, zone_ids: Sequence[str]) -> float | None:
    """Share of the zones (without their keep-outs) that lies on at least one photograph, 0..100; None: no photograph,
    or no such zone."""
    flights = []
    for track in tracks:
        drone = site.drone(track.name)
        if drone is not None:
            flights.append(FlightPhotographs(drone.camera, tuple(pictures_taken(track, site))))
    return share_seen_pct(flights, site, zone_ids) if any(photographs.pictures for photographs in flights) else None


def share_seen_pct(flights: Sequence[FlightPhotographs], site: Site, zone_ids: Sequence[str]) -> float | None:
    """Share of the zones, less their keep-outs, on at least one picture, 0..100; None: there is nothing to be seen."""
    frame = LocalFrame(site.home)
    zones = [frame.polygon_to_xy(zone.polygon) for zone in site.zones.zones if zone.id in zone_ids]
    wanted = minus(union(zones), union([volume.shape for volume in volumes(site, frame)]))
    if wanted.area == 0.0:
        return None
    seen = union([area for photographs in flights for area in _areas(photographs, frame)])
    return float(100.0 * both(seen, wanted).area / wanted.area)


def footprints(tracks: Sequence[Track], site: Site) -> list[Footprint]:
    """What of the ground each photograph of the site's drones shows; nothing of one taken on the ground, without any
    heading, or with a picture that reaches to the horizon.

    The ground is level below each photograph. A stabilised camera looks straight down, its top where the aircraft
    points; a fixed one leans as the aircraft does, where the recording tells how. Corners are laid off from the place
    of the photograph along geodesics (PROJ), so it may lie anywhere, also on the antimeridian.
    """
    found: list[Footprint] = []
    for track in tracks:
        drone = site.drone(track.name)
        if drone is not None:
            found += _footprints(track, drone.camera, site)
    return found


def _footprints(track: Track, camera: Camera, site: Site) -> Iterator[Footprint]:
    views = [
        (photograph, picture) for photograph in track.photographs for picture in _picture_of(photograph, track, site)
    ]
    pictures = [picture for _, picture in views]
    rings = zip(views, _corners_geo(pictures, corners_m(pictures, camera)), strict=True)
    for (photograph, picture), corners in rings:
        if np.isfinite(corners).all() and abs(picture.lat_deg) <= MAX_LATITUDE_DEG:
            yield Footprint(
                photograph=photograph,
                corners=tuple(GeoPoint(lat, lon) for lat, lon in corners.tolist()),
                height_m=picture.height_m,
                ground_by=picture.ground_by,
                heading_deg=picture.heading_deg % 360.0,
                gsd_m=camera.gsd_m(picture.distance_m),
                stabilised=camera.stabilised,
            )


def _corners_geo(pictures: Sequence[Picture], offsets_m: FloatArray) -> FloatArray:
    """(n, 4, 2) latitudes and longitudes."""
    east_m, north_m = offsets_m.reshape(-1, 2).T
    lat, lon = (np.repeat([getattr(one, name) for one in pictures], 4) for name in ("lat_deg", "lon_deg"))
    return np.column_stack(moved(lat, lon, east_m, north_m)).reshape(-1, 4, 2)


def corners_m(pictures: Sequence[Picture], camera: Camera) -> FloatArray:
    """(n, 4, 2) metres east and north from below each picture's place to its corners on level ground: anticlockwise
    from the top left. NaN where a corner looks farther off the vertical than :data:`FARTHEST_OFF_NADIR_DEG`.

    Rays through the corners are turned by the aerospace sequence that ArduPilot's attitudes have: roll about the nose,
    then pitch about the wings, then yaw.
    """
    attitudes = [
        (math.radians(one.roll_deg), math.radians(one.pitch_deg), math.radians(one.heading_deg)) for one in pictures
    ]
    roll, pitch, yaw = np.array(attitudes).reshape(-1, 3, 1).transpose(1, 0, 2)
    across, along = camera.footprint_m(1.0)
    forward, right = np.array([(1, -1), (-1, -1), (-1, 1), (1, 1)]).T * np.array([[along / 2], [across / 2]])
    down = np.ones(4)
    length = math.hypot(along / 2, across / 2, 1.0)
    right, down = right * np.cos(roll) - down * np.sin(roll), right * np.sin(roll) + down * np.cos(roll)
    forward, down = forward * np.cos(pitch) + down * np.sin(pitch), down * np.cos(pitch) - forward * np.sin(pitch)
    north, east = forward * np.cos(yaw) - right * np.sin(yaw), forward * np.sin(yaw) + right * np.cos(yaw)
    on_ground = down >= math.cos(math.radians(FARTHEST_OFF_NADIR_DEG)) * length
    heights_m = np.array([one.height_m for one in pictures]).reshape(-1, 1)
    reach_m = np.divide(heights_m, down, out=np.full_like(down, np.nan), where=on_ground.all(axis=1, keepdims=True))
    return np.stack([east * reach_m, north * reach_m], axis=-1)


def pictures_taken(track: Track, site: Site) -> Iterator[Picture]:
    """Those that the recording tells: with the camera's own reports of place and heading, else where it was then."""
    if track.photographs:
        for photograph in track.photographs:
            yield from _picture_of(photograph, track, site)
        return
    for event in track.events:
        if event.kind is EventKind.PHOTO:
            yield from picture_at(track, site, track.sample_at(event.time_utc))


def picture_at(track: Track, site: Site, index: int) -> Iterator[Picture]:
    """What a camera would see from one sample; nothing on the ground or without a heading."""
    place = float(track.lat_deg[index]), float(track.lon_deg[index])
    heights_m = float(track.amsl_altitude_m[index]), float(track.relative_altitude_m[index])
    height_m, ground_by = _above_ground(site, *place, *heights_m)
    yield from _usable(Picture(*place, height_m, float(track.heading_deg[index]), ground_by=ground_by))


def _picture_of(photograph: Photograph, track: Track, site: Site) -> Iterator[Picture]:
    heading_deg = photograph.yaw_deg if np.isfinite(photograph.yaw_deg) else _heading_deg(track, photograph.time_utc)
    place = photograph.lat_deg, photograph.lon_deg
    height_m, ground_by = _above_ground(site, *place, photograph.amsl_altitude_m, photograph.relative_altitude_m)
    drone = site.drone(track.name)
    leans = (
        drone is not None and not drone.camera.stabilised and math.isfinite(photograph.roll_deg + photograph.pitch_deg)
    )
    roll_deg, pitch_deg = (photograph.roll_deg, photograph.pitch_deg) if leans else (0.0, 0.0)
    yield from _usable(Picture(*place, height_m, heading_deg, roll_deg, pitch_deg, ground_by))


def _above_ground(
    site: Site, lat_deg: float, lon_deg: float, amsl_altitude_m: float, relative_altitude_m: float
) -> tuple[float, GroundBy]:
    """By the elevation files where they know the ground, else above home, else above the site's elevation."""
    if site.terrain is not None:
        height_m = amsl_altitude_m - float(site.terrain.heights_m(lat_deg, lon_deg))
        if math.isfinite(height_m):
            return height_m, GroundBy.TERRAIN
    if math.isfinite(relative_altitude_m):
        return relative_altitude_m, GroundBy.HOME
    return amsl_altitude_m - site.ground_elevation_m, GroundBy.SITE


def _usable(picture: Picture) -> Iterator[Picture]:
    if 0.0 < picture.height_m <= HIGHEST_M and math.isfinite(picture.heading_deg):
        yield picture


def _heading_deg(track: Track, time_utc: np.datetime64) -> float:
    return float(track.heading_deg[track.sample_at(time_utc)])


def _areas(photographs: FlightPhotographs, frame: LocalFrame) -> list[shapely.Geometry]:
    """What each picture shows, as a polygon in the site's plane."""
    pictures = photographs.pictures
    east, north = frame.to_xy([one.lat_deg for one in pictures], [one.lon_deg for one in pictures])
    corners = np.column_stack([east, north]).reshape(-1, 1, 2) + corners_m(pictures, photographs.camera)
    return list(shapely.polygons(corners[np.isfinite(corners).all(axis=(1, 2))]))
