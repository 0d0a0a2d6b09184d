"""Which sortie of which plan is flown, and by whom."""

from __future__ import annotations

from dataclasses import dataclass

from dronectl.model.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class FlownSortie:
    """``drones``: who flies it."""

    plan: Plan
    sortie: int
    drones: tuple[str, ...]
