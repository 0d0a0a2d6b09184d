"""What the vehicle makes of an item: each row of the observed table, sent and read back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from expectations import Expected
from flying import HOME_ITEM, wait_ready, waypoint
from raw_client import Item, RawClient
from vehicles import HOME_AMSL_M, HOME_LAT_DEG, HOME_LON_DEG

NAV_WAYPOINT, NAV_LOITER_UNLIM, NAV_LOITER_TURNS, NAV_LOITER_TIME, NAV_RTL, NAV_LAND, NAV_TAKEOFF = range(16, 23)
FLOAT_TOLERANCE = 1e-5


def read_back(client: RawClient, item: Item) -> Item:
    """The item as item 1 of an otherwise plain mission, up and down."""
    assert client.upload([HOME_ITEM, item, waypoint(50, 50)]).result == 0
    m = client.download()[1]
    return Item(m.command, m.frame, m.param1, m.param2, m.param3, m.param4, m.x, m.y, m.z)


def assert_same(found: Item, wanted: Item) -> None:
    for name in Item.__slots__:
        assert getattr(found, name) == pytest.approx(getattr(wanted, name), abs=FLOAT_TOLERANCE), (name, found)


@pytest.mark.parametrize(
    ("sent", "changes"),
    [
        pytest.param(
            waypoint(10, 0, p1=2.7, p2=3.5, p3=1.0, p4=45.0), {"p1": 2, "p2": 0, "p3": 0, "p4": 0}, id="NAV_WAYPOINT"
        ),
        pytest.param(waypoint(10, 0, command=NAV_TAKEOFF, p1=15.5, p4=90.0), {"p1": 15, "p4": 0}, id="NAV_TAKEOFF"),
        pytest.param(
            waypoint(10, 0, command=NAV_LOITER_TURNS, p1=2.5, p3=33.3), {"p1": 2, "p3": 33}, id="NAV_LOITER_TURNS"
        ),
        pytest.param(waypoint(10, 0, command=NAV_LOITER_TURNS, p1=2, p3=300), {}, id="NAV_LOITER_TURNS, wide"),
        pytest.param(
            waypoint(10, 0, command=NAV_LOITER_TIME, p1=12.7, p3=20), {"p1": 12, "p3": 1}, id="NAV_LOITER_TIME"
        ),
        pytest.param(waypoint(10, 0, 0.0, command=NAV_LAND), {"p4": 1}, id="NAV_LAND"),
    ],
)
def test_parameters_are_cut_to_what_the_vehicle_stores(
    client: RawClient, sent: Item, changes: dict[str, float]
) -> None:
    assert_same(read_back(client, sent), replace(sent, **changes))


@pytest.mark.parametrize(("sent_m", "kept_m"), [(30.123456, 30.12), (33.337, 33.33), (181.999, 181.99), (30.0, 30.0)])
def test_an_altitude_is_cut_to_the_centimetre_not_rounded(client: RawClient, sent_m: float, kept_m: float) -> None:
    assert read_back(client, waypoint(10, 0, sent_m)).z == pytest.approx(kept_m, abs=FLOAT_TOLERANCE)


@pytest.mark.parametrize(("sent", "kept"), [(0, 0), (3, 3), (6, 3), (10, 10)])
def test_a_frame_is_kept_or_becomes_its_float_twin(client: RawClient, sent: int, kept: int) -> None:
    assert read_back(client, waypoint(10, 0, frame=sent)).frame == kept


def test_a_place_comes_back_to_the_last_digit(client: RawClient) -> None:
    item = replace(waypoint(10, 0), x=160_531_237, y=1_036_504_999)
    found = read_back(client, item)
    assert (found.x, found.y) == (item.x, item.y)


AS_SENT: dict[str, dict[str, Any]] = {
    "DO_CHANGE_SPEED": {"command": 178, "p1": 1, "p2": 7.5, "p3": -1},
    "DO_SET_CAM_TRIGG_DIST": {"command": 206, "p1": 24.5, "p3": 1},
    "DO_DIGICAM_CONTROL": {"command": 203, "x": 1},
    "DO_GIMBAL_MANAGER_PITCHYAW": {"command": 1000, "p1": -30, "p2": 15, "p3": 5, "p4": 10, "x": 16},
    "CONDITION_YAW": {"command": 115, "p1": 90, "p2": 20, "p3": 1, "p4": 1},
    "CONDITION_DELAY": {"command": 112, "p1": 7},
    "CONDITION_DISTANCE": {"command": 114, "p1": 25},
    "DO_SET_SERVO": {"command": 183, "p1": 9, "p2": 1500},
    "NAV_DELAY": {"command": 93, "p1": 30, "p2": -1, "p3": -1, "p4": -1},
    "DO_WINCH": {"command": 42600, "p1": 1, "p2": 1, "p3": 10, "p4": 2},
    "DO_PARACHUTE": {"command": 208, "p1": 1},
    "DO_FENCE_ENABLE": {"command": 207, "p1": 1},
    "IMAGE_START_CAPTURE": {"command": 2000, "p1": 1, "p2": 2, "p3": 10, "p4": 3},
    "VIDEO_START_CAPTURE": {"command": 2500, "p1": 1},
    "NAV_RETURN_TO_LAUNCH": {"command": NAV_RTL},
}


@pytest.mark.parametrize("name", AS_SENT)
def test_a_command_without_a_place_comes_back_as_sent_in_frame_0(client: RawClient, name: str) -> None:
    item = Item(**AS_SENT[name])
    assert_same(read_back(client, item), replace(item, frame=0))


@pytest.mark.every_firmware
@pytest.mark.parametrize("mode", [0.0, 2.0, 5.0])
def test_the_mode_of_a_mount_is_lost_or_always_mavlink_targeting(
    client: RawClient, expected: Expected, mode: float
) -> None:
    sent = Item(205, p1=-45, p2=5, p3=90, z=mode)
    assert_same(read_back(client, sent), replace(sent, frame=0, z=expected.mount_control_z))


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(waypoint(10, 5, 12.0, command=201), id="DO_SET_ROI"),
        pytest.param(waypoint(10, 5, 12.0, command=179, frame=0), id="DO_SET_HOME"),
        pytest.param(waypoint(10, 5, 12.0, command=94, p1=2.5), id="NAV_PAYLOAD_PLACE"),
        pytest.param(waypoint(10, 5, 12.0, command=82, p1=3), id="NAV_SPLINE_WAYPOINT"),
        pytest.param(waypoint(10, 5, 12.0, command=NAV_LOITER_UNLIM), id="NAV_LOITER_UNLIM"),
    ],
)
def test_a_command_with_a_place_comes_back_as_sent(client: RawClient, item: Item) -> None:
    assert_same(read_back(client, item), item)


def test_a_jump_to_an_item_that_exists_comes_back_as_sent(client: RawClient) -> None:
    jump = Item(177, p1=2, p2=3)
    assert_same(read_back(client, jump), replace(jump, frame=0))


def test_item_0_is_the_vehicles_home_whatever_was_sent(client: RawClient) -> None:
    wait_ready(client)
    client.upload([waypoint(500, 500, 99.0), waypoint(10, 0)])
    home = client.download()[0]
    assert (home.command, home.frame, home.current) == (NAV_WAYPOINT, 0, 0)
    assert home.x / 1e7 == pytest.approx(HOME_LAT_DEG, abs=2e-5)
    assert home.y / 1e7 == pytest.approx(HOME_LON_DEG, abs=2e-5)
    assert home.z == pytest.approx(HOME_AMSL_M, abs=2.0)


def test_no_item_is_marked_current_in_a_download(client: RawClient) -> None:
    client.upload([HOME_ITEM, waypoint(10, 0), waypoint(20, 0)])
    assert [item.current for item in client.download()] == [0, 0, 0]
