"""A radio between one client and some vehicles, for any client that speaks TCP: late, narrow and lossy both ways."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator, Sequence

from dronectl.sim.fleet.link_faults import FaultyLine, split_frames
from dronectl.sim.vehicle.settings import LinkFaults

LINGER_S = 0.5


@contextlib.contextmanager
def radio(vehicle_ports: Sequence[int], faults: LinkFaults, *, seed: int) -> Iterator[int]:
    """The TCP port of a radio behind which these vehicles are heard. Each way is one line, shared by all of them."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    carrier = _Radio(vehicle_ports, faults, seed)
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(carrier.serve, "127.0.0.1", 0), loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        time.sleep(LINGER_S)  # what a client sent before it left still arrives
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class _Radio:
    def __init__(self, vehicle_ports: Sequence[int], faults: LinkFaults, seed: int) -> None:
        self._vehicle_ports = vehicle_ports
        self._up, self._down = FaultyLine(faults, seed=2 * seed), FaultyLine(faults, seed=2 * seed + 1)

    async def serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        vehicles = [await asyncio.open_connection("127.0.0.1", port) for port in self._vehicle_ports]
        to_vehicles = [writer for _, writer in vehicles]
        from_vehicles = [
            asyncio.create_task(_carry(reader, [to_client], self._down), name="down") for reader, _ in vehicles
        ]
        try:
            with contextlib.suppress(asyncio.CancelledError):  # the bench is through with this radio
                await _carry(client, to_vehicles, self._up)
        finally:
            for task in from_vehicles:
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(LINGER_S / 2)
            for writer in (*to_vehicles, to_client):
                writer.close()


async def _carry(reader: asyncio.StreamReader, writers: Sequence[asyncio.StreamWriter], line: FaultyLine) -> None:
    loop = asyncio.get_running_loop()
    buffer = bytearray()
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            buffer += data
            for frame in split_frames(buffer):
                for arrival_s in line.send(frame, loop.time()):
                    loop.call_at(arrival_s, _deliver, writers, frame)


def _deliver(writers: Sequence[asyncio.StreamWriter], frame: bytes) -> None:
    for writer in writers:
        if not writer.is_closing():
            writer.write(frame)
