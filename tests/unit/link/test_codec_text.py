"""Words on the wire: pieces of them are joined byte by byte, and come out as one plain line."""

from __future__ import annotations

from decoded import decode_all

from dronectl.link.codec import Encoder
from dronectl.protocol.vehicle.statustext import StatusText, StatusTextAssembler

SAID = "PreArm: ตรวจสอบเข็มทิศก่อนบิน\n" + "\x1b[2J" + "ผ่านแล้ว" * 6


def heard(data: bytes) -> list[StatusText]:
    encoder, assembler = Encoder(1, 1), StatusTextAssembler()
    frames = b"".join(
        encoder.encode("STATUSTEXT", {"severity": 2, "text": data[at : at + 50], "id": 7, "chunk_seq": number})
        for number, at in enumerate(range(0, len(data) + 1, 50))
    )
    return [text for message in decode_all(frames) for text in assembler.feed(message)]


def test_a_text_that_is_cut_within_its_letters_is_whole_again() -> None:
    data = SAID.encode()
    assert any(data[at] & 0xC0 == 0x80 for at in range(50, len(data), 50)), "a cut lies within a letter"
    (text,) = heard(data)
    assert text.text == SAID.replace("\n", "␤").replace("\x1b", "␛")


def test_bytes_that_are_no_text_are_shown_as_such() -> None:
    (text,) = heard(b"odd \xff\xfe" + b"\x9b" * 50)
    assert text.text == "odd " + "\ufffd" * 52


def test_other_text_fields_are_plain_at_once() -> None:
    (message,) = decode_all(Encoder(1, 1).encode("PARAM_VALUE", {"param_id": b"A\x1b\nB\xff"}))
    assert message["param_id"] == "A␛␤B\ufffd"
