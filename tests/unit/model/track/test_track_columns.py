"""Track: lengths, order, distance on the ellipsoid, boxes."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import Geod

from dronectl.geodesy.columns import path_length_m
from dronectl.model.track.track import PositionSource, Track, iso_utc


def make(lat_deg: list[float], lon_deg: list[float], times_us: list[int] | None = None) -> Track:
    count = len(lat_deg)
    zeros = np.zeros(count)
    times = np.array(
        times_us if times_us is not None else [1_000_000 * index for index in range(count)], "datetime64[us]"
    )
    lat, lon = np.array(lat_deg, np.float64), np.array(lon_deg, np.float64)
    return Track("a", 1, PositionSource.EKF, times, lat, lon, zeros, zeros, zeros, zeros)


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg"),
    [
        ([16.05, 16.06, 16.07], [103.65, 103.65, 103.66]),
        ([-16.8, -16.81], [179.999, -179.999]),
        ([0.0, 0.0], [-0.001, 0.001]),
        ([78.2, 78.21], [15.6, 15.7]),
    ],
)
def test_distance_is_that_of_a_geodesic(lat_deg: list[float], lon_deg: list[float]) -> None:
    expected = Geod(ellps="WGS84").line_length(lon_deg, lat_deg)
    assert path_length_m(np.array(lat_deg), np.array(lon_deg)) == pytest.approx(expected, abs=0.001)


def test_box_and_the_antimeridian() -> None:
    assert make([1.0, 2.0, 0.5], [10.0, 11.0, 9.0]).bbox() == (9.0, 0.5, 11.0, 2.0)
    west, south, east, north = make([-16.0, -17.0], [179.5, -179.5]).bbox()
    assert (west, south, east, north) == pytest.approx((179.5, -17.0, -179.5, -16.0))
    assert make([0.0, 0.0], [179.0, 180.0]).bbox() == (179.0, 0.0, 180.0, 0.0)


def test_nearest_sample() -> None:
    track = make([0.0] * 3, [0.0] * 3, [0, 10, 30])
    times = [-5, 0, 4, 6, 19, 21, 99]
    assert [track.sample_at(np.datetime64(time, "us")) for time in times] == [0, 0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("lat", "lon", "times"),
    [([], [], []), ([1.0], [1.0, 2.0], [0]), ([1.0, 2.0], [1.0, 2.0], [5, 5]), ([1.0, 2.0], [1.0, 2.0], [5, 4])],
)
def test_bad_columns_are_refused(lat: list[float], lon: list[float], times: list[int]) -> None:
    with pytest.raises(ValueError, match="track"):
        make(lat, lon, times)


def test_time_text() -> None:
    moment = np.datetime64("2026-11-23T01:02:03.456789", "us")
    assert iso_utc(np.array([moment])) == ["2026-11-23T01:02:03.456Z"]
