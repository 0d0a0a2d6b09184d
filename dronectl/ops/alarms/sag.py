"""A battery's voltage that sinks: when it will have come down to a level, by how it sank of late."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

LOOKS_BACK_S = 20.0
KNOWS_AFTER_S = 12.0
"""A shorter look tells nothing: a climb or a gust draws more for some seconds."""
STEADY = 0.4
"""Each half of the look back must sink at least so much as fast as the whole: a step down, as at take-off, does not
go on."""


@dataclass(slots=True)
class Sag:
    """Volts as they were told in flight, on the vehicle's own seconds."""

    _told: deque[tuple[float, float]] = field(default_factory=deque)

    def update(self, t_s: float, volts: float) -> None:
        """``t_s``: on the flight's clock, never back."""
        if not self._told or t_s > self._told[-1][0]:
            self._told.append((t_s, volts))
        while self._told[0][0] < t_s - LOOKS_BACK_S:
            self._told.popleft()

    def seconds_to(self, volts: float) -> float | None:
        """Until it has sunk to so much if it goes on; None: it does not sink steadily, or is not known well enough."""
        told = tuple(self._told)
        if not told or told[-1][0] - told[0][0] < KNOWS_AFTER_S:
            return None
        middle = len(told) // 2
        sinks_v_s = -_slope(told)
        if sinks_v_s <= 0.0 or min(-_slope(told[:middle]), -_slope(told[middle:])) < STEADY * sinks_v_s:
            return None
        return max(0.0, told[-1][1] - volts) / sinks_v_s


def _slope(told: Sequence[tuple[float, float]]) -> float:
    """Volts a second of the straight line that fits best."""
    count = len(told)
    mean_t, mean_v = sum(t for t, _ in told) / count, sum(v for _, v in told) / count
    spread = sum((t - mean_t) ** 2 for t, _ in told)
    return sum((t - mean_t) * (v - mean_v) for t, v in told) / spread if spread else 0.0
