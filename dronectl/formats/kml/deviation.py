"""Planned against flown in KML: a line from where a flight was farthest off to where it was to be, with its name."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from dronectl.formats.kml import elements as kml
from dronectl.formats.kml.drones import DroneStyles
from dronectl.formats.kml.tracks import altitude_mode
from dronectl.formats.tracks.view import Heights
from dronectl.model.geo import GeoPoint
from dronectl.model.track.deviation import Deviation
from dronectl.model.track.track import iso_utc


def deviation_styles(deviations: Sequence[Deviation], coloured: Mapping[str, tuple[DroneStyles, str]]) -> list[str]:
    """One a drone, in its colour."""
    return [
        kml.style(_style(coloured[name][0]), coloured[name][1], width=3.0, icon="caution", icon_scale=0.6)
        for name in dict.fromkeys(one.drone for one in deviations)
    ]


def deviation_folder(
    deviations: Sequence[Deviation], style_of: Mapping[str, DroneStyles], heights: Heights
) -> Iterator[str]:
    """A placemark for each, at its moment."""
    marks = (_placemark(one, _style(style_of[one.drone]), heights) for one in deviations)
    return kml.folder("Planned against flown: farthest off", marks)


def _style(styles: DroneStyles) -> str:
    return f"{styles.flown}-off"


def _placemark(one: Deviation, style: str, heights: Heights) -> str:
    higher_m = one.relative_altitude_m - one.planned_relative_altitude_m
    mode, flown_m = altitude_mode(heights), one.amsl_altitude_m
    if heights is Heights.RELATIVE:
        flown_m = one.relative_altitude_m
    if not math.isfinite(flown_m):
        mode, flown_m = kml.ON_GROUND, 0.0
    planned_m = flown_m - higher_m if math.isfinite(higher_m) else flown_m
    flown = GeoPoint(one.lat_deg, one.lon_deg)
    planned = GeoPoint(one.planned_lat_deg, one.planned_lon_deg)
    line = kml.line([kml.vertex_of(flown, flown_m), kml.vertex_of(planned, planned_m)], mode)
    when = iso_utc(np.array([one.time_utc], "datetime64[us]"))[0]
    return kml.placemark(
        f"{one.drone}: {one.cross_track_m:.2f} m off {one.leg}",
        style,
        kml.labelled([line], flown, flown_m, mode),
        description=f"Sortie {one.sortie}, {when}: {one.cross_track_m:.2f} m over ground from the planned leg"
        f"{_height_words(higher_m)}; the farthest of this flight",
        when=when,
    )


def _height_words(higher_m: float) -> str:
    if not math.isfinite(higher_m):
        return ", height not known"
    return f", {abs(higher_m):.2f} m {'above' if higher_m >= 0 else 'below'} it"
