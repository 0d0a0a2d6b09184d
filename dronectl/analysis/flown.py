"""What was flown, held against the site: tracks inside the fence, out of keep-outs, apart from each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
import shapely

from dronectl.geodesy.frame import LocalFrame
from dronectl.model.site import Site
from dronectl.model.text.shown_time import utc_of_us
from dronectl.model.track.track import Track
from dronectl.planning.paths.volumes import volumes

FloatArray = npt.NDArray[np.float64]
COMMON_STEP_S = 0.1
"""Tracks are compared at common times this far apart: at 2 x 10 m/s closing speed two drones move 2 m in it."""
AIRBORNE_M = 2.0
"""Below this a drone counts as standing on its home spot, where drones may be near each other."""


@dataclass(frozen=True, slots=True)
class FlownReport:
    """All in metres; negative clearances mean that a track was outside the fence or inside a keep-out."""

    fence_clearance_m: float
    """Least distance of any sample to the fence, from inside."""
    keep_out_clearance_m: float | None
    """Least horizontal distance to a keep-out or obstacle at a height where it applies; None: the site has none."""
    keep_out: str | None
    """Which one that was."""
    min_separation_m: float | None
    """Least 3-D distance between two drones in the air at the same time; None: never two in the air."""
    max_height_m: float
    """Highest height above home."""

    @property
    def inside(self) -> bool:
        """Never outside the fence, never in a keep-out."""
        return self.fence_clearance_m >= 0 and (self.keep_out_clearance_m is None or self.keep_out_clearance_m >= 0)

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "inside": self.inside}


def flown_report(tracks: Sequence[Track], site: Site) -> FlownReport:
    """Holds flown tracks against fence, keep-outs, obstacles and each other. At least one track is wanted."""
    frame = LocalFrame(site.home)
    lines = [np.column_stack(frame.to_xy(track.lat_deg, track.lon_deg)) for track in tracks]
    fence_m = min(_fence_clearance_m(track, xy, site, frame) for track, xy in zip(tracks, lines, strict=True))
    keep_outs = [_keep_out_clearance(track, xy, site, frame) for track, xy in zip(tracks, lines, strict=True)]
    found = [entry for entry in keep_outs if entry is not None]
    nearest = min(found) if found else None
    apart = [
        distance
        for (a, b) in combinations(range(len(tracks)), 2)
        if tracks[a].system_id != tracks[b].system_id
        and (distance := _separation_m(tracks[a], lines[a], tracks[b], lines[b])) is not None
    ]
    return FlownReport(
        fence_clearance_m=fence_m,
        keep_out_clearance_m=nearest[0] if nearest else None,
        keep_out=nearest[1] if nearest else None,
        min_separation_m=min(apart) if apart else None,
        max_height_m=max(float(np.nanmax(track.relative_altitude_m)) for track in tracks),
    )


def _fence_clearance_m(track: Track, xy: FloatArray, site: Site, frame: LocalFrame) -> float:
    fence = site.zones.fence_of(track.name)
    if fence is None:
        return float("inf")
    polygon = frame.polygon_to_xy(fence.polygon)
    return _signed_clearance_m(shapely.points(xy), polygon, inside_is_good=True)


def _keep_out_clearance(track: Track, xy: FloatArray, site: Site, frame: LocalFrame) -> tuple[float, str] | None:
    """(distance, id) of the nearest keep-out or obstacle whose heights meet the track's."""
    height_m = track.amsl_altitude_m - site.ground_elevation_m
    found: list[tuple[float, str]] = []
    first, last = (utc_of_us(int(time.astype(np.int64))) for time in track.time_utc[[0, -1]])
    for volume in volumes(site, frame, (first, last) if first is not None and last is not None else None):
        concerned = (height_m >= volume.floor_m) & (height_m <= volume.ceiling_m)
        if concerned.any():
            points = shapely.points(xy[concerned])
            found.append((_signed_clearance_m(points, volume.shape, inside_is_good=False), volume.id))
    return min(found) if found else None


def _signed_clearance_m(points: npt.NDArray[np.object_], area: shapely.Geometry, *, inside_is_good: bool) -> float:
    """Least distance to the edge of ``area``; negative on the wrong side of it."""
    shapely.prepare(area)
    distance_m = shapely.distance(points, shapely.boundary(area))
    good = shapely.intersects(area, points) == inside_is_good
    return float(np.where(good, distance_m, -distance_m).min())


def _separation_m(a: Track, a_xy: FloatArray, b: Track, b_xy: FloatArray) -> float | None:
    """Least 3-D distance while both are in the air, on common times between samples."""
    second = np.timedelta64(1, "s")
    origin = min(a.time_utc[0], b.time_utc[0])
    a_s, b_s = (a.time_utc - origin) / second, (b.time_utc - origin) / second
    begin, end = max(a_s[0], b_s[0]), min(a_s[-1], b_s[-1])
    if end <= begin:
        return None
    times = np.arange(begin, end, COMMON_STEP_S)

    def at(own_s: FloatArray, column: FloatArray) -> FloatArray:
        return np.interp(times, own_s, column)

    in_the_air = (at(a_s, a.relative_altitude_m) > AIRBORNE_M) & (at(b_s, b.relative_altitude_m) > AIRBORNE_M)
    if not in_the_air.any():
        return None
    east = at(a_s, a_xy[:, 0]) - at(b_s, b_xy[:, 0])
    north = at(a_s, a_xy[:, 1]) - at(b_s, b_xy[:, 1])
    up = at(a_s, a.amsl_altitude_m) - at(b_s, b.amsl_altitude_m)
    return float(np.sqrt(east**2 + north**2 + up**2)[in_the_air].min())
