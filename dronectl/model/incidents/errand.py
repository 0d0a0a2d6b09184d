"""A drone's way to an incident and home, as it was sent on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dronectl.model.plan.mission import Mission


@dataclass(frozen=True, slots=True)
class FlownErrand:
    """``place``: by what name people call it; ``ends``: by then it has landed, whatever the wind does."""

    drone: str
    incident: str
    place: str
    mission: Mission
    home_amsl_m: float
    """Above which the heights of the mission count."""
    began: datetime
    ends: datetime
