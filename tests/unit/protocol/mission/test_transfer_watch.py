"""When a transfer is given up: silence, often enough asked into, or words without progress."""

from __future__ import annotations

from dronectl.protocol.core.request_timer import AssumedLink
from dronectl.protocol.core.round_trip import RoundTrip, TransferTiming
from dronectl.protocol.mission.transfer_watch import TransferWatch

TIMING = TransferTiming(silence_s=12.0, tries=6, stall_s=40.0)
LINK = AssumedLink()


def watched(timeouts: int) -> TransferWatch:
    trip = RoundTrip(TIMING)
    for _ in range(timeouts):
        trip.back_off()
    watch = TransferWatch(TIMING, trip)
    watch.begin(100.0)
    return watch


def test_silence_ends_it_when_it_was_long_and_asked_often() -> None:
    assert watched(20).why_given_up(112.0, LINK) is None
    assert watched(20).why_given_up(112.1, LINK) == "no answer for 12 s"
    assert watched(5).why_given_up(130.0, LINK) is None, "too few questions to tell"


def test_a_transfer_asks_six_times_into_silence_before_it_gives_up_unless_told_otherwise() -> None:
    for timeouts, is_over in ((5, False), (6, True)):
        trip = RoundTrip(TransferTiming())
        for _ in range(timeouts):
            trip.back_off()
        assert trip.is_silent(100.0, 112.1, AssumedLink(0.0)) is is_over
        assert not trip.is_silent(100.0, 112.0, AssumedLink(0.0))


def test_words_without_progress_end_it_too() -> None:
    watch = watched(20)
    for now_s in range(101, 141):
        watch.heard(float(now_s))
        assert watch.why_given_up(float(now_s), LINK) is None
    assert watch.why_given_up(140.5, LINK) == "no progress for 40 s"
    watch.progressed(140.5)
    assert watch.why_given_up(141.0, LINK) is None


def test_a_new_link_is_given_all_the_time_again_and_the_beginning_stays() -> None:
    watch = watched(20)
    watch.restart(150.0)
    assert watch.why_given_up(151.0, LINK) is None
    assert watch.began_s == 100.0
