from __future__ import annotations

import contextlib
import math
import struct
from pathlib import Path

import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.errors import InputError
from dronectl.formats.missions.wpl import MAX_ITEMS, read_wpl, write_wpl
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem, MissionType

HOME = MissionItem(Command.NAV_WAYPOINT, Frame.GLOBAL, lat_e7=160530600, lon_e7=1036511100, altitude_m=145.0)
TAKEOFF = MissionItem(Command.NAV_TAKEOFF, lat_e7=160530600, lon_e7=1036511100, altitude_m=30.0)
POINT = MissionItem(Command.NAV_WAYPOINT, lat_e7=160540001, lon_e7=1036520009, altitude_m=30.12)

float32 = st.floats(width=32, allow_nan=False, allow_infinity=False)
centimetres = st.integers(-1_000_000, 1_000_000).map(lambda value: value / 100)


@st.composite
def items(draw: st.DrawFn) -> MissionItem:
    commands = [Command.NAV_WAYPOINT, Command.NAV_LAND, Command.DO_CHANGE_SPEED, Command.DO_JUMP, Command.DO_SET_ROI]
    return MissionItem(
        command=int(draw(st.sampled_from(commands) | st.integers(3001, 4999))),
        frame=draw(st.sampled_from([0, 2, 3, 6, 10])),
        param1=draw(float32),
        param2=draw(float32),
        param3=draw(float32),
        param4=draw(float32),
        lat_e7=draw(st.integers(-(2**31), 2**31 - 1)),
        lon_e7=draw(st.integers(-(2**31), 2**31 - 1)),
        altitude_m=draw(centimetres),
        autocontinue=draw(st.booleans()),
    )


@examples(15)
@given(st.lists(items(), min_size=1, max_size=8))
def test_what_is_written_is_read_back(written: list[MissionItem]) -> None:
    mission = Mission((HOME, *written))
    assert read_wpl(write_wpl(mission), source="x") == mission


def test_an_unset_yaw_is_read_and_written_as_zero() -> None:
    text = write_wpl(Mission((HOME, POINT))).splitlines()
    cells = text[2].split("\t")
    cells[7] = "nan"
    mission = read_wpl("\n".join([*text[:2], "\t".join(cells)]), source="x")
    assert math.isnan(mission.items[1].param4)
    assert "nan" not in write_wpl(mission)


def test_mission_planners_own_shape() -> None:
    text = (
        "QGC WPL 110\r\n"
        "0\t1\t0\t0\t0\t0\t0\t0\t16.0530600\t103.6511100\t145.000000\t1\r\n"
        "1\t0\t3\t22\t0.00000000\t0.00000000\t0.00000000\t0.00000000\t0.00000000\t0.00000000\t30.000000\t1\r\n"
        "2\t0\t3\t203\t0.00000000\t0.00000000\t0.00000000\t0.00000000\t1.00000000\t0.00000000\t0.000000\t1\r\n"
        "3\t0\t3\t20\t0\t0\t0\t0\t0\t0\t0\t1\r\n\r\n\r\n"
    )
    mission = read_wpl(text, source="mp.waypoints")
    assert mission.items[0] == HOME
    assert [item.command for item in mission.items] == [16, 22, 203, 20]
    assert mission.items[2].lat_e7 == 1, "DIGICAM_CONTROL's shoot is param5, not a latitude"


def gapped(*rows: str) -> tuple[Mission, list[str]]:
    told: list[str] = []
    mission = read_wpl(
        "QGC WPL 110\n0 1 0 16 0 0 0 0 16.05 103.65 145 1\n" + "\n".join(rows), source="x", tell=told.append
    )
    return mission, told


@pytest.mark.parametrize("numbers", [(1, 7, 3), (2, 3, 4), (1, 1, 2), (0, 1, 2), (9, 5, 1)])
def test_lines_that_are_numbered_otherwise_are_taken_in_order_and_told_once(numbers: tuple[int, ...]) -> None:
    mission, told = gapped(*(f"{number} 0 3 16 0 0 0 0 16.0{at} 103 30 1" for at, number in enumerate(numbers)))
    assert [item.lat_e7 for item in mission.items] == [160500000, 160000000, 160100000, 160200000]
    (line,) = told
    at = next(at for at, number in enumerate(numbers) if number != at + 1)
    assert line.startswith(f"x:{at + 3}: found item {numbers[at]} where item {at + 1} comes")


@pytest.mark.parametrize(("target", "is_clear"), [(1, True), (4, True), (40, True), (2, False), (7, False)])
def test_a_jump_among_misnumbered_lines_is_refused_where_it_is_not_clear(target: int, is_clear: bool) -> None:
    point = "0 3 16 0 0 0 0 16.01 103 30 1"
    rows = (f"1 {point}", f"7 {point}", f"2 {point}", f"4 0 3 177 {target} 2 0 0 0 0 0 1")
    if is_clear:
        assert gapped(*rows)[0].items[4].param1 == target
        return
    with pytest.raises(InputError, match=f"x: item 4 jumps to {target}, and items are not numbered"):
        gapped(*rows)


