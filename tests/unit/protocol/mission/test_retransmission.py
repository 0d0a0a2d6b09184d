"""How many complaints bring an upload back to the item that is wanted, and how soon once more."""

from __future__ import annotations

from dronectl.protocol.mission.retransmission import Retransmission

QUIET_S = 0.2


def complaints_until_due(retransmission: Retransmission, wanted: int, copies: int, now_s: float) -> int:
    for count in range(1, 20):
        if retransmission.is_due(wanted, copies, now_s, quiet_s=QUIET_S):
            return count
    return 0


def test_as_many_complaints_as_copies_are_needed() -> None:
    retransmission = Retransmission()
    assert complaints_until_due(retransmission, 7, 3, 10.0) == 3
    assert retransmission.hole_s == 10.0


def test_progress_begins_the_count_anew() -> None:
    retransmission = Retransmission()
    assert not retransmission.is_due(7, 2, 10.0, quiet_s=QUIET_S)
    retransmission.progressed()
    assert not retransmission.is_due(8, 2, 10.1, quiet_s=QUIET_S)
    assert retransmission.is_due(8, 2, 10.2, quiet_s=QUIET_S)


def test_the_same_item_once_more_needs_one_more_and_a_longer_wait_each_time() -> None:
    retransmission = Retransmission()
    retransmission.went_back(7, 10.0)
    assert complaints_until_due(retransmission, 7, 1, 10.0 + 0.9 * QUIET_S) == 0
    retransmission.progressed()
    assert complaints_until_due(retransmission, 7, 1, 10.0 + 1.1 * QUIET_S) == 2
    retransmission.went_back(7, 11.0)
    assert complaints_until_due(retransmission, 7, 1, 11.0 + 1.1 * QUIET_S) == 0, "the second time it waits longer"
    retransmission.progressed()
    assert complaints_until_due(retransmission, 7, 1, 11.0 + 1.6 * QUIET_S) == 2
    retransmission.went_back(9, 12.0)
    assert complaints_until_due(retransmission, 10, 1, 12.0) == 1, "another item waits for nothing"


def test_a_new_attempt_knows_nothing_of_the_last_one() -> None:
    retransmission = Retransmission()
    retransmission.went_back(0, 10.0)
    retransmission.begin_again()
    assert complaints_until_due(retransmission, 0, 1, 10.0) == 1
