"""When patrols are flown: what a mission file asks, and the timetable that a plan keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum


class Daylight(StrEnum):
    """Between which sun a site's rules allow flight."""

    SUN = "sunrise-sunset"
    """Upper edge above the horizon, refraction included: centre at −0.833°."""
    CIVIL_TWILIGHT = "civil-twilight"
    """Centre above −6°."""
    OFF = "off"

    @property
    def lowest_sun_deg(self) -> float | None:
        """Elevation of the sun's centre below which nothing flies; None: any."""
        return {"sunrise-sunset": -0.833, "civil-twilight": -6.0}.get(str(self))


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a patrol is to be flown, in the site's local time on the day of the flight."""

    start: time | None = None
    """First take-off; None: when the window opens, else as soon as what is before it is done."""
    window: tuple[time, time] | None = None
    """No take-off before, no landing after. An end at or before the beginning is on the next day."""
    every_min: float | None = None
    """From the start of one round to that of the next; None: as soon as batteries are changed."""
    repeat: int = 1
    """Rounds."""


@dataclass(frozen=True, slots=True)
class Departure:
    """One sortie number as it is flown at one time: a line of the timetable. Times are time-zone aware."""

    sortie: int
    patrol: str
    round: int
    """1, 2, …"""
    start: datetime
    """The wave's first take-off."""
    end: datetime
    """The last landing."""
    asked_start: datetime | None = None
    """When the mission file wants this round to begin; only in its first sortie."""
    opens: datetime | None = None
    closes: datetime | None = None
    """The window that it has to be flown in."""
