"""Routes, tracks and waypoints of GPX as shapes."""

from __future__ import annotations

import pytest

from dronectl.errors import InputError
from dronectl.formats.features.gpx_shapes import read_gpx_shapes
from dronectl.formats.features.shapes import ShapeForm

HEAD = '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">'
ROUTE = '<rte><name>รอบบึง</name><rtept lat="16" lon="103"><ele>140</ele></rtept><rtept lat="16.1" lon="103.1"/></rte>'
TRACK = (
    '<trk><name>t</name><trkseg><trkpt lat="1" lon="2"/><trkpt lat="3" lon="4"/></trkseg>'
    '<trkseg/><trkseg><trkpt lat="5" lon="6"/></trkseg></trk>'
)
POINT = '<wpt lat="16.05" lon="-179.5"><name>gate</name></wpt>'


def test_each_kind_is_a_shape() -> None:
    told: list[str] = []
    shapes = read_gpx_shapes(f"{HEAD}\n{POINT}\n{ROUTE}\n{TRACK}</gpx>".encode(), source="x", tell=told.append)
    assert [(one.form, one.name, one.parts, one.where) for one in shapes] == [
        (ShapeForm.LINE, "รอบบึง", (((103.0, 16.0), (103.1, 16.1)),), "x:3"),
        (ShapeForm.LINE, "t", (((2.0, 1.0), (4.0, 3.0)),), "x:4"),
        (ShapeForm.LINE, "t", (((6.0, 5.0),),), "x:4"),
        (ShapeForm.POINT, "gate", (((-179.5, 16.05),),), "x:2"),
    ]
    assert told == ["x:4: trk without places"]


@pytest.mark.parametrize(
    "head", ["<gpx>", '<gpx xmlns="http://www.topografix.com/GPX/1/0">', '<?xml version="1.0"?><gpx>']
)
def test_other_versions(head: str) -> None:
    assert len(read_gpx_shapes(f"{head}{ROUTE}</gpx>".encode(), source="x")) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<kml/>", "x:1: found <kml>, <gpx> is wanted"),
        (f'{HEAD}<wpt lat="91" lon="2"/></gpx>', "x:1: latitude 91.0"),
        (f'{HEAD}\n<wpt lat="1"/></gpx>', "x:2: wpt has no lon"),
        (f'{HEAD}<wpt lat="1" lon="two"/></gpx>', "x:1: lon is 'two'"),
        (f'{HEAD}<wpt lat="nan" lon="2"/></gpx>', "x:1: lat is 'nan'"),
        ('<!DOCTYPE gpx [<!ENTITY a "b">]><gpx/>', "x:1: found a document type"),
        ("<gpx>" * 101, "x:1: nested more than 100 deep"),
        (f"{HEAD}<wpt", "no XML"),
        ("", "no XML"),
    ],
)
def test_a_spoiled_file_is_one_line(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_gpx_shapes(text.encode(), source="x")
    assert words in caught.value.message
    assert "\n" not in caught.value.message
