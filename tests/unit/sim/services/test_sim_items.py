"""Uploads, downloads and what becomes of items: the answers of a real ArduCopter 4.5.6, one by one."""

from __future__ import annotations

import math
from typing import Any

import pytest
from ground_station import RTL_ITEM, TAKEOFF, WAYPOINT, GroundStation, names, place, square
from pymavlink.dialects.v20 import ardupilotmega as mavlink

X, Y = place(50.0, 50.0)
HOME_ITEM = {"command": WAYPOINT, "frame": 0}


@pytest.fixture
def ground() -> GroundStation:
    station = GroundStation()
    station.run(9.0)
    return station


def acks(messages: list[Any]) -> list[int]:
    return [message.type for message in messages if message.get_type() == "MISSION_ACK"]


def test_count_is_answered_with_the_float_request_for_item_0_and_each_item_with_the_next(ground: GroundStation) -> None:
    (request,) = ground.count(3)
    assert (request.get_type(), request.seq) == ("MISSION_REQUEST", 0)
    assert ground.item(0, WAYPOINT, frame=0)[0].seq == 1
    assert ground.item(1, TAKEOFF, z=10.0)[0].seq == 2
    last = ground.item(2, RTL_ITEM)
    assert acks(last) == [0]
    assert "Flight plan received" in ground.texts()


def test_pipelined_items_are_taken_in_order(ground: GroundStation) -> None:
    mission = square()
    assert ground.upload(mission) == 0
    assert [m.command for m in ground.download()] == [fields["command"] for fields in mission]


def test_an_item_out_of_order_is_refused_and_the_transfer_goes_on(ground: GroundStation) -> None:
    ground.count(3)
    ground.item(0, WAYPOINT, frame=0)
    assert acks(ground.item(2, RTL_ITEM)) == [13]
    assert names(ground.run(1.5)).count("MISSION_REQUEST") == 1
    assert ground.item(1, TAKEOFF, z=10.0)[0].seq == 2


def test_silence_is_asked_again_every_second_and_given_up_after_eight(ground: GroundStation) -> None:
    ground.count(3)
    said = ground.run(10.0)
    assert names(said).count("MISSION_REQUEST") in (7, 8)
    assert acks(said) == [15]
    assert "Mission upload timeout" in ground.texts()


def test_while_an_upload_hangs_a_list_and_a_request_are_denied_and_a_clear_is_an_error(ground: GroundStation) -> None:
    ground.count(3)
    assert acks(ground.send(mavlink.MAVLink_mission_request_list_message(1, 1, 0))) == [14]
    assert acks(ground.send(mavlink.MAVLink_mission_request_int_message(1, 1, 0, 0))) == [14]
    assert acks(ground.send(mavlink.MAVLink_mission_clear_all_message(1, 1, 0))) == [1]


def test_an_upload_that_stops_half_way_leaves_a_mixture_of_the_new_count(ground: GroundStation) -> None:
    ground.upload(square(altitude_m=20.0))
    ground.count(4)
    ground.item(0, WAYPOINT, frame=0)
    ground.item(1, TAKEOFF, z=33.0)
    ground.run(10.0)
    assert [message.z for message in ground.download()][1:] == [33.0, 20.0, 20.0]


def test_an_item_without_a_transfer_is_an_error(ground: GroundStation) -> None:
    assert acks(ground.item(0, WAYPOINT, x=X, y=Y)) == [1]


def test_too_many_items_do_not_fit(ground: GroundStation) -> None:
    assert acks(ground.count(651)) == [4]
    assert "Only 650 items are supported" in ground.texts()


def test_count_0_clears(ground: GroundStation) -> None:
    ground.upload(square())
    assert acks(ground.count(0)) == [0]
    assert ground.download() == []


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({"command": 9999}, 3),
        ({"command": WAYPOINT, "frame": 99, "x": X, "y": Y}, 2),
        ({"command": WAYPOINT, "x": 950_000_000, "y": Y}, 10),
        ({"command": WAYPOINT, "x": X, "y": 1_850_000_000}, 11),
        ({"command": WAYPOINT, "x": X, "y": Y, "z": math.nan}, 12),
        ({"command": WAYPOINT, "x": X, "y": Y, "p": (math.inf,)}, 6),
        ({"command": 195, "x": X, "y": Y}, 3),
        ({"command": 197}, 3),
        ({"command": 113, "z": 5.0}, 3),
        ({"command": 177, "p": (40.0, 1.0)}, 1),
    ],
)
def test_what_is_refused(ground: GroundStation, fields: dict[str, Any], result: int) -> None:
    assert ground.upload([HOME_ITEM, fields]) == result


