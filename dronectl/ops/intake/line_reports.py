"""Messages of LINE become reports: a text that names a place, or a text and a location of one person within minutes."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from dronectl.errors import InputError
from dronectl.formats.line.webhook import LineMessage
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import Incident, IncidentKind, IncidentPlace, IncidentReport
from dronectl.model.site import Site
from dronectl.ops.incidents.gazetteer import place_in, place_of

TOGETHER = timedelta(minutes=10)
"""A text and a location so near in time are of one report."""
OLDEST = timedelta(hours=1)
"""What LINE delivers for the first time later than this is not news: somebody plays it back."""
_REMEMBERED = 20_000
_WAITING = 2_000
SOURCE = "LINE"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_MS = 10**14
"""No day that anybody lives to see; what is later is as late."""

KIND_WORDS: tuple[tuple[IncidentKind, tuple[str, ...]], ...] = (
    (IncidentKind.FIRE, ("ไฟไหม้", "เพลิงไหม้", "ไฟใหม้", "fire", "smoke", "ควันไฟ")),
    (IncidentKind.ROBBERY, ("ชิงทรัพย์", "ปล้น", "จี้", "robbery", "robbed")),
    (IncidentKind.FIGHT, ("ทะเลาะ", "ตีกัน", "ชกต่อย", "วิวาท", "fight", "ยกพวก")),
    (IncidentKind.ACCIDENT, ("อุบัติเหตุ", "รถชน", "รถล้ม", "accident", "crash")),
    (IncidentKind.MEDICAL, ("เป็นลม", "หมดสติ", "เจ็บป่วย", "บาดเจ็บ", "unconscious", "injured", "ambulance")),
    (IncidentKind.THEFT, ("ขโมย", "ลักทรัพย์", "โจร", "theft", "stolen", "thief")),
    (IncidentKind.FLOOD, ("น้ำท่วม", "น้ำป่า", "flood")),
    (IncidentKind.MISSING, ("คนหาย", "เด็กหาย", "พลัดหลง", "missing", "lost child")),
    (IncidentKind.SUSPICIOUS, ("ต้องสงสัย", "น่าสงสัย", "suspicious")),
    (IncidentKind.CROWD, ("ชุมนุม", "มั่วสุม", "crowd")),
    (IncidentKind.NOISE, ("เสียงดัง", "แต่งรถซิ่ง", "noise", "loud")),
)
"""The graver first: what a text speaks of."""
_PLACE = re.compile(r"(-?\d{1,2}\.\d{3,})\s*,\s*(-?\d{1,3}\.\d{3,})")


class Outcome(StrEnum):
    """What became of one message."""

    REPORTED = "reported"
    AGAIN = "again"
    """It is a further report of a known incident."""
    NEEDS_PLACE = "needs_place"
    NEEDS_WORDS = "needs_words"
    REDELIVERED = "redelivered"
    """LINE brings it again, and it was taken."""
    REPLAYED = "replayed"
    """It was taken, and somebody other than LINE's redelivery brings it again."""
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Taken:
    outcome: Outcome
    report: IncidentReport | None = None
    mark: str = ""
    """By which the book knows it again."""


@dataclass(slots=True)
class _Waiting:
    """What one person said that is no report yet."""

    at: datetime
    text: str = ""
    place: IncidentPlace | None = None


class LineReports:
    """A fold over messages. What was taken is remembered here for messages that came to nothing, and in the book of
    incidents by its mark for those that became a report."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._waiting: OrderedDict[str, _Waiting] = OrderedDict()

    def take(self, message: LineMessage, now: datetime) -> Taken:
        """What a message amounts to."""
        if message.event_id in self._seen:
            return Taken(Outcome.REDELIVERED if message.is_redelivery else Outcome.REPLAYED)
        at = EPOCH + timedelta(milliseconds=min(message.at_ms, LATEST_MS))
        if not now - OLDEST <= at <= now + timedelta(minutes=5) and not (message.is_redelivery and at < now):
            return Taken(Outcome.STALE)
        self._remember(message.event_id)
        before = self._waiting.pop(message.reporter, None)
        if before is None or abs(at - before.at) > TOGETHER:
            before = _Waiting(at)
        is_location = message.point is not None
        text = before.text if is_location and before.text else message.text
        place = self._place(message) or before.place
        if place is None or (is_location and not before.text):
            self._wait(message.reporter, _Waiting(at, "" if is_location else text, place))
            return Taken(Outcome.NEEDS_WORDS if place is not None else Outcome.NEEDS_PLACE)
        report = IncidentReport(min(at, before.at), kind_of(text), text, SOURCE, place)
        return Taken(Outcome.REPORTED, report, f"line:{message.event_id}")

    def _place(self, message: LineMessage) -> IncidentPlace | None:
        if message.point is not None:
            return IncidentPlace(message.point, message.text or str(message.point))
        if match := _PLACE.search(message.text):
            try:
                point = GeoPoint(float(match[1]), float(match[2]))
            except ValueError:
                return None
            return IncidentPlace(point, str(point))
        try:
            return place_in(self._site, message.text) or place_of(self._site, message.text)
        except InputError:
            return None

    def _remember(self, event_id: str) -> None:
        self._seen[event_id] = None
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)

    def _wait(self, reporter: str, waiting: _Waiting) -> None:
        self._waiting[reporter] = waiting
        while len(self._waiting) > _WAITING:
            self._waiting.popitem(last=False)


def kind_of(text: str) -> IncidentKind:
    """What a text speaks of, by its words."""
    lower = text.casefold()
    return next((kind for kind, words in KIND_WORDS if any(word in lower for word in words)), IncidentKind.OTHER)


def outcome_of(report: IncidentReport, incident: Incident) -> Outcome:
    """Whether it was the first report of its incident."""
    return Outcome.REPORTED if incident.reports[0] == report else Outcome.AGAIN
