"""What allocation knows of a drone, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dronectl.geodesy.frame import FloatArray

NO_WAY_S = 1e7
"""Stands for "there is no way" in times: more than any battery lasts, and finite, so that sums stay numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Worker:
    """What allocation knows of one drone. Times in seconds, energy in Wh.

    ``way_s``: (2n + 1, 2n + 1) time between nodes, home last, ``NO_WAY_S`` where there is no way; it need not be the
    same both ways. ``work_s`` (n,): time of each piece, its dwell included; ``dwell_s`` (n,): the part of it that is
    hovering.
    """

    name: str
    way_s: FloatArray
    work_s: FloatArray
    dwell_s: FloatArray
    cruise_power_w: float
    hover_power_w: float
    fixed_s: float
    """Climb and landing."""
    fixed_wh: float
    budget_wh: float
    """What one sortie may draw."""
    work_power_w: float | None = None
    """At the speed of the work; None: ``cruise_power_w``, which is that of the ways."""

    def drawing(self, factor: float) -> Worker:
        """The same drone, whose ways and work draw so many times as much."""
        work_w = self.cruise_power_w if self.work_power_w is None else self.work_power_w
        return replace(self, cruise_power_w=factor * self.cruise_power_w, work_power_w=factor * work_w)


@dataclass(frozen=True, slots=True)
class WorkerRoute:
    """The entry nodes that one drone flies in one sortie."""

    worker: int
    entries: tuple[int, ...]
