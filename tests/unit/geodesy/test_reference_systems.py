"""Coordinates of other systems: transformed where the way is known, refused by name where it is not."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest

from dronectl.errors import InputError
from dronectl.geodesy.geodesic import distance_m
from dronectl.geodesy.reference_systems import to_wgs84
from dronectl.geodesy.wgs84_names import is_wgs84
from dronectl.model.geo import GeoPoint

LAKE = GeoPoint(16.056, 103.652)
INDIAN = (103.65739724452312, 16.05397454403388)
"""The lake in degrees of Indian 1975, 619 m away if they are taken for WGS 84."""


@pytest.mark.parametrize(
    "name",
    [
        "urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84", "OGC:CRS84", "CRS84", "EPSG:4326", "epsg:4326",
        "urn:ogc:def:crs:EPSG::4326", "urn:ogc:def:crs:EPSG:6.6:4326", "http://www.opengis.net/def/crs/EPSG/0/4326",
        "http://www.opengis.net/gml/srs/epsg.xml#4326", "urn:x-ogc:def:crs:EPSG:4326", "WGS84", "WGS 84",
    ],
)  # fmt: skip
def test_names_of_wgs84(name: str) -> None:
    assert is_wgs84(name)


@pytest.mark.parametrize("name", ["EPSG:4240", "EPSG:43260", "EPSG:14326", "EPSG:32648", "OGC:CRS83", "4326", ""])
def test_names_of_others(name: str) -> None:
    assert not is_wgs84(name)


def _away_m(name: str, x: float, y: float) -> float:
    lon, lat = to_wgs84(name, [(x, y)], where="x").places[0]
    return distance_m(GeoPoint(float(lat), float(lon)), LAKE)


@pytest.mark.parametrize(
    "name",
    [
        "EPSG:4240", "urn:ogc:def:crs:EPSG::4240", "http://www.opengis.net/def/crs/EPSG/0/4240",
        "urn:x-ogc:def:crs:EPSG:4240", "http://www.opengis.net/gml/srs/epsg.xml#4240",
    ],
)  # fmt: skip
def test_the_datum_of_old_thai_maps_in_each_spelling(name: str) -> None:
    assert _away_m(name, *INDIAN) < 0.01


@pytest.mark.parametrize("code", ["EPSG:24048", "EPSG:32648", "EPSG:3857", "ESRI:102100", "ESRI:54009"])
def test_projected_systems_there_and_back(code: str) -> None:
    there = pyproj.Transformer.from_crs("OGC:CRS84", code, always_xy=True)
    assert _away_m(code, *there.transform(LAKE.lon_deg, LAKE.lat_deg)) < 0.01


def test_wgs_84_as_a_prj_file_has_it_is_left_as_it_is() -> None:
    for version in ("WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"):
        done = to_wgs84(pyproj.CRS("EPSG:4326").to_wkt(version), [(103.652, 16.056)], where="x")
        assert done.places.tolist() == [[103.652, 16.056]]


def test_the_text_of_a_prj_file_without_a_code() -> None:
    text = pyproj.CRS("EPSG:24048").to_wkt("WKT1_ESRI")
    there = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:24048", always_xy=True)
    assert _away_m(text, *there.transform(LAKE.lon_deg, LAKE.lat_deg)) < 0.01


def test_what_was_done_is_said_with_its_accuracy() -> None:
    done = to_wgs84("EPSG:4240", [INDIAN, INDIAN], where="x")
    assert done.places.shape == (2, 2)
    assert done.told("EPSG:4240") == (
        "coordinates of EPSG:4240 (Indian 1975) were transformed to WGS 84, true to about 3 m"
    )


@pytest.mark.parametrize(
    ("name", "place", "words"),
    [
        ("EPSG:999999", INDIAN, "'EPSG:999999' is not known"),
        ("สวน\x1b[31m", INDIAN, "is not known"),
        ("EPSG:5703", (1.0, 2.0), "NAVD88 height"),
        ("EPSG:4978", (1.0, 2.0), "is no system of places on the ground"),
        ('LOCAL_CS["paper"]', (1.0, 2.0), "is no system of places on the ground"),
        ("EPSG:4030", INDIAN, "no known way from EPSG:4030"),  # an ellipsoid without a datum
        ("EPSG:4267", INDIAN, "no known way from EPSG:4267"),  # North America's
        ("EPSG:32648", (1e9, 1e9), "no known way from EPSG:32648"),
        ("EPSG:4240", (float("nan"), 16.0), "no known way"),
    ],
)
def test_what_is_not_known_is_refused_by_name(name: str, place: tuple[float, float], words: str) -> None:
    with pytest.raises(InputError) as error:
        to_wgs84(name, np.array([place]), where="map.geojson: crs")
    assert words in error.value.message
    assert error.value.message.startswith("map.geojson: crs: ")
    assert "\x1b" not in error.value.message
    assert error.value.hint
