"""A ground station with a system id of its own: all that it sends has it, and answers to others are none to it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fake_vehicle import drone
from virtual_fleet import virtual_radios
from virtual_network import run_virtually

from dronectl.errors import InputError, NoAnswer
from dronectl.link.codec import FrameParser
from dronectl.link.fleet_link import open_fleet
from dronectl.model.ground_station import GroundStation
from dronectl.model.plan.mission import Command, Mission, MissionItem
from dronectl.ops.parameters.settings import set_parameter
from dronectl.protocol.ftp.read import FtpRead
from dronectl.protocol.mission.verified_upload import VerifiedUpload
from dronectl.protocol.param.parameters import ParameterRead
from dronectl.protocol.vehicle.command import CommandLong

CONTROL_ROOM = GroundStation(250)
ENFORCED = {"4.5": "SYSID_ENFORCE", "4.7": "MAV_OPTIONS"}


def test_all_that_is_sent_has_it_and_the_answers_to_it_are_ours() -> None:
    async def main() -> None:
        async with virtual_radios(1, seed=1, one_radio=True) as (drones, _):
            sent = set()

            def tap(_name: str, frame: bytes, _t: float, outgoing: bool) -> None:
                if outgoing:
                    sent.update((one.system_id, one.component_id) for one in FrameParser().feed(frame))

            async with open_fleet([replace(drones[0], station=CONTROL_ROOM)], taps=[tap]) as fleet:
                vehicle = fleet.vehicles["drone1"]
                await vehicle.wait_alive(10.0)
                await vehicle.identify()
                await vehicle.request_streams(2.0)
                items = Mission(tuple(MissionItem(Command.NAV_WAYPOINT, 3, altitude_m=20.0 + n) for n in range(5)))
                await vehicle.run(VerifiedUpload(items))
                assert await vehicle.run(FtpRead("@PARAM/param.pck", session=3, verify=False))
                await vehicle.run(CommandLong(Command.DO_SET_MODE, 1, 4))
            assert sent == {(250, 190)}

    run_virtually(main(), limit_s=60.0)


@pytest.mark.parametrize("release", ["4.5", "4.7"])
def test_a_vehicle_that_obeys_its_own_ground_station_alone_is_silent_to_another(release: str) -> None:
    async def main() -> None:
        async with virtual_radios(1, seed=1, one_radio=True, releases=[release]) as (drones, _):
            async with open_fleet(drones) as fleet:
                await fleet.vehicles["drone1"].wait_alive(10.0)
                await set_parameter(fleet.vehicles["drone1"], ENFORCED[release], 1)
            async with open_fleet([replace(drones[0], station=CONTROL_ROOM)]) as fleet:
                await fleet.vehicles["drone1"].wait_alive(10.0)
                with pytest.raises(NoAnswer):
                    await fleet.vehicles["drone1"].run(ParameterRead("RTL_LOIT_TIME"))
            async with open_fleet(drones) as fleet:
                await fleet.vehicles["drone1"].wait_alive(10.0)
                assert await fleet.vehicles["drone1"].run(ParameterRead("RTL_LOIT_TIME"))

    run_virtually(main(), limit_s=120.0)


def test_drones_of_several_ground_stations_or_with_our_own_id_are_refused() -> None:
    async def opened(**changes: GroundStation) -> None:
        alpha, bravo = (drone(name, number, "tcp://127.0.0.1:1") for number, name in enumerate(("alpha", "bravo"), 1))
        async with open_fleet([alpha, replace(bravo, **changes)]):
            raise AssertionError("it is opened")

    with pytest.raises(InputError, match="alpha and bravo are spoken to by different ground stations"):
        run_virtually(opened(station=CONTROL_ROOM), limit_s=1.0)

    async def as_a_drone() -> None:
        async with open_fleet([replace(drone("alpha", 1, "tcp://127.0.0.1:1"), station=GroundStation(1))]):
            raise AssertionError("it is opened")

    with pytest.raises(InputError, match="alpha has system id 1, which is ours"):
        run_virtually(as_a_drone(), limit_s=1.0)
