"""A ground station for a fleet in virtual time: the protocols' machines as a link runs them, without link and clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TypeVar

from dronectl.errors import DronectlError
from dronectl.link.codec import Encoder, FrameParser, has_target
from dronectl.model.ground_station import DEFAULT_STATION_ID
from dronectl.model.message import Message
from dronectl.protocol.core.machine import AUTOPILOT_COMPONENT_ID, GCS_COMPONENT_ID, Effect, Machine, Send
from dronectl.sim.fleet.virtual_fleet import Hear, VirtualFleet
from dronectl.sim.vehicle.settings import VehicleSettings

T = TypeVar("T")


class VirtualStation:
    """Talks to each vehicle by its name, over a link that loses nothing and takes no time."""

    def __init__(self, vehicles: Sequence[VehicleSettings], *, tap: Hear | None = None) -> None:
        """``tap``: also hears every frame of the vehicles, as a recorder does."""
        self.fleet = VirtualFleet(vehicles, self._heard)
        self._tap = tap
        self._encoder = Encoder(DEFAULT_STATION_ID, GCS_COMPONENT_ID)
        self._parsers = {settings.name: FrameParser() for settings in vehicles}
        self._inboxes: dict[str, deque[Message]] = {settings.name: deque() for settings in vehicles}
        self._asking: str | None = None

    def run(self, name: str, machine: Machine[T]) -> T:
        """The machine's outcome; time passes for the whole fleet.

        Raises:
            DronectlError: the machine ended in it.
        """
        vehicle, inbox = self.fleet.vehicles[name], self._inboxes[name]
        self._asking = name
        self._carry_out(name, machine.start(vehicle.now_s))
        while machine.outcome is None:
            while inbox and machine.outcome is None:
                self._carry_out(name, machine.on_message(inbox.popleft(), vehicle.now_s))
            if machine.outcome is None and machine.deadline_s is not None and vehicle.now_s >= machine.deadline_s:
                self._carry_out(name, machine.on_timeout(vehicle.now_s))
            if machine.outcome is None and not inbox:
                self.fleet.step()
        self._asking = None
        inbox.clear()
        if isinstance(machine.outcome, DronectlError):
            raise machine.outcome
        return machine.outcome

    def wait(self, seconds: float) -> None:
        """Lets time pass."""
        self.fleet.step(seconds)

    def send(self, name: str, message: str, **fields: float) -> None:
        """One message to a vehicle, under its dialect's name."""
        self._carry_out(name, [Send(message, fields)])

    def _carry_out(self, name: str, effects: Sequence[Effect]) -> None:
        system_id = self.fleet.vehicles[name].settings.system_id
        for effect in effects:
            if isinstance(effect, Send):
                to_system, to_component = has_target(effect.name)
                fields = dict(effect.fields)
                fields |= {"target_system": system_id} if to_system else {}
                fields |= {"target_component": AUTOPILOT_COMPONENT_ID} if to_component else {}
                self.fleet.send(name, self._encoder.encode(effect.name, fields))

    def _heard(self, name: str, now_s: float, frame: bytes) -> None:
        if self._tap is not None:
            self._tap(name, now_s, frame)
        if name != self._asking:
            return
        for parsed in self._parsers[name].feed(frame):
            message = parsed.message()
            if message is not None:
                self._inboxes[name].append(message)
