"""The local frame against geodesics on the ellipsoid."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest

from dronectl.errors import InputError
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.geo import GeoPoint, GeoPolygon

ROI_ET = GeoPoint(16.05306, 103.65111)


def test_distances_between_points_of_a_site_equal_geodesics_to_a_millimetre() -> None:
    frame = LocalFrame(ROI_ET)
    rng = np.random.default_rng(1)
    xy = rng.uniform(-3000.0, 3000.0, (200, 2))
    lat, lon = frame.to_geo(xy[:, 0], xy[:, 1])
    _, _, geodesic_m = pyproj.Geod(ellps="WGS84").inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    planar_m = np.hypot(*np.diff(xy, axis=0).T)
    assert np.abs(geodesic_m - planar_m).max() < 1e-3


def test_there_and_back_loses_nothing() -> None:
    frame = LocalFrame(ROI_ET)
    points = [ROI_ET, GeoPoint(16.1, 103.7), GeoPoint(15.98, 103.6)]
    for before, after in zip(points, frame.to_points(frame.points_to_xy(points)), strict=True):
        assert (after.lat_e7, after.lon_e7) == (before.lat_e7, before.lon_e7)


def test_x_is_east_and_y_is_north() -> None:
    frame = LocalFrame(ROI_ET)
    assert frame.point_to_xy(ROI_ET) == pytest.approx((0.0, 0.0), abs=1e-6)
    x, y = frame.point_to_xy(GeoPoint(16.06306, 103.66111))
    assert x > 1000
    assert y > 1000


def test_a_polygon_keeps_its_holes() -> None:
    frame = LocalFrame(ROI_ET)
    square = tuple(frame.to_points(np.array([[0.0, 0.0], [100.0, 0.0], [100.0, 100.0], [0.0, 100.0]])))
    hole = tuple(frame.to_points(np.array([[40.0, 40.0], [60.0, 40.0], [60.0, 60.0], [40.0, 60.0]])))
    assert frame.polygon_to_xy(GeoPolygon(square, (hole,))).area == pytest.approx(9600.0, abs=1e-3)


def test_no_points_are_an_empty_array() -> None:
    assert LocalFrame(ROI_ET).points_to_xy([]).shape == (0, 2)


@pytest.mark.parametrize("lat_deg", [89.9, -90.0, 85.1])
def test_a_site_at_a_pole_is_refused(lat_deg: float) -> None:
    with pytest.raises(InputError, match="pole"):
        LocalFrame(GeoPoint(lat_deg, 0.0))


def test_a_point_across_the_antimeridian_is_refused() -> None:
    with pytest.raises(InputError, match="antimeridian"):
        LocalFrame(GeoPoint(0.0, 179.99)).points_to_xy([GeoPoint(0.0, -179.99)])


def test_a_point_with_swapped_coordinates_is_refused_with_its_place() -> None:
    with pytest.raises(InputError, match=r"^16\.1000000,3\.0000000 is more than 100 km"):
        LocalFrame(ROI_ET).points_to_xy([ROI_ET, GeoPoint(16.1, 3.0)])
