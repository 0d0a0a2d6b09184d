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
        ('{"type": "Polygon", "coordinates": []}', "at least one place"),
        ('{"type": "Polygon", "coordinates": [[]]}', "at least one place"),
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
