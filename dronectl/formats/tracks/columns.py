"""A track as the columns that tables have: CSV, GeoJSON and Parquet name and fill them alike."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dronectl.formats.tracks.view import above_ground_m
from dronectl.geodesy.geoid import ellipsoid_altitude_m
from dronectl.model.track.track import Track

if TYPE_CHECKING:
    from dronectl.model.ground.terrain import Terrain


@dataclass(frozen=True, slots=True)
class Number:
    """A column of numbers, NaN where a value is not known, and how many decimals its source has."""

    name: str
    values: NDArray[np.float64]
    decimals: int

    def texts(self) -> list[str]:
        """Empty where it is not known."""
        return ["" if math.isnan(value) else f"{value:.{self.decimals}f}" for value in self.values.tolist()]

    def json_values(self) -> list[float | None]:
        return [None if math.isnan(value) else value for value in np.round(self.values, self.decimals).tolist()]


def numbers_of(track: Track, terrain: Terrain | None) -> tuple[Number, ...]:
    """Every figure of a fix but its time and place on the map. Altitudes are above mean sea level, above the vehicle's
    home at that time, above the ellipsoid (by the receiver's geoid, else EGM96) and above the ground of the elevation
    files, each where it is known."""
    return (
        Number("amsl_altitude_m", track.amsl_altitude_m, 3),
        Number("relative_altitude_m", track.relative_altitude_m, 3),
        Number("ellipsoid_altitude_m", ellipsoid_altitude_m(track), 3),
        Number("above_ground_m", above_ground_m(track, terrain), 2),
        Number("ground_speed_m_s", track.ground_speed_m_s, 2),
        Number("heading_deg", track.heading_deg, 2),
        Number("battery_pct", track.battery_pct, 0),
    )


def numbered(tracks: Sequence[Track]) -> Iterator[tuple[int, Track]]:
    """Each track with its number among the flights of its drone: 1, 2, …"""
    flights: dict[str, int] = {}
    for track in tracks:
        flights[track.name] = flights.get(track.name, 0) + 1
        yield flights[track.name], track
