"""Cursor on Target events to XML and back, and what strangers send instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cot_schema import assert_valid
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dronectl.formats.tak.cot_stream import CotSplitter
from dronectl.formats.tak.cot_xml import LONGEST_BYTES, LONGEST_UID, cot_bytes, read_cot
from dronectl.model.geo import GeoPoint
from dronectl.model.tak.cot import CotEvent, CotNode
from dronectl.model.text.plain_text import is_plain

NOON = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
EVENT = CotEvent(
    "dronectl.ROI-ET.drone.alpha",
    "a-f-A-M-H-Q",
    "m-g",
    NOON,
    NOON,
    NOON + timedelta(seconds=10),
    GeoPoint(16.0531, 103.6525),
    121.5,
    1.5,
    2.0,
    (CotNode("contact", {"callsign": "alpha"}), CotNode("remarks", {}, "ลาดตระเวน | patrol 3/12")),
)

moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
metres = st.none() | st.floats(-400.0, 20_000.0).map(lambda value: round(value, 1) + 0.0)
errors = st.none() | st.floats(0.0, 20_000.0).map(lambda value: round(value, 1))
places = st.builds(GeoPoint.from_e7, st.integers(-900_000_000, 900_000_000), st.integers(-1_800_000_000, 1_800_000_000))
words = st.text(max_size=60)
nodes = st.builds(
    CotNode, st.sampled_from(("contact", "remarks", "link")), st.dictionaries(st.just("callsign"), words), words
)
events = st.builds(
    CotEvent,
    st.text(min_size=1, max_size=300),
    st.sampled_from(("a-f-G-U-C", "b-m-r", "u-d-f", "a-f-A-M-H-Q")),
    st.sampled_from(("m-g", "h-e", "h-g-i-g-o")),
    moments, moments, moments, places, metres, errors, errors, st.lists(nodes, max_size=4).map(tuple),
)  # fmt: skip


@given(events)
@examples(200)
def test_whatever_is_written_is_valid_and_reads_as_it_was(event: CotEvent) -> None:
    data = cot_bytes(event)
    assert_valid(data)
    found = read_cot(data)
    if not event.uid.strip():
        assert found is None
        return
    if found is None:  # a name of nothing but spaces and what is made visible as such
        assert not etree.fromstring(data).get("uid")
        return
    assert (found.place, found.hae_m, found.ce_m, found.le_m) == (event.place, event.hae_m, event.ce_m, event.le_m)
    assert (found.time, found.start, found.stale) == (event.time, event.start, event.stale)
    assert (found.type, found.how) == (event.type, event.how)
    assert len(found.uid) <= LONGEST_UID
    assert [node.tag for node in found.detail] == [node.tag for node in event.detail]
    assert is_plain(found.uid)
    for node in found.detail:
        assert all(is_plain(value) and len(value) <= LONGEST_UID for value in node.attributes.values())


def test_what_is_not_known_is_9999999() -> None:
    data = cot_bytes(replace(EVENT, hae_m=None, ce_m=None, le_m=float("nan")))
    point = etree.fromstring(data).find("point")
    assert [point.get(key) for key in ("hae", "ce", "le")] == ["9999999.0"] * 3
    found = read_cot(data)
    assert found is not None
    assert (found.hae_m, found.ce_m, found.le_m) == (None, None, None)


def test_controls_and_bidi_marks_of_names_are_made_visible_and_lengths_bounded() -> None:
    name = "al\x00p\x1b[2Jha\u202e" + "ย" * 500
    found = read_cot(cot_bytes(replace(EVENT, detail=(CotNode("contact", {"callsign": name}, "\x07" * 9_999),))))
    assert found is not None
    contact = found.node("contact")
    assert contact is not None
    assert contact.attributes["callsign"].isprintable()
    assert len(contact.attributes["callsign"]) == LONGEST_UID
    assert len(contact.text) <= 2_000


SOUND = cot_bytes(EVENT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'version="2.0"', b'version="1.1"'),
        (b'version="2.0"', b""),
        (b'lat="16.0531000"', b'lat="91"'),
        (b'lat="16.0531000"', b'lat="nan"'),
        (b'lat="16.0531000"', b'lat="1_6"'),
        (b'lon="103.6525000"', b""),
        (b'hae="121.5"', b'hae="inf"'),
        (b'ce="1.5"', b'ce=""'),
        (b'uid="dronectl.ROI-ET.drone.alpha"', b'uid="  "'),
        (b'uid="dronectl.ROI-ET.drone.alpha"', b'uid="' + b"x" * 200 + b'"'),
        (b'type="a-f-A-M-H-Q"', b'type="a f"'),
        (b'how="m-g"', b'how="mg"'),
        (b"2026-12-01T05:00:10.000Z", b"2026-12-01 05:00:10"),
        (b"2026-12-01T05:00:10.000Z", b"2026-13-01T05:00:10Z"),
        (b"2026-12-01T05:00:10.000Z", b"9999-12-31T23:59:59-14:00"),
        (b"<point", b"<punkt"),
        (b"</event>", b""),
        (b"<event", b'<!DOCTYPE event [<!ENTITY a "aaaaaaaaaa">]><event'),
        (b"<detail>", b"<detail>" + b"<a>" * 90 + b"</a>" * 90),
        (b"<detail>", b"<detail>" + b" " * LONGEST_BYTES),
        (b"alpha", b"\xff\xfe"),
        (b"<event", b"<events><event"),
    ],
)
def test_what_is_no_sane_event_is_none(old: bytes, new: bytes) -> None:
    assert read_cot(SOUND) == EVENT
    spoiled = SOUND.replace(old, new)
    assert spoiled != SOUND
    assert read_cot(spoiled) is None


def test_times_as_other_programs_write_them() -> None:
    for text in (b"2026-12-01T05:00:10Z", b"2026-12-01T05:00:10.00Z", b"2026-12-01T05:00:10.000000000Z",
                 b"2026-12-01T12:00:10.0+07:00"):  # fmt: skip
        found = read_cot(SOUND.replace(b"2026-12-01T05:00:10.000Z", text))
        assert found is not None, text
        assert found.stale == NOON + timedelta(seconds=10)


@given(st.binary(max_size=300))
@examples(200)
def test_bytes_of_anybody_raise_nothing(data: bytes) -> None:
    assert read_cot(data) is None
    for at in (20, len(SOUND) // 2):
        read_cot(SOUND[:at] + data + SOUND[at:])


@given(st.lists(st.sampled_from((SOUND, b'<?xml version="1.0"?>\n', b"\n", b"\x00\xff<eve", b"rubbish")), max_size=12),
       st.lists(st.integers(1, 400), min_size=1, max_size=30))  # fmt: skip
@examples(200)
def test_events_are_found_in_a_stream_however_it_is_cut(parts: list[bytes], cuts: list[int]) -> None:
    stream, splitter, found = b"".join(parts), CotSplitter(), list[bytes]()
    at = number = 0
    while at < len(stream):
        found += splitter.feed(stream[at : at + cuts[number % len(cuts)]])
        at, number = at + cuts[number % len(cuts)], number + 1
    assert found == [SOUND] * parts.count(SOUND)


def test_a_stream_without_end_keeps_no_more_than_one_event() -> None:
    splitter = CotSplitter()
    for _ in range(100):
        assert splitter.feed(b"<event " + b"a" * 10_000) == []
        assert len(splitter._rest) <= LONGEST_BYTES
    assert splitter.feed(b">" + SOUND)[-1].endswith(SOUND)


def test_an_empty_event_ends_where_it_ends() -> None:
    assert CotSplitter().feed(b'<event uid="x"/>' + SOUND) == [b'<event uid="x"/>', SOUND]
