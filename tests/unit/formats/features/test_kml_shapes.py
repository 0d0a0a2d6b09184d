"""KML and KMZ from anyone: what is in them is found, what is hostile is one clear line."""

from __future__ import annotations

import contextlib
import io
import itertools
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dronectl.errors import InputError
from dronectl.formats.features.kml_shapes import read_kml
from dronectl.formats.features.shapes import ShapeForm

GOOGLE_EARTH = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">
<Document>
\t<name>patrol.kml</name>
\t<Style id="s"><PolyStyle><color>7fff0000</color></PolyStyle></Style>
\t<Folder>
\t\t<name>โซน</name>
\t\t<Placemark>
\t\t\t<name>สวน &amp; บึง</name>
\t\t\t<styleUrl>#s</styleUrl>
\t\t\t<ExtendedData><Data name="category"><value>park</value></Data></ExtendedData>
\t\t\t<Polygon>
\t\t\t\t<tessellate>1</tessellate>
\t\t\t\t<outerBoundaryIs><LinearRing><coordinates>
\t\t\t\t\t103.65,16.05,0 103.66,16.05,0 103.66,16.06,0 103.65,16.05,0
\t\t\t\t</coordinates></LinearRing></outerBoundaryIs>
\t\t\t\t<innerBoundaryIs><LinearRing><coordinates>1,2 3,4 5,6 1,2</coordinates></LinearRing></innerBoundaryIs>
\t\t\t\t<innerBoundaryIs><LinearRing><coordinates>2,2 3,4 5,6 2,2</coordinates></LinearRing></innerBoundaryIs>
\t\t\t</Polygon>
\t\t</Placemark>
\t\t<Placemark>
\t\t\t<name>สองส่วน</name>
\t\t\t<MultiGeometry>
\t\t\t\t<LineString><coordinates>1,2,3 4, 5 ,6</coordinates></LineString>
\t\t\t\t<Point><coordinates>-179.5,-1e1</coordinates></Point>
\t\t\t</MultiGeometry>
\t\t</Placemark>
\t</Folder>
\t<NetworkLink><Link><href>http://192.0.2.1/x.kml</href></Link></NetworkLink>
</Document>
</kml>
"""


def test_a_google_earth_file_gives_its_shapes() -> None:
    area, line, point = read_kml(GOOGLE_EARTH.encode(), source="p.kml")
    assert (area.form, area.name, area.properties) == (ShapeForm.POLYGON, "สวน & บึง", {"category": "park"})
    assert area.parts[0] == ((103.65, 16.05), (103.66, 16.05), (103.66, 16.06), (103.65, 16.05))
    assert [ring[0] for ring in area.parts[1:]] == [(1.0, 2.0), (2.0, 2.0)]
    assert (line.name, line.parts) == ("สองส่วน", (((1.0, 2.0), (4.0, 5.0)),))
    assert (point.form, point.parts) == (ShapeForm.POINT, (((-179.5, -10.0),),))
    assert (area.where, point.where) == ("p.kml:12", "p.kml:25")
    assert (area.folders, area.style) == (("patrol.kml", "โซน"), "s")
    assert (point.folders, point.style) == (("patrol.kml", "โซน"), "")


def test_shapes_know_the_folders_that_they_lie_in() -> None:
    """Nested, closed again, without a name; names of other things are none of a folder's."""
    point = "<Point><coordinates>1,2</coordinates></Point>"
    mark = f"<Placemark><name>p</name><styleUrl>x.kml#red</styleUrl>{point}</Placemark>"
    folders = f"<Folder><name>A</name><Folder><name>B</name>{mark}</Folder><Folder>{mark}</Folder>{mark}</Folder>{mark}"
    text = f"<kml><Document><Schema name='s'/><Region><name>R</name></Region>{folders}</Document></kml>"
    assert [one.folders for one in read_kml(text.encode(), source="f.kml")] == [("A", "B"), ("A",), ("A",), ()]
    assert {one.style for one in read_kml(text.encode(), source="f.kml")} == {"red"}


