"""Where a flight's samples are cut."""

from __future__ import annotations

import numpy as np

from dronectl.formats.recordings.flight_samples import LONGEST_GAP_S, Samples, without_gaps


def samples(*utc_s: float, unusable: tuple[int, ...] = ()) -> Samples:
    count = len(utc_s)
    known = np.ones(count)
    usable = np.array([index not in unusable for index in range(count)])
    utc_us = (np.array(utc_s) * 1e6).astype(np.int64)
    return Samples(np.arange(count), utc_us, usable, *[known] * 8)


def test_a_flight_is_cut_at_its_own_gaps_and_at_no_others() -> None:
    gap_s = LONGEST_GAP_S + 1.0
    times_s = np.cumsum([0.0, 1.0, gap_s, 1.0, 1.0, gap_s, 1.0, 1.0, gap_s, 1.0])
    assert without_gaps(samples(*times_s), 3, 8) == [(3, 5), (5, 8)]
    assert without_gaps(samples(*times_s), 0, 10) == [(0, 2), (2, 5), (5, 8), (8, 10)]


def test_what_is_not_usable_fills_no_gap_and_the_longest_gap_is_none() -> None:
    half_s = LONGEST_GAP_S / 2.0
    times_s = (0.0, half_s, 2 * half_s, 3 * half_s)
    assert without_gaps(samples(*times_s), 0, 4) == [(0, 4)]
    assert without_gaps(samples(*times_s, unusable=(1,)), 0, 4) == [(0, 4)], "exactly the longest"
    assert without_gaps(samples(*times_s, unusable=(1, 2)), 0, 4) == [(0, 3), (3, 4)]
