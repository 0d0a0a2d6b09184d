"""Compasses in a field that is not the Earth's: what the position filter says and does about them.

It flies on, however strong the field (measured on SITL of 4.5.6, 4.6.2 and 4.7.0-dev: 100 to 1500 mGauss, all compasses
or one, turned about, without data, frozen; hovering and on its way): a heading that does not fit what the GPS sees is
not believed, and one that fits is good enough. What it does not do in the air it does before: it does not arm.
"""

from __future__ import annotations

from dronectl.sim.vehicle.outbox import INFO, Outbox

_NOT_BELIEVED_MGAUSS = 150.0
"""A weaker field turns the heading by some 10°, and nothing is said."""
_TRIED_EVERY_S = 10.0
_COUNT = 3


class Compasses:
    """All of them feel the same. ``are_tried_in_turn``: each for ten seconds; else another one for a moment."""

    def __init__(self, outbox: Outbox, *, are_tried_in_turn: bool) -> None:
        self._outbox = outbox
        self._are_tried_in_turn = are_tried_in_turn
        self.field_mgauss = 0.0
        """Level, on the ground."""
        self.to_an_eighth_m = 1.0
        """So high above it is an eighth of it left."""
        self._tried_at_s: float | None = None
        self._used = 0

    @property
    def are_tried(self) -> bool:
        """They were not believed when it was last looked."""
        return self._tried_at_s is not None

    def felt_mgauss(self, up_m: float) -> float:
        if not self.field_mgauss:
            return 0.0
        return self.field_mgauss * (self.to_an_eighth_m / (max(up_m, 0.0) + self.to_an_eighth_m)) ** 3

    def step(self, now_s: float, up_m: float) -> None:
        """What is not believed is tried again and again."""
        if self.felt_mgauss(up_m) < _NOT_BELIEVED_MGAUSS:
            self._tried_at_s = None
        elif self._tried_at_s is None:
            self._tried_at_s = now_s + _TRIED_EVERY_S
        elif now_s >= self._tried_at_s:
            self._tried_at_s = now_s + _TRIED_EVERY_S
            self._try_another()

    def _try_another(self) -> None:
        other = (self._used + 1) % _COUNT
        tried = (other,) if self._are_tried_in_turn else (other, self._used)
        self._used = tried[-1]
        for core in (0, 1):
            for compass in tried:
                self._outbox.text(INFO, f"EKF3 IMU{core} switching to compass {compass}")
