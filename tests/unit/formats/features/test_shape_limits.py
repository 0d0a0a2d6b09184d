"""Files made to stop a laptop are refused before they do, whatever kind they are of."""

from __future__ import annotations

from pathlib import Path

import pytest

from dronectl.errors import InputError
from dronectl.formats.features import kml_shapes, shape_file
from dronectl.formats.features.kml_shapes import read_kml
from dronectl.formats.features.shape_file import read_shape_file
from dronectl.formats.text.kml_coordinates import coordinate_words
from dronectl.model.geo import GeoPoint
from dronectl.model.ground import places
from dronectl.model.ground.places import MOST_PLACES, surely_more
from dronectl.site.geojson_file import read_features
from dronectl.site.table import Problems

MANY = 3 * MOST_PLACES + 10
KML = (
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><LineString><coordinates>{}</coordinates>'
    "</LineString></Placemark></kml>"
)


def geojson(count: int) -> str:
    line = ",".join("[103,16]" for _ in range(count))
    geometry = f'{{"type":"LineString","coordinates":[{line}]}}'
    feature = f'{{"type":"Feature","properties":{{}},"geometry":{geometry}}}'
    return f'{{"type":"FeatureCollection","features":[{feature}]}}'


def test_geojson_of_a_million_places_is_not_even_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(*_: object, **__: object) -> None:
        raise AssertionError("it was parsed")

    text = geojson(MANY)
    path = tmp_path / "a.geojson"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr("dronectl.formats.features.geojson_shapes.parse", parse)
    monkeypatch.setattr("dronectl.site.geojson_file.json.loads", parse)
    with pytest.raises(InputError, match="more than 200000 places"):
        read_shape_file(path)
    with pytest.raises(InputError, match="more than 50000 places"):
        read_features(text, file="a.geojson", home=GeoPoint(16.0, 103.0), problems=Problems())


@pytest.mark.parametrize("form", ["Point", "LineString", "Polygon", "MultiPolygon"])
def test_no_sound_file_is_taken_for_one_of_too_many(form: str) -> None:
    """Each form with the most brackets for a place."""
    coordinates = {
        "Point": "[1,2]",
        "LineString": "[[1,2],[2,1]]",
        "Polygon": "[[[1,2],[2,1],[3,3],[1,2]]]",
        "MultiPolygon": "[[[[1,2],[2,1],[3,3],[1,2]]]]",
    }[form]
    of_one = coordinates.count("[") / max(1, coordinates.count(","))
    assert of_one <= 3
    assert not surely_more(
        coordinates * (MOST_PLACES // max(1, coordinates.count("[1") + coordinates.count("[2"))), MOST_PLACES
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.geojson", geojson(12)),
        ("a.kml", KML.format("103,16 " * 12)),
        (
            "a.gpx",
            '<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
            + '<trkpt lat="16" lon="103"/>' * 12
            + "</trkseg></trk></gpx>",
        ),
        ("a.poly", "".join(f"16.{seq:02} 103\n16.{seq:02} 104\n" for seq in range(12))),
    ],
)
def test_every_reader_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str) -> None:
    for module in (places, shape_file, kml_shapes):
        monkeypatch.setattr(module, "MOST_PLACES", 11)
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="more than 200000 places"):
        read_shape_file(path)


def test_a_text_of_nothing_but_spaces_is_read_once() -> None:
    """Quadratic in the spaces, this would take minutes; the suite's own limit is what would end it."""
    words = coordinate_words("103.0 ,16.0" + " " * 2_000_000 + "104.0, 16.5 ,\n 3")
    assert words == ["103.0,16.0", "104.0,16.5,3"]
    (shape,) = read_kml(KML.format("103.0,16.0" + " " * 500_000 + "104.0 , 16.5").encode(), source="a.kml")
    assert shape.parts == (((103.0, 16.0), (104.0, 16.5)),)
