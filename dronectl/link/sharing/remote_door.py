"""The door for other computers of the station: over TCP, to who has a token."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from dronectl.errors import InputError, NotReady
from dronectl.link.codec import MavlinkFrame, whole_frame
from dronectl.link.sharing.guest import guests_from_json
from dronectl.link.sharing.holder import holder_from_json, this_process
from dronectl.link.sharing.lease import DroneLease
from dronectl.link.sharing.records import (
    PROTOCOL,
    Kind,
    Record,
    frame_body,
    frame_of_body,
    packed,
    records_of,
)
from dronectl.link.sharing.tokens import Token, proved
from dronectl.link.sharing.visits import STILL_HERE_EVERY_S, Visitor, Visits
from dronectl.link.sharing.write_guard import WriteGuard, require_reading
from dronectl.link.signing.signer import carries_key

log = logging.getLogger(__name__)

_HELLO_WITHIN_S = 5.0
_MOST_VISITORS = 16


Tap = Callable[[str, bytes, float, bool], None]
"""As :data:`dronectl.link.vehicle_frames.Tap`."""


class SharedVehicle(Protocol):
    """What a visitor reaches of a drone."""

    name: str
    system_id: int

    def new_lease(self) -> DroneLease: ...

    def send_for(self, frame: bytes) -> None:
        """Sends a frame that somebody else has written."""


@dataclass(eq=False)
class _Visitor(Visitor):
    token: Token
    vehicles: Mapping[int, SharedVehicle]
    guard: WriteGuard = field(init=False)

    def __post_init__(self) -> None:
        leases = {system_id: vehicle.new_lease() for system_id, vehicle in self.vehicles.items()}
        self.guard = WriteGuard(f"{self.token.name}: {self.who.command}", leases)

    def take(self, raw: bytes) -> None:
        """A frame that wants to go out."""
        frame = whole_frame(raw)
        if frame is None or carries_key(raw):
            return
        vehicle = self._target(frame)
        if vehicle is None:
            return
        try:
            if not self.token.may_order:
                require_reading(frame, self.token.name)
            self.guard.require_pass(frame, vehicle.system_id)
        except NotReady as error:
            self.tell(packed(Kind.DENIED, {"system_id": vehicle.system_id, "why": error.message}))
            return
        vehicle.send_for(raw)

    def _target(self, frame: MavlinkFrame) -> SharedVehicle | None:
        message = frame.message()
        if message is None or frame.system_id in self.vehicles:
            return None
        return self.vehicles.get(int(message.get("target_system", 0)))


class _RemoteDoor:
    def __init__(
        self, vehicles: Mapping[int, SharedVehicle], tokens: Sequence[Token], tell: Callable[[str], None]
    ) -> None:
        self._vehicles = vehicles
        self._ids = {vehicle.name: system_id for system_id, vehicle in vehicles.items()}
        self._tokens = tokens
        self._tell = tell
        self._visitors: list[_Visitor] = []
        self.visits = Visits(self._serve)

    def on_frame(self, drone: str, raw: bytes, _t_unix_s: float, outgoing: bool) -> None:
        """The tap."""
        if not self._visitors:
            return
        record = packed(Kind.SENT if outgoing else Kind.FRAME, frame_body(raw, ""))
        for visitor in self._visitors:
            if self._ids[drone] in visitor.vehicles:
                visitor.tell(record)

    async def still_here(self) -> None:
        while True:
            await asyncio.sleep(STILL_HERE_EVERY_S)
            for visitor in self._visitors:
                visitor.tell(packed(Kind.STILL_HERE))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        challenge = secrets.token_hex(16)
        writer.write(packed(Kind.CHALLENGE, challenge))
        records = records_of(reader)
        async with asyncio.timeout(_HELLO_WITHIN_S):
            hello = await anext(records, None)
        visitor = self._admitted(hello, challenge, writer)
        if visitor is None:
            await writer.drain()
            return
        visitor.tell(packed(Kind.WELCOME, {**this_process().as_json(), "up": True, "orders": visitor.token.may_order}))
        self._visitors.append(visitor)
        name = f"{visitor.token.name} ({visitor.who.command} on another computer)"
        self._tell(f"{name} has joined{'' if visitor.token.may_order else ', to see only'}")
        try:
            async for record in records:
                if record.kind is Kind.FRAME:
                    visitor.take(frame_of_body(record.body)[0])
        finally:
            self._visitors.remove(visitor)
            visitor.guard.close()
            self._tell(f"{name} has left")

    def _admitted(self, hello: Record | None, challenge: str, writer: asyncio.StreamWriter) -> _Visitor | None:
        if hello is None or hello.kind is not Kind.HELLO:
            return None
        document = hello.json()
        token, who = proved(self._tokens, challenge, document.get("proof")), holder_from_json(document)
        if token is None or who is None:
            log.warning("somebody without a token of this station was turned away")
            writer.write(packed(Kind.REFUSED, "its token is none of this station's"))
            return None
        if document.get("protocol") != PROTOCOL:
            writer.write(packed(Kind.REFUSED, "the station is another version of dronectl"))
            return None
        if len(self._visitors) >= _MOST_VISITORS:
            writer.write(packed(Kind.REFUSED, f"{_MOST_VISITORS} have joined already"))
            return None
        wanted = {guest.system_id for guest in guests_from_json(document.get("drones"))}
        return _Visitor(writer, who, token, {one: self._vehicles[one] for one in wanted if one in self._vehicles})


@asynccontextmanager
async def remote_door(
    vehicles: Sequence[SharedVehicle],
    add_tap: Callable[[Tap], Callable[[], None]],
    address: tuple[str, int],
    tokens: Sequence[Token],
    tell: Callable[[str], None],
) -> AsyncIterator[None]:
    """Within: other computers may join these drones at ``address``. ``tell`` hears who comes, goes and is turned away.

    Raises:
        InputError: it cannot be listened there.
    """
    door = _RemoteDoor({vehicle.system_id: vehicle for vehicle in vehicles}, tokens, tell)
    try:
        server = await asyncio.start_server(door.visits.enter, *address)
    except OSError as error:
        why = f"--listen {address[0]}:{address[1]}: {error.strerror or error}"
        raise InputError(why, hint="give another port") from error
    untap = add_tap(door.on_frame)
    beat = asyncio.create_task(door.still_here(), name="remote door")
    try:
        yield
    finally:
        untap()
        server.close()
        beat.cancel()
        await door.visits.end()
        await asyncio.gather(beat, return_exceptions=True)