def test_crlf_a_byte_order_mark_utf_16_and_no_namespace() -> None:
    for data in (
        b"\xef\xbb\xbf" + GOOGLE_EARTH.replace("\n", "\r\n").encode(),
        GOOGLE_EARTH.replace("UTF-8", "UTF-16").encode("utf-16"),
        GOOGLE_EARTH.replace(' xmlns="http://www.opengis.net/kml/2.2"', "").encode(),
        GOOGLE_EARTH.replace("opengis.net/kml/2.2", "earth.google.com/kml/2.1").encode(),
    ):
        assert [shape.form for shape in read_kml(data, source="x")] == [
            ShapeForm.POLYGON,
            ShapeForm.LINE,
            ShapeForm.POINT,
        ]


def kmz(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name.replace("_", ".")), text, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def test_a_kmz_archive_is_unpacked() -> None:
    other = GOOGLE_EARTH.replace("สวน", "อื่น")
    assert read_kml(kmz(a_kml=other, doc_kml=GOOGLE_EARTH), source="x.kmz")[0].name == "สวน & บึง"


def test_every_document_of_an_archive_is_read_the_first_one_first() -> None:
    north, south = (GOOGLE_EARTH.replace("สวน", name) for name in ("north", "south"))
    names = [one.name for one in read_kml(kmz(a_kml=south, doc_kml=north), source="x.kmz")]
    assert names == ["north & บึง", "สองส่วน", "สองส่วน", "south & บึง", "สองส่วน", "สองส่วน"]
    places = [one.where for one in read_kml(kmz(a_kml=south, b_kml=north), source="x.kmz")]
    assert (places[0], places[3]) == ("x.kmz: a.kml:12", "x.kmz: b.kml:12")


@pytest.mark.parametrize("first", ["__MACOSX/._doc.kml", "._doc.kml", ".Trash/doc.kml"])
def test_what_macos_packs_beside_a_document_is_none(first: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(first, b"\x00\x05\x16\x07")
        archive.writestr("area/doc.kml", GOOGLE_EARTH)
    assert len(read_kml(packed.getvalue(), source="x")) == 3


def told(data: bytes) -> tuple[list[str], list[str]]:
    """Forms and what was passed over."""
    lines: list[str] = []
    shapes = read_kml(data, source="x", tell=lines.append)
    return [str(one.form) for one in shapes], lines


def test_a_link_within_the_archive_is_followed_by_reading_all_of_it_others_are_told() -> None:
    link = "<kml><NetworkLink><Link><href>{}</href></Link></NetworkLink></kml>"
    assert told(kmz(doc_kml=link.format("sub.kml"), sub_kml=GOOGLE_EARTH))[1] == [
        "x: sub.kml: a network link to http://192.0.2.1/x.kml: nothing is fetched"
    ]
    assert told(kmz(doc_kml=link.format("../up.kml")))[1] == ["x: a network link to ../up.kml: nothing is fetched"]
    assert told(kmz(doc_kml="<kml/>", way_wpml="<kml/>", map_png="x"))[1] == ["x: way.wpml"]


RING = "<LinearRing><coordinates>1,1 2,1 2,2 1,1</coordinates></LinearRing>"
AREA = f"<Polygon><outerBoundaryIs>{RING}</outerBoundaryIs></Polygon>"
POINT = "<Point><coordinates>1,2</coordinates></Point>"


@pytest.mark.parametrize(
    ("geometry", "forms"),
    [
        (RING, ["Polygon"]),
        (f"<MultiGeometry>{RING}{RING}{POINT}</MultiGeometry>", ["Polygon", "Polygon", "Point"]),
        (AREA, ["Polygon"]),
        (f"<MultiGeometry>{AREA}{RING}</MultiGeometry>", ["Polygon", "Polygon"]),
    ],
)
def test_a_ring_by_itself_is_an_area(geometry: str, forms: list[str]) -> None:
    assert told(one(geometry)) == (forms, [])
    assert read_kml(one(geometry), source="x")[0].parts == (((1.0, 1.0), (2.0, 1.0), (2.0, 2.0), (1.0, 1.0)),)


@pytest.mark.parametrize(
    ("geometry", "forms", "line"),
    [
        (f"<MultiGeometry><Polygon/>{POINT}</MultiGeometry>", ["Point"], "x:3: Polygon without coordinates"),
        (f"<MultiGeometry>{POINT}<Point><coordinates> </coordinates></Point></MultiGeometry>", ["Point"], "x:3: Point"),
        ("<LineString><coordinates/></LineString>", [], "x:3: LineString without coordinates"),
        ("<LinearRing/>", [], "x:3: LinearRing without coordinates"),
        (
            AREA.replace(
                "</Polygon>", "<innerBoundaryIs><LinearRing><coordinates/></LinearRing></innerBoundaryIs></Polygon>"
            ),
            ["Polygon"],
            "x:3: Polygon: a hole without coordinates",
        ),
        ("<Track><coord>1 2 3</coord></Track>", [], "x: 1 Track"),
        ("<MultiTrack><Track/><Track/></MultiTrack>", [], "x: 1 MultiTrack"),
        (f"<MultiGeometry><Model/><Model/>{POINT}</MultiGeometry>", ["Point"], "x: 2 Model"),
    ],
)
def test_what_has_no_place_or_is_no_shape_is_told(geometry: str, forms: list[str], line: str) -> None:
    found, lines = told(one(geometry))
    assert found == forms
    assert len(lines) == 1
    assert lines[0].startswith(line)


@pytest.mark.parametrize("encoding", ["windows-874", "TIS-620", "cp874"])
def test_thai_names_in_the_encodings_of_windows(encoding: str) -> None:
    text = GOOGLE_EARTH.replace('encoding="UTF-8"', f'encoding="{encoding}"')
    assert read_kml(text.encode("cp874"), source="x")[0].name == "สวน & บึง"


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>\n<kml><Placemark><name>&c;</name></Placemark></kml>'
)
OUTSIDE = '<!DOCTYPE kml [<!ENTITY f SYSTEM "file:///etc/passwd">]><kml><Placemark><name>&f;</name></Placemark></kml>'


