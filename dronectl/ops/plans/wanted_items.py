"""What of a plan one drone must hold for one sortie."""

from __future__ import annotations

from dronectl.errors import InputError
from dronectl.model.plan.mission import Mission, MissionType
from dronectl.model.plan.plan import DronePlan


def wanted_items(drone: DronePlan, sortie: int) -> dict[MissionType, Mission]:
    """The three lists that this drone must hold for this sortie.

    Raises:
        InputError: the drone has no such sortie.
    """
    flight = drone.sortie(sortie)
    if flight is None:
        numbers = ", ".join(str(known.number) for known in drone.sorties) or "none"
        raise InputError(f"the plan has no sortie {sortie} for {drone.name}", hint=f"its sorties: {numbers}")
    return {MissionType.MISSION: flight.mission, MissionType.FENCE: drone.fence, MissionType.RALLY: drone.rally}
