"""Zones that a flown line leads through."""

from __future__ import annotations

import numpy as np
import pytest

from dronectl.analysis.zones_crossed import zones_crossed
from dronectl.model.geo import GeoPoint, GeoPolygon, Ring
from dronectl.model.ground.zone import Zone, ZoneCategory
from dronectl.model.track.track import PositionSource, Track


def track(*places: tuple[float, float]) -> Track:
    """Through (latitude, longitude)."""
    lat, lon = (np.array(column, float) for column in zip(*places, strict=True))
    times = np.datetime64("2026-11-23T01:00:00", "us") + np.arange(len(lat)) * np.timedelta64(1, "s")
    zero = np.zeros(len(lat))
    return Track("alpha", 1, PositionSource.EKF, times, lat, lon, zero, zero, zero, zero)


def square(name: str, south: float, west: float, size: float, *holes: Ring) -> Zone:
    east = (west + size + 180.0) % 360.0 - 180.0
    corners = ((south, west), (south, east), (south + size, east), (south + size, west))
    ring = tuple(GeoPoint(lat, lon) for lat, lon in corners)
    return Zone(name, name, True, "test", GeoPolygon(ring, holes), ZoneCategory.PARK)


def test_a_zone_between_two_fixes_is_crossed() -> None:
    zones = [square("between", 0.0, 1.0, 1.0), square("beside", 2.0, 1.0, 1.0), square("at the end", 0.0, 3.0, 1.0)]
    assert zones_crossed(track((0.5, 0.0), (0.5, 3.5)), zones) == ("between", "at the end")


def test_a_flight_inside_a_hole_crosses_nothing() -> None:
    hole = tuple(GeoPoint(*place) for place in ((0.2, 0.2), (0.2, 0.8), (0.8, 0.8), (0.8, 0.2)))
    zone = square("ring", 0.0, 0.0, 1.0, hole)
    assert zones_crossed(track((0.4, 0.4), (0.6, 0.6)), [zone]) == ()
    assert zones_crossed(track((0.4, 0.4), (0.6, 0.9)), [zone]) == ("ring",)


@pytest.mark.parametrize("first", [179.9, -179.9])
def test_over_the_antimeridian(first: float) -> None:
    zones = [square("over it", 0.0, 179.95, 0.1), square("greenwich", 0.0, -0.5, 1.0)]
    assert zones_crossed(track((0.05, first), (0.05, -first)), zones) == ("over it",)


def test_one_fix_is_enough() -> None:
    assert zones_crossed(track((0.5, 0.5)), [square("here", 0.0, 0.0, 1.0), square("there", 5.0, 0.0, 1.0)]) == (
        "here",
    )


def test_a_zone_that_crosses_itself_is_still_a_place() -> None:
    bow_tie = tuple(GeoPoint(*place) for place in ((0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (1.0, 0.0)))
    zone = Zone("bow tie", "bow tie", False, "test", GeoPolygon(bow_tie), ZoneCategory.PARK)
    assert zones_crossed(track((0.5, 0.9), (0.6, 0.9)), [zone]) == ("bow tie",)
    assert zones_crossed(track((0.9, 0.5), (0.9, 0.49)), [zone]) == ()
