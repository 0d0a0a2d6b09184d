"""Mission Planner's .poly, .fen and .ral files, as it writes them."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dronectl.errors import InputError
from dronectl.formats.features.poly_shape import read_poly
from dronectl.formats.features.shapes import ShapeForm
from dronectl.formats.missions.mission_file import from_bytes, read_mission_file
from dronectl.formats.missions.point_lists import read_fen, read_ral
from dronectl.model.plan.mission import MissionItem, MissionType

POLY = "#saved by Mission Planner 1.3.80\r\n16.05 103.65\r\n16.05 103.66\r\n16.06 103.66\r\n\r\n"
FEN = (
    "#saved by APM Planner 1.3.80\r\n16.051 103.651\r\n16.05 103.65\r\n16.05 103.66\r\n16.06 103.66\r\n16.05 103.65\r\n"
)
RAL = "#saved by Mission Planner\r\nRALLY\t16.051\t103.651\t40\t40\t0\t0\r\nRALLY 16.052 103.652 45.5 40 0 0\r\n"


def test_a_poly_file_is_an_area() -> None:
    shape = read_poly("\ufeff" + POLY, source="x")
    assert (shape.form, shape.parts) == (ShapeForm.POLYGON, (((103.65, 16.05), (103.66, 16.05), (103.66, 16.06)),))


def test_a_fen_file_is_a_polygon_and_a_return_point() -> None:
    fence = read_fen(FEN, source="x")
    assert fence.mission_type is MissionType.FENCE
    assert [item.command for item in fence.items] == [5001, 5001, 5001, 5000]
    assert fence.items[0] == MissionItem(5001, 3, 3.0, lat_e7=160500000, lon_e7=1036500000)
    assert fence.items[-1] == MissionItem(5000, 3, lat_e7=160510000, lon_e7=1036510000)


def test_a_ral_file_is_rally_points_found_by_the_suffix(tmp_path: Path) -> None:
    path = tmp_path / "จุด.RAL"
    path.write_bytes(RAL.encode())
    rally = read_mission_file(path).rally
    assert [item.altitude_m for item in rally.items] == [40.0, 45.5]
    assert rally.items[1].lon_e7 == 1036520000
    fence = path.with_suffix(".fen")
    fence.write_bytes(FEN.encode())
    assert len(read_mission_file(fence).fence) == 4


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        (FEN, (0, 4, 0)),
        ("# comment\n\n" + FEN, (0, 4, 0)),
        (RAL, (0, 0, 2)),
        ("QGC WPL 110\n0 1 0 16 0 0 0 0 16 103 145 1\n1 0 3 16 0 0 0 0 16 103 30 1\n", (2, 0, 0)),
    ],
)
def test_a_txt_is_what_its_first_words_say(text: str, counts: tuple[int, int, int]) -> None:
    content = from_bytes(text.encode(), ".txt", source="x")
    assert (len(content.mission), len(content.fence), len(content.rally)) == counts


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (POLY + "16.07 103.65\n", "x: the second place and the last one differ"),
        ("16.05 103.65\n", "x: found 0 corners"),
        ("16.05 103.65\n16.06 103.65\nseven 103\n16.06 103.65\n", "x:3: found 'seven'"),
        ("hello there\n", "x:1: found 'hello'"),
        ("hello\n", "x:1: found 'hello', 'QGC WPL 110' is wanted"),
        ("", "x:1: found an empty file"),
    ],
)
def test_a_txt_that_is_none_of_them_is_one_line(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        from_bytes(text.encode(), ".txt", source="x")
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "x: found 0 corners"),
        ("16.05 103.65\n16.05 103.66\n16.05 103.65\n", "x: found 2 corners"),
        ("16.05 103.65 3\n", "x:1: found 3 columns"),
        ("\n16,05 103.65\n", "x:2: found '16,05', a number"),
        ("nan 103.65\n", "x:1: found 'nan'"),
        ("1_6 103.65\n", "x:1: found '1_6'"),
        ("103.65 16.05\n", "x:1: latitude 103.65"),
        ("16 103\n" * 10_001, "x:10001: more than 10000"),
    ],
)
def test_a_spoiled_area_is_one_line_with_its_place(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_poly(text, source="x")
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "x: holds no rally points"),
        ("RALLY 16 103\n", "x:1: found 'RALLY 16 103'"),
        ("16 103 40 40\n", "x:1: found '16 103 40 40'"),
        ("RALLY 16 103 high\n", "x:1: found 'high'"),
    ],
)
def test_spoiled_rally_points_are_one_line_with_their_place(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_ral(text, source="x")
    assert words in caught.value.message


def test_a_fence_without_a_polygon_is_refused() -> None:
    for text in ("", "16 103\n", "16 103\n16 104\n17 104\n16 104\n"):
        with pytest.raises(InputError, match=r"^x: "):
            read_fen(text, source="x")


@given(st.text(max_size=60), st.integers(0, len(FEN)))
def test_garbage_never_escapes_as_another_error(garbage: str, at: int) -> None:
    for read, text in ((read_poly, POLY), (read_fen, FEN), (read_ral, RAL)):
        for hostile in (garbage, text[:at] + garbage + text[at:]):
            with contextlib.suppress(InputError):
                read(hostile, source="x")
