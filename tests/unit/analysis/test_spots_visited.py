"""Which points flights came by, and how long they were alone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from dronectl.analysis.spots_visited import spots_visited
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.zone import PoiCategory, PointOfInterest
from dronectl.model.track.track import PositionSource, Track

ZONE = ZoneInfo("Asia/Bangkok")
DEGREE_M = 110_660.0
START = np.datetime64("2026-03-01T02:00:00", "us")


def track(north_m: list[float], start_s: float = 0.0, step_s: float = 10.0) -> Track:
    times = START + (np.arange(len(north_m)) * step_s * 1e6 + start_s * 1e6).astype("timedelta64[us]")
    column = np.zeros(len(north_m))
    lat_deg = 16.0 + np.array(north_m) / DEGREE_M
    return Track("alpha", 1, PositionSource.EKF, times, lat_deg, column + 103.65, column, column + 40.0, column, column)


def point(north_m: float, standoff_m: float | None = None) -> PointOfInterest:
    place = GeoPoint(16.0 + north_m / DEGREE_M, 103.65)
    return PointOfInterest("p", "จุด", True, "test", place, PoiCategory.OTHER, standoff_m=standoff_m)


def test_a_visit_ends_where_the_drone_is_away_for_a_minute() -> None:
    """There for 20 s, away for 200 s, there again."""
    flown = track([0.0] * 3 + [500.0] * 20 + [0.0] * 2 + [500.0] * 5)
    (spot,) = spots_visited([flown], [point(0.0)], ZONE)
    assert spot.visits == 2
    assert spot.alone_s == pytest.approx(210.0)
    (never,) = spots_visited([flown], [point(2000.0)], ZONE)
    assert (never.visits, never.alone_s) == (0, pytest.approx(290.0))


def test_how_near_is_near_goes_by_the_standoff() -> None:
    flown = track([100.0] * 5)
    near, far = spots_visited([flown], [point(0.0, 70.0), point(0.0)], ZONE)
    assert (near.visits, far.visits) == (1, 0)


def test_nights_do_not_count_and_without_flights_nothing_is_known() -> None:
    flown = [track([0.0, 500.0]), track([500.0, 0.0], start_s=86_400.0)]
    (spot,) = spots_visited(flown, [point(0.0)], ZONE)
    assert (spot.visits, spot.alone_s) == (2, pytest.approx(10.0))
    assert spots_visited([], [point(0.0)], ZONE)[0].alone_s is None
