"""Is the vehicle there? Its heartbeat, and how much of what it sends arrives."""

from __future__ import annotations

from collections import deque

from dronectl.model.message import Message

LOST_AFTER_S = 5.0
"""Without a heartbeat for so long, a vehicle that was there counts as lost."""
MAV_AUTOPILOT_INVALID = 8
"""HEARTBEAT.autopilot of things that are no flight controller."""
MAV_TYPE_GCS = 6


def is_autopilot_heartbeat(message: Message) -> bool:
    return message.name == "HEARTBEAT" and int(message["autopilot"]) != MAV_AUTOPILOT_INVALID


def is_station_heartbeat(message: Message) -> bool:
    """Of a ground station: ArduPilot passes it on to its other links."""
    return message.name == "HEARTBEAT" and int(message["type"]) == MAV_TYPE_GCS


class LossMeter:
    """Share of frames lost, from the sequence numbers of one sender's component (0..255, wrapping).

    A step back is a late frame, which was not lost, or a doubled one; half the circle or more cannot be told from it.
    """

    def __init__(self, window: int = 200) -> None:
        self._last: int | None = None
        self._steps: deque[int] = deque(maxlen=window)
        """What each frame made us expect: 1 after its predecessor, more over a gap, 0 when it came late."""
        self._missing: set[int] = set()
        self.lost = 0

    def heard(self, sequence: int) -> None:
        if self._last is None:
            self._last = sequence
            return
        step = (sequence - self._last) % 256
        if step == 0 or step > 128:
            if sequence in self._missing:
                self._missing.discard(sequence)
                self.lost -= 1
                self._steps.append(0)
            return
        if self._missing:
            self._missing.difference_update((sequence + 128 - back) % 256 for back in range(step))
        if step > 1:
            self._missing.update((sequence - back) % 256 for back in range(1, step))
            self.lost += step - 1
        self._last = sequence
        self._steps.append(step)

    @property
    def likely(self) -> float:
        """Share of frames lost, 0..1, leaning towards a tenth while few were heard."""
        expected = sum(self._steps)
        return (max(0, expected - len(self._steps)) + 1.0) / (expected + 10.0)

    @property
    def recent_pct(self) -> float | None:
        """Over the last couple of hundred frames; None before two were heard."""
        if not self._steps:
            return None
        expected = sum(self._steps)
        return round(100.0 * max(0, expected - len(self._steps)) / expected, 1) if expected else 0.0
