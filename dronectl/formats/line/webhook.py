"""Webhooks of the LINE Messaging API: proved, then read.

https://developers.line.biz/en/reference/messaging-api/#webhooks: the signature in ``x-line-signature`` is the base64 of
HMAC-SHA256 of the raw body with the channel secret; an event has an id (``webhookEventId``) that stays the same when
LINE delivers it again, which it then says (``deliveryContext.isRedelivery``).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dronectl.errors import InputError
from dronectl.formats.text.json_place import point_of
from dronectl.model.geo import GeoPoint
from dronectl.model.text.plain_text import plain

MOST_EVENTS = 100
"""LINE sends at most so many in one body."""
LONGEST_TEXT = 1_000
"""Characters that are kept."""
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class LineMessage:
    """A text or a location that somebody sent."""

    event_id: str
    at_ms: int
    """Since 1970, by LINE's clock."""
    is_redelivery: bool
    reporter: str
    """A salted hash: who sent it is not kept."""
    reply_token: str
    text: str = ""
    """Of a text; of a location its title and address."""
    point: GeoPoint | None = None
    """Of a location."""


def is_signed(body: bytes, signature: str | None, secret: str) -> bool:
    """Whether LINE sent these very bytes."""
    if not signature or not secret:
        return False
    wanted = base64.b64encode(hmac.new(secret.encode("utf-8"), body, hashlib.sha256).digest())
    return hmac.compare_digest(wanted, signature.strip().encode("utf-8", "replace"))


def read_messages(body: bytes, salt: bytes) -> list[LineMessage]:
    """Texts and locations in a body; other events, and what is no event, are left out.

    Raises:
        InputError: it is no webhook.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InputError("no webhook of LINE: it is not JSON") from error
    events = document.get("events") if isinstance(document, dict) else None
    if not isinstance(events, list):
        raise InputError("no webhook of LINE: it has no events")
    read = (_message(event, salt) for event in events[:MOST_EVENTS] if isinstance(event, dict))
    return [message for message in read if message is not None]


def _message(event: Mapping[str, Any], salt: bytes) -> LineMessage | None:
    message, source, delivery = (_table(event, key) for key in ("message", "source", "deliveryContext"))
    event_id, at_ms = event.get("webhookEventId"), event.get("timestamp")
    user = source.get("userId") or source.get("groupId") or source.get("roomId")
    if event.get("type") != "message" or event.get("mode") == "standby":
        return None
    if not isinstance(event_id, str) or not 0 < len(event_id) <= _LONGEST_ID or not isinstance(user, str):
        return None
    if isinstance(at_ms, bool) or not isinstance(at_ms, int) or not 0 < at_ms < 1 << 53:
        return None
    kind, text, point = message.get("type"), "", None
    if kind == "text":
        text = _words(message.get("text"))
    elif kind == "location":
        text = " ".join(filter(None, (_words(message.get("title")), _words(message.get("address")))))
        point = point_of(message.get("latitude"), message.get("longitude"))
    if not text and point is None:
        return None
    token = event.get("replyToken")
    return LineMessage(
        event_id=plain(event_id),
        at_ms=at_ms,
        is_redelivery=delivery.get("isRedelivery") is True,
        reporter=hmac.new(salt, user.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:16],
        reply_token=token if isinstance(token, str) and len(token) <= _LONGEST_ID else "",
        text=text,
        point=point,
    )


def _table(event: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = event.get(key)
    return value if isinstance(value, dict) else {}


def _words(value: object) -> str:
    return plain(value)[:LONGEST_TEXT].strip() if isinstance(value, str) else ""
