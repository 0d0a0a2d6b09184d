"""What a vehicle's requests and answers tell of one attempt of an upload."""

from __future__ import annotations

from dronectl.protocol.mission.upload_attempt import UploadAttempt


def opened(counts: int = 1, wanted: int = 5) -> UploadAttempt:
    attempt = UploadAttempt(1, 0.0)
    for number in range(counts):
        attempt.count_sent(0.5 * number)
    attempt.open(2.0)
    attempt.advance(wanted)
    return attempt


def test_an_earlier_item_is_believed_when_it_is_asked_for_again_after_a_while() -> None:
    attempt = opened()
    assert not attempt.went_back(3, 3.0), "it may be a late duplicate"
    assert not attempt.went_back(3, 3.2)
    assert not attempt.went_back(4, 3.6), "another one"
    assert attempt.wanted == 5
    assert attempt.went_back(4, 4.1)
    assert attempt.wanted == 4


def test_progress_forgets_what_was_asked_for_before_it_and_how_it_was_closed() -> None:
    attempt = opened()
    attempt.closed_with = 1
    assert not attempt.went_back(3, 3.0)
    attempt.advance(6)
    assert attempt.closed_with is None
    assert not attempt.went_back(3, 9.0)


def test_item_0_once_more_is_the_answer_to_each_further_count_and_then_no_more() -> None:
    attempt = opened(counts=3)
    assert attempt.went_back(0, 2.1), "a second COUNT began the transfer anew"
    assert attempt.answers_repeated_count(0)
    assert not attempt.answers_repeated_count(0)
    assert not attempt.answers_repeated_count(1)


def test_a_refusal_counts_when_it_is_the_answer_to_another_count_as_well() -> None:
    attempt = UploadAttempt(1, 0.0)
    attempt.count_sent(0.0)
    assert attempt.is_first_refusal(3)
    assert not attempt.is_first_refusal(3)
    assert not attempt.counted_since_refusal
    attempt.count_sent(1.0)
    assert attempt.counted_since_refusal
    assert attempt.is_first_refusal(4), "another reason is another refusal"
    assert not attempt.counted_since_refusal
