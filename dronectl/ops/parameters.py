"""Parameters of one vehicle, confirmed by what it reads back."""

from __future__ import annotations

from dronectl.link.fleet_link import VehicleLink
from dronectl.protocol.parameters import Parameter, ParameterRead, ParameterSet


async def get_parameter(vehicle: VehicleLink, name: str) -> Parameter:
    """Reads one parameter by name.

    Raises:
        NoAnswer: the vehicle does not know it, or is silent (ArduPilot says nothing to an unknown name).
    """
    return await vehicle.run(ParameterRead(name))


async def set_parameter(vehicle: VehicleLink, name: str, value: float) -> Parameter:
    """Sets one parameter; returns it as read back.

    Raises:
        Mismatch: the vehicle kept another value. NoAnswer: unknown name, or silence.
    """
    return await vehicle.run(ParameterSet(name, value))
