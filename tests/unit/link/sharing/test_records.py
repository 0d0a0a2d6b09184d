"""The words between an owner and who joined it, cut anywhere."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any
from unittest.mock import MagicMock

import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.link.sharing.guest import guests_from_json
from dronectl.link.sharing.holder import Door, holder_from_json, this_process
from dronectl.link.sharing.joiner import Joiner, JoinerCallbacks, Refused
from dronectl.link.sharing.owner import LinkOwner, OwnerCallbacks
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


WORDS = ("pid", "command", "user", "since_utc", "door", "path", "port", "token", "protocol", "drones", "name",
         "system_id", "uid", "accept_unsigned", "who", "why", "up", "reason", "joined", "proof")  # fmt: skip
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from((1, 255, "0000")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=8),
    max_leaves=20,
)
said = {
    **this_process().as_json(),
    "protocol": 1,
    "system_id": 1,
    "who": "rtl",
    "why": "no",
    "drones": [],
    "joined": [],
}
odd_documents = st.one_of(
    values.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(st.sampled_from(WORDS), values, max_size=6).map(lambda odd: json.dumps({**said, **odd}).encode()),
    st.binary(max_size=60),
    st.sampled_from((b"[" * 60_000, b'{"system_id": Infinity, "who": "x"}', b'{"system_id": 1e999, "who": ""}')),
)


def callbacks(kind: Any) -> Any:
    return kind(**{name: MagicMock() for name in kind.__dataclass_fields__})


def an_owner() -> LinkOwner:
    owner = LinkOwner("tcp://x:1", this_process(), callbacks(OwnerCallbacks), frozenset())
    owner._door = Door(path="x")
    return owner


@examples(200)
@given(st.sampled_from(Kind), odd_documents)
def test_whatever_a_guest_or_an_owner_says_is_taken_or_refused_and_is_no_fault_of_ours(kind: Kind, body: bytes) -> None:
    record, writer, owner = Record(kind, body), MagicMock(), an_owner()
    for hello in (body, json.dumps(said).encode()):
        with contextlib.suppress(BadRecord):
            visitor = owner._admitted(Record(Kind.HELLO, hello), writer)
            if visitor is not None:
                assert str(visitor.who)
                json.dumps(owner._welcome())
                owner._take(record, visitor)
    joiner = Joiner(this_process(), writer, callbacks(JoinerCallbacks))
    with contextlib.suppress(BadRecord, Refused):
        joiner.take(record)
    with contextlib.suppress(BadRecord, Refused):
        joiner.welcome(record.json())


def test_a_guest_that_speaks_otherwise_is_told_so_and_is_no_fault_of_ours() -> None:
    faults: list[Any] = []

    async def main() -> None:
        owner = an_owner()
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: faults.append(context))
        server = await asyncio.start_server(owner._visits.enter, "127.0.0.1", 0)
        for odd in (b'{"system_id": "one", "who": 7}', b"[]", b"{", b'{"who": "rtl"}'):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
            writer.write(packed(Kind.HELLO, said) + packed(Kind.GIVE_WAY, odd))
            answers = list(RecordReader().feed(await reader.read()))
            assert [answer.kind for answer in answers] == [Kind.WELCOME, Kind.REFUSED]
            assert "not understood" in answers[1].text()
            writer.close()
        assert owner.joined == ()
        server.close()
        await owner.close()

    asyncio.run(main())
    assert faults == []
