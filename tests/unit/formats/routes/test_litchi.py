"""Litchi's CSV as Mission Hub exports it and as others write it."""

from __future__ import annotations

import contextlib

import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.errors import InputError
from dronectl.formats.missions.mission_file import from_bytes
from dronectl.formats.routes.litchi import read_litchi_csv
from dronectl.formats.routes.route import HeightAbove, Route

HUB = (
    "latitude,longitude,altitude(m),heading(deg),curvesize(m),rotationdir,gimbalmode,gimbalpitchangle,"
    "actiontype1,actionparam1,actiontype2,actionparam2,altitudemode,speed(m/s),poi_latitude,poi_longitude,"
    "poi_altitude(m),poi_altitudemode,photo_timeinterval,photo_distinterval\n"
)
FIRST = "16.05,103.65,60,90,0,0,2,-90,0,2500,1,0,0,0,0,0,0,0,-1,-1\n"
SECOND = "16.06,103.66,70.5,90,0,0,2,-90,-1,0,-1,0,0,8,0,0,0,0,-1,-1\n"


def read(text: str) -> tuple[Route, list[str]]:
    told: list[str] = []
    return read_litchi_csv(text, source="x", tell=told.append), told


def test_an_export_of_the_hub() -> None:
    route, told = read(HUB + FIRST + SECOND)
    first, second = route.points
    assert (first.place.lat_e7, first.place.lon_e7, first.height_m) == (160500000, 1036500000, 60.0)
    assert (first.stay_s, first.photographs, first.speed_m_s, second.speed_m_s) == (2.5, 1, None, 8.0)
    assert told == []


def test_the_mission_that_it_becomes() -> None:
    content = from_bytes((HUB + FIRST + SECOND).encode(), ".csv", source="x")
    assert [item.command for item in content.mission.items] == [16, 22, 16, 203, 16, 178, 20]
    assert [item.param1 for item in content.mission.items[2:3]] == [3.0], "a stay is never shorter"
    assert content.notes == (
        "x: added: a take-off to 60 m above home, and a return at the end, as the file says nothing of one",
    )


@pytest.mark.parametrize(
    ("text", "heights"),
    [
        ("latitude,longitude,altitude(ft)\n16,103,100\n", [(30.48, HeightAbove.HOME)]),
        ("\ufeffLatitude;Longitude;Altitude(m)\r\n16,5;103,5;60,25\r\n\r\n", [(60.25, HeightAbove.HOME)]),
        (
            "latitude,longitude,altitude(m),altitudemode\n16,103,60,1\n16,103,50,0\n",
            [(60.0, HeightAbove.GROUND), (50.0, HeightAbove.HOME)],
        ),
        ('"latitude","longitude","altitude(m)","heading"\n"16","103","40",\n', [(40.0, HeightAbove.HOME)]),
    ],
)
def test_other_programs_columns(text: str, heights: list[tuple[float, HeightAbove]]) -> None:
    assert [(one.height_m, one.above) for one in read(text)[0].points] == heights


def test_photographs_by_distance_end_where_the_file_ends_them() -> None:
    row = "16.0{},103,60,{}\n"
    text = "latitude,longitude,altitude(m),photo_distinterval\n" + "".join(
        row.format(at, spacing) for at, spacing in enumerate((-1, 15, 15, -1, 20))
    )
    items = from_bytes(text.encode(), ".csv", source="x").mission.items
    assert [item.param1 for item in items if item.command == 206] == [15.0, 0.0, 20.0, 0.0]
    assert [item.command for item in items[-3:]] == [206, 206, 20], "off before the way home"


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("curvesize(m)", "12", "curves"),
        ("poi_latitude", "16.1", "points of interest"),
        ("photo_timeinterval", "2", "photographs by time"),
        ("actiontype1", "5", "tilt of the camera"),
        ("actiontype1", "4", "turn of the aircraft"),
        ("actiontype2", "77", "action 77"),
    ],
)
def test_what_is_not_taken_over_is_told(column: str, value: str, words: str) -> None:
    cells = dict(zip(HUB.strip().split(","), SECOND.strip().split(","), strict=True)) | {column: value}
    _, told = read(HUB + ",".join(cells.values()) + "\n" + ",".join(cells.values()))
    (line,) = told
    assert line.startswith(f"x: not taken over: {words}")
    assert line.endswith("(2 times)")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "x:1: no columns latitude"),
        ("name,lat,lon\n", "x:1: no columns latitude"),
        (HUB, "x: holds no places"),
        ("latitude,longitude,altitude(m)\n16,103,\n", "x:2: no altitude(m)"),
        ("latitude,longitude,altitude(m)\n\n16,103,high\n", "x:3: altitude(m) is 'high'"),
        ("latitude,longitude,altitude(m)\n96,103,5\n", "x:2: latitude 96.0"),
        ("latitude,longitude,altitude(m),altitudemode\n16,103,5,2\n", "x:2: altitudemode is 2"),
        ("latitude,longitude,altitude(m)\n16,103,nan\n", "x:2: altitude(m) is 'nan'"),
        ("latitude,longitude,altitude(m)\n" + "16,103,5\n" * 10_001, "x:10002: more than 10000 places"),
        ("latitude,longitude,altitude(m)\n" + "1" * 200_000, "x:2: no CSV"),
    ],
)
def test_what_is_no_mission_is_one_line(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_litchi_csv(text, source="x")
    assert words in caught.value.message
    assert "\n" not in caught.value.message


@examples(40)
@given(st.text(max_size=60), st.integers(0, len(HUB + FIRST)))
def test_garbage_never_escapes_as_another_error(garbage: str, at: int) -> None:
    text = HUB + FIRST
    for hostile in (garbage, text[:at] + garbage + text[at:]):
        with contextlib.suppress(InputError):
            from_bytes(hostile.encode("utf-8", "replace"), ".csv", source="x")
