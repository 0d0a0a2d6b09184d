"""The parameters of a transaction on one drone: what it held, what is set, and the way back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from dronectl.errors import InputError
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.vehicle_settings import Setting, Wire
from dronectl.ops.common.events import Listener, Progress
from dronectl.ops.parameters.parameter_table import require_disarmed
from dronectl.ops.parameters.settings import get_parameter, read_wire, set_parameter
from dronectl.protocol.param.changes import ParameterChange, compare_parameters
from dronectl.protocol.param.parameters import Parameter


@dataclass(frozen=True, slots=True)
class ParameterTransfer:
    """One parameter of a push, under the vehicle's own name. ``sent`` False: it had this value already."""

    parameter: str
    before: float | int
    value: float | int
    sent: bool


@dataclass(slots=True)
class ParameterBackup:
    """What one drone held of the wanted parameters, and which of them have been touched since."""

    settings: Mapping[Setting, float] = field(default_factory=dict)
    """What is wanted by meaning, in SI; it joins ``wanted`` once the vehicle has said what it calls each."""
    wanted: dict[str, float] = field(default_factory=dict)
    """By the vehicle's own names, in its units."""
    held: dict[str, Parameter] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)

    async def read(self, vehicle: VehicleLink, listener: Listener) -> None:
        """
        Raises:
            UnknownName, NoAnswer: a parameter that the drone does not have, or silence.
            InputError: a wanted value does not fit its parameter. Nothing has been written then.
        """
        total = len(self.wanted) + len(self.settings)

        def read(parameter: Parameter) -> None:
            self.held[parameter.name] = parameter
            listener(Progress(vehicle.name, "backup parameters", len(self.held), total))

        async def one(name: str) -> None:
            read(await get_parameter(vehicle, name))

        async def meant(setting: Setting) -> Wire:
            wire, parameter = await read_wire(vehicle, setting)
            read(parameter)
            return wire

        wires = asyncio.gather(*(meant(setting) for setting in self.settings))
        await asyncio.gather(wires, *(one(name) for name in self.wanted))
        for wire, value in zip(wires.result(), self.settings.values(), strict=True):
            self.wanted[wire.name] = wire.value(value)
        problems = [change.problem for change in self.changes() if change.problem is not None]
        if problems:
            raise InputError(f"{vehicle.name}: nothing was sent: {'; '.join(problems)}", hint="correct the plan")

    def changes(self) -> tuple[ParameterChange, ...]:
        """What differs from what was held, in the wanted order."""
        return compare_parameters(self.wanted, self.held).changes

    async def set(self, vehicle: VehicleLink, listener: Listener) -> tuple[ParameterTransfer, ...]:
        """Sets what differs, each read back; one after the other, so that ``touched`` is true at any moment.

        Raises:
            Mismatch: the drone keeps another value. NoAnswer: the link failed. NotReady: it is armed.
        """
        changes = self.changes()
        for done, change in enumerate(changes):
            listener(Progress(vehicle.name, "set parameters", done, len(changes)))
            require_disarmed(vehicle)
            self.touched.add(change.name)
            await set_parameter(vehicle, change.name, change.wanted)
        if changes:
            listener(Progress(vehicle.name, "set parameters", len(changes), len(changes)))
        return self.transfers()

    def transfers(self) -> tuple[ParameterTransfer, ...]:
        """Each wanted parameter whose old value is known, and whether the new one was sent and is not put back."""
        return tuple(
            ParameterTransfer(name, self.held[name].value, value, name in self.touched)
            for name, value in self.wanted.items()
            if name in self.held
        )

    async def put_back(self, vehicle: VehicleLink) -> None:
        """
        Raises:
            Mismatch, NoAnswer, NotReady: as for :meth:`set`; ``touched`` then names what may be wrong on board.
        """
        for name in sorted(self.touched):
            require_disarmed(vehicle)
            await set_parameter(vehicle, name, self.held[name].value)
            self.touched.discard(name)
