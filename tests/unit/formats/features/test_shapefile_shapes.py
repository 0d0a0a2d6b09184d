"""Shapefiles as QGIS and survey offices give them, written by pyshp."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pyproj
import pytest
import shapefile
from effort import examples
from hypothesis import example, given
from hypothesis import strategies as st

from dronectl.errors import InputError
from dronectl.formats.features.shape_file import read_shape_file
from dronectl.formats.features.shapefile_shapes import read_shapefile, read_shapefile_archive

OUTER = [[103.65, 16.05], [103.65, 16.06], [103.66, 16.06], [103.66, 16.05], [103.65, 16.05]]
HOLE = [[103.652, 16.052], [103.654, 16.052], [103.654, 16.054], [103.652, 16.052]]
UTM_48N, INDIAN_1975 = pyproj.CRS("EPSG:32648"), pyproj.CRS("EPSG:4240")


def layer(
    *rows: tuple[str, object], kind: int = shapefile.POLYGON, encoding: str = "utf-8", prj: str | None = None
) -> dict[str, bytes]:
    """Names and geometries; None is a shape without any."""
    shp, dbf = io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, dbf=dbf, shx=io.BytesIO(), shapeType=kind, encoding=encoding) as writer:
        writer.field("NAME", "C", 40)
        writer.field("number", "N", 8, 2)
        for name, geometry in rows:
            add = {1: lambda at: writer.point(*at), 3: writer.line, 5: writer.poly, 8: writer.multipoint}[kind]
            writer.null() if geometry is None else add(geometry)
            writer.record(name, 1.5)
    parts = {".shp": shp.getvalue(), ".dbf": dbf.getvalue()}
    return parts if prj is None else {**parts, ".prj": prj.encode()}


def zipped(**layers: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for stem, parts in layers.items():
            for suffix, content in parts.items():
                archive.writestr(f"data/{stem}{suffix}", content)
    return packed.getvalue()


WGS84 = pyproj.CRS("EPSG:4326").to_wkt("WKT1_ESRI")


def test_a_polygon_with_a_hole_and_its_table() -> None:
    told: list[str] = []
    (shape,) = read_shapefile(layer(("สวน", [OUTER, HOLE]), prj=WGS84), source="x", tell=told.append)
    assert (str(shape.form), shape.name, shape.properties["number"]) == ("Polygon", "สวน", 1.5)
    assert [len(part) for part in shape.parts] == [5, 4]
    assert set(shape.parts[0]) == {(x, y) for x, y in OUTER}
    assert (told, shape.notes) == ([], ())


@pytest.mark.parametrize(
    ("kind", "geometry", "forms"),
    [
        (shapefile.POINT, (103.65, 16.05), ["Point"]),
        (shapefile.MULTIPOINT, OUTER[:3], ["Point"] * 3),
        (shapefile.POLYLINE, [OUTER[:3]], ["LineString"]),
        (shapefile.POLYLINE, [OUTER[:2], HOLE[:2]], ["LineString"] * 2),
        (shapefile.POLYGON, [OUTER, [[x + 1, y] for x, y in OUTER]], ["Polygon"] * 2),
    ],
)
def test_each_kind_of_geometry(kind: int, geometry: object, forms: list[str]) -> None:
    shapes = read_shapefile(layer(("a", geometry), kind=kind, prj=WGS84), source="x")
    assert [str(shape.form) for shape in shapes] == forms


@pytest.mark.parametrize("system", [UTM_48N, pyproj.CRS("EPSG:3857"), pyproj.CRS("EPSG:4326"), INDIAN_1975])
def test_coordinates_are_transformed_by_the_prj(system: pyproj.CRS) -> None:
    there = pyproj.Transformer.from_crs("OGC:CRS84", system, always_xy=True, allow_ballpark=False)
    moved = [list(there.transform(*place)) for place in OUTER]
    (shape,) = read_shapefile(layer(("a", [moved]), prj=system.to_wkt("WKT1_ESRI")), source="x")
    for (x, y), (wanted_x, wanted_y) in zip(shape.parts[0], OUTER, strict=True):
        assert (x, y) == (pytest.approx(wanted_x, abs=1e-7), pytest.approx(wanted_y, abs=1e-7))
    assert [system.name.split(" /")[0] in note for note in shape.notes] == [True] * (system.to_epsg() != 4326)


def test_without_a_prj_degrees_are_taken_and_told_metres_are_refused() -> None:
    (shape,) = read_shapefile(layer(("a", [OUTER])), source="x")
    assert shape.notes == ("x: no .prj says which coordinates these are: taken for degrees of WGS 84",)
    with pytest.raises(InputError, match="says which coordinates these are, and they are no degrees"):
        read_shapefile(layer(("a", [[[354_000, 1_775_000], [355_000, 1_775_000], [355_000, 1_776_000]]])), source="x")
    with pytest.raises(InputError, match="is not known"):
        read_shapefile(layer(("a", [OUTER]), prj="LOCAL"), source="x")


@pytest.mark.parametrize(
    ("cpg", "code_page", "encoding"),
    [
        (b"windows-874", 0, "cp874"),
        (b"874", 0, "cp874"),
        (b"OEM 874", 0, "cp874"),
        (b"UTF-8", 0, "utf-8"),
        (None, 0x7C, "cp874"),
        (None, 0x50, "cp874"),
        (None, 0, "utf-8"),
    ],
)
def test_thai_in_the_table(cpg: bytes | None, code_page: int, encoding: str) -> None:
    parts = layer(("บึงพลาญชัย", [OUTER]), prj=WGS84, encoding=encoding)
    parts[".dbf"] = parts[".dbf"][:29] + bytes([code_page]) + parts[".dbf"][30:]
    (shape,) = read_shapefile(parts if cpg is None else {**parts, ".cpg": cpg}, source="x")
    assert (shape.name, shape.notes) == ("บึงพลาญชัย", ())


def test_letters_that_may_be_wrong_are_told() -> None:
    parts = layer(("สวน", [OUTER]), prj=WGS84, encoding="cp874")
    assert "letters may be wrong" in read_shapefile(parts, source="x")[0].notes[0]
    assert "unknown encoding klingon" in read_shapefile({**parts, ".cpg": b"klingon"}, source="x")[0].notes[0]


def test_a_shape_without_coordinates_is_told() -> None:
    told: list[str] = []
    parts = layer(("a", None), ("b", [OUTER]), ("c", None), prj=WGS84)
    assert [one.name for one in read_shapefile(parts, source="x", tell=told.append)] == ["b"]
    assert told == ["x: shape 0: without coordinates", "x: shape 2: without coordinates"]


def test_every_layer_of_an_archive_is_a_folder() -> None:
    data = zipped(parks=layer(("a", [OUTER]), prj=WGS84), masts=layer(("m", (103.6, 16.0)), kind=1, prj=WGS84))
    shapes = read_shapefile_archive(data, source="x.zip")
    assert [(one.name, one.folders) for one in shapes] == [("a", ("parks",)), ("m", ("masts",))]
    assert shapes[0].where == "x.zip: data/parks.shp: shape 0"


@pytest.mark.parametrize("suffixes", [(".shp", ".dbf", ".prj"), (".SHP", ".DBF", ".PRJ"), (".shp",)])
def test_the_parts_beside_a_shp(tmp_path: Path, suffixes: tuple[str, ...]) -> None:
    parts = layer(("a", [OUTER]), prj=WGS84)
    for suffix in suffixes:
        (tmp_path / f"area{suffix}").write_bytes(parts[suffix.lower()])
    (shape,) = read_shape_file(tmp_path / f"area{suffixes[0]}").shapes
    assert shape.name == ("a" if len(suffixes) == 3 else "")


def test_what_is_no_shapefile_is_one_line(tmp_path: Path) -> None:
    for name, data, words in (
        ("a.zip", zipped(a={".txt": b"x"}), "no .shp and no .kml file in this archive"),
        ("b.zip", b"PK", "cannot be unpacked"),
        ("c.zip", zipped(c={".shp": b"x" * 200}), "no Shapefile that can be read"),
        ("d.shp", b"", "no Shapefile that can be read"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError) as caught:
            read_shape_file(tmp_path / name)
        assert words in caught.value.message
        assert "\n" not in caught.value.message


def test_bytes_beyond_the_length_in_the_header_are_nothing() -> None:
    parts = layer(("a", [OUTER]), prj=WGS84)
    assert len(read_shapefile({**parts, ".shp": parts[".shp"] + b"\0"}, source="x")) == 1


@pytest.mark.parametrize("spoiled", [{".dbf": b"x" * 40}, {".shx": b"x" * 120}, {".dbf": b"", ".shx": b"x"}])
def test_a_spoiled_table_or_index_does_not_spoil_the_shapes(spoiled: dict[str, bytes]) -> None:
    (shape,) = read_shapefile({**layer(("a", [OUTER]), prj=WGS84), **spoiled}, source="x")
    assert shape.name == ("" if ".dbf" in spoiled else "a")
    assert [note.startswith("x: its table (.dbf) cannot be read") for note in shape.notes] == [True] * (
        ".dbf" in spoiled
    )


def test_a_degree_that_was_float32_once_is_one() -> None:
    wide = [[x + 76.34000190734863, y] for x, y in OUTER]
    assert len(read_shapefile(layer(("a", [wide])), source="x")) == 1


def test_holes_in_areas_without_end_are_refused_before_they_take_hours() -> None:
    areas = [[[0, 0], [0, 80], [80, 80], [80, 0], [0, 0]]] * 1500
    holes = [[[1, 1], [2, 1], [2, 2], [1, 1]]] * 1500
    with pytest.raises(InputError, match="x: too many holes in too many areas"):
        read_shapefile(layer(("a", [*areas, *holes]), prj=WGS84), source="x")


SOUND = layer(("a", [OUTER, HOLE]), ("b", None), prj=WGS84)


@examples(60)
@given(st.sampled_from([".shp", ".dbf", ".prj"]), st.integers(0, 400), st.binary(max_size=8))
@example(".shp", 156, b"\0")  # a ring without places
def test_garbage_never_escapes_as_another_error(part: str, at: int, garbage: bytes) -> None:
    whole = SOUND[part]
    with warnings.catch_warnings(action="error"):
        for hostile in (
            whole[:at],
            whole[:at] + garbage + whole[at + len(garbage) :],
            whole[:at] + garbage + whole[at:],
        ):
            try:
                read_shapefile({**SOUND, part: hostile}, source="x")
            except InputError as error:
                assert "\n" not in error.message  # noqa: PT017
