"""Whether ArduPilot simulates itself on the other side of a link."""

from __future__ import annotations

from dronectl.errors import NoAnswer, UnknownName
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.ops.parameters.settings import read_setting


async def is_simulated(vehicle: VehicleLink) -> bool:
    """It has the parameter of a simulation's pace; its clock then begins and runs as it was told to."""
    try:
        await read_setting(vehicle, Setting.SIMULATION_PACE)
    except (UnknownName, NoAnswer):
        return False
    return True
