"""What of an upload is sent next, and what is counted on to be on its way."""

from __future__ import annotations

from dronectl.model.plan.mission import Command, Mission, MissionItem
from dronectl.protocol.core.machine import Send
from dronectl.protocol.mission.item_sender import ItemSender
from dronectl.protocol.mission.window import FIRST_WINDOW

ITEMS = 60


def sender(window: int = FIRST_WINDOW) -> ItemSender:
    items = (MissionItem(Command.NAV_WAYPOINT, 3, lat_e7=number, altitude_m=40.0) for number in range(ITEMS))
    return ItemSender(Mission(tuple(items)), window)


def numbers(effects: list[Send]) -> list[int]:
    return [int(effect.fields["seq"]) for effect in effects]


def test_a_window_of_items_is_sent_in_order() -> None:
    one = sender()
    sent = numbers(one.send(0, 1.0))
    assert sent == sorted(sent)
    assert len(sent) == one.frames <= FIRST_WINDOW
    assert one.next == one.end == sent[-1] + 1
    assert one.send(0, 1.1) == [], "the window is full"


def test_where_items_get_lost_several_copies_of_each_are_sent_and_count_in_the_window() -> None:
    one = sender()
    for second in range(20):
        sent = numbers(one.send(0, float(second)))
        one.go_back_to(0)
    assert one.copies_of(0) == sent.count(0) > 1
    assert len(sent) <= FIRST_WINDOW


def test_a_window_of_one_sends_each_item_when_it_is_wanted() -> None:
    one = sender(window=1)
    assert set(numbers(one.send(0, 1.0))) == {0}
    assert one.send(0, 1.1) == []
    one.taken(0, 1, 0.1, least_s=0.1, fresh_s=1.2)
    assert set(numbers(one.send(1, 1.2))) == {1}


def test_what_was_taken_makes_room_for_more() -> None:
    one = sender()
    end = one.end or len(set(numbers(one.send(0, 1.0))))
    one.taken(2, 3, 0.1, least_s=0.1, fresh_s=1.05)
    more = numbers(one.send(3, 1.1))
    assert min(more) == end


def test_going_back_sends_again_from_the_wanted_item_and_counts_the_frames() -> None:
    one = sender()
    one.send(0, 1.0)
    before, end = one.frames, one.end
    one.timed_out(1.5)
    one.go_back_to(1)
    again = numbers(one.send(1, 1.5))
    assert again[0] == 1
    assert len(set(again)) > 1, "what was sent before the silence takes no place in the window"
    assert max(again) < end, "after a missed answer only a few frames ask how things stand"
    assert one.frames == before + len(again)
    assert one.end == end, "what was once sent stays known as sent"


def test_a_late_answer_after_a_timeout_takes_the_going_back_back() -> None:
    one = sender()
    one.send(0, 1.0)
    end = one.end
    one.timed_out(1.5)
    one.go_back_to(0)
    one.send(0, 1.5)
    one.timeout_was_spurious()
    assert one.next == end


def test_an_item_is_missing_once_complaints_account_for_all_its_copies() -> None:
    one = sender(window=1)
    copies = len(one.send(0, 1.0))
    one.taken(0, 1, 0.1, least_s=0.1, fresh_s=1.1)
    one.send(1, 1.2)
    assert not one.is_missing(1, fresh_s=1.1), "it was sent so late that this cannot be about it"
    found = [one.is_missing(1, fresh_s=2.0) for _ in range(3 * copies)]
    assert found[-1]


def test_a_new_attempt_begins_at_item_0_and_goes_on_counting_frames() -> None:
    one = sender()
    one.send(0, 1.0)
    frames = one.frames
    one.begin_again()
    assert (one.next, one.end, one.sent_s(0), one.has_sent_all, one.copies_of(0)) == (0, 0, [], False, 0)
    one.one_at_a_time()
    assert set(numbers(one.send(0, 2.0))) == {0}
    assert one.frames > frames
