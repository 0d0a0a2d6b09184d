"""What is told of the fleet to others: one report, whatever way it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ReportKind(StrEnum):
    """What a report is about."""

    POSITION = "position"
    """Where a drone is, live."""
    STATUS = "status"
    """How a drone is, or the ground station."""
    EVENT = "event"
    """What happened: an alarm, a warning."""
    PLAN = "plan"
    """What a drone flies."""

    @property
    def is_retained(self) -> bool:
        """Whether who comes later is to be told the last one. Never a position: what is old is not shown as live."""
        return self in (ReportKind.STATUS, ReportKind.PLAN)


@dataclass(frozen=True, slots=True)
class Report:
    """``drone`` None: of the ground station. ``body``: JSON values, their keys with units as everywhere."""

    kind: ReportKind
    drone: str | None
    body: Mapping[str, object]
    only_here: bool = False
    """Whether no other process of this workspace tells it too. Where the drones are, all tell that watch them."""
