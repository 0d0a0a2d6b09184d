"""The codec against pymavlink's own, message by message, and against spoiled bytes."""

from __future__ import annotations

import random
from typing import Any

import pytest
from decoded import decode_all
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as dialect

from dronectl.link.codec import LAYOUTS, Encoder, FrameParser, checksum


def sample_fields(message_class: Any, random_: random.Random) -> dict[str, Any]:
    types = dict(zip(message_class.fieldnames, message_class.fieldtypes, strict=True))
    fields: dict[str, Any] = {}
    for index, name in enumerate(message_class.ordered_fieldnames):
        kind, length = types[name], message_class.array_lengths[index]

        def value(kind: str = kind) -> Any:
            if kind in ("float", "double"):
                return float(random_.randint(-1000, 1000))
            if kind == "char":
                return b"a"
            bits = int(kind.split("int")[1].split("_")[0])
            return random_.randint(0, 2 ** (bits - 1) - 1)

        if kind == "char" and length:
            fields[name] = b"abc"
        else:
            fields[name] = [value() for _ in range(length)] if length else value()
    return fields


@pytest.mark.parametrize("message_id", sorted(LAYOUTS.keys() & dialect.mavlink_map.keys()))
def test_frames_equal_pymavlinks_both_ways(message_id: int) -> None:
    message_class = dialect.mavlink_map[message_id]
    fields = sample_fields(message_class, random.Random(message_id))
    reference = dialect.MAVLink(None, srcSystem=7, srcComponent=1)
    raw = bytes(message_class(**fields).pack(reference))
    assert Encoder(7, 1).encode(message_class.msgname, fields) == raw
    (frame,) = FrameParser().feed(raw)
    assert frame.is_known
    message = frame.message()
    assert message is not None
    assert (message.name, message.system_id, message.component_id) == (message_class.msgname, 7, 1)
    expected = reference.decode(bytearray(raw)).to_dict()
    expected.pop("mavpackettype")
    assert dict(message.fields) == expected


def heartbeat(number: int = 0) -> bytes:
    return Encoder(1, 1).encode("HEARTBEAT", {"type": 2, "autopilot": 3, "custom_mode": number, "mavlink_version": 3})


def test_mavlink_1_frames_are_read() -> None:
    from pymavlink.dialects.v10 import ardupilotmega as version_1

    encoder = version_1.MAVLink(None, 3, 7)
    encoder.seq = 9
    raw = bytes(version_1.MAVLink_heartbeat_message(2, 3, 81, 5, 4, 3).pack(encoder))
    (frame,) = FrameParser().feed(raw)
    assert (frame.message_id, frame.sequence, frame.system_id, frame.component_id) == (0, 9, 3, 7)
    (message,) = decode_all(raw)
    assert (message.name, message.system_id, message["custom_mode"]) == ("HEARTBEAT", 3, 5)


@pytest.mark.parametrize("size", range(1, 14))
def test_frames_of_both_versions_come_whole_out_of_pieces_of_any_size(size: int) -> None:
    from pymavlink.dialects.v10 import ardupilotmega as version_1

    old = bytes(version_1.MAVLink_heartbeat_message(2, 3, 81, 5, 4, 3).pack(version_1.MAVLink(None, 3, 1)))
    stream = (heartbeat(1) + old) * 3
    parser = FrameParser()
    found = [frame.raw for at in range(0, len(stream), size) for frame in parser.feed(stream[at : at + size])]
    assert found == [heartbeat(1), old] * 3


def test_a_signed_frame_is_read_with_its_signature() -> None:
    signer = dialect.MAVLink(None, srcSystem=1, srcComponent=1)
    signer.signing.secret_key = bytes(32)
    signer.signing.sign_outgoing = True
    raw = bytes(dialect.MAVLink_heartbeat_message(2, 3, 81, 5, 4, 3).pack(signer))
    (frame, after) = FrameParser().feed(raw + heartbeat())
    assert frame.raw == raw
    assert after.raw == heartbeat()


def test_a_message_of_another_dialect_is_a_frame_where_one_may_end() -> None:
    """It has no checksum to trust: what follows must be a frame too, or nothing yet."""
    strange = bytearray(heartbeat(1))
    strange[7:10] = (65_000).to_bytes(3, "little")
    for after, known in ((b"", [False]), (heartbeat(2), [False, True]), (b"x" + heartbeat(2), [True])):
        assert [frame.is_known for frame in FrameParser().feed(bytes(strange) + after)] == known


@pytest.mark.parametrize("flag", [0x02, 0x40, 0x80])
def test_an_unknown_incompatibility_flag_is_not_read(flag: int) -> None:
    raw = bytearray(heartbeat(1))
    raw[2] = flag
    # With a checksum that is right for it: it is the flag that forbids reading, not a damaged frame.
    raw[-2:] = checksum(bytes(raw[1:-2]), dialect.MAVLink_heartbeat_message.crc_extra).to_bytes(2, "little")
    parser = FrameParser()
    assert [frame.raw for frame in parser.feed(bytes(raw) + heartbeat(2))] == [heartbeat(2)]


@pytest.mark.parametrize("place", range(len(heartbeat())))
def test_one_wrong_byte_loses_only_its_frame(place: int) -> None:
    spoiled = bytearray(heartbeat(1))
    spoiled[place] ^= 0x55
    # Enough true frames after it: a wrong length byte makes the parser wait for bytes that belong to the next ones.
    messages = decode_all(bytes(spoiled) + heartbeat(2) * 30)
    assert [message["custom_mode"] for message in messages].count(2) == 30


def test_text_of_any_bytes_is_text() -> None:
    raw = Encoder(1, 1).encode("STATUSTEXT", {"severity": 3, "text": b"\xff\xfe ok"})
    assert decode_all(raw)[0]["text"].endswith(" ok")
    thai = Encoder(1, 1).encode("STATUSTEXT", {"severity": 3, "text": "ร้อยเอ็ด"})
    assert decode_all(thai)[0]["text"] == "ร้อยเอ็ด"


@given(st.lists(st.binary(max_size=40), max_size=8), st.integers(1, 50))
def test_true_frames_survive_garbage_and_any_cutting(garbage: list[bytes], size: int) -> None:
    stream = b"".join(
        noise.replace(b"\xfd", b"").replace(b"\xfe", b"") + heartbeat(i) for i, noise in enumerate(garbage)
    )
    parser = FrameParser()
    numbers = []
    for start in range(0, len(stream), size):
        for frame in parser.feed(stream[start : start + size]):
            message = frame.message()
            assert message is not None
            numbers.append(message["custom_mode"])
    assert numbers == list(range(len(garbage)))


@given(st.binary(max_size=600))
def test_hostile_bytes_never_raise(data: bytes) -> None:
    for message in decode_all(data):
        assert message.name


@pytest.mark.parametrize(
    ("name", "fields", "complaint"),
    [
        ("NO_SUCH", {}, "no MAVLink message"),
        ("HEARTBEAT", {"speed": 1}, "has no field speed"),
        ("HEARTBEAT", {"type": 300}, "HEARTBEAT"),
        ("MISSION_ITEM_INT", {"x": 2**40}, "MISSION_ITEM_INT"),
        ("MISSION_ITEM_INT", {"z": 1e300}, "MISSION_ITEM_INT"),
    ],
)
def test_what_does_not_fit_is_told(name: str, fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Encoder(255, 190).encode(name, fields)
