"""What TAK is to be told: of each thing the newest event and no other, so that a server that is away costs nothing.

Events hold for ten seconds. Those of what moves are told when they come, and never again. What stands (zones, routes,
incidents) is told anew every few seconds, so that it goes from all maps soon after we fall silent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from dronectl.formats.tak.cot_xml import cot_bytes
from dronectl.model.tak.cot import CotEvent
from dronectl.model.text import shown_time

HOLDS = timedelta(seconds=10)
RENEWED_EVERY = timedelta(seconds=4)
_NEVER = datetime.min.replace(tzinfo=UTC)
MOST = 4_000
"""So many things are told of at most."""


@dataclass(slots=True)
class _Entry:
    event: CotEvent
    group: str
    """Of what stands; empty: it moves."""
    told: datetime | None = None


class TakBoard:
    """``wake`` is called when there is something to be told. For one thread."""

    def __init__(self, now: Callable[[], datetime] = shown_time.now, wake: Callable[[], None] = lambda: None) -> None:
        self.wake = wake
        self.told = 0
        """Events that were handed out."""
        self.dropped = 0
        """Events of things for which there was no room."""
        self._now = now
        self._entries: dict[str, _Entry] = {}

    def tell(self, event: CotEvent) -> None:
        """Of something that moves. One that is not newer than what is known of it is of no use."""
        known = self._entries.get(event.uid)
        if known is not None and event.start <= known.event.start:
            return
        if known is None and len(self._entries) >= MOST:
            self._forget_stale()
        if known is None and len(self._entries) >= MOST:
            self.dropped += 1
            return
        self._entries[event.uid] = _Entry(event, "")
        self.wake()

    def keep(self, group: str, events: Sequence[CotEvent]) -> None:
        """All that stands of one group, in place of what it was; its times are renewed as long as it is kept."""
        wanted = {event.uid: event for event in events}
        for uid in [uid for uid, entry in self._entries.items() if entry.group == group and uid not in wanted]:
            del self._entries[uid]
        for uid, event in wanted.items():
            known = self._entries.get(uid)
            if known is not None and _content(known.event) == _content(event):
                continue
            if known is None and len(self._entries) >= MOST:
                self.dropped += 1
                continue
            self._entries[uid] = _Entry(event, group)
        self.wake()

    def tell_all_anew(self) -> None:
        """Somebody listens who heard nothing of it."""
        for entry in self._entries.values():
            entry.told = None

    def take(self) -> list[bytes]:
        """What is due, what moves first; nothing that does not hold any more."""
        moment = self._now()
        due: list[bytes] = []
        stale: list[str] = []
        for uid, entry in self._entries.items():
            if entry.group:
                continue
            if moment >= entry.event.stale:
                stale.append(uid)
            elif entry.told is None:
                entry.told = moment
                due.append(cot_bytes(entry.event))
        for uid in stale:
            del self._entries[uid]
        for entry in self._entries.values():
            if entry.group and (entry.told is None or moment - entry.told >= RENEWED_EVERY):
                entry.told = moment
                due.append(cot_bytes(replace(entry.event, time=moment, start=moment, stale=moment + HOLDS)))
        self.told += len(due)
        return due

    def _forget_stale(self) -> None:
        moment = self._now()
        for uid in [u for u, entry in self._entries.items() if not entry.group and moment >= entry.event.stale]:
            del self._entries[uid]


def _content(event: CotEvent) -> CotEvent:
    """The event but for its times."""
    return replace(event, time=_NEVER, start=_NEVER, stale=_NEVER)
