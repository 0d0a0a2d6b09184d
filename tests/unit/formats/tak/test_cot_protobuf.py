"""Events of devices that speak version 1, made by Google's own protobuf, and what strangers send instead."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from effort import examples
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st

from dronectl.formats.tak.cot_protobuf import HEADER, read_protobuf, version_of
from dronectl.formats.tak.cot_xml import LONGEST_BYTES, LONGEST_UID, cot_bytes, read_cot
from dronectl.formats.tak.protobuf_fields import MOST_FIELDS, Fields
from dronectl.model.geo import GeoPoint
from dronectl.model.tak.cot import CotEvent
from dronectl.ops.tak.officers import OfficersFold

NOON = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)
TEXT, WHOLE, DOUBLE, MESSAGE = 9, 4, 1, 11
MESSAGES: dict[str, list[tuple[str, int, int, str]]] = {
    "Contact": [("endpoint", 1, TEXT, ""), ("callsign", 2, TEXT, "")],
    "Group": [("name", 1, TEXT, ""), ("role", 2, TEXT, "")],
    "Status": [("battery", 1, WHOLE, "")],
    "Track": [("speed", 1, DOUBLE, ""), ("course", 2, DOUBLE, "")],
    "Detail": [
        ("xmlDetail", 1, TEXT, ""), ("contact", 2, MESSAGE, "Contact"), ("group", 3, MESSAGE, "Group"),
        ("status", 5, MESSAGE, "Status"), ("track", 7, MESSAGE, "Track"),
    ],
    "CotEvent": [
        ("type", 1, TEXT, ""), ("access", 2, TEXT, ""), ("qos", 3, TEXT, ""), ("opex", 4, TEXT, ""),
        ("uid", 5, TEXT, ""), ("sendTime", 6, WHOLE, ""), ("startTime", 7, WHOLE, ""), ("staleTime", 8, WHOLE, ""),
        ("how", 9, TEXT, ""), ("lat", 10, DOUBLE, ""), ("lon", 11, DOUBLE, ""), ("hae", 12, DOUBLE, ""),
        ("ce", 13, DOUBLE, ""), ("le", 14, DOUBLE, ""), ("detail", 15, MESSAGE, "Detail"),
        ("caveat", 16, TEXT, ""),
    ],
    "TakControl": [("minProtoVersion", 1, WHOLE, ""), ("maxProtoVersion", 2, WHOLE, "")],
    "TakMessage": [
        ("takControl", 1, MESSAGE, "TakControl"), ("cotEvent", 2, MESSAGE, "CotEvent"), ("creationTime", 4, WHOLE, ""),
    ],
}  # fmt: skip


@cache
def tak_message() -> Any:
    """The class that protobuf makes of the protocol's messages."""
    file = descriptor_pb2.FileDescriptorProto(name="tak.proto", package="tak", syntax="proto3")
    for name, fields in MESSAGES.items():
        made = file.message_type.add(name=name)
        for field, number, kind, of in fields:
            made.field.add(name=field, number=number, type=kind, label=1, type_name=f".tak.{of}" if of else None)  # type: ignore[arg-type]
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tak.TakMessage"))


def said(**more: Any) -> Any:
    """An officer, as a device tells of itself."""
    message = tak_message()()
    message.takControl.maxProtoVersion = 1
    told = {
        "type": "a-f-G-U-C", "access": "Undefined", "uid": "ANDROID-7", "how": "m-g", "lat": 16.0531, "lon": 103.6525,
        "sendTime": NOON_MS, "startTime": NOON_MS, "staleTime": NOON_MS + 75_000, "hae": 121.5, "ce": 6.0,
        "le": 999_999.0, **more,
    }  # fmt: skip
    for key, value in told.items():
        if value is not None:
            setattr(message.cotEvent, key, value)
    detail = message.cotEvent.detail
    detail.contact.callsign, detail.contact.endpoint = "วิชัย", "*:-1:stcp"
    detail.group.name, detail.group.role, detail.status.battery = "Cyan", "Team Member", 80
    detail.track.speed, detail.track.course = 1.25, 270.0
    return message


def datagram(message: Any) -> bytes:
    return HEADER + bytes(message.SerializeToString())


