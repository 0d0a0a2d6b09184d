"""Features to GeoJSON and KML and back: nothing is lost; shapes from elsewhere get what they lack."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from importlib import resources
from typing import Any

import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from repository import REPOSITORY

from dronectl.errors import InputError
from dronectl.formats.features.geojson_shapes import read_geojson_shapes
from dronectl.formats.features.kml_shapes import read_kml
from dronectl.formats.features.shapes import Shape, ShapeForm
from dronectl.formats.features.zone_features import (
    as_geojson,
    collection_text,
    features_from,
    features_kml,
    form_of,
    property_names,
)
from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.model.ground.feature_kind import FeatureKind
from dronectl.model.ground.zone import (
    Cctv,
    Corridor,
    Feature,
    Fence,
    HomePoint,
    KeepOut,
    Obstacle,
    PoiCategory,
    PointOfInterest,
    RallyPoint,
    Zone,
    ZoneCategory,
)
from dronectl.model.validity import ALWAYS, DailyHours, Validity
from dronectl.site.geojson_file import read_features
from dronectl.site.table import Problems
from dronectl.site.workspace import load_site
from dronectl.site.zones import read_zones

HOME = GeoPoint(16.05, 103.65)
names = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
ids = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True)
heights = st.floats(1.0, 900.0).map(lambda value: round(value, 3))
drones = st.lists(st.sampled_from(["alpha", "bravo"]), unique=True, max_size=2).map(tuple)
e7 = st.integers(0, 20_000)


@st.composite
def places(draw: st.DrawFn) -> GeoPoint:
    return GeoPoint.from_e7(HOME.lat_e7 + draw(e7), HOME.lon_e7 + draw(e7))


@st.composite
def polygons(draw: st.DrawFn, *, with_holes: bool = True) -> GeoPolygon:
    """A square, with square holes side by side."""
    south, west, side = draw(e7), draw(e7), draw(st.integers(9_000, 90_000))

    def square(lat: int, lon: int, size: int, *, ccw: bool) -> tuple[GeoPoint, ...]:
        corners = [(lat, lon), (lat, lon + size), (lat + size, lon + size), (lat + size, lon)]
        ring = corners if ccw else [corners[0], *corners[:0:-1]]
        return tuple(GeoPoint.from_e7(HOME.lat_e7 + y, HOME.lon_e7 + x) for y, x in ring)

    count = draw(st.integers(0, 3)) if with_holes else 0
    size = side // 8
    holes = tuple(square(south + size, west + size + hole * 2 * size, size, ccw=False) for hole in range(count))
    return GeoPolygon(square(south, west, side, ccw=True), holes)


validities = st.sampled_from(
    [
        ALWAYS,
        Validity(date(2026, 12, 1), date(2026, 12, 3), (DailyHours(1320, 1680),)),
        Validity(datetime(2026, 12, 1, 0, 30, tzinfo=UTC), days=(0, 1, 2, 5)),
        Validity(None, date(2027, 3, 31), (DailyHours(450, 510), DailyHours(900, 1440))),
    ]
)


@st.composite
def features(draw: st.DrawFn) -> Feature:
    common: dict[str, Any] = {
        "id": draw(ids),
        "name": draw(names),
        "surveyed": draw(st.booleans()),
        "source": "x.geojson#0",
    }
    weight = draw(heights)
    match draw(st.sampled_from(FeatureKind)):
        case FeatureKind.FENCE:
            return Fence(**common, polygon=draw(polygons(with_holes=False)), drones=draw(drones))
        case FeatureKind.ZONE:
            return Zone(**common, polygon=draw(polygons()), category=draw(st.sampled_from(ZoneCategory)), weight=weight)
        case FeatureKind.KEEP_OUT:
            top = draw(st.none() | heights.map(lambda value: value + 1.0))
            return KeepOut(**common, polygon=draw(polygons()), floor_m=0.5, ceiling_m=top, validity=draw(validities))
        case FeatureKind.OBSTACLE:
            return Obstacle(**common, position=draw(places()), height_m=weight, radius_m=2.5)
        case FeatureKind.POI:
            category = draw(st.sampled_from(PoiCategory))
            return PointOfInterest(**common, position=draw(places()), category=category, weight=weight, dwell_s=15.0)
        case FeatureKind.CORRIDOR:
            return Corridor(**common, line=(HOME, GeoPoint(16.06, 103.66)), width_m=weight)
        case FeatureKind.CCTV:
            stream = draw(st.sampled_from(["", "rtsp://10.0.0.5/1"]))
            look = {"range_m": weight, "bearing_deg": 10.0, "field_of_view_deg": 70.0, "stream": stream}
            return Cctv(**common, position=draw(places()), **look, snapshot=draw(st.sampled_from(["", "http://cam/1"])))
        case FeatureKind.RALLY:
            return RallyPoint(**common, position=draw(places()), relative_altitude_m=weight)
        case _:
            return HomePoint(**common, position=draw(places()), drones=draw(drones))


def read_back(text: str) -> Feature:
    problems = Problems()
    raw = read_features(text, file="x.geojson", home=HOME, problems=problems)
    read = read_zones(raw, frozenset({"alpha", "bravo"}))
    assert problems.lines == []
    (feature,) = read.features
    return feature.value


@examples(20)
@given(features())
def test_nothing_is_lost_on_the_way_through_geojson(feature: Feature) -> None:
    text = collection_text([as_geojson(feature)])
    assert read_back(text) == feature
    again, passed_over = features_from(read_geojson_shapes(text, source="x"), kind=None, given={}, taken=())
    assert (read_back(collection_text(again)), passed_over) == (feature, [])


@examples(20)
@given(features())
def test_nothing_is_lost_on_the_way_through_kml(feature: Feature) -> None:
    kml = features_kml([feature], title="ไซต์ <&>")
    made, _ = features_from(read_kml(kml.encode(), source="x"), kind=None, given={}, taken=())
    assert read_back(collection_text(made)) == feature


def test_the_kml_is_what_the_schema_asks_for() -> None:
    site = load_site(REPOSITORY)
    kml = features_kml(site.zones.features(), title=site.name)
    with resources.as_file(resources.files("fastkml") / "schema" / "ogckml22.xsd") as path:
        etree.XMLSchema(etree.parse(path)).assertValid(etree.fromstring(kml.encode()))


def square(form: ShapeForm = ShapeForm.POLYGON, name: str = "", **properties: object) -> Shape:
    ring = ((103.65, 16.05), (103.66, 16.05), (103.66, 16.06), (103.65, 16.06))
    return Shape(form, (ring,) if form is not ShapeForm.POINT else (ring[:1],), name, properties, "x:1")


def properties(
    *shapes: Shape, kind: FeatureKind | None = FeatureKind.ZONE, taken: tuple[str, ...] = (), **given: str
) -> list[Any]:
    made, _ = features_from(shapes, kind=kind, given=given, taken=taken)
    return [one["properties"] for one in made]


def test_a_shape_from_elsewhere_gets_id_and_name_and_is_not_surveyed() -> None:
    park, thai, nameless = properties(square(name="Parc  de\nl’Été"), square(name="บึง"), square(), category="park")
    assert park == {
        "kind": "zone",
        "id": "parc_de_lete",
        "name": "Parc de l’Été",
        "category": "park",
        "surveyed": False,
    }
    assert (thai["id"], thai["name"]) == ("bueng", "บึง")
    assert (nameless["id"], nameless["name"]) == ("zone", "zone")


def test_ids_that_are_taken_are_not_made_again() -> None:
    assert [one["id"] for one in properties(square(name="a b"), square(name="A-B"), taken=("a_b",))] == [
        "a_b_2",
        "a_b_3",
    ]


def test_an_open_ring_is_closed() -> None:
    (feature,), _ = features_from([square()], kind=FeatureKind.FENCE, given={}, taken=())
    geometry = feature["geometry"]
    assert isinstance(geometry, dict)
    assert geometry["coordinates"][0][0] == geometry["coordinates"][0][-1]


def test_what_no_feature_here_has_is_dropped_and_foreign_ids_too() -> None:
    (made,) = properties(square(fid=3, id="17", stroke="#fff", weight=2.0))
    assert made == {"kind": "zone", "id": "zone", "name": "zone", "surveyed": False, "weight": 2.0}


def test_text_becomes_what_the_property_is() -> None:
    (home,) = properties(
        square(ShapeForm.POINT), kind=FeatureKind.HOME, drones="alpha, bravo", surveyed="true", name="7"
    )
    assert (home["drones"], home["surveyed"], home["name"]) == (["alpha", "bravo"], True, "7")
    (top,) = properties(square(), kind=FeatureKind.KEEP_OUT, ceiling_m="80", floor_m="NaN")
    assert (top["ceiling_m"], top["floor_m"]) == (80, "NaN")
    json.dumps(top, allow_nan=False)


def test_a_shape_of_another_form_is_passed_over_and_told() -> None:
    made, passed_over = features_from([square(ShapeForm.POINT)], kind=FeatureKind.ZONE, given={}, taken=())
    assert made == []
    assert passed_over == ["x:1: a Point, kind zone is a Polygon"]


def test_a_property_that_nothing_has_is_refused() -> None:
    with pytest.raises(InputError, match="--set heigth_m"):
        properties(square(), heigth_m="3")


def test_a_shape_without_a_kind_is_refused() -> None:
    with pytest.raises(InputError, match="names no kind"):
        properties(square(), kind=None)


@pytest.mark.parametrize("kind", FeatureKind)
def test_every_kind_has_a_form_and_its_properties(kind: FeatureKind) -> None:
    assert form_of(kind) in ShapeForm
    assert {"id", "name", "surveyed", "note"} <= set(property_names(kind))
