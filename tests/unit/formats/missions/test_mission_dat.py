"""ArduPilot's mission.dat, held against bytes packed here by hand and by pymavlink."""

from __future__ import annotations

import contextlib
import math
import struct
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.errors import InputError
from dronectl.formats.missions.mission_dat import read_mission_dat, shortest, write_mission_dat
from dronectl.formats.missions.mission_file import read_mission_file
from dronectl.model.ardupilot.stored_items import COMMANDS_WITH_PLACE
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem, MissionType

HOME = MissionItem(Command.NAV_WAYPOINT, Frame.GLOBAL, lat_e7=160530600, lon_e7=1036511100, altitude_m=145.0)
POINT = MissionItem(Command.NAV_WAYPOINT, param4=12.5, lat_e7=160540001, lon_e7=-1036520009, altitude_m=30.12)
MISSION = Mission((HOME, POINT, MissionItem(Command.NAV_RETURN_TO_LAUNCH, autocontinue=False)))

GOLDEN = bytes.fromhex(
    "3d76"  # magic 0x763d
    "0000"  # MAV_MISSION_TYPE_MISSION
    "0000"  # options
    "0000"  # first item
    "0200"  # two items
    "00000000 00000000 00000000 00000000"  # param1..4
    "a87f9109 9c01c83d"  # x 160530344, y 1036517788
    "00001143"  # z 145.0
    "0000 1000"  # seq 0, command 16
    "01 01 00 00 01 00"  # system, component, frame, current, autocontinue, mission type
    "0000c03f 00000000 00000000 0000c07f"  # 1.5, 0, 0, NaN
    "00000000 00000000"
    "c3f5f041"  # 30.12 as float32
    "0100 1600"  # seq 1, command 22
    "01 01 03 00 01 00"
)

float32s = st.floats(width=32, allow_nan=False, allow_infinity=False)


@st.composite
def items(draw: st.DrawFn) -> MissionItem:
    return MissionItem(
        draw(st.sampled_from(sorted(COMMANDS_WITH_PLACE)) | st.integers(3001, 4999)),
        draw(st.integers(0, 255)),
        shortest(draw(float32s)),
        shortest(draw(float32s)),
        shortest(draw(float32s)),
        shortest(draw(float32s)),
        draw(st.integers(-(2**31), 2**31 - 1)),
        draw(st.integers(-(2**31), 2**31 - 1)),
        shortest(draw(float32s)),
        draw(st.booleans()),
    )


def test_bytes_laid_out_by_hand_are_read() -> None:
    mission = read_mission_dat(GOLDEN, source="x")
    assert mission.mission_type is MissionType.MISSION
    home, takeoff = mission.items
    assert home == MissionItem(16, 0, lat_e7=160530344, lon_e7=1036517788, altitude_m=145.0)
    assert (takeoff.command, takeoff.frame, takeoff.altitude_m, takeoff.param1) == (22, 3, 30.12, 1.5)
    assert math.isnan(takeoff.param4)


@examples(20)
@given(st.lists(items(), max_size=6), st.sampled_from(MissionType))
def test_what_is_written_is_read_back(written: list[MissionItem], mission_type: MissionType) -> None:
    mission = Mission(tuple(written), mission_type)
    assert read_mission_dat(write_mission_dat(mission), source="x") == mission


def test_each_item_is_the_payload_that_pymavlink_packs() -> None:
    from pymavlink.dialects.v20 import ardupilotmega as dialect

    data = write_mission_dat(MISSION)
    link = dialect.MAVLink(None)
    for seq, item in enumerate(MISSION.items):
        message = link.mission_item_int_encode(
            *(0, 0, seq, item.frame, item.command, int(seq == 0), int(item.autocontinue), *item.params),
            *(item.lat_e7, item.lon_e7, item.altitude_m, 0),
        )
        payload = message.pack(link)[10:-2].ljust(38, b"\0")  # MAVLink 2 drops zeros at the end
        assert data[10 + 38 * seq :][:38] == payload


@given(float32s)
def test_the_shortest_decimal_is_the_same_float32(value: float) -> None:
    assert struct.pack("<f", shortest(value)) == struct.pack("<f", value)
    assert digits_of(shortest(value)) <= digits_of(value)


def digits_of(value: float) -> int:
    return len(Decimal(repr(value)).normalize().as_tuple().digits)


def own_bytes(mission_type: int, *rows: tuple[float | int, ...]) -> bytes:
    """A file as ArduCopter 4.5.6 gives it out: what it does not set is 0."""
    return struct.pack("<5H", 0x763D, mission_type, 0, 0, len(rows)) + b"".join(
        struct.pack("<4f2if2H6B", *row) for row in rows
    )


