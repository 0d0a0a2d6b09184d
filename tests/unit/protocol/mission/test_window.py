from __future__ import annotations

import pytest

from dronectl.protocol.mission.window import FIRST_WINDOW, MOST_WINDOW, CopyPolicy, Window

LEAST_S = 0.1


def answered(window: Window, times: int, sample_s: float) -> None:
    for _ in range(times):
        window.answered(1, sample_s, LEAST_S)


def test_it_grows_while_nothing_waits_in_a_queue_and_has_an_end() -> None:
    window = Window()
    answered(window, FIRST_WINDOW, LEAST_S)
    assert window.size == 2 * FIRST_WINDOW, "twice as many after a round trip"
    answered(window, 1000, LEAST_S)
    assert window.size == MOST_WINDOW


def test_what_waits_in_a_queue_is_taken_off_within_a_round_trip() -> None:
    window = Window(40)
    answered(window, 40, 0.2)  # half of the time, so half of the frames, in a queue
    assert 12 <= window.size <= 24


def test_it_keeps_a_few_frames_however_long_the_queue_of_others() -> None:
    window = Window()
    answered(window, 500, 5.0)
    assert window.size == 4


def test_an_answer_that_may_belong_to_another_frame_changes_nothing() -> None:
    window = Window()
    window.answered(1, None, LEAST_S)
    window.answered(1, 0.2, None)
    assert window.size == FIRST_WINDOW


def test_after_a_silence_few_frames_are_sent_and_more_with_every_answer() -> None:
    window = Window(64)
    window.timed_out()
    assert window.size == 4
    window.answered(4, None, LEAST_S)
    assert window.size == 8
    for _ in range(100):
        window.answered(1, None, LEAST_S)
    assert window.size == 32, "half of what was on its way when it fell silent"


def test_when_the_answer_was_only_late_all_is_as_before() -> None:
    window = Window(64)
    window.timed_out()
    window.timed_out()
    window.answered(2, None, LEAST_S)
    window.timeout_was_spurious()
    assert window.size == 64


def test_one_at_a_time_is_for_good() -> None:
    window = Window(1)
    assert window.is_single
    answered(window, 100, LEAST_S)
    window.timed_out()
    window.timeout_was_spurious()
    assert window.size == 1


def taught(loss: float, copies: int = 1) -> CopyPolicy:
    """In the long run of a link with that loss."""
    known = CopyPolicy()
    hole = loss**copies
    for _ in range(300):
        known.passed(9, copies)
        lost = copies * 9 * hole / (1 - hole)  # of as many items as passed
        known._note(lost, lost)
    return known


@pytest.mark.parametrize("loss", [0.02, 0.1, 0.3])
@pytest.mark.parametrize("copies", [1, 2, 3])
def test_the_loss_is_found_out_with_any_number_of_copies(loss: float, copies: int) -> None:
    assert taught(loss, copies).loss == pytest.approx(loss, rel=0.35)


@pytest.mark.parametrize(
    ("loss", "size", "copies"),
    [(0.0, 256, 1), (0.05, 14, 1), (0.05, 256, 2), (0.2, 14, 2), (0.4, 14, 3), (0.4, 1, 1)],
)
def test_a_copy_more_is_sent_where_it_is_cheaper_than_the_round_trip_that_a_hole_costs(
    loss: float, size: int, copies: int
) -> None:
    assert taught(loss).for_window(size) == copies
