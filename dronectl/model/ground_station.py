"""Ground stations: which one this is, and what the others are called."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_STATION_ID = 255
"""ArduPilot's default for the ground station whose heartbeats feed its failsafe."""


@dataclass(frozen=True, slots=True)
class GroundStation:
    """This ground station, and the others that it knows of, as dronectl.toml's ``[link]`` has them."""

    system_id: int = DEFAULT_STATION_ID
    """MAVLink system id of all that is sent."""
    others: tuple[tuple[int, str], ...] = ()
    """System ids and names of other ground stations that may speak to the same drones."""

    @property
    def is_one_of_several(self) -> bool:
        """Whether others are to be reckoned with before any of them was heard."""
        return bool(self.others) or self.system_id != DEFAULT_STATION_ID

    def name_of(self, system_id: int) -> str:
        """``ground station 250 (Control room)``."""
        name = dict(self.others).get(system_id)
        whose = " (this one)" if system_id == self.system_id else f" ({name})" if name else ""
        return f"ground station {system_id}{whose}"

    def find(self, text: str) -> int | None:
        """The system id of another ground station by its number or its name; None: no such one is known."""
        if text.isascii() and text.isdigit() and 1 <= int(text) <= 255:
            return int(text)
        return next((system_id for system_id, name in self.others if name == text), None)


THE_ONLY_STATION = GroundStation()
"""Where nothing else is said."""
