"""Where flights left their fence, were within a keep-out at its heights, or above the ceiling: fix by fix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import shapely

from dronectl.geodesy.frame import LocalFrame, projection_at
from dronectl.model.site import Site
from dronectl.model.text.shown_time import utc_of_us
from dronectl.model.track.gaps import gaps_behind
from dronectl.model.track.track import Track
from dronectl.model.track.trespass import Bound, Trespass
from dronectl.model.validity import Span
from dronectl.planning.paths.volumes import volumes
from dronectl.site.local_time import zone_of

FARTHEST_M = 100_000.0
"""A fix that is farther from the site's home is of another site, or a wild one: nothing is said of it."""

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def trespasses(tracks: Sequence[Track], site: Site) -> list[Trespass]:
    """Of each flight near the site, in the order of its bounds: fence, keep-outs and obstacles, ceiling.

    Heights of keep-outs are above the site's ground, the ceiling is above home. What is not known oversteps nothing. Of
    a recording without a clock, dated keep-outs count as closed. A workspace with a fault in a shape is looked at as
    far as that goes.
    """
    frame = LocalFrame(site.home)
    return [one for number, track in enumerate(tracks) for one in _of(number, track, site, frame)]


def _of(number: int, track: Track, site: Site, frame: LocalFrame) -> Iterator[Trespass]:
    is_near = _near(track, site)
    if not is_near.any():
        return
    x_m, y_m = frame.to_xy(track.lat_deg[is_near], track.lon_deg[is_near])
    places = shapely.points(np.column_stack((x_m, y_m)))

    def within_m(area: shapely.Geometry) -> Numbers:
        """NaN where a fix is not near."""
        found = np.full(len(track), np.nan)
        found[is_near] = _within_m(places, area)
        return found

    fence = site.zones.fence_of(track.name)
    if fence is not None:
        inside_m = within_m(frame.polygon_to_xy(fence.polygon))
        yield from _stretches(number, track, -inside_m, Bound.FENCE, fence.name)
    height_m = track.amsl_altitude_m - site.ground_elevation_m
    during = None if track.start_us is None else _span(track.time_utc[0], track.time_utc[-1])
    dated = {} if during is None else {one.id: one for one in site.zones.keep_outs}
    for volume in volumes(site, frame, during):
        concerned = (height_m >= volume.floor_m) & (height_m <= volume.ceiling_m)
        if concerned.any():
            deep_m = np.where(concerned, within_m(volume.shape), -np.inf)
            keep_out = dated.get(volume.id)
            for one in _stretches(number, track, deep_m, Bound.KEEP_OUT, volume.name):
                if keep_out is None or keep_out.is_closed((_span(one.begin_utc, one.end_utc),), zone_of(site)):
                    yield one
    yield from _stretches(number, track, track.relative_altitude_m - site.rules.ceiling_m, Bound.CEILING, "")


def _near(track: Track, site: Site) -> Mask:
    x_m, y_m = projection_at(site.home)(track.lon_deg, track.lat_deg)
    near: Mask = np.hypot(x_m, y_m) < FARTHEST_M
    return near


def _span(begin_utc: np.datetime64, end_utc: np.datetime64) -> Span:
    begin, end = (utc_of_us(int(time.astype(np.int64))) for time in (begin_utc, end_utc))
    assert begin is not None
    assert end is not None
    return begin, end


def _within_m(places: npt.NDArray[np.object_], area: shapely.Geometry) -> Numbers:
    """Distance of each place to the edge; negative outside."""
    area = shapely.make_valid(area)
    shapely.prepare(area)
    distance_m = shapely.distance(places, shapely.boundary(area))
    found: Numbers = np.where(shapely.intersects(area, places), distance_m, -distance_m)
    return found


def _stretches(number: int, track: Track, beyond_m: Numbers, bound: Bound, name: str) -> Iterator[Trespass]:
    """One for each run of fixes that are beyond by more than nothing, without a gap between two of them."""
    is_beyond = np.flatnonzero(beyond_m > 0.0)
    if not len(is_beyond):
        return
    cuts = np.flatnonzero((np.diff(is_beyond) > 1) | gaps_behind(track)[is_beyond[1:] - 1]) + 1
    for run in np.split(is_beyond, cuts):
        worst = int(run[np.argmax(beyond_m[run])])
        yield Trespass(
            flight=number,
            bound=bound,
            name=name,
            begin_utc=track.time_utc[run[0]],
            end_utc=track.time_utc[run[-1]],
            beyond_m=float(beyond_m[worst]),
            lat_deg=float(track.lat_deg[worst]),
            lon_deg=float(track.lon_deg[worst]),
        )
