from __future__ import annotations

from dronectl.protocol.mission.in_flight import InFlight

LATE_S = 99.0
"""Everything has been sent before that."""


def sent(*frames: int, at_s: float = 0.0) -> InFlight:
    flight = InFlight()
    for seq in frames:
        flight.sent(seq, 1, at_s)
    return flight


def test_an_answer_settles_all_that_was_sent_before() -> None:
    flight = sent(0, 1, 2, 3)
    flight.taken(2, fresh_s=LATE_S)
    assert flight.count(0.0) == 1


def test_a_complaint_with_the_wanted_frame_in_front_is_a_hole() -> None:
    flight = sent(4, 5, 6)
    assert flight.is_hole(4, fresh_s=LATE_S)
    assert flight.count(0.0) == 1, "the one that was complained of is no longer on its way"


def test_second_copies_and_what_was_sent_after_a_hole_explain_complaints() -> None:
    flight = sent(5, 6, 7)
    flight.sent(4, 2, 1.0)
    assert not any(flight.is_hole(4, fresh_s=LATE_S) for _ in range(3))
    flight.taken(4, fresh_s=LATE_S)
    flight.sent(5, 1, 2.0)
    assert not flight.is_hole(5, fresh_s=LATE_S), "the second copy of 4"
    assert flight.is_hole(5, fresh_s=LATE_S)


def test_what_has_just_been_sent_is_not_lost() -> None:
    flight = sent(4, at_s=2.0)
    assert not flight.is_hole(4, fresh_s=1.9)
    flight.taken(4, fresh_s=1.9)
    assert flight.count(0.0) == 1


def test_of_two_copies_the_first_is_taken_for_the_one_that_arrived() -> None:
    flight = sent(4, 5, 6, 4)
    flight.taken(4, fresh_s=LATE_S)
    assert flight.count(0.0) == 3


def test_where_answers_get_lost_a_complaint_accounts_for_more_frames() -> None:
    def complaints_to_hole(answer_every: int) -> int:
        flight = InFlight()
        for seq in range(300):
            flight.sent(seq, 1, 0.0)
            if seq % answer_every == 0:
                flight.taken(seq, fresh_s=LATE_S)
        flight.clear()
        for seq in range(900, 910):
            flight.sent(seq, 1, 0.0)
        flight.sent(400, 1, 0.0)
        return next(number for number in range(1, 20) if flight.is_hole(400, fresh_s=LATE_S))

    assert complaints_to_hole(1) == 11
    assert complaints_to_hole(2) <= 7
