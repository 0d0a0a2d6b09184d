"""Heights in KML, by their altitudeMode, as properties of features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from checks_site import SITE

from dronectl.formats.features.kml_shapes import read_kml
from dronectl.formats.features.shape_heights import ground_under
from dronectl.formats.features.shapes import HeightsAbove, Shape
from dronectl.formats.features.zone_features import features_from
from dronectl.model.ground.feature_kind import FeatureKind
from dronectl.model.ground.terrain import Terrain, Tile
from dronectl.model.site import Site

CORNERS = ((103.650, 16.050), (103.652, 16.050), (103.652, 16.052), (103.650, 16.050))


def kml(geometry: str) -> bytes:
    head = '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">'
    return f"{head}<Placemark><name>x</name>{geometry}</Placemark></kml>".encode()


def polygon(z_m: float, mode: str = "", *, extrude: bool = True) -> bytes:
    places = " ".join(f"{lon},{lat},{z_m}" for lon, lat in CORNERS)
    ring = f"<outerBoundaryIs><LinearRing><coordinates>{places}</coordinates></LinearRing></outerBoundaryIs>"
    return kml(f"<Polygon><extrude>{int(extrude)}</extrude>{mode}{ring}</Polygon>")


def point(z_m: float, mode: str) -> bytes:
    return kml(f"<Point>{mode}<coordinates>103.651,16.051,{z_m}</coordinates></Point>")


def mode(name: str) -> str:
    prefix = "gx:" if name.endswith("SeaFloor") else ""
    return f"<{prefix}altitudeMode>{name}</{prefix}altitudeMode>"


def made(
    data: bytes, kind: FeatureKind, site: Site | None = SITE, given: Mapping[str, str] | None = None
) -> tuple[dict[str, object], list[str]]:
    (feature,), passed_over = features_from(
        read_kml(data, source="x"),
        kind=kind,
        given=given or {},
        taken=(),
        ground=None if site is None else ground_under(site),
    )
    properties = feature["properties"]
    assert isinstance(properties, dict)
    return properties, passed_over


@pytest.mark.parametrize(
    ("data", "ceiling_m"),
    [
        (polygon(80, mode("relativeToGround")), 80.0),
        (polygon(205, mode("absolute")), 60.0),  # over ground of 145 m
        (polygon(80, mode("relativeToSeaFloor")), 80.0),
        (polygon(80, mode("clampToGround")), None),
        (polygon(80, mode("clampToSeaFloor")), None),
        (polygon(80), None),
        (polygon(0, mode("relativeToGround")), None),
    ],
)
def test_the_ceiling_of_a_keep_out(data: bytes, ceiling_m: float | None) -> None:
    properties, passed_over = made(data, FeatureKind.KEEP_OUT)
    assert properties.get("ceiling_m") == ceiling_m
    assert passed_over == []


@pytest.mark.parametrize(
    ("data", "kind", "site", "words"),
    [
        (polygon(80, mode("relativeToGround"), extrude=False), FeatureKind.KEEP_OUT, SITE, "at every height"),
        (polygon(120, mode("absolute")), FeatureKind.KEEP_OUT, SITE, "120 m above sea level, which is below"),
        (polygon(205, mode("absolute")), FeatureKind.KEEP_OUT, None, "nobody knows the ground there"),
        (polygon(80, mode("relativeToGround")), FeatureKind.FENCE, SITE, "a feature of kind fence has none"),
    ],
)  # fmt: skip
def test_heights_that_say_nothing_are_told(data: bytes, kind: FeatureKind, site: Site | None, words: str) -> None:
    properties, passed_over = made(data, kind, site)
    assert "ceiling_m" not in properties
    assert len(passed_over) == 1
    assert words in passed_over[0]


def test_what_is_given_goes_over_the_heights_of_the_file() -> None:
    for key, value in (("ceiling_m", "50"), ("floor_m", "20")):
        properties, _ = made(polygon(80, mode("relativeToGround")), FeatureKind.KEEP_OUT, given={key: value})
        assert {name: properties.get(name) for name in ("floor_m", "ceiling_m")} == {
            "floor_m": None,
            "ceiling_m": None,
            key: float(value),
        }


@pytest.mark.parametrize(
    ("kind", "key"),
    [(FeatureKind.OBSTACLE, "height_m"), (FeatureKind.POI, "height_m"), (FeatureKind.RALLY, "relative_altitude_m")],
)
def test_points_have_the_height_of_their_top(kind: FeatureKind, key: str) -> None:
    assert made(point(30, mode("relativeToGround")), kind)[0][key] == 30.0
    assert made(point(175, mode("absolute")), kind)[0][key] == 30.0
    assert key not in made(point(30, mode("clampToGround")), kind)[0]
    assert key not in made(point(30, mode("relativeToGround")), FeatureKind.HOME)[0]


def test_elevation_files_know_the_highest_ground_below() -> None:
    tile = Tile("x.hgt", 16.0, 103.6, 0.1, 0.1, np.array([[140.0, 160.0], [140.0, 160.0]]))
    hilly = replace(SITE, terrain=Terrain((tile,)))
    shape = Shape(read_kml(polygon(205, mode("absolute")), source="x")[0].form, (CORNERS,), "", {}, "x")
    lowest_m, highest_m = ground_under(hilly)(shape) or (0.0, 0.0)
    assert lowest_m == pytest.approx(140.0)
    assert highest_m == pytest.approx(160.0)
    assert made(polygon(205, mode("absolute")), FeatureKind.KEEP_OUT, hilly)[0]["ceiling_m"] == pytest.approx(45.0)


def test_each_geometry_has_a_mode_of_its_own() -> None:
    low, high = polygon(40, mode("relativeToGround")), polygon(300, mode("absolute"))
    both = [one.decode().split("</name>")[1].split("</Placemark>")[0] for one in (low, high)]
    first, second = read_kml(kml(f"<MultiGeometry>{both[0]}{both[1]}</MultiGeometry>"), source="x")
    assert (first.heights and first.heights.above, second.heights and second.heights.above) == (
        HeightsAbove.GROUND,
        HeightsAbove.SEA,
    )
