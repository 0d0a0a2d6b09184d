"""LINE's webhooks: who is LINE, and what its messages say."""

from __future__ import annotations

import json

import pytest
from line_bodies import SECRET, body, event, location, signature, text

from dronectl.errors import InputError
from dronectl.formats.line.webhook import LONGEST_TEXT, is_signed, read_messages
from dronectl.model.geo import GeoPoint

SALT = b"salt"
AT = 1_764_550_000_000


def test_the_signature_is_that_of_the_very_bytes() -> None:
    sent = body(event(1, AT, text("ไฟไหม้")))
    assert is_signed(sent, signature(sent), SECRET)
    assert not is_signed(sent + b" ", signature(sent), SECRET)
    assert not is_signed(sent, signature(sent, "another"), SECRET)
    assert not is_signed(sent, None, SECRET)
    assert not is_signed(sent, "ไทย", SECRET)
    assert not is_signed(sent, signature(sent, ""), ""), "without a secret nobody is LINE"


def test_the_example_of_the_reference() -> None:
    """As a body without events is sent to prove the address."""
    assert read_messages(b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}', SALT) == []


def test_texts_and_locations_and_nothing_of_who_sent_them() -> None:
    events = [
        event(1, AT, text("ทะเลาะกัน\x1b[2J")),
        event(2, AT, location(16.05, 103.65, "ร้านทอง"), user="U2", again=True),
    ]
    first, second = read_messages(body(*events), SALT)
    assert (first.text, first.point, first.is_redelivery) == ("ทะเลาะกัน␛[2J", None, False)
    assert (second.text, second.point, second.is_redelivery) == ("ร้านทอง", GeoPoint(16.05, 103.65), True)
    assert first.reporter != second.reporter
    assert "U1" not in first.reporter
    assert read_messages(body(events[0]), b"another salt")[0].reporter != first.reporter


@pytest.mark.parametrize(
    "message",
    [
        {"type": "sticker"}, {"type": "text", "text": 7}, {"type": "location", "latitude": "16", "longitude": 103.0},
        {"type": "location", "latitude": 91.0, "longitude": 103.0},
        {"type": "location", "latitude": True, "longitude": 1},
    ],
)  # fmt: skip
def test_what_is_neither_is_left_out(message: dict[str, object]) -> None:
    assert read_messages(body(event(1, AT, message)), SALT) == []


def test_a_long_text_is_cut() -> None:
    (message,) = read_messages(body(event(1, AT, text("ก" * 5_000))), SALT)
    assert len(message.text) == LONGEST_TEXT


@pytest.mark.parametrize("sent", [b"", b"[]", b"{}", b'{"events": 3}', b"\xff", b"[" * 100_000])
def test_what_is_no_webhook_is_told(sent: bytes) -> None:
    with pytest.raises(InputError, match="no webhook of LINE"):
        read_messages(sent, SALT)


@pytest.mark.parametrize(
    ("key", "value"), [("webhookEventId", ""), ("webhookEventId", 5), ("timestamp", "now"), ("source", {})]
)
def test_an_event_without_what_makes_it_one_is_left_out(key: str, value: object) -> None:
    one = event(1, AT, text("ไฟไหม้"))
    one[key] = value
    assert read_messages(json.dumps({"events": [one, 5, None]}).encode(), SALT) == []
