"""A place as numbers of a JSON document, whoever wrote it."""

from __future__ import annotations

from dronectl.model.geo import GeoPoint


def point_of(latitude: object, longitude: object) -> GeoPoint | None:
    """Degrees; None: they are no numbers, or no place on Earth."""
    if isinstance(latitude, bool) or isinstance(longitude, bool):
        return None
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    try:
        return GeoPoint(float(latitude), float(longitude))
    except (ValueError, OverflowError):
        return None
