"""What a battery gives in flight, as it is measured."""

from __future__ import annotations

import math
from dataclasses import dataclass

REMEMBERS_S = 180.0
"""What was drawn longer ago counts less and less: the wind, the height and the work were others."""
EXPECTED_WEIGHT_S = 30.0
"""What was expected counts as if it had been measured for so long: the percent are whole ones, each lasts ten seconds
and more."""
JUMP_PCT = 3.0
"""So much at once was not drawn: the estimate of what is left was mended, or the pack sagged."""


@dataclass(slots=True)
class Consumption:
    """Percent of the battery and the vehicle's own seconds in which they were drawn, the latest counting most."""

    drawn_pct: float = 0.0
    for_s: float = 0.0
    _last: tuple[float, float] | None = None

    def update(self, t_s: float, battery_pct: float) -> None:
        """``t_s``: on the flight's clock, never back."""
        if self._last is not None:
            step_s, drawn_pct = t_s - self._last[0], self._last[1] - battery_pct
            kept = math.exp(-step_s / REMEMBERS_S)
            self.drawn_pct = self.drawn_pct * kept + (drawn_pct if 0.0 < drawn_pct < JUMP_PCT else 0.0)
            self.for_s = self.for_s * kept + step_s
        self._last = (t_s, battery_pct)

    def pct_s(self, expected_pct_s: float) -> float:
        """Percent a second: what was expected at first, what is measured later on."""
        return (expected_pct_s * EXPECTED_WEIGHT_S + self.drawn_pct) / (EXPECTED_WEIGHT_S + self.for_s)
