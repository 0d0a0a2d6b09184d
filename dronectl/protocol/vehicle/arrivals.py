"""How often messages come: what flows already, for whoever it was asked, need not be asked for again."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from statistics import median

_REMEMBERED = 6
_ENOUGH = 3
_AS_OFTEN = 0.8
"""A rate counts as flowing from this share of it: intervals are whole scheduler steps of the autopilot."""
_LATE = 2.5
"""Intervals without one until a message flows no more."""


class Arrivals:
    """When each message of one vehicle came, lately."""

    def __init__(self) -> None:
        self._came_s: dict[str, deque[float]] = {}

    def came(self, name: str, now_s: float) -> None:
        self._came_s.setdefault(name, deque(maxlen=_REMEMBERED)).append(now_s)

    def flows(self, name: str, rate_hz: float, now_s: float) -> bool:
        """Whether it comes at least so often. Lost frames make gaps, and queues bursts: the middle one of the last
        intervals tells the rate."""
        came_s = self._came_s.get(name)
        if came_s is None or len(came_s) < _ENOUGH:
            return False
        interval_s = median(after - before for before, after in pairwise(came_s))
        return interval_s <= 1.0 / (_AS_OFTEN * rate_hz) and now_s - came_s[-1] <= _LATE / rate_hz
