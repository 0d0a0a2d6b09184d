"""The owner of a shared link: what it hears goes to all who joined, what they say goes out as if it were its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dronectl.link.sharing.door import close_door, may_enter, open_door
from dronectl.link.sharing.guest import Guest, guests_from_json
from dronectl.link.sharing.holder import Door, Holder, holder_from_json
from dronectl.link.sharing.records import (
    PROTOCOL,
    Kind,
    Record,
    frame_body,
    frame_of_body,
    packed,
    records_of,
)
from dronectl.link.sharing.visits import STILL_HERE_EVERY_S, Visitor, Visits

_HELLO_WITHIN_S = 5.0
_WORTH_TELLING_S = 30.0
"""Frames that are older are of no use to who joins."""


@dataclass(frozen=True, slots=True)
class OwnerCallbacks:
    """What the owner is told. Called on the event loop."""

    on_frame: Callable[[bytes, str, str], None]
    """A whole frame that a joiner wants to go out, to which peer (empty: to all), and who that joiner is."""
    on_guests: Callable[[Sequence[Guest]], None]
    """Drones that a joiner works with."""
    on_give_way: Callable[[int, str], None]
    """An order wants the way to this system free, and who gives it."""
    on_stop: Callable[[], bool] = lambda: False
    """Somebody asks this process to end. False: it will not."""


@dataclass
class LinkOwner:
    """Whoever holds the claim of a link makes one and opens it. All that it is told it passes on."""

    url: str
    holder: Holder
    callbacks: OwnerCallbacks
    state_ids: frozenset[int]
    """Messages that tell how a vehicle is: who joins hears the last of each at once."""
    is_up: bool = False
    down_reason: str = "not opened yet"
    _joiners: list[Visitor] = field(default_factory=list)
    _last: dict[tuple[int, int, int], tuple[float, str, bytes]] = field(default_factory=dict)
    _server: asyncio.Server | None = None
    _door: Door | None = None
    _beat: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._visits = Visits(self._serve)

    async def open(self, folder: Path, name: str) -> Door:
        """Lets joiners in from now on.

        Raises:
            OSError: no door can be opened.
        """
        self._server, self._door = await open_door(folder, name, self._visits.enter)
        return self._door

    async def close(self) -> None:
        """All who joined hear that the owner is gone, and find a new one among them."""
        if self._server is not None and self._door is not None:
            close_door(self._server, self._door)
        if self._beat is not None:
            self._beat.cancel()
        await self._visits.end()

    @property
    def joined(self) -> tuple[Holder, ...]:
        return tuple(joiner.who for joiner in self._joiners)

    def heard(self, key: tuple[int, int, int], raw: bytes, peer: str) -> None:
        """A believed frame came from a peer. ``key``: its system, component and message id."""
        if key[2] in self.state_ids:
            self._last[key] = (asyncio.get_running_loop().time(), peer, raw)
        if self._joiners:
            self._tell(packed(Kind.FRAME, frame_body(raw, peer)))

    def sent(self, raw: bytes, who: str) -> None:
        """A frame went out, and whose it is."""
        if self._joiners:
            self._tell(packed(Kind.SENT, frame_body(raw, who)))

    def up(self) -> None:
        self.is_up = True
        self._tell(packed(Kind.UP))

    def down(self, reason: str) -> None:
        self.is_up, self.down_reason = False, reason
        self._last.clear()
        self._tell(packed(Kind.DOWN, reason))

    def peer_gone(self, peer: str) -> None:
        self._tell(packed(Kind.PEER_GONE, peer))

    def denied(self, system_id: int, why: str) -> None:
        self._tell(packed(Kind.DENIED, {"system_id": system_id, "why": why}))

    def give_way(self, system_id: int, who: str) -> None:
        self._tell(packed(Kind.GIVE_WAY, {"system_id": system_id, "who": who}))

    def _tell(self, record: bytes) -> None:
        for joiner in self._joiners:
            joiner.tell(record)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        records = records_of(reader)
        async with asyncio.timeout(_HELLO_WITHIN_S):
            hello = await anext(records, None)
        joiner = self._admitted(hello, writer)
        if joiner is None:
            return
        joiner.tell(packed(Kind.WELCOME, self._welcome()))
        for raw, peer, age_s in self._told_lately():
            joiner.tell(packed(Kind.FRAME, frame_body(raw, peer, age_s)))
        self._joiners.append(joiner)
        if self._beat is None:
            self._beat = asyncio.create_task(self._say_still_here(), name=f"owner of {self.url}")
        try:
            async for record in records:
                self._take(record, joiner)
        finally:
            self._joiners.remove(joiner)

    def _admitted(self, hello: Record | None, writer: asyncio.StreamWriter) -> Visitor | None:
        """Who comes in; None: nobody."""
        if hello is None or hello.kind is not Kind.HELLO:
            return None
        document = hello.json()
        if self._door is None or not may_enter(self._door, document.get("token")):
            return None
        who = holder_from_json(document)
        if document.get("protocol") != PROTOCOL or who is None:
            writer.write(packed(Kind.REFUSED, f"{self.holder} is another version of dronectl"))
            return None
        if guests := guests_from_json(document.get("drones")):
            self.callbacks.on_guests(guests)
        return Visitor(writer, who)

    def _welcome(self) -> dict[str, object]:
        return {
            **self.holder.as_json(),
            "url": self.url,
            "up": self.is_up,
            "reason": self.down_reason,
            "joined": [who.as_json() for who in self.joined],
        }

    def _told_lately(self) -> Iterator[tuple[bytes, str, float]]:
        now_s = asyncio.get_running_loop().time()
        for heard_s, peer, raw in self._last.values():
            if now_s - heard_s <= _WORTH_TELLING_S:
                yield raw, peer, now_s - heard_s

    def _take(self, record: Record, joiner: Visitor) -> None:
        match record.kind:
            case Kind.FRAME:
                raw, peer, _age_s = frame_of_body(record.body)
                self.callbacks.on_frame(raw, peer, joiner.who.label)
            case Kind.GIVE_WAY:
                system_id, who = record.of_drone("who")
                self.callbacks.on_give_way(system_id, who)
                self.give_way(system_id, who)
            case Kind.STOP:
                if not self.callbacks.on_stop():
                    joiner.tell(packed(Kind.REFUSED, f"{self.holder} does not run for its own sake"))

    async def _say_still_here(self) -> None:
        while True:
            await asyncio.sleep(STILL_HERE_EVERY_S)
            self._tell(packed(Kind.STILL_HERE))
