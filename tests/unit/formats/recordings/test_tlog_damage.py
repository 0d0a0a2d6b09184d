"""Damage: cuts and inserted bytes cost few positions and invent none."""

from __future__ import annotations

import random

import numpy as np
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from repository import DATA

from dronectl.formats.recordings.tlog.frames import decode_messages, walk_frames
from dronectl.formats.recordings.tlog.layout import payload_layout

RECORDING = DATA / "sitl-drone1.tlog"
WHOLE = RECORDING.read_bytes()
PART = WHOLE[: len(WHOLE) // 8]


def _positions(data: bytes) -> list[tuple[int, ...]]:
    rows = decode_messages(walk_frames(np.frombuffer(data, np.uint8)), payload_layout("GLOBAL_POSITION_INT"))
    return [tuple(fields) for fields in rows.fields.tolist()]


POSITIONS_OF_PART = _positions(PART)

cuts = st.tuples(st.just("cut"), st.integers(0, len(PART)), st.integers(1, 400))
inserts = st.tuples(st.just("insert"), st.integers(0, len(PART)), st.binary(min_size=1, max_size=400))


@examples(15)
@given(st.lists(cuts | inserts, min_size=1, max_size=50))
def test_cuts_and_inserts_invent_no_position(edits: list[tuple[str, int, int | bytes]]) -> None:
    data = bytearray(PART)
    for _, place, what in edits:
        if isinstance(what, int):
            del data[place : place + what]
        else:
            data[place:place] = what
    found = _positions(bytes(data))
    assert set(found) <= set(POSITIONS_OF_PART)
    # An edit of at most 400 bytes touches few of the frames around it; a position comes every 1,200 bytes or so.
    assert len(found) >= len(POSITIONS_OF_PART) - 2 * len(edits)


def test_fifty_cuts_and_inserts_of_a_whole_log_lose_at_most_a_hundredth_beyond_what_they_hit() -> None:
    expected = _positions(WHOLE)
    for seed in range(5):
        chance = random.Random(seed)
        data = bytearray(WHOLE)
        for _ in range(50):
            place = chance.randrange(len(data))
            if chance.random() < 0.5:
                del data[place : place + chance.randint(1, 40)]
            else:
                data[place:place] = chance.randbytes(chance.randint(1, 40))
        found = _positions(bytes(data))
        assert set(found) <= set(expected)
        assert len(found) >= 0.99 * len(expected)


@examples(20)
@given(st.binary(max_size=3_000))
def test_noise_is_walked_to_its_end(noise: bytes) -> None:
    frames = walk_frames(np.frombuffer(noise, np.uint8))
    assert int(frames.size.sum()) + frames.skipped_bytes <= len(noise)


@examples(10)
@given(st.integers(0, len(PART)))
def test_a_log_cut_anywhere_keeps_every_position_before_the_cut(end: int) -> None:
    found = _positions(PART[:end])
    assert found == POSITIONS_OF_PART[: len(found)]
    frames_before = walk_frames(np.frombuffer(PART, np.uint8))
    whole = int(((frames_before.offset + frames_before.size) <= end).sum())
    assert len(walk_frames(np.frombuffer(PART[:end], np.uint8))) == whole
