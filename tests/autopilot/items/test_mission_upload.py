"""What comes back when a mission is sent: every row of the observed upload table."""

from __future__ import annotations

import math

import pytest
from expectations import Expected
from flying import HOME_ITEM, NAV_TAKEOFF, SET_MESSAGE_INTERVAL, square_mission, waypoint
from raw_client import Item, RawClient, Talk

ACCEPTED, ERROR, UNSUPPORTED_FRAME, UNSUPPORTED, NO_SPACE = 0, 1, 2, 3, 4
INVALID_PARAM5_X, INVALID_PARAM7, INVALID_SEQUENCE, DENIED, CANCELLED = 10, 12, 13, 14, 15
"""MAV_MISSION_RESULT."""
CAPACITY = 650
MISSION_CURRENT_ID = 42


def test_each_item_is_asked_for_in_turn_and_the_last_one_is_acknowledged(client: RawClient) -> None:
    mission = square_mission()
    answer = client.upload(mission)
    assert answer.result == ACCEPTED
    assert answer.says("Flight plan received")
    assert [m.seq for m in answer.talk.heard("MISSION_REQUEST")] == list(range(len(mission)))


def test_items_are_asked_for_with_the_float_request_never_with_the_int_one(client: RawClient) -> None:
    answer = client.upload(square_mission())
    assert answer.talk.heard("MISSION_REQUEST")
    assert not answer.talk.heard("MISSION_REQUEST_INT")


def test_requests_and_acknowledgements_are_addressed_to_the_sender(client: RawClient) -> None:
    answer = client.upload(square_mission())
    for message in answer.talk.heard("MISSION_REQUEST", "MISSION_ACK"):
        assert (message.target_system, message.target_component) == (255, 190)
        assert message.mission_type == 0


def test_a_float_item_is_taken_with_a_warning(client: RawClient) -> None:
    talk = client.talk()
    client.send("MISSION_COUNT", count=2, mission_type=0)
    for seq in range(2):
        talk.expect("MISSION_REQUEST", seq=seq)
        client.send(
            "MISSION_ITEM",
            **dict.fromkeys(("param1", "param2", "param3", "param4", "current"), 0),
            seq=seq,
            frame=3,
            command=16,
            autocontinue=1,
            x=16.0531,
            y=103.6504,
            z=20.0,
        )
    assert talk.expect("MISSION_ACK").type == ACCEPTED
    talk.expect_text("MISSION_ITEM_INT")
    assert client.download()[1].x == pytest.approx(160531000, abs=10)


def test_a_float_request_is_answered_with_a_float_item(client: RawClient) -> None:
    client.upload(square_mission())
    talk = client.talk()
    client.send("MISSION_REQUEST", seq=2, mission_type=0)
    assert talk.expect("MISSION_ITEM", seq=2).command == 16


def test_a_count_of_zero_clears_the_mission_at_once(client: RawClient) -> None:
    client.upload(square_mission())
    answer = client.upload([])
    assert answer.result == ACCEPTED
    assert client.download() == []


def test_clear_all_empties_the_mission(client: RawClient) -> None:
    client.upload(square_mission())
    assert client.clear().result == ACCEPTED
    assert client.download() == []


def test_a_count_above_the_capacity_is_refused_with_the_number_that_fits(client: RawClient) -> None:
    client.upload(square_mission())
    talk = client.talk()
    client.send("MISSION_COUNT", count=2000, mission_type=0)
    assert talk.expect("MISSION_ACK").type == NO_SPACE
    talk.expect_text(f"Only {CAPACITY} items are supported")
    assert len(client.download()) == len(square_mission()), "a refused count leaves the mission alone"


@pytest.mark.parametrize(
    ("bad_item", "result"),
    [
        pytest.param(Item(9999), UNSUPPORTED, id="unknown command"),
        pytest.param(waypoint(0, 0, frame=99), UNSUPPORTED_FRAME, id="unknown frame"),
        pytest.param(Item(16, x=950_000_000, y=1_036_503_000, z=20.0), INVALID_PARAM5_X, id="latitude 95 degrees"),
        pytest.param(waypoint(0, 0, math.nan), INVALID_PARAM7, id="altitude not a number"),
        pytest.param(Item(113, p1=1.0, z=20.0), UNSUPPORTED, id="CONDITION_CHANGE_ALT"),
        pytest.param(Item(177, p1=40.0, p2=1.0), ERROR, id="DO_JUMP to no item"),
    ],
)
def test_a_bad_item_is_refused_with_its_own_result_and_ends_the_transfer(
    client: RawClient, bad_item: Item, result: int
) -> None:
    answer = client.upload([HOME_ITEM, bad_item, waypoint(10, 10)])
    assert answer.result == result
    assert client.upload(square_mission()).result == ACCEPTED, "the next upload starts afresh"


