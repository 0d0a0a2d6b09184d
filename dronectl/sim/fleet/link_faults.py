"""What a radio does to frames on their way: loss, delay, jitter, duplicates, reordering, a narrow band."""

from __future__ import annotations

import random

from dronectl.sim.vehicle.settings import LinkFaults

_APART_S = 1e-6
"""Between frames handed over at once: an event loop's timers of one and the same moment are run in any order."""
_BITS_PER_BYTE = 10
"""One start and one stop bit around eight, as on a serial line."""


class FaultyLine:
    """One direction of a link. No clock, no sockets: ``send`` says when each frame arrives."""

    def __init__(self, faults: LinkFaults, *, seed: int) -> None:
        self._faults = faults
        self._random = random.Random(seed)
        self._free_s = 0.0
        self._latest_s = 0.0

    def send(self, frame: bytes, now_s: float) -> list[float]:
        """Arrival times of a frame handed over now: none when it is lost, two when it is doubled.

        Frames keep their order unless ``reorder`` strikes: jitter alone does not let one overtake another, as
        bytes of one stream cannot.
        """
        faults = self._faults
        sent_s = max(now_s, self._free_s)
        if faults.baud:
            sent_s += len(frame) * _BITS_PER_BYTE / faults.baud
            self._free_s = sent_s
        if self._random.random() < faults.loss:
            return []
        arrival_s = sent_s + (faults.latency_ms + faults.jitter_ms * self._random.random()) / 1000.0
        if self._random.random() < faults.reorder:
            arrivals = [arrival_s + (faults.latency_ms + faults.jitter_ms) / 1000.0 + 0.02]
        else:
            self._latest_s = max(self._latest_s + _APART_S, arrival_s)
            arrivals = [self._latest_s]
        if self._random.random() < faults.duplicate:
            arrivals.append(arrivals[0])
        return arrivals


def split_frames(buffer: bytearray) -> list[bytes]:
    """Take the whole MAVLink frames off a stream, leaving what is unfinished; noise between frames comes along."""
    frames = []
    while buffer:
        start = _next_magic(buffer)
        if start > 0:
            frames.append(bytes(buffer[:start]))
            del buffer[:start]
            continue
        if len(buffer) < 3:
            break
        signature = 13 if buffer[2] & 1 else 0
        length = 12 + buffer[1] + signature if buffer[0] == 0xFD else 8 + buffer[1]
        if len(buffer) < length:
            break
        frames.append(bytes(buffer[:length]))
        del buffer[:length]
    return frames


def _next_magic(buffer: bytearray) -> int:
    found = [place for place in (buffer.find(0xFD), buffer.find(0xFE)) if place >= 0]
    return min(found, default=len(buffer))
