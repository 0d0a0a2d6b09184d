"""EGM96 against values that others published."""

from __future__ import annotations

import numpy as np
import pytest
from sample_tracks import make_track

from dronectl.geodesy.geoid import egm96_m, ellipsoid_altitude_m, geoid_words, undulation_m
from dronectl.model.geo import GeoPoint

PUBLISHED = [  # places with which the agency has its own interpolation tested, and Roi Et
    (38.6281550, 269.7791550, -31.628),
    (-14.6212170, 305.0211140, -2.969),
    (46.8743190, 102.4487290, -43.575),
    (-23.6174460, 133.8747120, 15.871),
    (38.6254730, 359.9995000, 50.066),
    (-0.4667440, 0.0023000, 17.329),
    (16.05306, 103.65111, -27.86),
]


@pytest.mark.parametrize(("lat_deg", "lon_deg", "undulation_m"), PUBLISHED)
def test_published_values(lat_deg: float, lon_deg: float, undulation_m: float) -> None:
    for turn in (0.0, -360.0):
        assert egm96_m(np.array([lat_deg]), np.array([lon_deg + turn]))[0] == pytest.approx(undulation_m, abs=0.2)


def test_one_place_has_what_many_have() -> None:
    for lat_deg, lon_deg, _ in (
        *PUBLISHED,
        (90.0, 0.0, 0.0),
        (-90.0, 12.3, 0.0),
        (5.5, -180.0, 0.0),
        (5.5, 180.0, 0.0),
    ):
        place = GeoPoint(lat_deg, (lon_deg + 180.0) % 360.0 - 180.0)
        (wanted,) = egm96_m(np.array([lat_deg]), np.array([place.lon_deg]))
        assert undulation_m(place) == pytest.approx(wanted, abs=1e-9)


def test_the_poles_and_the_antimeridian_belong_to_the_earth() -> None:
    lon = np.array([-180.0, -60.0, 0.0, 180.0])
    assert egm96_m(np.full(4, 90.0), lon) == pytest.approx([13.61] * 4, abs=0.02)
    assert egm96_m(np.full(4, -90.0), lon) == pytest.approx([-29.53] * 4, abs=0.02)
    west, east = egm96_m(np.array([16.1, 16.1]), np.array([179.999999, -179.999999]))
    assert west == pytest.approx(east, abs=0.001)


def test_the_receivers_own_geoid_comes_first() -> None:
    silent, half = make_track(), make_track(geoid_undulation_m=np.array([np.nan, -25.0, -25.0]))
    assert geoid_words(silent) == "EGM96"
    assert ellipsoid_altitude_m(silent) == pytest.approx(silent.amsl_altitude_m - 27.866, abs=0.01)
    assert geoid_words(half) == "receiver, EGM96 where it tells none"
    assert (half.amsl_altitude_m - ellipsoid_altitude_m(half)) == pytest.approx([27.866, 25.0, 25.0], abs=0.01)
    assert geoid_words(make_track(geoid_undulation_m=np.full(3, -25.0))) == "receiver"
