"""A line of a KML file as a route: its heights mean what its altitudeMode says."""

from __future__ import annotations

import io
import zipfile

import pytest

from dronectl.errors import InputError
from dronectl.formats.missions.mission_file import from_bytes
from dronectl.formats.missions.qgc_plan import QgcPlan
from dronectl.model.plan.mission import Frame

PLACES = "103.65,16.05,60 103.66,16.05,70\n 103.66, 16.06 ,80"


def line(mode: str = "", places: str = PLACES, name: str = "ทาง") -> str:
    return (
        f"<Placemark><name>{name}</name><LineString>{mode}<coordinates>{places}</coordinates></LineString></Placemark>"
    )


def read(inner: str, height_m: float | None = None) -> QgcPlan:
    head = '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>'
    data = f"{head}<Folder>{inner}</Folder></Document></kml>".encode()
    return from_bytes(data, ".kml", source="x.kml", route_height_m=height_m)


@pytest.mark.parametrize(
    ("mode", "frame"),
    [
        ("<altitudeMode>absolute</altitudeMode>", Frame.GLOBAL),
        ("<altitudeMode>relativeToGround</altitudeMode>", Frame.GLOBAL_TERRAIN_ALT),
        ("<extrude>1</extrude><gx:altitudeMode>relativeToSeaFloor</gx:altitudeMode>", Frame.GLOBAL_TERRAIN_ALT),
    ],
)
def test_heights_by_altitude_mode(mode: str, frame: Frame) -> None:
    items = read(line(mode)).mission.items
    assert [item.command for item in items] == [16, 22, 16, 16, 16, 20]
    assert [(item.frame, item.altitude_m) for item in items[2:5]] == [(frame, 60.0), (frame, 70.0), (frame, 80.0)]
    assert (items[4].lat_e7, items[4].lon_e7) == (160600000, 1036600000)


@pytest.mark.parametrize(
    "mode", ["", "<altitudeMode>clampToGround</altitudeMode>", "<gx:altitudeMode>clampToSeaFloor</gx:altitudeMode>"]
)
def test_a_line_on_the_ground_has_no_heights_to_fly_at(mode: str) -> None:
    with pytest.raises(InputError, match="no heights in it that could be flown"):
        read(line(mode))
    assert {item.altitude_m for item in read(line(mode), 45.0).mission.items[1:5]} == {45.0}
    assert read(line(mode), 45.0).mission.items[2].frame == Frame.GLOBAL_RELATIVE_ALT


def test_one_line_is_taken_and_the_others_told() -> None:
    content = read(line(name="a") + line(name="b", places="1,2 3,4"), 30.0)
    assert len(content.mission) == 6
    assert any("passed over: the line 'b'; one is taken of a file" in note for note in content.notes)


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        ("<Placemark><Point><coordinates>1,2</coordinates></Point></Placemark>", "no line in it that could be a route"),
        (line("<altitudeMode>aboveTheClouds</altitudeMode>"), "altitudeMode is 'aboveTheClouds'"),
        (line(places=" "), "no line in it that could be a route"),
        (line(places="103.65,16.05 x,1"), "coordinates is 'x', a number is wanted"),
        (line(places="103.65"), "found '103.65', longitude,latitude,altitude is wanted"),
        (line(places="16.05,103.65"), "x.kml:1"),
    ],
)  # fmt: skip
def test_what_is_no_route_is_refused_with_the_line(inner: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        read(inner, 30.0)
    assert words in error.value.message


def test_a_kmz_without_a_dji_route_gives_its_first_line() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("__MACOSX/._doc.kml", b"\0")
        archive.writestr("other.kml", f"<kml>{line(name='b')}</kml>")
        archive.writestr("doc.kml", f"<kml>{line(places='', name='none')}{line(places='1,2,3 3,4,5')}</kml>")
    content = from_bytes(packed.getvalue(), ".kmz", source="x.kmz", route_height_m=30.0)
    assert [item.lat_e7 for item in content.mission.items[2:4]] == [20000000, 40000000]
    assert content.notes[:2] == (
        "x.kmz: doc.kml:1: LineString without coordinates",
        "x.kmz: other.kml:1: passed over: the line 'b'; one is taken of a file",
    )
