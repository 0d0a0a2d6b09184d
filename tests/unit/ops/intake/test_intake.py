"""Reports that come in: each once, whoever brings them; and nothing that comes in knows a drone."""

from __future__ import annotations

import ast
import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from effort import TIMES
from line_bodies import SECRET, body, damaged, event, location, signature, text
from repository import REPOSITORY

from dronectl.errors import InputError
from dronectl.model.incidents.incident import IncidentKind
from dronectl.model.site import Site
from dronectl.model.text.shown_time import now
from dronectl.ops.incidents.book import IncidentBook
from dronectl.ops.intake.desk import IntakeDesk, LineChannel
from dronectl.ops.intake.line_reports import kind_of

BANGKOK = ZoneInfo("Asia/Bangkok")


class Desk:
    """A desk with a book of its own."""

    def __init__(self, site: Site, root: Path, line: LineChannel | None = None) -> None:
        self.book = IncidentBook(root, BANGKOK)
        self.said: list[str] = []
        self.desk = IntakeDesk(site, self.book, line or LineChannel(SECRET), b"salt", say=self.said.append)

    def line(self, *events: dict[str, object], sign: bool = True) -> int:
        sent = body(*events)
        status = self.desk.take_webhook(sent, signature(sent) if sign else "x")
        self.desk._queue.join()
        return status