@pytest.mark.parametrize(
    ("row", "numbers"),
    [
        ("16 2.5 nan NaN nan 16 103 30", (2.5, 0.0, 0.0, math.nan)),
        ("22 0 nan nan 0 16 103 30", (0.0, 0.0, 0.0, 0.0)),
        ("20 nan nan nan nan nan nan nan", (0.0, 0.0, 0.0, math.nan)),
        ("206 25 nan 1 nan nan nan nan", (25.0, 0.0, 1.0, math.nan)),
        ("18 2 nan 10 0 16 103 30", (2.0, 0.0, 10.0, 0.0)),
        ("84 nan nan nan 0 16 103 30", None),
    ],
)
def test_nan_is_nothing_where_nothing_is_made_of_it(row: str, numbers: tuple[float, ...] | None) -> None:
    if numbers is None:  # what is made of a command that nobody here knows is not known either
        with pytest.raises(InputError, match="x:3: param1 is 'nan', a finite number"):
            gapped(f"1 0 3 {row} 1")
        return
    mission, told = gapped(f"1 0 3 {row} 1")
    assert str(mission.items[1].params) == str(numbers)
    assert not told


@pytest.mark.parametrize(
    ("row", "x"),
    [("20 0 0 0 0 16.05 103.65 0", 0), ("20 0 0 0 0 5 0 0", 5), ("203 0 0 0 0 1 0 0", 1), ("203 0 0 0 0 0.6 0 0", 1)],
)
def test_degrees_left_over_where_nothing_is_made_of_them_are_nothing(row: str, x: int) -> None:
    assert gapped(f"1 0 3 {row} 1")[0].items[1].lat_e7 == x


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("16 nan 0 0 0 16 103 30", "param1"),
        ("16 0 0 0 0 nan 103 30", "x"),
        ("16 0 0 0 0 16 103 nan", "z"),
        ("178 0 nan 0 0 0 0 0", "param2"),
        ("177 2 nan 0 0 0 0 0", "param2"),
        ("203 0 0 0 0 nan 0 0", "x"),
    ],
)
def test_nan_where_it_would_be_flown_is_refused(row: str, column: str) -> None:
    with pytest.raises(InputError, match=f"x:3: {column} is 'nan', a finite number is wanted"):
        gapped(f"1 0 3 {row} 1")


def test_a_mission_without_a_home_line_keeps_its_first_item() -> None:
    from_one = "QGC WPL 110\n1 1 3 22 0 0 0 0 0 0 30 1\n2 0 3 16 0 0 0 0 16 103 30 1\n3 0 0 177 2 1 0 0 0 0 0 1\n"
    unset = MissionItem(Command.NAV_WAYPOINT, Frame.GLOBAL)
    mission = read_wpl(from_one, source="x")
    assert [item.command for item in mission.items] == [16, 22, 16, 177]
    assert mission.items[0] == unset
    assert mission.items[3].param1 == 2.0
    from_zero = "QGC WPL 110\n0 1 3 22 0 0 0 0 0 0 30 1\n1 0 3 16 0 0 0 0 16 103 30 1\n2 0 0 177 1 1 0 0 0 0 0 1\n"
    assert read_wpl(from_zero, source="x") == mission, "the jump goes to the same waypoint, now item 2"


def test_numbers_with_exponents_and_many_digits() -> None:
    home = "0 1 0 16 0 0 0 0 16.05306 103.65111 145 1"
    text = f"QGC WPL 110\n{home}\n1\t0\t3\t16\t0E+00\t1.0e-05\t0\t0\t1.60540001e1\t103.65200090000000000\t+30.12\t1"
    item = read_wpl(text, source="x").items[1]
    assert (item.param2, item.lat_e7, item.lon_e7, item.altitude_m) == (1e-5, 160540001, 1036520009, 30.12)


def test_spaces_floats_comments_bom_and_version_120() -> None:
    home = " 0 1 0 16 0 0 0 0 16.05306 103.65111 145 1 "
    text = f"\ufeffQGC WPL 120\n# by hand\n{home}\n1.0 0 3.0 16.0 0 0 0 0 16.0540001 103.6520009 30.12 1"
    assert read_wpl(text, source="x") == Mission((HOME, POINT))


def test_latitudes_are_rounded_never_truncated() -> None:
    text = "QGC WPL 110\n0 1 0 16 0 0 0 0 16.05306 103.65111 145 1\n1 0 3 16 0 0 0 0 -16.05306 -103.65111 1 1\n"
    item = read_wpl(text, source="x").items[1]
    assert (item.lat_e7, item.lon_e7) == (-160530600, -1036511100)


@pytest.mark.parametrize("with_home", [False, True])
def test_a_fence_file_is_a_fence(with_home: bool) -> None:
    vertex = MissionItem(Command.FENCE_POLYGON_VERTEX_INCLUSION, param1=3.0, lat_e7=160000000, lon_e7=1036000000)
    rows = (HOME, vertex, vertex, vertex) if with_home else (vertex, vertex, vertex)
    mission = read_wpl(write_wpl(Mission(rows)), source="x")
    assert mission == Mission((vertex,) * 3, MissionType.FENCE)