@pytest.mark.every_firmware
@pytest.mark.parametrize(
    "item",
    [
        pytest.param(waypoint(20, 0, command=195, p1=1.0), id="DO_SET_ROI_LOCATION"),
        pytest.param(Item(195), id="DO_SET_ROI_LOCATION without a place"),
        pytest.param(Item(197), id="DO_SET_ROI_NONE"),
    ],
)
def test_newer_commands_for_regions_of_interest_are_stored_or_unsupported(
    client: RawClient, expected: Expected, item: Item
) -> None:
    answer = client.upload([HOME_ITEM, item, waypoint(10, 10)])
    if item.command not in expected.mission_commands:
        assert answer.result == UNSUPPORTED
        return
    assert answer.result == ACCEPTED
    kept = client.download()[1]
    assert (kept.command, kept.param1, kept.x, kept.y) == (item.command, item.p1, item.x, item.y)


def test_an_item_out_of_order_is_refused_and_the_transfer_goes_on(client: RawClient) -> None:
    items = [HOME_ITEM, waypoint(10, 0), waypoint(20, 0)]
    talk = client.talk()
    client.send("MISSION_COUNT", count=3, mission_type=0)
    talk.expect("MISSION_REQUEST", seq=0)
    client.send_item(0, items[0])
    talk.expect("MISSION_REQUEST", seq=1)
    client.send_item(2, items[2])
    assert talk.expect("MISSION_ACK").type == INVALID_SEQUENCE
    talk.expect("MISSION_REQUEST", seq=1)
    client.send_item(1, items[1])
    talk.expect("MISSION_REQUEST", seq=2)
    client.send_item(2, items[2])
    assert talk.expect("MISSION_ACK").type == ACCEPTED


def test_an_item_with_no_transfer_open_is_an_error(client: RawClient) -> None:
    talk = client.talk()
    client.send_item(0, HOME_ITEM)
    assert talk.expect("MISSION_ACK").type == ERROR


def test_a_silent_sender_is_asked_again_each_second_and_given_up_after_eight(client: RawClient) -> None:
    talk = client.talk()
    client.send("MISSION_COUNT", count=3, mission_type=0)
    talk.expect("MISSION_REQUEST", seq=0)
    client.send_item(0, HOME_ITEM)
    assert talk.expect("MISSION_ACK").type == CANCELLED
    talk.expect_text("Mission upload timeout")
    asked = [m.seq for m in talk.heard("MISSION_REQUEST")]
    assert asked[0] == 0
    assert set(asked[1:]) == {1}
    assert 6 <= len(asked[2:]) <= 9, "once a second for eight seconds, after the first time"


def begin_upload(client: RawClient, count: int) -> Talk:
    """One that hangs: the first item is asked for."""
    talk = client.talk()
    client.send("MISSION_COUNT", count=count, mission_type=0)
    talk.expect("MISSION_REQUEST", seq=0)
    return talk


def test_other_transfers_are_denied_while_an_upload_hangs(client: RawClient) -> None:
    client.upload(square_mission())
    hanging = begin_upload(client, 3)
    for name, fields in (("MISSION_REQUEST_LIST", {}), ("MISSION_REQUEST_INT", {"seq": 0})):
        talk = client.talk()
        client.send(name, mission_type=0, **fields)
        assert talk.expect("MISSION_ACK").type == DENIED, name
    hanging.expect_text("Mission upload timeout")
    assert len(client.download()) == 3


@pytest.mark.every_firmware
def test_clearing_while_ones_own_upload_hangs_ends_it_or_is_refused(client: RawClient, expected: Expected) -> None:
    client.upload(square_mission())
    begin_upload(client, 3)
    assert client.clear().result == (ACCEPTED if expected.clearing_ends_an_upload else ERROR)
    if expected.clearing_ends_an_upload:
        assert client.download() == []
    else:
        client.talk().expect_text("Mission upload timeout")


