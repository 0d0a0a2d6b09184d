"""How far a mission is flown, and how fast it goes on."""

from __future__ import annotations

from dataclasses import dataclass

EXPECTED_WEIGHT_S = 60.0
"""What was expected counts as if it had been seen for so long."""
WAVERS_S = 5.0
"""It does not go back by so little: its place is not known more exactly."""
LONGEST_STEP_S = 30.0
"""After a longer while it was away from its mission, or was not heard."""


@dataclass(slots=True)
class MissionProgress:
    """By the seconds of :meth:`dronectl.ops.alarms.expected.ExpectedFlight.seconds_done`, and the vehicle's own."""

    done_s: float | None = None
    """The last that was known; it stays when the mission is left."""
    flown_s: float = 0.0
    """On its mission while it was heard …"""
    gained_s: float = 0.0
    """… and by how much the mission went on meanwhile."""
    _last_t_s: float | None = None

    def update(self, t_s: float, done_s: float | None, *, is_mission: bool) -> None:
        """While it is in AUTO. ``t_s``: on the flight's clock; ``is_mission``: on a leg of it, and not going home."""
        if done_s is None:
            return
        if self.done_s is not None and 0.0 < self.done_s - done_s < WAVERS_S:
            done_s = self.done_s
        if (
            is_mission
            and self.done_s is not None
            and self._last_t_s is not None
            and t_s - self._last_t_s < LONGEST_STEP_S
        ):
            self.flown_s += t_s - self._last_t_s
            self.gained_s += max(0.0, done_s - self.done_s)
        self.done_s, self._last_t_s = done_s, t_s

    def pace(self, expected: float) -> float:
        """The vehicle's seconds that one second of the mission takes: as expected at first, as measured later on."""
        return (expected * EXPECTED_WEIGHT_S + self.flown_s) / (EXPECTED_WEIGHT_S + self.gained_s)
