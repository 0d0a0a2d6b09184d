"""A telemetry radio on a serial line, behind which several vehicles are: one port, which one program can have."""

from __future__ import annotations

import asyncio
import os
import threading
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from dronectl.sim.fleet.link_faults import FaultyLine, split_frames
from dronectl.sim.vehicle.settings import LinkFaults


class SerialRadio:
    """A pseudo terminal that carries what the vehicles on these ports say, within its band, with its loss."""

    def __init__(self, ports: Sequence[int], faults: LinkFaults, seed: int) -> None:
        self._ports = ports
        self._down, self._up = FaultyLine(faults, seed=2 * seed), FaultyLine(faults, seed=2 * seed + 1)
        self._ours, theirs = os.openpty()
        tty.setraw(theirs)
        self._theirs = theirs  # kept open: the radio stays plugged in when a program closes its port
        self.device = os.ttyname(theirs)
        self.lost_down = 0

    async def carry(self, started: threading.Event, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        ends = [await asyncio.open_connection("127.0.0.1", port) for port in self._ports]
        os.set_blocking(self._ours, False)
        buffer = bytearray()

        def to_ground(frame: bytes) -> None:
            try:
                os.write(self._ours, frame)
            except BlockingIOError:
                self.lost_down += 1  # nobody reads the port

        def send_down(frame: bytes) -> None:
            for arrival_s in self._down.send(frame, loop.time()):
                loop.call_at(arrival_s, to_ground, frame)

        def to_vehicles(frame: bytes) -> None:
            for _, vehicle in ends:
                vehicle.write(frame)

        def read() -> None:
            buffer.extend(os.read(self._ours, 65_536))
            for frame in split_frames(buffer):
                for arrival_s in self._up.send(frame, loop.time()):
                    loop.call_at(arrival_s, to_vehicles, frame)

        async def hear(vehicle: asyncio.StreamReader) -> None:
            heard = bytearray()
            while data := await vehicle.read(65_536):
                heard += data
                for frame in split_frames(heard):
                    send_down(frame)

        loop.add_reader(self._ours, read)
        hearing = [asyncio.create_task(hear(vehicle)) for vehicle, _ in ends]
        started.set()
        await stop.wait()
        loop.remove_reader(self._ours)
        for task in hearing:
            task.cancel()
        await asyncio.gather(*hearing, return_exceptions=True)
        for _, vehicle in ends:
            vehicle.close()

    def close(self) -> None:
        os.close(self._ours)
        os.close(self._theirs)


@contextmanager
def serial_radio(ports: Sequence[int], *, loss: float, baud: int = 57_600, seed: int = 1) -> Iterator[str]:
    """The URL of a serial port that leads to the vehicles on these TCP ports. POSIX only."""
    radio = SerialRadio(ports, LinkFaults(loss=loss, baud=baud, latency_ms=20.0), seed)
    loop = asyncio.new_event_loop()
    started, stop = threading.Event(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(radio.carry(started, stop),), name="serial radio")
    thread.start()
    try:
        assert started.wait(60)
        yield f"serial://{radio.device}?baud={baud}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
        radio.close()
