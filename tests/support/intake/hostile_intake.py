"""LINE's and other programs' bodies as strangers would send them: fuzzed, forged, replayed, redelivered. Seeded."""

from __future__ import annotations

import base64
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from line_bodies import body, damaged, event, location, signature, text

PIDF = "<presence><gml:Point><gml:pos>16.05{:02d} 103.65{:02d}</gml:pos></gml:Point></presence>"
WORDS = (
    "ไฟไหม้ ร้านทอง ๒", "fight 16.0531, 103.6503", "ช่วยด้วย", "รถชน ตลาดสดเทศบาล", "dispatch alpha now", "rtl",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sent:
    """One request. ``sort``: what it is meant as."""

    sort: str
    path: str
    body: bytes
    headers: dict[str, str]


def hostile_requests(count: int, seed: int, at_ms: int, token: str) -> Iterator[Sent]:
    """``token``: that reports are taken with. One in ten is good, so that there is something to replay."""
    draw = random.Random(seed)
    good_line: list[bytes] = []
    good_json: list[bytes] = []
    for number in range(count):
        if draw.random() < 0.6:
            yield _line(number, draw, at_ms, good_line)
        else:
            yield _json(number, draw, token, good_json)


def _line(number: int, draw: random.Random, at_ms: int, good: list[bytes]) -> Sent:
    fresh = body(*(_event(number * 10 + index, draw, at_ms) for index in range(draw.randint(1, 3))))
    sort = draw.choices(("good", "fuzzed", "forged", "replayed", "redelivered", "signed garbage"), (1, 5, 2, 2, 2, 1))[
        0
    ]
    if sort in ("replayed", "redelivered") and not good:
        sort = "good"
    sent, sign = fresh, None
    if sort == "good":
        good.append(fresh)
    elif sort == "fuzzed":
        sent = damaged(draw.choice(good) if good and draw.random() < 0.5 else fresh, draw)
    elif sort == "forged":
        sent = draw.choice(good) if good and draw.random() < 0.5 else fresh
        sign = draw.choice((signature(sent, "another"), "", "x", signature(sent)[:-2], signature(fresh + b" ")))
    elif sort == "replayed":
        sent = draw.choice(good)
    elif sort == "redelivered":
        document = json.loads(draw.choice(good))
        for one in document["events"]:
            one["deliveryContext"] = {"isRedelivery": True}
        sent = json.dumps(document, ensure_ascii=False).encode()
    else:
        sent = draw.choice((b"", b"[]", b"null", b"[" * 2_000, b"\xff\xfe", base64.b85encode(draw.randbytes(99))))
    return Sent(f"line {sort}", "/line", sent, {"x-line-signature": signature(sent) if sign is None else sign})


def _event(number: int, draw: random.Random, at_ms: int) -> dict[str, object]:
    at_ms -= draw.randrange(20_000)
    user = f"U{draw.randrange(400)}"
    if draw.random() < 0.3:
        where = location(16.05 + draw.random() / 100, 103.65 + draw.random() / 100)
        return event(number, at_ms, where, user=user)
    words = draw.choice(
        ("ไฟไหม้ ร้านทอง ๒", "fight 16.0531, 103.6503", "ช่วยด้วย", "รถชน ตลาดสดเทศบาล", "dispatch alpha now", "rtl")
    )
    return event(number, at_ms, text(words), user=user)


def _json(number: int, draw: random.Random, token: str, good: list[bytes]) -> Sent:
    fresh = json.dumps(draw.choice((_report, _eido))(number, draw)).encode()
    sort = draw.choices(("good", "fuzzed", "forged", "replayed", "ordering"), (1, 6, 2, 2, 1))[0]
    if sort == "replayed" and not good:
        sort = "good"
    sent, with_token = fresh, f"Bearer {token}"
    if sort == "good":
        good.append(fresh)
    elif sort == "fuzzed":
        sent = damaged(draw.choice(good) if good and draw.random() < 0.5 else fresh, draw)
    elif sort == "forged":
        sent = draw.choice(good) if good and draw.random() < 0.5 else fresh
        with_token = draw.choice(("", "Bearer ", "Bearer " + "0" * 64, f"Bearer {token[:-1]}", f"Basic {token}"))
    elif sort == "replayed":
        sent = draw.choice(good)
    else:
        order = {
            "order": draw.choice(("hold", "rtl", "land", "dispatch", "goto")),
            "drones": ["alpha", "bravo", "charlie"],
        }
        path = draw.choice(("/api/orders", "/api/orders/x", "/api/login", "/api/seen", "/api/incidents"))
        return Sent("json ordering", path, json.dumps(order).encode(), {"authorization": with_token, "x-dronectl": "1"})
    return Sent(f"json {sort}", "/api/incidents", sent, {"authorization": with_token})


def _report(number: int, draw: random.Random) -> dict[str, object]:
    return {"id": f"r{number}", "place": draw.choice(("gold_shop_2", "market", "16.053,103.651")), "kind": "fight"}


def _eido(number: int, draw: random.Random) -> dict[str, object]:
    return {
        "$id": f"urn:emergency:uid:incidentid:{number}:x",
        "incidentComponent": {"incidentTypeCommonRegistryText": "FIRE", "locationReference": {"$ref": "l"}},
        "locationComponent": [{"$id": "l", "locationByValue": PIDF.format(draw.randrange(100), draw.randrange(100))}],
        "notesComponent": [{"notesActionComments": "<b>ไฟไหม้</b>"}],
    }


def taken_twice(marks: list[object]) -> list[object]:
    """What stands in the book more than once."""
    return [mark for mark, times in Counter(marks).items() if times > 1]
