"""Planes, distances and lengths without PROJ, held against it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dronectl.geodesy.columns import metres_a_degree_at, path_length_m
from dronectl.geodesy.distance import flat_distance_m, great_circle_m
from dronectl.geodesy.ellipsoid import metres_a_degree
from dronectl.geodesy.geodesic import distance_m, distances_m, moved
from dronectl.geodesy.plane import LocalPlane
from dronectl.model.geo import GeoPoint

PLACES = st.builds(GeoPoint, st.floats(-60.0, 60.0), st.floats(-180.0, 180.0))
NEAR_M = st.tuples(st.floats(-3_000.0, 3_000.0), st.floats(-3_000.0, 3_000.0))


def _away(place: GeoPoint, east_north_m: tuple[float, float]) -> GeoPoint:
    east_m, north_m = (np.array([metres]) for metres in east_north_m)
    lat, lon = moved(np.array([place.lat_deg]), np.array([place.lon_deg]), east_m, north_m)
    return GeoPoint(float(lat[0]), (float(lon[0]) + 180.0) % 360.0 - 180.0)


@given(PLACES, NEAR_M)
def test_near_places_are_as_far_apart_as_proj_says(place: GeoPoint, off: tuple[float, float]) -> None:
    other, true_m = _away(place, off), math.hypot(*off)
    assert flat_distance_m(place, other) == pytest.approx(true_m, rel=1e-6, abs=1e-6)
    assert math.hypot(*LocalPlane(place).to_xy(other)) == pytest.approx(true_m, rel=1e-3, abs=1e-6)
    assert path_length_m(*np.array([[place.lat_deg, other.lat_deg], [place.lon_deg, other.lon_deg]])) == pytest.approx(
        true_m, rel=1e-6, abs=1e-6
    )


@given(PLACES, NEAR_M)
def test_a_plane_leads_back_to_the_place(place: GeoPoint, xy: tuple[float, float]) -> None:
    lat_deg, lon_deg = LocalPlane(place).to_degrees(xy)
    back = LocalPlane(place).to_xy(GeoPoint(lat_deg, (lon_deg + 180.0) % 360.0 - 180.0))
    assert back == pytest.approx(xy, abs=1e-6)


@given(PLACES, PLACES)
def test_far_places_are_as_far_apart_as_proj_says_to_half_a_percent(one: GeoPoint, other: GeoPoint) -> None:
    true_m = distance_m(one, other)
    assert great_circle_m(one, other) == pytest.approx(true_m, rel=6e-3, abs=1e-6)
    assert distances_m(np.array([one.lat_deg]), np.array([one.lon_deg]), other)[0] == pytest.approx(true_m)


def test_columns_have_the_degrees_of_single_places() -> None:
    latitudes = np.linspace(-89.0, 89.0, 17)
    single = np.array([metres_a_degree(lat_deg) for lat_deg in latitudes.tolist()])
    assert np.column_stack(metres_a_degree_at(latitudes)) == pytest.approx(single)
