"""What the control room's page shows, as one document, and what comes in for it."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dronectl.errors import DronectlError
from dronectl.formats.incidents.incident_json import drone_of, incident_document
from dronectl.formats.plans.plan_folder import plan_sha256
from dronectl.geodesy.distance import great_circle_m
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import Incident
from dronectl.model.picture import DronePicture, FleetPicture
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.model.tak.officers import OLD_S
from dronectl.model.telemetry import TelemetryKind
from dronectl.model.text.finite_json import finite
from dronectl.model.text.shown_time import clock, now
from dronectl.ops.audit.log import AuditLog, audit_folder
from dronectl.ops.background.desk import TileDesk
from dronectl.ops.incidents.book import IncidentBook
from dronectl.ops.intake.desk import IntakeDesk
from dronectl.ops.picture.live import LivePicture
from dronectl.ops.serving.orders.desk import OrderDesk
from dronectl.ops.serving.panels.cameras import CameraPanel
from dronectl.ops.serving.panels.idleness import IdlenessWatch, spots_of
from dronectl.ops.serving.panels.timetable import Begun, begun_flights, timetable_rows
from dronectl.web.app import error_document, same

if TYPE_CHECKING:
    from dronectl.link.sharing.tokens import Token

LOOK_EVERY_S = 0.2
BOOK_EVERY_S = 2.0
TRAIL_EVERY_M = 5.0
"""Between two places of a trail."""
LONGEST_TRAIL = 400


@dataclass
class ControlRoom:
    """``ground``: what lies on the site, as the page draws it; ``tiles``: what
    is below that; ``tokens``: who may report by JSON."""

    site: Site
    live: LivePicture
    book: IncidentBook
    desk: IntakeDesk
    tokens: Sequence[Token]
    ground: Mapping[str, Any]
    tiles: TileDesk
    orders: OrderDesk | None = None
    """None: nothing is ordered here."""
    plan: Plan | None = None
    """That is flown today: its timetable, and what it promises of hot spots."""
    _look_at_book: asyncio.Event = field(default_factory=asyncio.Event)
    _number: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _incidents: list[Incident] = field(default_factory=list)
    _trails: dict[str, deque[GeoPoint]] = field(default_factory=dict)
    _document: bytes = b"{}"
    _begun: Mapping[int, Begun] = field(default_factory=dict)
    _idleness: IdlenessWatch | None = None
    _cameras: CameraPanel = field(init=False)
    _plan_sha256: str = field(init=False)

    def __post_init__(self) -> None:
        self._cameras = CameraPanel(self.site)
        self._plan_sha256 = "" if self.plan is None else plan_sha256(self.plan)

    async def keep_looking(self) -> None:
        """Until cancelled: a picture five times a second, the book of incidents every two seconds."""
        book_s = float("-inf")
        loop = asyncio.get_running_loop()
        self._idleness = IdlenessWatch(() if self.plan is None else spots_of(self.plan, self.site), loop.time())
        while True:
            if self._look_at_book.is_set() or loop.time() - book_s >= BOOK_EVERY_S:
                self._look_at_book.clear()
                book_s = loop.time()
                await asyncio.to_thread(self._read)
            self._document = as_line(self._drawn(self.live.now()))
            async with self._changed:
                self._number += 1
                self._changed.notify_all()
            await asyncio.sleep(LOOK_EVERY_S)

    def look_at_book(self) -> None:
        """There is something new in it."""
        self._look_at_book.set()

    # What the routes ask

    def picture(self) -> bytes:
        return self._document

    async def changed(self, after: int) -> int:
        async with self._changed:
            await self._changed.wait_for(lambda: self._number > max(after, 0))
            return self._number

    def trails(self) -> Mapping[str, Any]:
        return {name: [_at(place) for place in trail] for name, trail in self._trails.items()}

    def take_webhook(self, body: bytes, signature: str | None) -> int:
        return self.desk.take_webhook(body, signature)

    async def take_report(self, body: bytes, token: str) -> tuple[int, Mapping[str, Any]]:
        sender = next((one.name for one in self.tokens if same(one.secret, token)), None)
        if sender is None:
            return 401, {"error": {"kind": "refused", "message": "the token is nobody's", "hint": None}}
        try:
            receipt = await asyncio.to_thread(self.desk.take_report, body, sender)
        except DronectlError as error:
            return (400 if error.exit_code == 2 else 503), error_document(error)
        if receipt.incident is None:
            return 200, {"was_there": True}
        return (201 if receipt.is_new else 200), incident_document(receipt.incident)

    # The document

    def _drawn(self, picture: FleetPicture) -> Mapping[str, Any]:
        return {
            "clock": clock(now(), self.book.zone, seconds=True),
            "time_utc": picture.time_utc,
            "drones": [self._drone(drone, picture) for drone in picture.drones],
            "alarms": [alarm.as_json(picture.now_s) for alarm in picture.alarms],
            "incidents": [self._incident(one) for one in self._incidents],
            "aircraft": [
                {"name": one.name, "at": _at(one.position), "course_deg": one.track_deg}
                for one in picture.traffic.contacts
                if one.position is not None
            ],
            "officers": _officers(picture),
            "traffic": self._traffic(picture),
            "cameras": self._cameras.rows(),
            **self._panels(picture),
            "orders": None if self.orders is None else self.orders.given.as_json(self.book.zone),
        }

    def _panels(self, picture: FleetPicture) -> Mapping[str, Any]:
        """``plan``, ``timetable`` and ``hotspots``; without a plan nothing is known of them."""
        if self.plan is None or self._idleness is None:
            return {"plan": None, "timetable": [], "hotspots": []}
        self._idleness.look(picture.drones, picture.now_s)
        return {
            "plan": self.plan.name,
            "timetable": timetable_rows(self.plan, self._begun, now(), self.book.zone),
            "hotspots": self._idleness.rows(picture.now_s),
        }

    def _drone(self, drone: DronePicture, picture: FleetPicture) -> Mapping[str, Any]:
        sample = drone.sample
        place = None if sample.lat_deg is None or sample.lon_deg is None else GeoPoint(sample.lat_deg, sample.lon_deg)
        is_old = drone.is_old(TelemetryKind.POSITION)
        known = self.site.drone(drone.name)
        trail = self._trails.setdefault(drone.name, deque(maxlen=LONGEST_TRAIL))
        is_here = drone.is_airborne and not is_old
        if place is not None and is_here and (not trail or great_circle_m(trail[-1], place) >= TRAIL_EVERY_M):
            trail.append(place)
        live = sample.live()
        return {
            "name": drone.name,
            "colour": known.colour if known is not None else "#777777",
            "phase": drone.phase_text,
            "phase_kind": str(drone.phase),
            "height_m": live.relative_altitude_m,
            "battery_pct": live.battery_pct,
            "battery_reserve_pct": drone.battery_reserve_pct,
            "time_left_s": drone.time_left_s,
            "heard_age_s": sample.mode_age_s,
            "is_old": is_old,
            "is_airborne": drone.is_airborne,
            "at": None if place is None else _at(place),
            "ahead": [[round(degrees, 7) for degrees in at] for at in drone.ahead],
        }

    def _incident(self, incident: Incident) -> Mapping[str, Any]:
        return {
            "number": incident.number,
            "kind": str(incident.kind),
            "kind_thai": incident.kind.thai,
            "place": incident.place.name,
            "words": incident.reports[-1].words,
            "drone": drone_of(incident),
            "at": _at(incident.place.point),
        }

    def _traffic(self, picture: FleetPicture) -> list[str]:
        passing = [f"{d.name}: {d.outlook.aircraft.words()}" for d in picture.drones if d.outlook.aircraft is not None]
        officers = picture.officers
        people = [] if officers is None else [f"เจ้าหน้าที่ officers: {officers.words(now())}"]
        return [*passing, *(receiver.words() for receiver in picture.traffic.receivers), *people]

    def _read(self) -> None:
        """Apart from the loop: the book, what the log says of today's flights, and who sees what."""
        with suppress(DronectlError):
            self._incidents = [one for one in self.book.incidents() if one.is_open]
        self._cameras.look(self._incidents)
        if self.plan is not None:
            since = str((now() - timedelta(days=1)).date())
            with suppress(DronectlError):
                lines = AuditLog(audit_folder(self.site.root)).lines(since=since)
                self._begun = begun_flights(lines, self._plan_sha256)


def as_line(document: Mapping[str, Any]) -> bytes:
    """JSON without a line's end in it, and without what is no number in JSON."""
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(finite(document), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "replace")


def _at(place: GeoPoint) -> list[float]:
    return [round(place.lat_deg, 7), round(place.lon_deg, 7)]


def _officers(picture: FleetPicture) -> list[Mapping[str, Any]]:
    """Those that are known, each within so many metres."""
    known = picture.officers
    if known is None:
        return []
    moment = now()
    return [
        {
            "name": one.name,
            "at": _at(one.place),
            "radius_m": round(one.radius_m(moment, known.margin_m), 1),
            "is_old": one.age_s(moment) > OLD_S,
        }
        for one in known.officers
    ]