def test_the_same_sender_may_begin_a_hanging_upload_again(client: RawClient) -> None:
    talk = client.talk()
    client.send("MISSION_COUNT", count=3, mission_type=0)
    talk.expect("MISSION_REQUEST", seq=0)
    assert client.upload(square_mission()).result == ACCEPTED


def test_an_upload_that_stops_half_way_leaves_a_mixture_of_new_and_old(client: RawClient) -> None:
    client.upload([HOME_ITEM, *(waypoint(10.0 * k, 0, 30.0) for k in range(1, 7))])
    talk = client.talk()
    client.send("MISSION_COUNT", count=5, mission_type=0)
    for seq in range(3):
        talk.expect("MISSION_REQUEST", seq=seq)
        client.send_item(seq, waypoint(10.0 * seq, 0, 50.0))
    talk.expect_text("Mission upload timeout")
    assert [item.z for item in client.download()[1:]] == [50.0, 50.0, 30.0, 30.0]


@pytest.mark.every_firmware
def test_a_request_past_the_end_is_refused_after_a_count_of_the_true_size(
    client: RawClient, expected: Expected
) -> None:
    client.upload(square_mission())
    talk = client.talk()
    client.send("MISSION_REQUEST_INT", seq=77, mission_type=0)
    assert talk.expect("MISSION_COUNT").count == len(square_mission())
    assert talk.expect("MISSION_ACK").type == expected.past_the_end
    assert not talk.heard("MISSION_ITEM_INT")


def test_setting_the_current_item_past_the_end_changes_nothing(client: RawClient) -> None:
    client.upload(square_mission())
    client.command(SET_MESSAGE_INTERVAL, MISSION_CURRENT_ID, 200_000)
    before = client.talk().expect("MISSION_CURRENT").seq
    talk = client.talk()
    client.send("MISSION_SET_CURRENT", seq=77)
    assert [talk.expect("MISSION_CURRENT").seq for _ in range(3)] == [before] * 3


def test_mission_current_counts_the_items_without_home(client: RawClient) -> None:
    mission = square_mission()
    client.upload(mission)
    client.command(SET_MESSAGE_INTERVAL, MISSION_CURRENT_ID, 200_000)
    assert client.talk().expect("MISSION_CURRENT").total == len(mission) - 1


@pytest.mark.parametrize("window", [8, 32])
def test_items_may_be_sent_ahead_of_the_requests_in_order_with_a_window(client: RawClient, window: int) -> None:
    items = [HOME_ITEM, *(waypoint(k % 20 * 5.0, k // 20 * 5.0, 20.0 + k % 7) for k in range(1, 120))]
    talk = client.talk()
    client.send("MISSION_COUNT", count=len(items), mission_type=0)
    sent = wanted = 0
    while True:
        message = talk.expect_any("MISSION_REQUEST", "MISSION_ACK")
        if message.get_type() == "MISSION_ACK":
            assert message.type == ACCEPTED
            break
        wanted = message.seq
        while sent < min(wanted + window, len(items)):
            client.send_item(sent, items[sent])
            sent += 1
    on_board = client.download()
    assert [(m.x, m.y, m.z) for m in on_board[1:]] == [(item.x, item.y, item.z) for item in items[1:]]


def test_a_full_mission_fits_and_reads_back(client: RawClient) -> None:
    takeoff = waypoint(0, 0, command=NAV_TAKEOFF)
    items = [HOME_ITEM, takeoff, *(waypoint(k % 25 * 4.0, k // 25 * 4.0) for k in range(CAPACITY - 2))]
    assert client.upload(items).result == ACCEPTED
    on_board = client.download()
    assert [(m.x, m.y) for m in on_board[1:]] == [(item.x, item.y) for item in items[1:]]


def test_messages_to_another_system_are_not_answered(client: RawClient) -> None:
    talk = client.talk()
    client.send("MISSION_REQUEST_LIST", mission_type=0, target_system=client.target_system + 100)
    client.send("PARAM_REQUEST_READ", param_id=b"FENCE_ENABLE", param_index=-1)
    talk.expect("PARAM_VALUE", param_id="FENCE_ENABLE")
    assert not talk.heard("MISSION_COUNT")
