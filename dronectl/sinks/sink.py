"""The interfaces of everything that brings reports elsewhere: what the fleet sees of it, and what is behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from dronectl.model.report import Report


@dataclass(frozen=True, slots=True)
class SinkCounts:
    """How much came through so far, of what this process offered and of what an earlier one had left."""

    delivered: int = 0
    """Confirmed by the other side."""
    waiting: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Given up for want of space, by kind."""


class Sink(Protocol):
    """Used from one thread, the one that flies: nothing here waits for a disk or a network but :meth:`close`."""

    @property
    def name(self) -> str:
        """What people call it: ``mqtt broker.example.org``."""

    @property
    def counts(self) -> SinkCounts: ...

    def offer(self, report: Report) -> None:
        """Takes a report, to bring it as soon as it can. What cannot be kept is dropped and counted."""

    def close(self) -> None:
        """Brings what it can within some seconds, keeps the rest for the next time, and lets go of everything."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report on its way. ``number`` counts all of one outbox since it was made: a gap shows what was dropped."""

    number: int
    report: Report


@dataclass(frozen=True, slots=True)
class Up:
    """The other side is there."""


@dataclass(frozen=True, slots=True)
class Down:
    """It is not, or not any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side has what was sent with this token."""

    token: int


ChannelEvent = Up | Down | Delivered


class Channel(Protocol):
    """The way to one other side: an adapter to one kind of it. Its events may come from any thread."""

    name: str
    window: int
    """So many reports may be on their way at most: what a slow other side can hold up."""

    def open(self, heard: Callable[[ChannelEvent], None]) -> None:
        """Begins to connect, and goes on trying until it is closed; returns at once."""

    def send(self, waiting: Waiting) -> int:
        """Sends a report and returns its token. One that is not confirmed when the connection falls is sent again by
        the channel itself. Only while it is up."""

    def close(self) -> None:
        """Says goodbye where it can, within seconds."""
