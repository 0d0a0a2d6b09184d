"""The area of Mission Planner's ``.poly`` file: a corner a line, latitude and longitude."""

from __future__ import annotations

from dronectl.formats.features.shapes import Shape, ShapeForm
from dronectl.formats.missions.point_lists import places_of, ring_of


def read_poly(text: str, *, source: str) -> Shape:
    """The area of a file.

    Raises:
        InputError: a line that is no place, or fewer than three places; with the line's number.
    """
    ring = ring_of(places_of(text, source=source), source=source)
    return Shape(ShapeForm.POLYGON, (ring,), "", {}, source)
