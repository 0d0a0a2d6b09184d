"""Orders that were given by the page, and what became of each: as the vehicles confirmed it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum
from itertools import count

from dronectl.model.text.shown_time import clock, iso_z, now
from dronectl.ops.common.events import Event, Listener, Note
from dronectl.ops.serving.access.sessions import Session

MOST_TOLD, MOST_NOTES = 30, 20


class Stage(StrEnum):
    GOING = "going"
    DONE = "done"
    FAILED = "failed"


@dataclass
class GivenOrder:
    """One order on its way. ``drones``: of each its stage and what is known of it; an order about no drone has one line
    with the name ``""``."""

    number: int
    name: str
    text: str
    session: Session
    at: datetime
    drones: dict[str, tuple[Stage, str]]
    notes: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_NOTES))

    def going(self, drone: str, words: str) -> None:
        self.drones[drone] = (Stage.GOING, words)

    def done(self, drone: str, words: str) -> None:
        self.drones[drone] = (Stage.DONE, words)

    def failed(self, drone: str, words: str) -> None:
        self.drones[drone] = (Stage.FAILED, words)

    def all_failed(self, words: str) -> None:
        """Those of which nothing better is known."""
        for drone, (stage, _) in self.drones.items():
            if stage is Stage.GOING:
                self.failed(drone, words)

    def who(self) -> Mapping[str, object]:
        """For the audit log."""
        return {"means": self.text, "by": self.session.person, "from": self.session.place}

    def heard_by(self, listener: Listener) -> Listener:
        """The same listener, while what is said of the order stands beside it."""

        def listen(event: Event) -> None:
            if isinstance(event, Note):
                named = event.drone is None or event.drone in event.text
                self.notes.append(event.text if named else f"{event.drone}: {event.text}")
            listener(event)

        return listen

    def as_json(self, zone: tzinfo) -> dict[str, object]:
        return {
            "number": self.number,
            "order": self.name,
            "text": self.text,
            "by": self.session.person,
            "at": clock(self.at, zone, seconds=True),
            "time_utc": iso_z(self.at),
            "drones": [
                {"name": name, "stage": str(stage), "words": words} for name, (stage, words) in self.drones.items()
            ],
            "notes": list(self.notes),
        }


@dataclass
class GivenOrders:
    """The last ones."""

    _told: deque[GivenOrder] = field(default_factory=lambda: deque(maxlen=MOST_TOLD))
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def begin(self, name: str, text: str, session: Session, drones: Sequence[str]) -> GivenOrder:
        given = GivenOrder(
            next(self._numbers), name, text, session, now(), dict.fromkeys(drones, (Stage.GOING, "on its way"))
        )
        self._told.appendleft(given)
        return given

    def as_json(self, zone: tzinfo) -> list[dict[str, object]]:
        return [one.as_json(zone) for one in self._told]