def test_an_officer_is_read_as_from_xml() -> None:
    event = read_protobuf(datagram(said()))
    assert event is not None
    assert (event.uid, event.type, event.how) == ("ANDROID-7", "a-f-G-U-C", "m-g")
    assert (event.time, event.start, event.stale) == (NOON, NOON, NOON + timedelta(seconds=75))
    assert (event.place, event.hae_m, event.ce_m, event.le_m) == (GeoPoint(16.0531, 103.6525), 121.5, 6.0, None)
    assert read_cot(cot_bytes(event)) == event
    fold = OfficersFold("dronectl.")
    assert fold.take(event, NOON)
    (officer,) = fold.all(NOON)
    assert (officer.name, officer.speed_m_s, officer.course_deg, officer.ce_m) == ("วิชัย", 1.25, 270.0, 6.0)


def test_what_a_field_does_not_hold_comes_as_xml() -> None:
    message = said()
    message.cotEvent.detail.ClearField("contact")
    message.cotEvent.detail.xmlDetail = '<contact callsign="Wichai" phone="1"/><remarks>ok</remarks>'
    event = read_protobuf(datagram(message))
    assert event is not None
    contact, remarks = event.node("contact"), event.node("remarks")
    assert contact is not None
    assert remarks is not None
    assert (contact.attributes["callsign"], remarks.text) == ("Wichai", "ok")
    for broken in ("<contact", "</detail><detail>", "<!DOCTYPE x>", "<a>" * 40 + "</a>" * 40):
        message.cotEvent.detail.xmlDetail = broken
        event = read_protobuf(datagram(message))
        assert event is not None, "where he is is known all the same"
        assert event.node("track") is not None


def test_what_is_not_told_is_not_known_and_never_exact() -> None:
    event = read_protobuf(datagram(said(hae=None, ce=None, le=None)))
    assert event is not None
    assert (event.hae_m, event.ce_m, event.le_m) == (None, None, None), "protobuf leaves out what is 0"


@pytest.mark.parametrize(
    "more",
    [
        {"uid": ""}, {"uid": "x" * (LONGEST_UID + 1)}, {"type": "nonsense!"}, {"how": ""}, {"lat": None},
        {"lon": 200.0}, {"lat": float("nan")}, {"lat": float("inf")}, {"sendTime": None}, {"staleTime": 1 << 63},
        {"startTime": 1 << 50},
    ],
)  # fmt: skip
def test_what_is_no_sane_event_is_none(more: dict[str, Any]) -> None:
    assert read_protobuf(datagram(said(**more))) is None


def test_versions_and_what_is_something_else() -> None:
    assert [version_of(data) for data in (HEADER, b"\xbf\x02\xbf..", b"<event/>", b"\xbf", b"")] == [
        1,
        2,
        None,
        None,
        None,
    ]
    assert read_protobuf(b"\xbf\x02\xbf" + datagram(said())[3:]) is None
    control = tak_message()()
    control.takControl.maxProtoVersion = 1
    assert read_protobuf(datagram(control)) is None, "no event is in it"
    assert read_protobuf(HEADER) is None
    assert read_protobuf(HEADER + b"\x0a\x00" * LONGEST_BYTES) is None


def test_a_message_of_too_many_fields_is_none() -> None:
    with pytest.raises(ValueError, match="too many"):
        Fields.of(b"\x08\x01" * (MOST_FIELDS + 1))
    with pytest.raises(ValueError, match="does not end"):
        Fields.of(b"\xff" * 20)
    assert Fields.of(b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01").whole(1) == (1 << 64) - 1
    for cut in (b"\x09\x00", b"\x0a\x05abc", b"\x0d\x00\x00", b"\x0b", b"\x0c", b"\x0f"):
        with pytest.raises(ValueError, match=r"cut|no kind"):
            Fields.of(cut)


def is_sane(event: CotEvent | None) -> bool:
    return event is None or (read_cot(cot_bytes(event)) is not None and event.stale.tzinfo is UTC)


@examples(400)
@given(st.binary(max_size=400))
def test_whatever_strangers_send_is_none_or_sane(data: bytes) -> None:
    assert is_sane(read_protobuf(HEADER + data))
    assert is_sane(read_protobuf(data))


@examples(300)
@given(st.integers(0, 1 << 30), st.integers(1, 12))
def test_a_damaged_datagram_is_none_or_sane(seed: int, edits: int) -> None:
    draw, data = random.Random(seed), bytearray(datagram(said()))
    for _ in range(edits):
        at = draw.randrange(len(HEADER), len(data))
        what = draw.random()
        if what < 0.5:
            data[at] = draw.randrange(256)
        elif what < 0.75:
            del data[at]
        else:
            data.insert(at, draw.randrange(256))
    assert is_sane(read_protobuf(bytes(data)))
    assert is_sane(read_protobuf(bytes(data[: draw.randrange(len(data))])))
