"""A vehicle with MAVLink's own operator control, which no release has yet: a scripted one plays what the draft says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from fake_vehicle import FakeVehicle, drone, tcp_fleet
from virtual_network import run_virtually

from dronectl.errors import InputError, NotReady
from dronectl.link.codec import Encoder
from dronectl.link.fleet_link import VehicleLink, open_fleet
from dronectl.model.ground_station import GroundStation
from dronectl.ops.common.events import Event, Note
from dronectl.ops.control.control import read_control
from dronectl.ops.control.gate import identify_to_command
from dronectl.ops.control.hand_over import release_to, request_control
from dronectl.ops.control.lost_control import told_who_takes_control
from dronectl.protocol.vehicle.operator_control import CAPABILITY

ROOM = GroundStation(250, ((255, "Field"),))
ACCEPTED, FAILED = 0, 4
REQUEST_MESSAGE, REQUEST_OPERATOR_CONTROL = 512, 32100
AUTOPILOT_VERSION, CONTROL_STATUS = 148, 512
SYSTEM_MANAGER, TAKEOVER_ALLOWED = 1, 2


class OwnedVehicle(FakeVehicle):
    """Grants control where its owner allows it, or where it has none."""

    def __init__(self) -> None:
        super().__init__(1)
        self.owner = 255
        self.others: list[int] = []
        self.may_be_taken = False
        self.asked: list[int] = []
        """Who wanted control, as its owner would be told."""

    def status(self) -> bytes:
        flags = SYSTEM_MANAGER | (TAKEOVER_ALLOWED if self.may_be_taken else 0)
        fields = {"flags": flags, "gcs_main": self.owner, "gcs_secondary": self.others}
        return Encoder(1, 1).encode("CONTROL_STATUS", fields)

    def on_command_long(self, message: Any) -> bytes:
        sender, result, more = message.get_srcSystem(), ACCEPTED, b""
        if (message.command, message.param1) == (REQUEST_MESSAGE, AUTOPILOT_VERSION):
            known = (64495 | CAPABILITY, 0x040900FF, 0, 0, 0, [0x31] * 8, [0] * 8, [0] * 8, 0, 0, 0, self.uid2)
            more = self.frame(self.mav.autopilot_version_encode(*known))
        elif (message.command, message.param1) == (REQUEST_MESSAGE, CONTROL_STATUS):
            more = self.status()
        elif message.command == REQUEST_OPERATOR_CONTROL:
            result = self._release(sender) if message.param1 == 0 else self._request(sender, message)
            more = self.status()
        return self.frame(self.mav.command_ack_encode(message.command, result, 0, 0, sender, 190)) + more

    def _request(self, sender: int, message: Any) -> int:
        assert message.param4 == sender
        if self.owner not in (0, sender) and not self.may_be_taken:
            self.asked.append(sender)
            return FAILED
        self.owner, self.may_be_taken = sender, message.param2 == 1
        return ACCEPTED

    def _release(self, sender: int) -> int:
        if sender == self.owner:
            self.owner = 0
        return ACCEPTED


def beside(act: Callable[[OwnedVehicle, VehicleLink], Awaitable[None]]) -> None:
    async def main() -> None:
        vehicle = OwnedVehicle()
        async with tcp_fleet(vehicle) as air, open_fleet([replace(drone("alpha", 1, air.url), station=ROOM)]) as fleet:
            await fleet.vehicles["alpha"].wait_alive(10.0)
            await fleet.vehicles["alpha"].identify(thorough=False)
            await act(vehicle, fleet.vehicles["alpha"])

    run_virtually(main(), limit_s=120.0)


def test_its_owner_has_control_and_is_asked_before_it_changes_hands() -> None:
    async def act(vehicle: OwnedVehicle, alpha: VehicleLink) -> None:
        with pytest.raises(NotReady, match=r"ground station 255 \(Field\) has control"):
            await identify_to_command([alpha], {})
        with pytest.raises(NotReady, match=r"ground station 255 \(Field\) has control and was asked to allow it"):
            await request_control(alpha)
        assert vehicle.asked[0] == 250
        vehicle.may_be_taken = True
        over = await request_control(alpha)
        assert (over.before.first, over.after.first, vehicle.owner) == (255, 250, 250)
        await identify_to_command([alpha], {})

    beside(act)


def test_released_it_is_nobodys_and_nobody_commands_it() -> None:
    async def act(vehicle: OwnedVehicle, alpha: VehicleLink) -> None:
        vehicle.owner = 250
        with pytest.raises(InputError, match="alpha gives control to who asks for it next"):
            await release_to(alpha, "Field")
        over = await release_to(alpha, None)
        assert (vehicle.owner, over.words()) == (
            0,
            "nobody has control now; before, ground station 250 (this one) had it",
        )
        with pytest.raises(NotReady, match="nobody has control"):
            await identify_to_command([alpha], {})
        assert (await request_control(alpha)).after.is_ours

    beside(act)


def test_a_second_owner_may_command_too() -> None:
    async def act(vehicle: OwnedVehicle, alpha: VehicleLink) -> None:
        vehicle.others = [251, 250]
        control = await read_control(alpha)
        assert control.is_shared
        assert control.holder == "ground station 255 (Field) with ground station 250 (this one), ground station 251"
        await identify_to_command([alpha], {})

    beside(act)


def test_who_flies_is_told_that_another_has_it_now() -> None:
    async def act(vehicle: OwnedVehicle, alpha: VehicleLink) -> None:
        vehicle.owner = 250
        told: list[Event] = []
        with told_who_takes_control([alpha], told.append):
            await read_control(alpha)
            vehicle.owner = 255
            await read_control(alpha)
            vehicle.owner = 0
            await read_control(alpha)
            await asyncio.sleep(0.1)
        assert [event.text for event in told if isinstance(event, Note)] == [
            "ground station 255 (Field) has control now",
            "nobody has control now",
        ]

    beside(act)
