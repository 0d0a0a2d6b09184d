"""Samples are matched along the path in order, as well as any such matching can be."""

from __future__ import annotations

import numpy as np
import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.analysis.map_matching import match, pieces_in_order

METRES = st.floats(-200.0, 200.0).map(lambda value: round(value, 1))
PLACES = st.tuples(METRES, METRES, st.floats(0.0, 60.0).map(lambda value: round(value, 1)))


@st.composite
def paths(draw: st.DrawFn) -> np.ndarray:
    """Corners of a path that may cross itself, come back and stand still."""
    corners = draw(st.lists(PLACES, min_size=2, max_size=7))
    repeated = draw(st.lists(st.integers(0, len(corners) - 1), max_size=3))
    return np.array([*corners, *(corners[index] for index in repeated)])


def least_sum_m(distances_m: np.ndarray) -> float:
    """By looking at every matching that never goes back."""
    samples, pieces = distances_m.shape

    def best(sample: int, first: int) -> float:
        if sample == samples:
            return 0.0
        return min(distances_m[sample, piece] + best(sample + 1, piece) for piece in range(first, pieces))

    return best(0, 0)


def to_segment_m(point: np.ndarray, start: np.ndarray, end: np.ndarray) -> float:
    way = end - start
    share = np.clip((point - start) @ way / max(way @ way, 1e-12), 0.0, 1.0)
    return float(np.linalg.norm(point - start - share * way))


@examples(30)
@given(paths(), st.lists(PLACES, min_size=1, max_size=5))
def test_no_other_matching_in_order_is_nearer(corners: np.ndarray, samples: list[tuple[float, float, float]]) -> None:
    flown, starts, ends = np.array(samples), corners[:-1][:5], corners[1:][:5]
    piece = pieces_in_order(flown, starts, ends)
    assert (np.diff(piece) >= 0).all()
    distances = np.array([[to_segment_m(p, a, b) for a, b in zip(starts, ends, strict=True)] for p in flown])
    found = distances[np.arange(len(flown)), piece].sum()
    # Squares of hundreds of metres leave a few micrometres.
    assert abs(found - least_sum_m(distances)) < 1e-4


@examples(30)
@given(paths(), st.floats(0.0, 2.0), st.integers(0, 2**32 - 1))
def test_legs_that_cross_do_not_steal(corners: np.ndarray, noise_m: float, seed: int) -> None:
    """A flight along the path is as near to its matched legs as to those that it truly flew, and never goes back."""
    starts, ends = corners[:-1], corners[1:]
    lengths = np.linalg.norm(ends - starts, axis=1)
    got_to = np.append(0.0, np.cumsum(lengths))
    along = np.linspace(0.0, got_to[-1], 200)
    true_leg = np.clip(np.searchsorted(got_to, along, side="right") - 1, 0, len(starts) - 1)
    exact = np.column_stack([np.interp(along, got_to, corners[:, axis]) for axis in range(3)])
    noise = np.random.default_rng(seed).uniform(-noise_m, noise_m, exact.shape) / np.sqrt(3.0)
    flown = exact + noise
    matched = match(flown, starts, ends)
    assert (np.diff(matched.leg) >= 0).all()
    same_leg = np.diff(matched.leg) == 0
    is_long = lengths[matched.leg[1:]] > 20.0
    # Within a leg progress may only go back by the length of a piece and the noise.
    back_m = -np.diff(matched.share) * lengths[matched.leg[1:]]
    level = np.linalg.norm((ends - starts)[matched.leg[1:], :2], axis=1) > 0.5 * lengths[matched.leg[1:]]
    assert (back_m[same_leg & is_long & level] <= 2 * (10.0 + 2 * noise_m)).all()
    found = sum(to_segment_m(p, starts[leg], ends[leg]) for p, leg in zip(flown, matched.leg, strict=True))
    true = sum(to_segment_m(p, starts[leg], ends[leg]) for p, leg in zip(flown, true_leg, strict=True))
    assert found <= true + 1e-3
    assert (matched.cross_track_m >= 0.0).all()


def test_a_very_long_flight_is_matched_by_some_of_its_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Samples in between are on the leg of the one before, and are measured from it themselves."""
    corners = np.array([[0.0, 0.0, 20.0], [100.0, 0.0, 20.0], [100.0, 40.0, 20.0], [0.0, 40.0, 20.0]])
    lengths = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1)))
    along = np.linspace(0.0, lengths[-1], 241)
    flown = np.column_stack([np.interp(along, lengths, corners[:, axis]) for axis in range(3)])
    exact = match(flown, corners[:-1], corners[1:])
    monkeypatch.setattr("dronectl.analysis.map_matching._MOST_CELLS", 241 * 24 // 4)
    thinned = match(flown, corners[:-1], corners[1:])
    assert len(thinned.leg) == 241
    assert (thinned.leg != exact.leg).sum() <= 2 * 4, "only around the two corners"
    assert thinned.cross_track_m.max() <= 4.0, "three more metres on at a corner"
