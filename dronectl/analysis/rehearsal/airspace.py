"""The volumes that one flight must keep to, in the site's plane, as the checks see them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.trajectory.terrain_profile import Relief
from dronectl.geodesy.frame import FloatArray, LocalFrame
from dronectl.model.rehearsal.flown import Track
from dronectl.model.rules import Rules


@dataclass(frozen=True, slots=True)
class Volume:
    """A keep-out or an obstacle, between two heights above the site's plane."""

    rule: str
    zone: str
    name: str
    area: shapely.Geometry
    floor_m: float
    ceiling_m: float


@dataclass(frozen=True)
class Airspace:
    """What one sortie of one drone must keep to."""

    fence: tuple[str, shapely.Polygon] | None
    volumes: tuple[Volume, ...]
    frame: LocalFrame
    relief: Relief
    home_height_m: float
    """Of the ground at its home, above the site's plane."""
    rules: Rules

    @classmethod
    def of(cls, flight: Flight, ground: Ground) -> Airspace:
        """Keep-outs are those that close while it is in the air."""
        volumes = [
            Volume(
                "keep-out",
                keep_out.id,
                keep_out.dated_name,
                area,
                keep_out.floor_m,
                np.inf if keep_out.ceiling_m is None else keep_out.ceiling_m,
            )
            for keep_out, area in ground.closed_for(flight)
        ]
        volumes += [
            Volume("obstacle", one.id, one.name, place.buffer(one.radius_m), -np.inf, one.height_m)
            for one, place in ground.obstacles
        ]
        for volume in volumes:
            shapely.prepare(volume.area)
        home_m = float(flight.starts[0, 2]) if flight.legs else 0.0
        fence = ground.fence_area(flight.drone.name)
        if fence is not None:
            shapely.prepare(fence[1])
        return cls(fence, tuple(volumes), ground.frame, ground.relief, home_m, ground.site.rules)


@dataclass(frozen=True)
class Placed:
    """A track in the site's plane: columns of metres."""

    track: Track
    x_m: FloatArray
    y_m: FloatArray
    height_m: FloatArray
    """Above the site's plane."""
    above_ground_m: FloatArray
    points: np.ndarray[tuple[int], np.dtype[np.object_]]

    @classmethod
    def of(cls, track: Track, airspace: Airspace) -> Placed:
        x_m, y_m = airspace.frame.to_xy(track.lat_deg, track.lon_deg)
        height_m = track.height_m + airspace.home_height_m
        above_m = height_m - np.nan_to_num(airspace.relief.heights_m(np.column_stack([x_m, y_m])))
        return cls(track, x_m, y_m, height_m, above_m, shapely.points(x_m, y_m))
