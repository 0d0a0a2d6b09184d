"""Fifty cuts and inserts anywhere in a recording: the flight stays one, loses a hundredth at most and gains nothing."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from effort import examples
from hypothesis import example, given
from hypothesis import strategies as st
from repository import DATA

from dronectl.formats.recordings.recording import read_recording
from dronectl.model.track.track import Track

DEFINITIONS = {"sitl-drone1.tlog": 0, "sitl-drone1.bin": 40_000}
"""Bytes at the beginning without which no log is one."""
SAME_TIME = np.timedelta64(5, "ms")
"""UTC is the median of what the vehicle says of it, and damage takes some of that away."""

Place = tuple[float, ...]


def places(track: Track) -> list[Place]:
    columns = (track.lat_deg, track.lon_deg, track.amsl_altitude_m, track.relative_altitude_m)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def damaged(whole: bytes, seed: int, first: int, most_bytes: int) -> bytes:
    chance = random.Random(seed)
    data = bytearray(whole)
    for _ in range(50):
        place = chance.randrange(first, len(data))
        if chance.random() < 0.5:
            del data[place : place + chance.randint(1, most_bytes)]
        else:
            data[place:place] = chance.randbytes(chance.randint(1, most_bytes))
    return bytes(data)


def check(name: str, seed: int, most_bytes: int, folder: Path) -> float:
    """The share of positions that is left.

    Raises:
        AssertionError: a position or a time is not of the undamaged recording, or the flight was split.
    """
    (intact,) = read_recording(DATA / name).tracks
    times: dict[Place, list[np.datetime64]] = defaultdict(list)
    for place, time in zip(places(intact), intact.time_utc, strict=True):
        times[place].append(time)
    path = folder / name
    path.write_bytes(damaged((DATA / name).read_bytes(), seed, DEFINITIONS[name], most_bytes))
    (track,) = read_recording(path).tracks
    for place, time in zip(places(track), track.time_utc, strict=True):
        assert place in times, f"invented: {place}"
        assert min(abs(time - known) for known in times[place]) <= SAME_TIME
    return len(track) / len(intact)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
@examples(6)
@given(seed=st.integers(0, 2**32 - 1))
def test_fifty_cuts_and_inserts_lose_a_hundredth_at_most_and_invent_nothing(name: str, seed: int, folder: Path) -> None:
    assert check(name, seed, 100, folder) >= 0.99


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
@examples(3)
@given(seed=st.integers(0, 2**32 - 1))
@example(seed=4)  # a host's stamp of the tlog is hit: no reboot
@example(seed=33)  # a cut of the .bin joins a POS to the end of another message, whose bytes would be its heights
def test_long_cuts_cost_little_more_than_what_they_take(name: str, seed: int, folder: Path) -> None:
    assert check(name, seed, 400, folder) >= 0.98
