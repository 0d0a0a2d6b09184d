"""Bodies as LINE sends them, and as somebody else would."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
from typing import Any

SECRET = "channel-secret"


def signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def event(number: int, at_ms: int, message: dict[str, Any], *, user: str = "U1", again: bool = False) -> dict[str, Any]:
    return {
        "type": "message",
        "webhookEventId": f"01EVENT{number:010d}",
        "deliveryContext": {"isRedelivery": again},
        "timestamp": at_ms,
        "mode": "active",
        "replyToken": f"reply-{number}",
        "source": {"type": "user", "userId": user},
        "message": {"id": str(number), **message},
    }


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def location(lat_deg: float, lon_deg: float, title: str = "") -> dict[str, Any]:
    return {"type": "location", "title": title, "address": "", "latitude": lat_deg, "longitude": lon_deg}


def body(*events: dict[str, Any]) -> bytes:
    return json.dumps({"destination": "x", "events": list(events)}, ensure_ascii=False).encode()


def damaged(data: bytes, draw: random.Random) -> bytes:
    """Bytes changed, cut, put in, doubled; or a JSON value of another kind where one was."""
    if draw.random() < 0.5:
        document = json.loads(data)
        _spoil(document, draw)
        return json.dumps(document).encode()
    spoiled = bytearray(data)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(spoiled) + 1)
        what = draw.randrange(4)
        if what == 0 and at < len(spoiled):
            spoiled[at] = draw.randrange(256)
        elif what == 1:
            del spoiled[at : at + draw.randrange(40)]
        elif what == 2:
            spoiled[at:at] = bytes(draw.randrange(256) for _ in range(draw.randrange(20)))
        else:
            spoiled += spoiled[at : at + 60]
    return bytes(spoiled)


_STRANGE: tuple[Any, ...] = (
    None, True, -1, 0, 1e308, 10**30, "", "\x1b[2J", "../../x", [], {}, [[]], {"a": 1}, "ไฟ" * 3_000, float("nan"),
    "\ud800",
)  # fmt: skip


def _spoil(value: Any, draw: random.Random) -> None:
    """One value somewhere becomes a strange one."""
    while isinstance(value, dict | list) and value:
        key = draw.choice(list(value) if isinstance(value, dict) else range(len(value)))
        if not isinstance(value[key], dict | list) or draw.random() < 0.3:
            value[key] = draw.choice(_STRANGE)
            return
        value = value[key]
