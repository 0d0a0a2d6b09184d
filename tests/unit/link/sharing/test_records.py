"""The words between an owner and who joined it, cut anywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dronectl.link.sharing.guest import guests_from_json
from dronectl.link.sharing.holder import holder_from_json
from dronectl.link.sharing.records import (
    BadRecord,
    Kind,
    Record,
    RecordReader,
    frame_body,
    frame_of_body,
    packed,
)

bodies = st.tuples(st.sampled_from(Kind), st.binary(max_size=300))


@given(st.lists(bodies, max_size=6), st.integers(1, 40))
def test_records_come_out_as_they_went_in_wherever_the_stream_is_cut(
    records: list[tuple[Kind, bytes]], piece: int
) -> None:
    stream = b"".join(packed(kind, body) for kind, body in records)
    reader = RecordReader()
    pieces = (stream[at : at + piece] for at in range(0, len(stream), piece))
    assert [record for part in pieces for record in reader.feed(part)] == [Record(*one) for one in records]


@given(st.binary(max_size=280), st.text(max_size=40), st.floats(0.0, 60.0))
def test_a_frame_keeps_its_bytes_its_peer_and_its_age(raw: bytes, peer: str, age_s: float) -> None:
    found, name, age = frame_of_body(frame_body(raw, peer, age_s))
    assert (found, name) == (raw, peer)
    assert age == pytest.approx(age_s, abs=0.001)


def test_kinds_of_later_versions_are_passed_over_and_what_is_no_record_is_told() -> None:
    later = bytes((99, 0, 0, 0, 2)) + b"ab"
    assert list(RecordReader().feed(later + packed(Kind.UP))) == [Record(Kind.UP, b"")]
    with pytest.raises(BadRecord):
        list(RecordReader().feed(b"GET / HTTP/1.1\r\n\r\n"))
    with pytest.raises(BadRecord):
        frame_of_body(b"\0")
    with pytest.raises(BadRecord):
        Record(Kind.HELLO, b"{").json()


@pytest.mark.parametrize(
    "entry",
    [
        None,
        7,
        {},
        {"name": "alpha"},
        {"name": 1, "system_id": 1, "uid": None, "accept_unsigned": None},
        {"name": "alpha", "system_id": 256, "uid": None, "accept_unsigned": None},
        {"name": "alpha", "system_id": 1, "uid": "../../key", "accept_unsigned": None},
        {"name": "alpha", "system_id": 1, "uid": None, "accept_unsigned": "yes"},
    ],
)
def test_what_is_no_drone_is_no_guest(entry: object) -> None:
    good = {"name": "bravo", "system_id": 2, "uid": "00ff", "accept_unsigned": True}
    assert [guest.as_json() for guest in guests_from_json([entry, good])] == [good]
    assert guests_from_json(entry) == ()


@pytest.mark.parametrize(
    "document", [None, [], {}, {"pid": "1"}, {"pid": 1, "command": 2, "user": "", "since_utc": ""}]
)
def test_what_does_not_say_who_it_is_is_no_holder(document: object) -> None:
    assert holder_from_json(document) is None
