"""How one drone's sortie went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dronectl.model.plan.mission import Command, Mission


class FlightEnd(StrEnum):
    """How a drone was seen last."""

    NEVER_ARMED = "never armed"
    LANDED = "landed"
    FELL = "fell"
    """Its motors stopped in the air, or after it had crashed."""
    CRASHED = "crashed"
    """It lies on the ground, armed, where no landing was planned."""
    STILL_ARMED = "still armed"
    """It has landed where it should, and its motors run on."""
    UNHEARD = "unheard"


@dataclass(frozen=True, slots=True)
class DroneFlight:
    """How one drone's sortie went."""

    name: str
    system_id: int
    armed: bool
    """It was armed at all; else it stood all the time."""
    completed: bool
    """It reached the last place of its mission before it came back."""
    reached_item: int
    last_item: int
    landed: bool
    """It was seen to disarm on the ground after having been armed."""
    duration_s: float
    max_relative_altitude_m: float
    texts: tuple[str, ...]
    """What the vehicle said of warning level and above."""
    ended: FlightEnd = FlightEnd.NEVER_ARMED
    cause: str = ""
    """Why it ended early or badly, by alarms, modes and words; empty for a flight that went as planned."""
    end: str = ""
    """How it ended, in words, with the cause and where it is."""
    last: Mapping[str, object] | None = None
    """Where it was heard last, and what it did (:class:`dronectl.ops.alarms.last_heard.LastHeard`)."""
    alarms: tuple[Mapping[str, object], ...] = ()
    """All that were raised, in their order."""
    mission_changed: str = ""
    """How the mission on board came to differ from the plan's in flight; empty: it did not."""

    @property
    def is_lost(self) -> bool:
        """Armed, and not seen to land."""
        return self.armed and not self.landed


def last_place(mission: Mission) -> int:
    """Sequence number of the last item to be reached: who reached it has flown the mission; the return follows."""
    ends = (Command.NAV_RETURN_TO_LAUNCH, Command.NAV_LAND)
    places = [seq for seq, item in enumerate(mission.items) if seq and item.command < 95 and item.command not in ends]
    return places[-1] if places else 0