def test_the_leftovers_in_what_the_autopilot_gives_out_are_dropped() -> None:
    data = own_bytes(
        0,
        (0, 0, 0, 0, 160530600, 1036511100, 145.1, 0, 16, 1, 1, 0, 0, 1, 0),
        (1, 8, 0, 0, 160530600, 1036511100, 145.1, 1, 178, 1, 1, 0, 0, 1, 0),
        (29, 0, 0, 0, 51579, 0, 0, 2, 206, 1, 1, 0, 0, 1, 0),
        (0, 0, 0, 0, 1, 0, 60, 3, 203, 1, 1, 0, 0, 1, 0),
    )
    _, speed, trigger, shoot = read_mission_dat(data, source="x").items
    assert speed == MissionItem(178, 0, 1.0, 8.0)
    assert trigger == MissionItem(206, 0, 29.0)
    assert shoot.lat_e7 == 1, "DIGICAM_CONTROL's shoot is kept: it means something"


def test_the_autopilots_own_fence_and_rally_points_have_no_numbers() -> None:
    corner = (3, 0, 0, 0, 160610000, 1036440000, 0, 0, 5001, 0, 0, 0, 0, 0, 0)
    fence = read_mission_dat(own_bytes(1, corner, corner, corner), source="x")
    assert fence.items == (MissionItem(5001, 3, 3.0, lat_e7=160610000, lon_e7=1036440000),) * 3
    place = (0, 0, 0, 0, 160610000, 1036440000, 30, 0, 5100, 0, 0, 3, 0, 0, 0)
    rally = read_mission_dat(own_bytes(2, place, place), source="x")
    assert rally.items == (MissionItem(5100, 3, lat_e7=160610000, lon_e7=1036440000, altitude_m=30.0),) * 2


def test_a_file_is_told_by_its_suffix_and_its_header(tmp_path: Path) -> None:
    rally = Mission((replace(POINT, command=int(Command.RALLY_POINT)),), MissionType.RALLY)
    path = tmp_path / "rally.dat"
    path.write_bytes(write_mission_dat(rally))
    content = read_mission_file(path)
    assert content.rally == rally
    assert not content.mission.items


def changed(at: int, data: bytes) -> bytes:
    return GOLDEN[:at] + data + GOLDEN[at + len(data) :]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "found 0 bytes"),
        (b"QGC WPL 110\n", "0x4751"),
        (GOLDEN[:5], "found 5 bytes"),
        (GOLDEN[:-1], "found 75 bytes of items, 76"),
        (GOLDEN + b"\0", "found 77 bytes"),
        (changed(2, b"\x07"), "data type is 7"),
        (changed(4, b"\x01"), "from number 0 on"),
        (changed(6, b"\x05"), "from number 5 on"),
        (changed(8, b"\xff\xff") + bytes(38 * 65533), "65535 items"),
        (changed(48, bytes(38)), "item 1 (byte 48): nothing but zeros"),
        (changed(48 + 28, b"\x09"), "has number 9"),
        (changed(48, struct.pack("<f", math.inf)), "no finite number"),
        (changed(48 + 24, struct.pack("<f", math.nan)), "no finite number"),
    ],
)
def test_a_spoiled_file_is_one_line_with_its_place(data: bytes, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_mission_dat(data, source="ภารกิจ.dat")
    assert caught.value.message.startswith("ภารกิจ.dat: ")
    assert words in caught.value.message
    assert "\n" not in caught.value.message


@given(st.binary(max_size=60), st.integers(0, len(GOLDEN)))
def test_garbage_never_escapes_as_another_error(garbage: bytes, at: int) -> None:
    for hostile in (garbage, GOLDEN[:at] + garbage + GOLDEN[at:], changed(min(at, 20), garbage)):
        with contextlib.suppress(InputError):
            read_mission_dat(hostile, source="x")


@pytest.mark.parametrize(
    "item",
    [
        replace(POINT, altitude_m=math.nan),
        replace(POINT, altitude_m=math.inf),
        replace(POINT, param1=1e39),
        replace(POINT, frame=256),
        replace(POINT, command=-1),
        replace(POINT, lat_e7=2**31),
    ],
)
def test_what_mavlink_cannot_hold_is_not_written(item: MissionItem) -> None:
    with pytest.raises(InputError, match="item 1"):
        write_mission_dat(Mission((HOME, item)))


def test_what_4_6_leaves_as_it_stood_in_its_memory_is_not_looked_at() -> None:
    """Seen on 4.6.2: the type of each mission item, and the place of those that have none."""
    data = own_bytes(
        0,
        (0, 0, 0, 0, 160530600, 1036511100, 145.1, 0, 16, 1, 1, 0, 1, 1, 127),
        (1, 8, 0, 0, -77, 1036511100, math.nan, 1, 178, 1, 1, 0, 0, 1, 254),
    )
    home, speed = read_mission_dat(data, source="x").items
    assert (home.lat_e7, home.altitude_m) == (160530600, 145.1)
    assert speed == MissionItem(178, 0, 1.0, 8.0)
    fence = own_bytes(1, (5, 0, 0, 0, 160530600, 1036511100, 0.0, 0, 5001, 1, 1, 0, 0, 1, 127))
    with pytest.raises(InputError, match="mission type 127"):
        read_mission_dat(fence, source="x")
