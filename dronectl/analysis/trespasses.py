"""Where flights left their fence, were within a keep-out at its heights, or above the ceiling: fix by fix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import shapely

from dronectl.geodesy.frame import LocalFrame
from dronectl.model.site import Site
from dronectl.model.text.shown_time import utc_of_us
from dronectl.model.track.track import Track
from dronectl.model.track.trespass import Bound, Trespass
from dronectl.planning.paths.volumes import volumes

FARTHEST_DEG = 1.0
"""A flight that was never so near to the site's home is of another site."""

Numbers = npt.NDArray[np.float64]


def trespasses(tracks: Sequence[Track], site: Site) -> list[Trespass]:
    """Of each flight near the site, in the order of its bounds: fence, keep-outs and obstacles, ceiling.

    Heights of keep-outs are above the site's ground, the ceiling is above home. What is not known oversteps nothing. A
    workspace with a fault in a shape is looked at as far as that goes.
    """
    frame = LocalFrame(site.home)
    return [one for track in tracks if _is_near(track, site) for one in _of(track, site, frame)]


def _is_near(track: Track, site: Site) -> bool:
    north_deg, east_deg = np.abs(track.lat_deg - site.home.lat_deg), np.abs(track.lon_deg - site.home.lon_deg)
    return bool((np.maximum(north_deg, east_deg) < FARTHEST_DEG).all())


def _of(track: Track, site: Site, frame: LocalFrame) -> Iterator[Trespass]:
    places = shapely.points(np.column_stack(frame.to_xy(track.lat_deg, track.lon_deg)))
    fence = site.zones.fence_of(track.name)
    if fence is not None:
        inside_m = _within_m(places, frame.polygon_to_xy(fence.polygon))
        yield from _stretches(track, -inside_m, Bound.FENCE, fence.name)
    height_m = track.amsl_altitude_m - site.ground_elevation_m
    first, last = (utc_of_us(int(time.astype(np.int64))) for time in track.time_utc[[0, -1]])
    for volume in volumes(site, frame, (first, last) if first is not None and last is not None else None):
        concerned = (height_m >= volume.floor_m) & (height_m <= volume.ceiling_m)
        if concerned.any():
            deep_m = np.where(concerned, _within_m(places, volume.shape), -np.inf)
            yield from _stretches(track, deep_m, Bound.KEEP_OUT, volume.name)
    yield from _stretches(track, track.relative_altitude_m - site.rules.ceiling_m, Bound.CEILING, "")


def _within_m(places: npt.NDArray[np.object_], area: shapely.Geometry) -> Numbers:
    """Distance of each place to the edge; negative outside."""
    area = shapely.make_valid(area)
    shapely.prepare(area)
    distance_m = shapely.distance(places, shapely.boundary(area))
    found: Numbers = np.where(shapely.intersects(area, places), distance_m, -distance_m)
    return found


def _stretches(track: Track, beyond_m: Numbers, bound: Bound, name: str) -> Iterator[Trespass]:
    """One for each run of fixes that are beyond by more than nothing."""
    is_beyond = np.concatenate([[False], beyond_m > 0.0, [False]])
    edges = np.flatnonzero(np.diff(is_beyond))
    for first, after in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        worst = first + int(np.argmax(beyond_m[first:after]))
        yield Trespass(
            drone=track.name,
            bound=bound,
            name=name,
            begin_utc=track.time_utc[first],
            end_utc=track.time_utc[after - 1],
            beyond_m=float(beyond_m[worst]),
            lat_deg=float(track.lat_deg[worst]),
            lon_deg=float(track.lon_deg[worst]),
        )
