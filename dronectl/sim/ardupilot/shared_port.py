"""SITL's port takes one client. Here any number of them come to the drone's own port, through a faulty line if one is
wanted; a simulator that is restarted is connected to again, and its clients stay."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

from dronectl.sim.ardupilot.process import HOST
from dronectl.sim.fleet.link_faults import FaultyLine, split_frames
from dronectl.sim.fleet.server import port_in_use
from dronectl.sim.vehicle.settings import LinkFaults

_MOST_UNSENT_BYTES = 4_000_000
_MOST_HALF_BYTES = 4_096
"""What is no frame after so many bytes is passed on as it is."""
_AGAIN_S = 0.2
_READ_BYTES = 65_536


class SharedPort:
    """Between :meth:`open` and :meth:`close`, clients of ``host:port`` are answered by drone ``name``'s simulator,
    behind ``inner_port``."""

    def __init__(self, name: str, host: str, port: int, inner_port: int, faults: LinkFaults, *, seed: int) -> None:
        self._name, self._host, self._port = name, host, port
        self._inner_port = inner_port
        self._up, self._down = (FaultyLine(faults, seed=seed * 2), FaultyLine(faults, seed=seed * 2 + 1))
        self._is_clean = faults.is_clean
        self._clients: set[asyncio.StreamWriter] = set()
        self._simulator: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """
        Raises:
            InputError: the port is taken.
        """
        try:
            self._server = await asyncio.start_server(self._serve, self._host, self._port, family=socket.AF_INET)
        except OSError as error:
            raise port_in_use(self._name, self._host, self._port) from error
        self._start(asyncio.create_task(self._keep_connected()))

    async def close(self) -> None:
        """Clients are cut off, as by a drone that is gone."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in list(self._clients):
            writer.close()

    def _start(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _keep_connected(self) -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection(HOST, self._inner_port)
                _no_delay(writer)
                self._simulator = writer
                try:
                    await self._carry(reader, self._down, self._to_clients)
                finally:
                    self._simulator = None
                    writer.close()
            await asyncio.sleep(_AGAIN_S)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._start(task)
        _no_delay(writer)
        self._clients.add(writer)
        try:
            with suppress(OSError, asyncio.CancelledError):
                await self._carry(reader, self._up, self._to_simulator)
        finally:
            self._clients.discard(writer)
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, line: FaultyLine, give: Callable[[bytes], None]) -> None:
        """Whole frames only: those of several clients must not mix."""
        loop, buffer = asyncio.get_running_loop(), bytearray()
        while data := await reader.read(_READ_BYTES):
            buffer += data
            frames = split_frames(buffer)
            if len(buffer) > _MOST_HALF_BYTES:
                frames.append(bytes(buffer))
                buffer.clear()
            if self._is_clean:
                give(b"".join(frames))
                continue
            for frame in frames:
                for arrival_s in line.send(frame, loop.time()):
                    loop.call_at(arrival_s, give, frame)

    def _to_clients(self, data: bytes) -> None:
        for writer in list(self._clients):
            _write(writer, data)

    def _to_simulator(self, data: bytes) -> None:
        if self._simulator is not None:
            _write(self._simulator, data)


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if not data or writer.transport.is_closing():
        return
    if writer.transport.get_write_buffer_size() > _MOST_UNSENT_BYTES:
        writer.transport.abort()
        return
    writer.write(data)


def _no_delay(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None:
        with suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
