"""Parameters of one vehicle, confirmed by what it reads back: by name, and by meaning in SI for any firmware."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dronectl.errors import InputError, NotReady, UnknownName
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.float32 import in_digits
from dronectl.model.ardupilot.parameter_renames import renamed
from dronectl.model.ardupilot.vehicle_settings import Setting, Wire, setting_of, wires_of
from dronectl.ops.common.events import Listener, ignore
from dronectl.ops.common.waiting_notice import waiting_notice
from dronectl.protocol.core.request_timer import PATIENCE_S
from dronectl.protocol.param.parameters import Parameter, ParameterRead, ParameterSet, checked_name, value_problem

CIRCLE = 2
"""Bit of the kinds of fence: 1 greatest altitude, 2 circle around home, 4 polygons and circles that were uploaded."""


async def get_parameter(vehicle: VehicleLink, *names: str, listener: Listener = ignore) -> Parameter:
    """Reads one parameter by name, or by the first of several names that the vehicle answers to.

    One name that other firmware has for a parameter is asked for together with the vehicle's own, so that a vehicle
    that is silent about unknown names (ArduPilot before 4.7) shows at once which of them it has.
    ``listener``: told when no answer comes at once.

    Raises:
        UnknownName: the vehicle has none of them; the hint has its own name. NoAnswer: the vehicle is silent.
        InputError: it is no parameter name.
    """
    own = tuple(checked_name(name) for name in names)
    rename = renamed(own[0])
    asked = own if rename is None or len(own) > 1 else (own[0], rename.other(own[0]))
    machine = ParameterRead(*asked)
    text = f"waiting for what {vehicle.name} says of {own[0]}"
    with waiting_notice(listener, vehicle.name, text, PATIENCE_S), _naming(vehicle):
        found = await vehicle.run(machine)
    if found.name not in own:
        raise UnknownName(f"{vehicle.name} has no parameter {own[0]}", hint=_own_name(vehicle, own[0], found.name))
    return found


async def set_parameter(vehicle: VehicleLink, name: str, value: float) -> Parameter:
    """Sets one parameter; returns it as read back.

    Raises:
        InputError: the value does not fit its type; nothing was sent. Mismatch: the vehicle has another value now.
        UnknownName: it has no such parameter. NoAnswer: the same where the vehicle does not say so, or silence.
    """
    with _naming(vehicle):
        return await vehicle.run(ParameterSet(name, value))


async def require_fitting(vehicle: VehicleLink, name: str, value: float, listener: Listener = ignore) -> None:
    """Reads the parameter, and holds the value against its type before anything is sent.

    Raises:
        InputError: it does not fit. UnknownName, NoAnswer: as for :func:`get_parameter`.
    """
    parameter = await get_parameter(vehicle, name, listener=listener)
    problem = value_problem(parameter.name, parameter.type, value)
    if problem is not None:
        raise InputError(f"{vehicle.name}: {problem}; nothing was sent")


async def read_setting(vehicle: VehicleLink, setting: Setting, listener: Listener = ignore) -> float:
    """What the vehicle has for this meaning, in SI, whatever its firmware calls it.

    Raises:
        UnknownName, NoAnswer: it has none of the names, or is silent.
    """
    wire, parameter = await read_wire(vehicle, setting, listener=listener)
    return wire.si(parameter.value)


async def read_wire(vehicle: VehicleLink, setting: Setting, *, listener: Listener = ignore) -> tuple[Wire, Parameter]:
    """As :func:`read_setting`: what the vehicle calls it and how it tells its value, and the parameter as it is."""
    names = [wire.name for wire in wires_of(setting, vehicle.firmware)]
    parameter = await get_parameter(vehicle, *names, listener=listener)
    found = setting_of(parameter.name)
    assert found is not None, parameter.name
    return found[1], parameter


async def write_setting(vehicle: VehicleLink, setting: Setting, value: float, listener: Listener = ignore) -> float:
    """Sets it to ``value`` in SI; returns it as read back.

    Raises:
        InputError: the value does not fit its type; nothing was sent. Mismatch: the vehicle has another value now.
        UnknownName, NoAnswer: it has none of the names, or is silent.
    """
    wire, _ = await read_wire(vehicle, setting, listener=listener)
    return wire.si((await set_parameter(vehicle, wire.name, wire.value(value))).value)


async def refuse_circle_fence(vehicle: VehicleLink) -> None:
    """A fence may be a circle around home, whatever polygons were uploaded.

    With ArduCopter's defaults (all kinds, and 150 m) enabling the fence would turn a patrol back soon after take-off.

    Raises:
        NotReady: the circle is on.
    """
    wire, kinds = await read_wire(vehicle, Setting.FENCE_KINDS)
    if int(kinds.value) & CIRCLE:
        radius_m = await read_setting(vehicle, Setting.FENCE_RADIUS_M)
        without = in_digits(int(kinds.value) & ~CIRCLE)
        raise NotReady(
            f"{vehicle.name}: {wire.name} {kinds.value} adds a circle of {radius_m:g} m around home to its fence",
            hint=f"leave it out: 'dronectl param set {wire.name} {without} --drone {vehicle.name}'",
        )


@contextmanager
def _naming(vehicle: VehicleLink) -> Iterator[None]:
    """Within: what the vehicle does not know is told with its name."""
    try:
        yield
    except UnknownName as error:
        error.message = f"{vehicle.name} has {error.message}"
        raise


def _own_name(vehicle: VehicleLink, asked: str, own: str) -> str:
    rename = renamed(own)
    how = rename.said_of(own) if rename is not None else ""
    firmware = f"ArduCopter {vehicle.firmware}" if vehicle.firmware else "its firmware"
    return f"{firmware} calls it {own}{f', {how}' if how else ''}"
