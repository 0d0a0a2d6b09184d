"""What use cases tell while they run. A listener renders, records or ignores it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dronectl.model.alarm import Alarm
    from dronectl.model.picture import FleetPicture


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` of ``total`` in one stage of one drone."""

    drone: str
    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should read. ``level``: ``info``, ``warning`` or ``error``; ``drone`` None: the fleet."""

    text: str
    drone: str | None = None
    level: str = "info"


@dataclass(frozen=True, slots=True)
class AlarmEvent:
    """An alarm of one drone. ``news``: it was raised, became graver or was cleared; else only its figure changed."""

    alarm: Alarm
    news: bool


@dataclass(frozen=True, slots=True)
class PictureEvent:
    """How the fleet is now; a few times a second in flight."""

    picture: FleetPicture


@dataclass(frozen=True, slots=True)
class Launched:
    """A drone is off the ground and in its mission."""

    drone: str


Event = Progress | Note | AlarmEvent | PictureEvent | Launched
Listener = Callable[[Event], None]


def ignore(_event: Event) -> None:
    """The listener of someone who does not listen."""


def never_failing(listener: Listener) -> Listener:
    """The same listener for work that must go on whatever becomes of those who listen."""

    def listen(event: Event) -> None:
        with suppress(Exception):
            listener(event)

    return listen
