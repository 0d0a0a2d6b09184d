"""Routes and tracks of GPX as lines, its waypoints as points."""

from __future__ import annotations

from dronectl.formats.features.shapes import Shape, ShapeForm
from dronectl.formats.routes.gpx import read_gpx
from dronectl.formats.text.told import Tell, unheard


def read_gpx_shapes(data: bytes, *, source: str, tell: Tell = unheard) -> list[Shape]:
    """The shapes of a file: routes, tracks (a shape for each segment), waypoints.

    Raises:
        InputError: no GPX, or a place that is none; with the line.
    """
    gpx = read_gpx(data, source=source, tell=tell)
    kinds = ((ShapeForm.LINE, (*gpx.routes, *gpx.tracks)), (ShapeForm.POINT, gpx.waypoints))
    return [
        Shape(form, (tuple((place.lon_deg, place.lat_deg) for place in way.places),), way.name, {}, way.where)
        for form, ways in kinds
        for way in ways
    ]
