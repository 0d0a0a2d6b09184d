"""Parameters of one vehicle, confirmed by what it reads back."""

from __future__ import annotations

from dronectl.errors import Mismatch
from dronectl.link.fleet_link import VehicleLink
from dronectl.protocol.parameters import Parameter, ReadParameter, SetParameter


async def get_parameter(vehicle: VehicleLink, name: str) -> Parameter:
    """Reads one parameter by name.

    Raises:
        NoAnswer: the vehicle does not know it, or is silent (ArduPilot says nothing to an unknown name).
    """
    return await vehicle.run(ReadParameter(name))


async def set_parameter(vehicle: VehicleLink, name: str, value: float) -> Parameter:
    """Sets one parameter and reads it back.

    Raises:
        Mismatch: the vehicle kept another value. NoAnswer: unknown name, or silence.
    """
    await vehicle.run(SetParameter(name, value))
    kept = await get_parameter(vehicle, name)
    if abs(kept.value - value) > 1e-6 * max(1.0, abs(value)):
        raise Mismatch(f"{vehicle.name}: {name} was set to {value:g} but reads back {kept.value:g}")
    return kept
