"""A vehicle behind TCP ports, each a serial port of it: one client at a time, as ArduPilot's SITL serves them."""

from __future__ import annotations

import asyncio
import random
import socket

from dronectl.errors import InputError
from dronectl.sim.fleet.link_faults import FaultyLine, split_frames
from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.services.ports import Ports, is_passed_on
from dronectl.sim.vehicle.settings import LinkFaults

_SEND_LIMIT = 4_000_000
"""Bytes that may wait for a client that does not read before its connection is dropped."""
_WAIT_AT_MOST = 5
"""Clients behind the one that is served: SITL's own backlog (libraries/AP_HAL_SITL/UARTDriver.cpp)."""


class VehicleServer:
    """Carries bytes between a vehicle and its client through a faulty line."""

    def __init__(self, vehicle: Vehicle, faults: LinkFaults, *, seed: int, channel: int = 0) -> None:
        self._vehicle = vehicle
        self._channel = channel
        self.others: list[VehicleServer] = []
        """The vehicle's other ports: what it says by itself goes to all."""
        self.ports = Ports()
        self._faults = faults
        self._seed = seed
        self._server: asyncio.Server | None = None
        self._client: _Client | None = None
        self._waiting: list[_Client] = []
        """Connected, told nothing and not heard until those before them are gone."""
        self._was_cut = False
        self.radio_loss = 0.0
        """Share of frames that vanish just now, either way, besides those of the line's own faults."""
        self._radio = random.Random(f"radio {seed}")
        self._half = bytearray()
        self.bytes_heard = 0
        """Bytes that clients have sent so far."""

    async def open(self) -> None:
        """Listen, unless the link was cut: it stays so.

        Raises:
            InputError: the port is taken.
        """
        if self._was_cut:
            return
        settings = self._vehicle.settings
        port = settings.serial1_port if self._channel and settings.serial1_port is not None else settings.port
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(
                lambda: _Client(self), settings.host, port, family=socket.AF_INET, backlog=_WAIT_AT_MOST
            )
        except OSError as error:
            raise port_in_use(settings.name, settings.host, port) from error

    async def close(self) -> None:
        self._drop_all()
        if self._server is not None:
            self._server.close()

    @property
    def port(self) -> int:
        """The port listened on (the chosen one where the settings say 0)."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def has_client(self) -> bool:
        return self._client is not None

    def step(self, dt_s: float) -> None:
        """Let the vehicle live for a while and send what it says."""
        boots = self._vehicle.boots
        self.send(self._vehicle.step(dt_s))
        if self._vehicle.boots != boots:
            for server in (self, *self.others):
                server.hang_up()
        faults = self._vehicle.settings.faults
        if faults.link_cut_at_s is not None and self._vehicle.now_s >= faults.link_cut_at_s:
            self.cut()

    def send(self, frames: list[bytes], asked_on: int | None = None) -> None:
        """``asked_on``: the channel of the question that they answer."""
        for server in (self, *self.others):
            if server._client is None:
                continue
            own = [frame for frame in frames if self.ports.leaves_by(server._channel, frame, asked_on)]
            own = self._through_the_air(own)
            if self.others:
                own = [self.ports.numbered(frame, server._channel) for frame in own]
            if own:
                server._client.send([server._as_sent(frame) for frame in own])

    def _as_sent(self, frame: bytes) -> bytes:
        return frame if is_passed_on(frame) else self._vehicle.signing.signed(frame, self._channel)

    def come(self, client: _Client) -> None:
        """A new client is served, or waits for its turn."""
        if self.accept(client):
            client.begin()
        elif self._was_cut or len(self._waiting) >= _WAIT_AT_MOST:
            client.drop()
        else:
            self._waiting.append(client)

    def accept(self, client: _Client) -> bool:
        """Whether a new client is let in: only when there is no other, and the link was not cut."""
        if self._client is not None or self._was_cut:
            return False
        self._client = client
        self._vehicle.connect(True)
        return True

    def released(self, client: _Client) -> None:
        if client in self._waiting:
            self._waiting.remove(client)
        if self._client is not client:
            return
        self._client = None
        if not any(other.has_client for other in self.others):
            self._vehicle.connect(False)
        if self._waiting:
            self.come(self._waiting.pop(0))

    def _through_the_air(self, frames: list[bytes]) -> list[bytes]:
        if not self.radio_loss:
            return frames
        return [frame for frame in frames if self._radio.random() >= self.radio_loss]

    def drop_client(self) -> None:
        """Its connection ends; it may come again."""
        if self._client is not None:
            self._client.drop()

    def heard(self, data: bytes) -> None:
        """Bytes of the client have arrived at the vehicle."""
        if self.radio_loss or self._half:
            self._half += data
            data = b"".join(self._through_the_air(split_frames(self._half)))
        limit = self._vehicle.settings.faults.link_cut_after_bytes
        self.bytes_heard += len(data)
        if limit is not None and self.bytes_heard > limit:
            self.cut()
            return
        self.send(self._vehicle.receive(data, self._channel), self._channel)

    def hang_up(self) -> None:
        """All connections end, as SITL's do when the vehicle boots anew; the next one is welcome."""
        self._drop_all()

    def _drop_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        for client in (*waiting, *([self._client] if self._client is not None else [])):
            client.drop()

    def new_lines(self) -> tuple[FaultyLine, FaultyLine] | None:
        """To the vehicle and back; None for a link without faults."""
        if self._faults.is_clean:
            return None
        return FaultyLine(self._faults, seed=self._seed * 2), FaultyLine(self._faults, seed=self._seed * 2 + 1)

    def cut(self) -> None:
        """The connection is closed, and no new one is accepted."""
        self._was_cut = True
        if self._server is not None:
            self._server.close()
        self._drop_all()


class _Client(asyncio.Protocol):
    """One TCP connection."""

    def __init__(self, server: VehicleServer) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._lines: tuple[FaultyLine, FaultyLine] | None = None
        self._buffer = bytearray()
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport.pause_reading()
        self._server.come(self)

    def begin(self) -> None:
        """It is its turn."""
        self._lines = self._server.new_lines()
        if self._transport is not None:
            self._transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._server.released(self)

    def data_received(self, data: bytes) -> None:
        if self._lines is None:
            self._server.heard(data)
            return
        self._buffer += data
        for frame in split_frames(self._buffer):
            for arrival_s in self._lines[0].send(frame, self._loop.time()):
                self._loop.call_at(arrival_s, self._heard_late, frame)

    def send(self, frames: list[bytes]) -> None:
        if self._lines is None:
            self._write(b"".join(frames))
            return
        now_s = self._loop.time()
        for frame in frames:
            for arrival_s in self._lines[1].send(frame, now_s):
                self._loop.call_at(arrival_s, self._write, frame)

    def drop(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def _heard_late(self, frame: bytes) -> None:
        if self._transport is not None:
            self._server.heard(frame)

    def _write(self, data: bytes) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if transport.get_write_buffer_size() > _SEND_LIMIT:
            transport.abort()
            return
        transport.write(data)


def port_in_use(name: str, host: str, port: int) -> InputError:
    """The error for a port that cannot be had."""
    return InputError(
        f"drone '{name}': {host}:{port} cannot be listened on: another program uses it",
        hint="'dronectl sim status' shows a fleet that runs already; 'dronectl sim stop' ends it",
    )
