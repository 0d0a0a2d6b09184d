"""Parameters of one vehicle, confirmed by what it reads back."""

from __future__ import annotations

from dronectl.errors import InputError, NotReady
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.vehicle_settings import Setting, setting_of, wires_of
from dronectl.ops.events import Listener, ignore
from dronectl.ops.patience import patiently
from dronectl.protocol.parameters import Parameter, ParameterRead, ParameterSet, value_problem

CIRCLE = 2
"""Bit of FENCE_TYPE: 1 greatest altitude, 2 circle around home, 4 polygons and circles that were uploaded."""


async def get_parameter(vehicle: VehicleLink, *names: str, listener: Listener = ignore) -> Parameter:
    """Reads one parameter by name, or by the first of several names that the vehicle answers to.

    ``listener``: told when no answer comes at once.

    Raises:
        NoAnswer: the vehicle does not know it, or is silent (ArduPilot says nothing to an unknown name).
    """
    machine = ParameterRead(*names)
    text = f"waiting for what {vehicle.name} says of {names[0]}"
    with patiently(listener, vehicle.name, text, machine.patience_s):
        return await vehicle.run(machine)


async def set_parameter(vehicle: VehicleLink, name: str, value: float) -> Parameter:
    """Sets one parameter; returns it as read back.

    Raises:
        InputError: the value does not fit its type; nothing was sent. Mismatch: the vehicle has another value now.
        NoAnswer: unknown name, or silence.
    """
    return await vehicle.run(ParameterSet(name, value))


async def require_fitting(vehicle: VehicleLink, name: str, value: float, listener: Listener = ignore) -> None:
    """Reads the parameter, and holds the value against its type before anything is sent.

    Raises:
        InputError: it does not fit. NoAnswer: unknown name, or silence.
    """
    parameter = await get_parameter(vehicle, name, listener=listener)
    problem = value_problem(parameter.name, parameter.type, value)
    if problem is not None:
        raise InputError(f"{vehicle.name}: {problem}; nothing was sent")


async def read_setting(vehicle: VehicleLink, setting: Setting, listener: Listener = ignore) -> float:
    """What the vehicle has for this meaning, in SI, whatever its firmware calls it.

    Raises:
        NoAnswer: it has none of the names, or is silent.
    """
    _, value = await read_wire(vehicle, setting, listener)
    return value


async def read_wire(vehicle: VehicleLink, setting: Setting, listener: Listener = ignore) -> tuple[Parameter, float]:
    """As :func:`read_setting`: the parameter as the vehicle has it, and its value in SI."""
    names = [wire.name for wire in wires_of(setting, vehicle.firmware)]
    parameter = await get_parameter(vehicle, *names, listener=listener)
    found = setting_of(parameter.name)
    assert found is not None, parameter.name
    return parameter, found[1].si(parameter.value)


async def write_setting(vehicle: VehicleLink, setting: Setting, value: float, listener: Listener = ignore) -> float:
    """Sets it to ``value`` in SI; returns it as read back.

    Raises:
        InputError: the value does not fit its type; nothing was sent. Mismatch: the vehicle has another value now.
        NoAnswer: it has none of the names, or is silent.
    """
    parameter, _ = await read_wire(vehicle, setting, listener)
    found = setting_of(parameter.name)
    assert found is not None, parameter.name
    wire = found[1]
    return wire.si((await set_parameter(vehicle, parameter.name, wire.value(value))).value)


async def refuse_circle_fence(vehicle: VehicleLink) -> None:
    """A fence by FENCE_TYPE bit 1 is a circle of FENCE_RADIUS around home, whatever polygons were uploaded.

    With ArduCopter's defaults (7 and 150 m) enabling the fence would turn a patrol back soon after take-off.

    Raises:
        NotReady: the circle is on.
    """
    fence_type = int((await get_parameter(vehicle, "FENCE_TYPE")).value)
    if fence_type & CIRCLE:
        radius_m = (await get_parameter(vehicle, "FENCE_RADIUS")).value
        raise NotReady(
            f"{vehicle.name}: FENCE_TYPE {fence_type} adds a circle of {radius_m:g} m around home to its fence",
            hint=f"leave it out: 'dronectl param set FENCE_TYPE {fence_type & ~CIRCLE} --drone {vehicle.name}'",
        )