@pytest.mark.parametrize(
    ("command", "sent", "kept"),
    [
        (WAYPOINT, (2.7, 3.5, 1.0, 45.0), (2.0, 0.0, 0.0, 0.0)),
        (TAKEOFF, (15.5, 0.0, 0.0, 90.0), (15.0, 0.0, 0.0, 0.0)),
        (18, (2.5, 0.0, 33.3, 0.0), (2.0, 0.0, 33.0, 0.0)),
        (18, (1.0, 0.0, 300.0, 0.0), (1.0, 0.0, 300.0, 0.0)),
        (19, (12.7, 0.0, 20.0, 0.0), (12.0, 0.0, 1.0, 0.0)),
        (21, (0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)),
        (206, (20.0, 0.0, 1.0, 0.0), (20.0, 0.0, 1.0, 0.0)),
        (178, (1.0, 7.5, -1.0, 0.0), (1.0, 7.5, -1.0, 0.0)),
        (115, (90.0, 10.0, 1.0, 1.0), (90.0, 10.0, 1.0, 1.0)),
    ],
)
def test_what_is_kept_of_parameters(
    ground: GroundStation, command: int, sent: tuple[float, ...], kept: tuple[float, ...]
) -> None:
    assert ground.upload([HOME_ITEM, {"command": command, "p": sent, "x": X, "y": Y, "z": 20.0}]) == 0
    item = ground.download()[1]
    assert (item.param1, item.param2, item.param3, item.param4) == kept


@pytest.mark.parametrize(("sent", "kept"), [(30.123456, 30.12), (33.337, 33.33), (181.999, 181.99)])
def test_altitudes_are_cut_to_the_centimetre(ground: GroundStation, sent: float, kept: float) -> None:
    ground.upload([HOME_ITEM, {"command": WAYPOINT, "x": X, "y": Y, "z": sent}])
    assert ground.download()[1].z == pytest.approx(kept, abs=1e-5)


@pytest.mark.parametrize(("sent", "kept"), [(6, 3), (3, 3), (0, 0), (10, 10)])
def test_frames(ground: GroundStation, sent: int, kept: int) -> None:
    ground.upload([HOME_ITEM, {"command": WAYPOINT, "x": X, "y": Y, "z": 9.0, "frame": sent}])
    item = ground.download()[1]
    assert (item.frame, item.x, item.y) == (kept, X, Y)


def test_item_0_is_home_whatever_was_sent(ground: GroundStation) -> None:
    ground.upload([{"command": WAYPOINT, "x": 1, "y": 2, "z": 3.0}, {"command": RTL_ITEM}])
    home = ground.download()[0]
    assert (home.x, home.y, home.z) == (160_538_000, 1_036_520_000, 148.0)


def test_a_float_item_works_and_is_warned_about(ground: GroundStation) -> None:
    ground.count(2)
    for seq in (0, 1):
        ground.send(
            mavlink.MAVLink_mission_item_message(1, 1, seq, 3, WAYPOINT, 0, 1, 0, 0, 0, 0, 16.054, 103.653, 20.0, 0)
        )
    assert ground.texts().count("got MISSION_ITEM; GCS should send MISSION_ITEM_INT") == 1
    assert ground.download()[1].x == pytest.approx(160_540_000, abs=20)


VERTICES = [place(100, 100), place(100, -100), place(-100, -100), place(-100, 100)]


def polygon(command: int = 5001, points: Any = VERTICES, says: int | None = None) -> list[dict[str, Any]]:
    return [{"command": command, "p": (says or len(points),), "x": x, "y": y} for x, y in points]


def test_a_fence_is_taken_and_read_back(ground: GroundStation) -> None:
    circle = {"command": 5004, "p": (12.5,), "x": X, "y": Y}
    assert ground.upload([*polygon(), circle], kind=1) == 0
    assert "Fence Indexed OK" in ground.texts()
    items = ground.download(kind=1)
    assert [(m.command, m.param1, m.x) for m in items][-1] == (5004, 12.5, X)
    assert len(items) == 5


@pytest.mark.parametrize(
    ("items", "text"),
    [
        (polygon(points=VERTICES[:2], says=4), "Incorrect item count"),
        (polygon(points=VERTICES[:2], says=2), "Invalid vertex count (2)"),
        ([*polygon(points=VERTICES[:3], says=4), {"command": 5004, "p": (9.0,), "x": X, "y": Y}], "Received incorrect"),
    ],
)
def test_a_bad_fence_is_refused_and_the_old_one_stays(ground: GroundStation, items: Any, text: str) -> None:
    ground.upload(polygon(), kind=1)
    assert ground.upload(items, kind=1) == 1
    assert any(text in said for said in ground.texts())
    assert "Fence validation failed" in ground.texts()
    assert len(ground.download(kind=1)) == 4


def test_rally_points_keep_whole_metres(ground: GroundStation) -> None:
    assert ground.upload([{"command": 5100, "x": X, "y": Y, "z": 40.7}], kind=2) == 0
    assert [(m.command, m.z, m.frame) for m in ground.download(kind=2)] == [(5100, 40.0, 3)]
    assert ground.upload([{"command": WAYPOINT, "x": X, "y": Y, "z": 40.0}], kind=2) == 3
