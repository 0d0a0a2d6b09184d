"""The joiner's side of a shared link: in at the owner's door, and whatever is said there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dronectl.link.sharing.door import go_in
from dronectl.link.sharing.guest import Guest
from dronectl.link.sharing.holder import Holder, holder_from_json
from dronectl.link.sharing.records import (
    PROTOCOL,
    Kind,
    Record,
    RecordReader,
    frame_body,
    frame_of_body,
    packed,
)
from dronectl.model.text.plain_text import plain

FROZEN_AFTER_S = 2.5
"""An owner says something twice a second."""
_LOOK_AGAIN_S = 0.2
"""It may be this process that was stopped for a while."""
_READ_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class JoinerCallbacks:
    """What a joiner hears. Called on the event loop."""

    on_frame: Callable[[bytes, str, float], None]
    """A frame, its peer, and how many seconds ago it came; 0 for what comes now."""
    on_sent: Callable[[bytes, str], None]
    """A frame that went out, and whose it is."""
    on_up: Callable[[], None]
    on_down: Callable[[str], None]
    on_peer_gone: Callable[[str], None]
    on_give_way: Callable[[int, str], None]
    on_denied: Callable[[int, str], None]


def unanswered(owner: Holder, error: BaseException) -> str:
    """What is wrong with an owner that cannot be joined, and what a person can do: nobody can take its port away."""
    if isinstance(error, TimeoutError):
        return f"says nothing: is it stopped? Let it go on, or end process {owner.pid}, and the link is free"
    return f"does not answer ({error or type(error).__name__})"


class Refused(Exception):
    """The owner lets nobody in; says why."""


class Joiner:
    """One place at an owner's link."""

    def __init__(self, owner: Holder, writer: asyncio.StreamWriter, callbacks: JoinerCallbacks) -> None:
        self.owner = owner
        self.joined: tuple[Holder, ...] = ()
        """Who had joined before."""
        self._writer = writer
        self._callbacks = callbacks
        self._found = RecordReader()
        self._is_up = False

    def send(self, raw: bytes, peer: str) -> None:
        """A whole frame, unsigned, for the owner to number, sign and send."""
        self._say(packed(Kind.FRAME, frame_body(raw, peer)))

    def give_way(self, system_id: int, who: str) -> None:
        self._say(packed(Kind.GIVE_WAY, {"system_id": system_id, "who": who}))

    def stop(self) -> None:
        """Asks the owner to end."""
        self._say(packed(Kind.STOP))

    async def drain(self) -> None:
        """Returns when what was said has gone out."""
        with contextlib.suppress(OSError):
            await self._writer.drain()

    def close(self) -> None:
        self._writer.close()

    async def until_owner_ends(self, reader: asyncio.StreamReader) -> None:
        """Passes on what is heard; returns when the owner is gone. One that is frozen is told as a link that is down.

        Raises:
            Refused: it says that it will not.
        """
        is_frozen = False
        while True:
            data = await _read(reader, FROZEN_AFTER_S) or await _read(reader, _LOOK_AGAIN_S)
            if data is None:
                if not is_frozen:
                    is_frozen = True
                    self._callbacks.on_down(f"{self.owner} holds it and {unanswered(self.owner, TimeoutError())}")
                continue
            if not data:
                return
            if is_frozen:
                is_frozen = False
                if self._is_up:
                    self._callbacks.on_up()
            for record in self._found.feed(data):
                self.take(record)

    def take(self, record: Record) -> None:
        """
        Raises:
            BadRecord: the owner does not speak as we do. Refused.
        """
        tell = self._callbacks
        match record.kind:
            case Kind.FRAME:
                tell.on_frame(*frame_of_body(record.body))
            case Kind.SENT:
                raw, who, _age_s = frame_of_body(record.body)
                tell.on_sent(raw, who)
            case Kind.UP:
                self._is_up = True
                tell.on_up()
            case Kind.DOWN:
                self._is_up = False
                tell.on_down(record.text())
            case Kind.PEER_GONE:
                tell.on_peer_gone(record.text())
            case Kind.GIVE_WAY:
                tell.on_give_way(*record.of_drone("who"))
            case Kind.DENIED:
                tell.on_denied(*record.of_drone("why"))
            case Kind.REFUSED:
                raise Refused(record.text())

    def welcome(self, document: Mapping[str, Any]) -> None:
        """What the owner said of itself and its link."""
        joined = document.get("joined")
        entries = joined if isinstance(joined, list) else ()
        self.joined = tuple(who for one in entries if (who := holder_from_json(one)) is not None)
        if document.get("up"):
            self._is_up = True
            self._callbacks.on_up()
        else:
            self._callbacks.on_down(plain(str(document.get("reason", ""))))

    def _say(self, record: bytes) -> None:
        if not self._writer.transport.is_closing():
            self._writer.write(record)


async def join(
    owner: Holder, us: Holder, drones: Sequence[Guest], callbacks: JoinerCallbacks, *, timeout_s: float
) -> tuple[Joiner, asyncio.StreamReader]:
    """Comes in at the owner's door. ``on_up`` or ``on_down`` was called when it returns.

    Raises:
        OSError: nobody opens. TimeoutError: it does not answer. Refused, BadRecord: it will not.
    """
    assert owner.door is not None
    async with asyncio.timeout(timeout_s):
        reader, writer = await go_in(owner.door)
        joiner = Joiner(owner, writer, callbacks)
        try:
            hello = {
                **us.as_json(),
                "protocol": PROTOCOL,
                "token": owner.door.token,
                "drones": [guest.as_json() for guest in drones],
            }
            writer.write(packed(Kind.HELLO, hello))
            found = joiner._found
            first: Record | None = None
            while first is None:
                data = await reader.read(_READ_BYTES)
                if not data:
                    raise ConnectionResetError("it closed its door")
                records = list(found.feed(data))
                first = records[0] if records else None
                rest = records[1:]
            if first.kind is not Kind.WELCOME:
                raise Refused(first.text())
            joiner.welcome(first.json())
            for record in rest:
                joiner.take(record)
        except BaseException:
            writer.close()
            raise
    return joiner, reader


async def _read(reader: asyncio.StreamReader, within_s: float) -> bytes | None:
    """Bytes; empty: the other side has ended; None: nothing came."""
    try:
        async with asyncio.timeout(within_s):
            return await reader.read(_READ_BYTES)
    except TimeoutError:
        return None
    except OSError:
        return b""
