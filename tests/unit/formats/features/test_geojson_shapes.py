"""GeoJSON from anyone, read as shapes."""

from __future__ import annotations

import json

import pytest

from dronectl.errors import InputError
from dronectl.formats.features.geojson_shapes import read_geojson_shapes
from dronectl.formats.features.shapes import ShapeForm

RING = [[103.65, 16.05], [103.66, 16.05, 12.5], [103.66, 16.06], [103.65, 16.05]]


def shapes(document: object) -> list[tuple[ShapeForm, str, int]]:
    return [(one.form, one.name, len(one.parts)) for one in read_geojson_shapes(json.dumps(document), source="x")]


def test_a_qgis_export_is_read() -> None:
    feature = {"type": "Feature", "properties": {"fid": 1, "Name": "สวน"}}
    document = {
        "type": "FeatureCollection",
        "name": "layer",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        "features": [
            feature | {"geometry": {"type": "MultiPolygon", "coordinates": [[RING], [RING, RING]]}},
            feature | {"geometry": None},
            feature | {"geometry": {"type": "LineString", "coordinates": RING}, "properties": None},
        ],
    }
    assert shapes(document) == [(ShapeForm.POLYGON, "สวน", 1), (ShapeForm.POLYGON, "สวน", 2), (ShapeForm.LINE, "", 1)]


def test_bare_geometries_and_collections() -> None:
    point = {"type": "Point", "coordinates": [103.65, 16.05, 3]}
    collection = {"type": "GeometryCollection", "geometries": [point, {"type": "MultiPoint", "coordinates": RING}]}
    assert shapes(point) == [(ShapeForm.POINT, "", 1)]
    assert shapes(collection) == [(ShapeForm.POINT, "", 1)] * 5


def nested(depth: int) -> object:
    geometry: object = {"type": "Point", "coordinates": [1, 2]}
    for _ in range(depth):
        geometry = {"type": "GeometryCollection", "geometries": [geometry]}
    return geometry


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "x:1:1: no JSON"),
        ("[]", "x: found a list"),
        ('{"type": "Topology"}', 'x: type: found "Topology"'),
        ('{"type": "FeatureCollection"}', "'features' is missing"),
        ('{"type": "FeatureCollection", "features": [{"type": "Feature"}]}', "x: features[0]: 'geometry' is missing"),
        ('{"type": "Point", "coordinates": [1]}', "x: coordinates: found a list, [longitude, latitude]"),
        ('{"type": "Point", "coordinates": [NaN, 1]}', "NaN is no JSON"),
        ('{"type": "Point", "coordinates": ["1", 1]}', 'x: coordinates[0]: found "1"'),
        ('{"type": "LineString", "coordinates": [[1, 2], 3]}', "x: coordinates[1]: found 3, a list"),
        (json.dumps(nested(30)), "nested more than 20 deep"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_spoiled_file_is_one_line_with_its_place(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_geojson_shapes(text, source="x")
    assert words in caught.value.message
    assert "\n" not in caught.value.message


INDIAN = [103.65739724452312, 16.05397454403388]
"""In degrees of Indian 1975; 103.652, 16.056 in WGS 84."""


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4240"}},
        {"type": "name", "properties": {"name": "EPSG:4240"}},
        {"type": "EPSG", "properties": {"code": 4240}},  # as GeoServer wrote it
        "EPSG:4240",
    ],
)
def test_another_system_is_transformed_wherever_it_is_named(crs: object) -> None:
    geometry = {"type": "Point", "coordinates": [*INDIAN, 7.0]}
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    for document in (
        {"type": "FeatureCollection", "crs": crs, "features": [feature]},
        {"type": "FeatureCollection", "features": [{**feature, "crs": crs}]},
        {**feature, "geometry": {**geometry, "crs": crs}},
        {"type": "GeometryCollection", "crs": crs, "geometries": [geometry]},
    ):
        (shape,) = read_geojson_shapes(json.dumps(document), source="x")
        assert shape.parts[0][0] == pytest.approx((103.652, 16.056), abs=1e-7)
        assert "Indian 1975" in shape.notes[0]


def test_each_part_by_its_own_system_in_the_order_of_the_file() -> None:
    crs = {"type": "name", "properties": {"name": "EPSG:4240"}}
    line = {"type": "LineString", "coordinates": [INDIAN, INDIAN, INDIAN]}
    geometries = [
        {"type": "Point", "coordinates": [1, 2]},
        {**line, "crs": crs},
        {"type": "Point", "coordinates": [3, 4]},
    ]
    first, second, third = read_geojson_shapes(
        json.dumps({"type": "GeometryCollection", "geometries": geometries}), source="x"
    )
    assert (first.parts, third.parts) == ((((1, 2),),), (((3, 4),),))
    assert len(second.parts[0]) == 3
    assert second.parts[0][2] == pytest.approx((103.652, 16.056), abs=1e-7)
    assert first.notes == third.notes == ()


@pytest.mark.parametrize(
    ("crs", "words"),
    [
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::999999"}}, "EPSG::999999"),
        ({"type": "link", "properties": {"href": "http://example.com/crs/42"}}, "http://example.com/crs/42"),
        (None, "null is not known"),
        ({}, "is not known"),
        (7, "7 is not known"),
    ],
)
def test_a_system_that_is_not_known_is_refused_by_name(crs: object, words: str) -> None:
    document = {"type": "Point", "coordinates": INDIAN, "crs": crs}
    with pytest.raises(InputError) as error:
        read_geojson_shapes(json.dumps(document), source="map.geojson")
    assert words in error.value.message
    assert error.value.message.startswith("map.geojson: crs")


@pytest.mark.parametrize(
    "empty",
    [
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[]]},
        {"type": "Point", "coordinates": []},
        {"type": "LineString", "coordinates": []},
        {"type": "MultiPolygon", "coordinates": [[]]},
        None,
    ],
)
def test_an_empty_geometry_beside_good_ones_is_told(empty: object) -> None:
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": geometry}
        for name, geometry in (("a", empty), ("b", {"type": "Polygon", "coordinates": [RING]}))
    ]
    lines: list[str] = []
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (shape,) = read_geojson_shapes(text, source="x", tell=lines.append)
    assert (shape.name, len(shape.parts)) == ("b", 1)
    assert len(lines) == 1
    assert lines[0].startswith("x: features[0].geometry")
    assert lines[0].endswith("without coordinates")


def test_an_empty_hole_is_no_hole() -> None:
    lines: list[str] = []
    text = json.dumps({"type": "Polygon", "coordinates": [RING, [], RING]})
    (shape,) = read_geojson_shapes(text, source="x", tell=lines.append)
    assert [len(part) for part in shape.parts] == [4, 4]
    assert lines == ["x: coordinates: a hole without coordinates"]
