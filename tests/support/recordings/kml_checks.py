"""What every KML file of ours must be: valid, and right where the schemas cannot look."""

from __future__ import annotations

import functools
from datetime import datetime
from importlib import resources

from lxml import etree

K = "{http://www.opengis.net/kml/2.2}"
GX = "{http://www.google.com/kml/ext/2.2}"
GEOMETRIES = [f"{K}Point", f"{K}LineString", f"{K}Polygon", f"{GX}Track", f"{K}LookAt"]


@functools.cache
def kml_schema() -> etree.XMLSchema:
    """OGC KML 2.2 with Google's extensions, as fastkml ships them."""
    with resources.as_file(resources.files("fastkml") / "schema" / "ogckml22.xsd") as path:
        return etree.XMLSchema(etree.parse(str(path)))


def check(document: bytes, schema: etree.XMLSchema | None = None) -> etree._Element:
    """Returns the root of a good file.

    Raises:
        AssertionError: counts of times and places differ, times do not rise, a coordinate is out of range, a ring is
            open, a line has one place, a geometry has no altitude mode, or a style is not there.
        etree.DocumentInvalid: the schema says no.
    """
    root = etree.fromstring(document)
    (schema or kml_schema()).assertValid(root)
    for track in root.iter(f"{GX}Track"):
        whens, coords = track.findall(f"{K}when"), track.findall(f"{GX}coord")
        assert len(whens) == len(coords) > 0
        order = [child.tag for child in track]
        assert order == [f"{K}altitudeMode"] + [f"{K}when"] * len(whens) + [f"{GX}coord"] * len(coords)
        times = [datetime.fromisoformat(when.text or "") for when in whens]
        assert times == sorted(times)
        for coord in coords:
            _in_range(*(float(value) for value in (coord.text or "").split(" ")))
    for span in root.iter(f"{K}TimeSpan", f"{GX}TimeSpan"):
        begin, end = (datetime.fromisoformat(span.findtext(f"{K}{edge}") or "") for edge in ("begin", "end"))
        assert begin <= end
    for coordinates in root.iter(f"{K}coordinates"):
        vertices = [[float(value) for value in vertex.split(",")] for vertex in (coordinates.text or "").split()]
        assert vertices
        for vertex in vertices:
            _in_range(*vertex)
        parent = coordinates.getparent().tag
        if parent == f"{K}LinearRing":
            assert vertices[0] == vertices[-1]
            assert len(vertices) >= 4
        if parent == f"{K}LineString":
            assert len(vertices) >= 2
    for geometry in root.iter(*GEOMETRIES):
        assert geometry.find(f"{K}altitudeMode") is not None, geometry.tag
    styles = {style.get("id") for style in root.iter(f"{K}Style")}
    assert {(url.text or "").removeprefix("#") for url in root.iter(f"{K}styleUrl")} <= styles
    return root


def _in_range(lon: float, lat: float, altitude_m: float) -> None:
    assert -180 <= lon <= 180
    assert -90 <= lat <= 90
    assert -500 < altitude_m < 20_000
