"""Ground stations: which one this is, and what the others are called."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_STATION_ID = 255
"""ArduPilot's default for the ground station whose heartbeats feed its failsafe."""


@dataclass(frozen=True, slots=True)
class GroundStation:
    """This ground station as dronectl.toml's ``[link]`` has it."""

    system_id: int = DEFAULT_STATION_ID
    """MAVLink system id of all that is sent."""


THE_ONLY_STATION = GroundStation()
"""Where nothing else is said."""
