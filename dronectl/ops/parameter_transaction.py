"""The parameters of a transaction on one drone: what it held, what is set, and the way back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from dronectl.errors import InputError
from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.events import Listener, Progress
from dronectl.ops.parameter_table import require_disarmed
from dronectl.protocol.parameter_changes import Change, compare
from dronectl.protocol.parameters import Parameter, ParameterRead, ParameterSet

_ATTEMPTS = 12
"""On a link that loses four frames in ten, a question and its answer come through once in three times."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One parameter of a push. ``sent`` False: it had this value already."""

    parameter: str
    before: float | int
    value: float | int
    sent: bool


@dataclass(slots=True)
class ParameterBackup:
    """What one drone held of the wanted parameters, and which of them have been touched since."""

    wanted: Mapping[str, float] = field(default_factory=dict)
    held: dict[str, Parameter] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)

    async def read(self, vehicle: VehicleLink, listener: Listener) -> None:
        """
        Raises:
            NoAnswer: a parameter that the drone does not have, or silence.
            InputError: a wanted value does not fit its parameter. Nothing has been written then.
        """

        async def one(name: str) -> None:
            self.held[name] = await vehicle.run(ParameterRead(name, attempts=_ATTEMPTS))
            listener(Progress(vehicle.name, "backup parameters", len(self.held), len(self.wanted)))

        await asyncio.gather(*(one(name) for name in self.wanted))
        problems = [change.problem for change in self.changes() if change.problem is not None]
        if problems:
            raise InputError(f"{vehicle.name}: nothing was sent: {'; '.join(problems)}", hint="correct the plan")

    def changes(self) -> tuple[Change, ...]:
        """What differs from what was held, in the wanted order."""
        return compare(self.wanted, self.held).changes

    async def set(self, vehicle: VehicleLink, listener: Listener) -> tuple[Setting, ...]:
        """Sets what differs, each read back; one after the other, so that ``touched`` is true at any moment.

        Raises:
            Mismatch: the drone keeps another value. NoAnswer: the link failed. NotReady: it is armed.
        """
        changes = self.changes()
        for done, change in enumerate(changes):
            listener(Progress(vehicle.name, "set parameters", done, len(changes)))
            require_disarmed(vehicle)
            self.touched.add(change.name)
            await vehicle.run(ParameterSet(change.name, change.wanted, attempts=_ATTEMPTS))
        if changes:
            listener(Progress(vehicle.name, "set parameters", len(changes), len(changes)))
        return self.settings()

    def settings(self) -> tuple[Setting, ...]:
        """Each wanted parameter whose old value is known, and whether the new one was sent and is not put back."""
        return tuple(
            Setting(name, self.held[name].value, value, name in self.touched)
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
            await vehicle.run(ParameterSet(name, self.held[name].value, attempts=_ATTEMPTS))
            self.touched.discard(name)
