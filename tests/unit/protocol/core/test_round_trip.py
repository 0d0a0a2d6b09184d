from __future__ import annotations

import pytest

from dronectl.protocol.core.round_trip import RoundTrip, TransferTiming


def measured(*samples_s: float) -> RoundTrip:
    trip = RoundTrip(TransferTiming())
    for sample_s in samples_s:
        trip.answered([0.0], sample_s)
    return trip


def test_a_frame_that_was_sent_once_is_a_measure() -> None:
    trip = RoundTrip(TransferTiming())
    assert trip.timeout_s == TransferTiming().first_timeout_s
    assert trip.answered([1.0], 1.2) == pytest.approx(0.2)
    assert trip.least_s == pytest.approx(0.2)
    assert trip.timeout_s == pytest.approx(0.6)


def test_of_two_copies_the_one_that_can_have_been_answered_is() -> None:
    trip = measured(0.2, 0.2)
    assert trip.answered([1.0, 1.4], 1.45) == pytest.approx(0.45), "0.05 s after the second copy: too soon for it"
    assert trip.answered([1.0, 1.4], 1.65) is None, "either"
    assert trip.answered([1.0, 1.4], 1.65, since_s=1.4) == pytest.approx(0.25), "the first is known to be lost"
    assert trip.answered([1.4, 1.4], 1.65) == pytest.approx(0.25), "two that left together"


def test_a_longer_timeout_stays_until_an_answer_can_be_told() -> None:
    trip = measured(0.2, 0.2, 0.2)
    before_s = trip.timeout_s
    trip.back_off()
    trip.answered([1.0, 1.4], 1.7)
    assert trip.timeout_s > 1.4 * before_s
    trip.answered([2.0], 2.2)
    assert trip.timeout_s <= before_s


def test_any_answer_ends_a_row_of_timeouts_in_vain() -> None:
    trip = measured(0.2)
    trip.back_off()
    trip.back_off()
    assert trip.timeouts == 2
    trip.answered([1.0, 1.4], 1.7)
    assert trip.timeouts == 0


def test_a_first_guess_never_outlives_the_first_measure() -> None:
    """Two COUNTs, and the answer to the first comes just after the second: no link is that fast."""
    trip = RoundTrip(TransferTiming())
    assert trip.answered([0.0, 0.6], 0.61) is None
    assert trip.least_s == pytest.approx(0.01)
    trip.answered([1.0], 1.6)
    assert trip.least_s == pytest.approx(0.6)