@pytest.fixture
def desk(site: Site, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(site, tmp_path)
    with desk.desk:
        yield desk


def ms(ago: timedelta = timedelta()) -> int:
    return int((now() - ago).timestamp() * 1000)


def test_a_text_that_names_a_place_is_a_report(desk: Desk) -> None:
    assert desk.line(event(1, ms(), text("มีคนทะเลาะกันที่ร้านทอง ๒ ครับ"))) == 200
    (incident,) = desk.book.incidents()
    assert (incident.kind, incident.place.id) == (IncidentKind.FIGHT, "gold_shop_2")
    assert incident.reports[0].source == "LINE"


def test_a_text_and_a_location_of_one_person_are_one_report(desk: Desk) -> None:
    desk.line(event(1, ms(), text("ไฟไหม้")), event(2, ms(), text("สวัสดี"), user="U2"))
    assert desk.book.incidents() == []
    desk.line(event(3, ms(), location(16.0531, 103.6503)))
    (incident,) = desk.book.incidents()
    assert (incident.kind, incident.reports[0].words) == (IncidentKind.FIRE, "ไฟไหม้")
    assert desk.desk.counts["needs_place"] == 2


def test_a_location_waits_for_its_words_and_not_for_ever(desk: Desk) -> None:
    desk.line(event(1, ms(timedelta(minutes=30)), location(16.0531, 103.6503)))
    desk.line(event(2, ms(), text("รถชน")))
    assert desk.book.incidents() == []
    desk.line(event(3, ms(), location(16.0531, 103.6503), user="U2"), event(4, ms(), text("รถชน"), user="U2"))
    assert desk.book.incidents()[0].kind is IncidentKind.ACCIDENT


def test_a_further_report_of_the_same_is_attached_and_of_another_kind_is_not(desk: Desk) -> None:
    desk.line(event(1, ms(), text("ทะเลาะกัน ร้านทอง ๒")), event(2, ms(), text("fight ร้านทอง ๒"), user="U2"))
    desk.line(event(3, ms(), text("ไฟไหม้ ร้านทอง ๒"), user="U3"))
    first, second = desk.book.incidents()
    assert (len(first.reports), second.kind) == (2, IncidentKind.FIRE)


def test_a_book_that_was_changed_while_reports_come_is_said_once(desk: Desk, tmp_path: Path) -> None:
    desk.line(event(1, ms(), text("มีคนทะเลาะกันที่ร้านทอง ๒")))
    (path,) = desk.book.log.folder.glob("*.jsonl")
    path.write_bytes(path.read_bytes().replace("ทะเลาะ".encode(), "เทลาะ!".encode())[:-1] + b" \n")
    for number in (2, 3):
        desk.line(event(number, ms(), text("ไฟไหม้ ธนาคาร ๑"), user=f"U{number}"))
    assert len(desk.said) == 1
    assert "the book of incidents is not what was written in it: " in desk.said[0]
    assert [one.serial for one in desk.book.incidents()] == [2], "a number is given once"


def test_who_is_not_line_is_nobody(desk: Desk) -> None:
    assert desk.line(event(1, ms(), text("ไฟไหม้ ร้านทอง ๒")), sign=False) == 401
    assert desk.book.incidents() == []


def test_redelivered_and_replayed_are_told_apart_and_neither_is_taken_twice(
    desk: Desk, site: Site, tmp_path: Path
) -> None:
    at = ms()
    first = event(1, at, text("ไฟไหม้ ร้านทอง ๒"))
    desk.line(first)
    desk.line({**first, "deliveryContext": {"isRedelivery": True}})
    desk.line(first)
    assert (desk.desk.counts["redelivered"], desk.desk.counts["replayed"]) == (1, 1)
    assert any("not by LINE's own redelivery" in words for words in desk.said)
    after_restart = Desk(site, tmp_path)
    with after_restart.desk:
        after_restart.line(first)
    assert after_restart.desk.counts["replayed"] == 1
    assert len(desk.book.incidents()[0].reports) == 1


def test_what_is_hours_old_is_not_news_unless_line_redelivers_it(desk: Desk) -> None:
    desk.line(event(1, ms(timedelta(hours=3)), text("ไฟไหม้ ร้านทอง ๒")))
    assert desk.book.incidents() == []
    desk.line(event(2, ms(timedelta(hours=3)), text("ไฟไหม้ ร้านทอง ๒"), again=True))
    assert len(desk.book.incidents()) == 1


@contextmanager
def line_api(status: int = 200) -> Iterator[tuple[str, list[tuple[str, dict[str, object]]]]]:
    heard: list[tuple[str, dict[str, object]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            heard.append((self.headers["Authorization"], sent))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_reporter_is_replied_to(site: Site, tmp_path: Path) -> None:
    with line_api() as (api, heard):
        desk = Desk(site, tmp_path, LineChannel(SECRET, "token", api))
        with desk.desk:
            desk.line(event(7, ms(), text("ไฟไหม้ ร้านทอง ๒")), event(8, ms(), text("ช่วยด้วย"), user="U2"))
    (token, first), (_, second) = heard
    assert (token, first["replyToken"]) == ("Bearer token", "reply-7")
    assert desk.book.incidents()[0].number in str(first["messages"])
    assert "แชร์ตำแหน่ง" in str(second["messages"])


def test_a_reply_that_line_refuses_costs_nothing(site: Site, tmp_path: Path) -> None:
    with line_api(400) as (api, _):
        desk = Desk(site, tmp_path, LineChannel(SECRET, "token", api))
        with desk.desk:
            desk.line(event(7, ms(), text("ไฟไหม้ ร้านทอง ๒")))
    assert len(desk.book.incidents()) == 1
    assert any("LINE does not take the reply: 400" in words for words in desk.said)


# JSON


def report(**keys: object) -> bytes:
    return json.dumps({"id": "7", "place": "gold_shop_2", "kind": "fight", **keys}).encode()


def test_a_report_by_json_is_taken_once(desk: Desk) -> None:
    first = desk.desk.take_report(report(words="สองคน"), "bot")
    assert first.is_new
    assert first.incident is not None
    assert first.incident.reports[0].source == "bot"
    assert desk.desk.take_report(report(words="สองคน"), "bot").incident is None
    assert desk.desk.take_report(report(words="สองคน"), "other").incident is not None, "its own numbers"
    assert len(desk.book.incidents()) == 1


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"{", "not JSON"), (b"[]", "no JSON object"), (report(kind="riot"), "kind: not known"),
        (report(id=""), "id: not a text"), (report(words="\x1b[2J"), "words: not a text"),
        (report(lat=3), "unknown key"),
        (report(place="nowhere at all"), "no place"), (report(lat_deg=91, lon_deg=3), "no place on Earth"),
        (report(lat_deg=10**400, lon_deg=3), "no place on Earth"),
        (report(reported_utc="2026-12-01T00:00"), "time zone"),
        (report(reported_utc="2020-01-01T00:00:00Z"), "24 hours"), (report(reported_utc=5), "no time"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_one_line(desk: Desk, sent: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        desk.desk.take_report(sent, "bot")
    assert desk.book.incidents() == []


# Strangers


def test_whatever_comes_none_is_taken_twice_and_none_stops_the_desk(desk: Desk) -> None:
    draw = random.Random(4)
    good = [
        event(number, ms(), text(f"ไฟไหม้ 16.0{number % 90:02d}1, 103.6503"), user=f"U{number}") for number in range(5)
    ]
    for number in range(150 * TIMES):
        sent = body(*draw.sample(good, draw.randint(1, 3)))
        if draw.random() < 0.6:
            sent = damaged(sent, draw)
        sign = signature(sent) if draw.random() < 0.8 else signature(sent, "forged")
        assert desk.desk.take_webhook(sent, sign) in (200, 400, 401, 503), number
        with suppress(InputError):
            desk.desk.take_report(damaged(report(id=str(number % 7)), draw), "bot")
    desk.desk._queue.join()
    marks = [note.details.get("mark") for one in desk.book.incidents() for note in one.notes]
    assert len(marks) == len(set(marks))
    assert desk.line(event(900_000, ms(), text("ไฟไหม้ ร้านทอง ๒"))) == 200
    assert desk.desk.counts["reported"] + desk.desk.counts["again"] >= 1


FORBIDDEN = ("dronectl.link", "dronectl.ops.orders", "dronectl.ops.dispatch", "dronectl.protocol")


def test_nothing_that_takes_reports_can_reach_a_drone() -> None:
    """By its imports: no link, no order, no dispatch."""
    for path in (REPOSITORY / "dronectl" / "ops" / "intake").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            for name in filter(None, names):
                assert not name.startswith(FORBIDDEN)


@pytest.mark.parametrize(
    ("words", "kind"),
    [("รถชนกันสองคัน", IncidentKind.ACCIDENT), ("มีคนเป็นลม", IncidentKind.MEDICAL), ("สวัสดีครับ", IncidentKind.OTHER)],
)
def test_kinds_by_their_words(words: str, kind: IncidentKind) -> None:
    assert kind_of(words) is kind