def one(geometry: str) -> bytes:
    return f"<kml>\n<Placemark><name>ก</name>\n{geometry}</Placemark></kml>".encode()


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        (b"", "x:1:1", "no XML"),
        (b"QGC WPL 110", "x:1:1", "no XML"),
        (b"<gpx/>", "x:1", "found <gpx>, <kml> is wanted"),
        (b"<kml><Placemark>", "x:1:17", "no XML"),
        (b'<?xml version="1.0" encoding="x-martian"?><kml/>', "x:1", ""),
        (BOMB.encode(), "x:1", "document type"),
        (OUTSIDE.encode(), "x:1", "document type"),
        (b"<kml>" + b"<Folder>" * 5000, "x:1", "nested more than 100 deep"),
        (one("<Point><coordinates>1,NaN</coordinates></Point>"), "x:3", "'1,NaN'"),
        (one("<Point><coordinates>1;2</coordinates></Point>"), "x:3", "'1;2'"),
        (one("<Point><coordinates>๑,๒,ก</coordinates></Point>"), "x:3", "longitude,latitude"),
        (one("<Point><coordinates>1,2,3,4</coordinates></Point>"), "x:3", "'1,2,3,4'"),
        (one("<Point><coordinates>1e999,2</coordinates></Point>"), "x:3", "'1e999,2'"),
        (b"PK\x03\x04 no archive", "x", "cannot be unpacked"),
        (kmz(readme_txt="x"), "x", "no .kml file"),
        (kmz(doc_kml="0" * (65 * 1024 * 1024)), "x", "unpacks to more than 64 MB"),
    ],
    ids=itertools.count(),  # workers of one run must give them the same names
)
def test_a_spoiled_file_is_one_line_with_its_place(data: bytes, place: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_kml(data, source="x")
    assert caught.value.message.startswith(f"{place}: ")
    assert words in caught.value.message
    assert "\n" not in caught.value.message


@given(st.binary(max_size=80), st.integers(0, len(GOOGLE_EARTH.encode())))
def test_garbage_never_escapes_as_another_error(garbage: bytes, at: int) -> None:
    text = GOOGLE_EARTH.encode()
    for hostile in (garbage, text[:at] + garbage + text[at:], text[:at], b"PK" + garbage):
        with contextlib.suppress(InputError):
            read_kml(hostile, source="x")
