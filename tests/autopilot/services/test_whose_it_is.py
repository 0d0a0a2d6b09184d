"""Two ground stations on two ports of one vehicle: each hears of the other, and the vehicle says whose it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from test_two_links import drone_on
from vehicles import VehicleAddress

from dronectl.errors import NoAnswer, NotReady
from dronectl.link.fleet_link import VehicleLink, open_fleet
from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.model.ground_station import GroundStation
from dronectl.ops.common.events import Event, Note
from dronectl.ops.control.gate import identify_to_command
from dronectl.ops.control.hand_over import release_to, request_control
from dronectl.ops.control.lost_control import told_who_takes_control
from dronectl.ops.parameters.settings import read_setting, write_setting
from dronectl.protocol.param.parameters import ParameterRead

pytestmark = pytest.mark.every_firmware

FIELD = GroundStation(255, ((250, "Room"),))
ROOM = GroundStation(250, ((255, "Field"),))


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(main, 120.0))


async def until(shown: Callable[[], object]) -> None:
    async with asyncio.timeout(30.0):
        while not shown():  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.05)


@asynccontextmanager
async def stations(address: VehicleAddress) -> AsyncIterator[tuple[VehicleLink, VehicleLink]]:
    first = replace(drone_on(address.port), station=FIELD)
    second = replace(drone_on(address.serial1_port), station=ROOM)
    async with open_fleet([first]) as one, open_fleet([second]) as other:
        field, room = one.vehicles["alpha"], other.vehicles["alpha"]
        await asyncio.gather(field.wait_alive(30.0), room.wait_alive(30.0))
        yield field, room


def test_each_hears_of_the_other_and_control_goes_over_and_back(address: VehicleAddress) -> None:
    async def main() -> None:
        async with stations(address) as (field, room):
            await until(lambda: field.stations_heard == {250} and room.stations_heard == {255})
            await identify_to_command([field], {})
            told: list[Event] = []
            with told_who_takes_control([field], told.append):
                await read_setting(field, Setting.GCS_SYSTEM_ID)
                assert (await request_control(room)).after.first == 250
                await until(lambda: told)
            (note,) = told
            assert isinstance(note, Note)
            assert note.text.startswith("ground station 250 (Room) has control now")
            with pytest.raises(NotReady, match=r"ground station 250 \(Room\) has control"):
                await identify_to_command([field], {})
            assert (await release_to(room, "Field")).after.first == 255
            await identify_to_command([field], {})

    run(main())


def test_one_that_obeys_its_own_station_alone_is_silent_to_the_other(address: VehicleAddress) -> None:
    async def main() -> None:
        async with stations(address) as (field, room):
            before = await read_setting(field, Setting.GCS_ONLY)
            await write_setting(field, Setting.GCS_ONLY, float(int(before) | 1))
            try:
                with pytest.raises(NoAnswer, match="no answer") as silence:
                    await identify_to_command([room], {})
                assert "it may obey another ground station alone" in silence.value.hint
                assert await field.run(ParameterRead("FENCE_ENABLE"))
                await until(lambda: field.stations_heard == {250})  # its heartbeat is passed on all the same
            finally:
                await write_setting(field, Setting.GCS_ONLY, before)

    run(main())