def test_a_rally_file_is_rally_points() -> None:
    rally = MissionItem(Command.RALLY_POINT, lat_e7=160000000, lon_e7=1036000000, altitude_m=30.0)
    assert read_wpl(write_wpl(Mission((HOME, rally))), source="x").mission_type is MissionType.RALLY


HEAD = "QGC WPL 110\n"
ROW = "0 1 0 16 0 0 0 0 16.05306 103.65111 145 1\n"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", "x:1", "empty file"),
        ("\n\n", "x:1", "empty line"),
        ("เส้นทางตรวจ\n", "x:1", "QGC WPL 110"),
        ("QGC WPL 100\n" + ROW, "x:1", "QGC WPL 110"),
        (HEAD, "x", "no items"),
        (HEAD + "0 1 0 16 0 0 0\n", "x:2", "7 columns, 12"),
        (HEAD + ROW + "1 0 3 16 0 0 0 0 16 103 30 1 9\n", "x:3", "13 columns"),
        (HEAD + ROW + "1 0 3 16 0 0 0 0 NaN 103 30 1\n", "x:3", "x is 'NaN'"),
        (HEAD + ROW + "1 0 3 16 inf 0 0 0 16 103 30 1\n", "x:3", "param1 is 'inf'"),
        (HEAD + ROW + "1 0 3 16 nan 0 0 0 16 103 30 1\n", "x:3", "param1 is 'nan'"),
        (HEAD + ROW + "1 0 3 16 1e39 0 0 0 16 103 30 1\n", "x:3", "float32"),
        (HEAD + ROW + "1 0 3 16 0 0 0 0 16,05 103 30 1\n", "x:3", "a number is wanted"),
        (HEAD + ROW + "1 0 3 16 1_0 0 0 0 16 103 30 1\n", "x:3", "param1 is '1_0'"),
        (HEAD + ROW + "1 0 3 ๑๖ก 0 0 0 0 16 103 30 1\n", "x:3", "command is"),
        (HEAD + "5 0 3 16 0 0 0 0 16 103 30 1\n", "x:2", "found item 5, item 0 or 1"),
        (HEAD + ROW + "1 0 3 16.5 0 0 0 0 16 103 30 1\n", "x:3", "whole number"),
        (HEAD + ROW + "1 0 -3 16 0 0 0 0 16 103 30 1\n", "x:3", "frame is '-3'"),
        (HEAD + ROW + "1 0 3 16 0 0 0 0 216 103 30 1\n", "x:3", "does not fit"),
        (HEAD + ROW + "1 0 3 16 0 0 0 0 1.7976931348623157e308 103 30 1\n", "x:3", "does not fit"),
    ],
)
def test_malformed_text_is_one_line_with_its_place(text: str, place: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_wpl(text, source="x")
    assert caught.value.message.startswith(place + ":")
    assert words in caught.value.message
    assert "\n" not in caught.value.message


def test_too_many_items_are_refused() -> None:
    rows = "".join(f"{seq} 0 3 16 0 0 0 0 16 103 30 1\n" for seq in range(MAX_ITEMS + 1))
    with pytest.raises(InputError, match=f"more than {MAX_ITEMS} items"):
        read_wpl(HEAD + rows, source="x")


@given(st.text(max_size=200), st.integers(0, 400))
def test_garbage_never_escapes_as_another_error(garbage: str, at: int) -> None:
    text = write_wpl(Mission((HOME, TAKEOFF, POINT)))
    for hostile in (garbage, text[:at] + garbage + text[at:]):
        with contextlib.suppress(InputError):
            read_wpl(hostile, source="x")


def test_pymavlink_reads_the_same_values(tmp_path: Path) -> None:
    from pymavlink import mavwp

    mission = Mission(
        (
            HOME,
            TAKEOFF,
            POINT,
            MissionItem(Command.DO_SET_CAM_TRIGG_DIST, param1=17.299999),
            MissionItem(Command.NAV_RETURN_TO_LAUNCH),
        )
    )
    path = tmp_path / "alpha.waypoints"
    path.write_text(write_wpl(mission), encoding="utf-8")
    loader = mavwp.MAVWPLoader()
    assert loader.load(str(path)) == len(mission)
    for seq, item in enumerate(mission.items):
        other = loader.wp(seq)
        assert (other.seq, other.command, other.frame) == (seq, item.command, item.frame)
        assert (other.current, other.autocontinue) == (int(seq == 0), 1)
        assert (round(other.x * 1e7), round(other.y * 1e7)) == (item.lat_e7, item.lon_e7)
        assert other.z == item.altitude_m
        for ours, theirs in zip(item.params, (other.param1, other.param2, other.param3, other.param4), strict=True):
            assert struct.pack("<f", ours) == struct.pack("<f", theirs)
