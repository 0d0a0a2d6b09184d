"""The fleet behind its ports: one client each, cut links, faulty lines, a taken one. A few tests have real sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from ground_station import settings
from pymavlink.dialects.v20 import ardupilotmega as mavlink
from virtual_network import run_virtually
from waiting import until

from dronectl.errors import InputError
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.vehicle.settings import LinkFaults, VehicleFaults


class Client:
    """A ground station on a socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._encoder = mavlink.MAVLink(None, srcSystem=255)
        self._decoder = mavlink.MAVLink(None)
        self._decoder.robust_parsing = True

    @classmethod
    async def connect(cls, port: int) -> Client:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def send(self, message: Any) -> None:
        self._writer.write(message.pack(self._encoder))

    async def messages(self) -> list[Any]:
        """The next ones; empty when the link is closed."""
        try:
            data = await self._reader.read(65536)
        except ConnectionError:
            return []
        return (self._decoder.parse_buffer(data) or []) if data else []

    async def wait_for(self, name: str) -> Any:
        while True:
            found = await self.messages()
            assert found, f"the link was closed before {name}"
            for message in found:
                if message.get_type() == name:
                    return message

    def close(self) -> None:
        self._writer.close()

    async def wait_closed(self) -> None:
        while await self.messages():
            pass


def test_three_vehicles_answer_each_on_a_port_of_its_own() -> None:
    async def work() -> None:
        vehicles = [settings(name=name, system_id=number, port=0) for number, name in ((1, "a"), (2, "b"), (3, "c"))]
        async with SimFleet(vehicles, speedup=20.0) as fleet:
            for number, port in enumerate(fleet.ports.values(), start=1):
                client = await Client.connect(port)
                assert (await client.wait_for("HEARTBEAT")).get_srcSystem() == number

    asyncio.run(work())


def test_further_clients_wait_for_their_turn() -> None:
    """As before SITL: connected, told nothing and not heard until who came before them is gone."""

    async def work() -> None:
        async with SimFleet([settings(port=0)], speedup=10.0) as fleet:
            server = fleet.servers["alpha"]
            first, second, third = [await Client.connect(fleet.ports["alpha"]) for _ in range(3)]
            await first.wait_for("HEARTBEAT")
            heard = server.bytes_heard
            second.send(mavlink.MAVLink_heartbeat_message(6, 8, 0, 0, 0, 3))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await second.messages()
            assert server.bytes_heard == heard
            second.close()  # it has waited long enough
            first.close()
            await third.wait_for("HEARTBEAT")

    asyncio.run(work())


def test_no_more_wait_than_there_is_room_for_and_a_reboot_ends_them_all() -> None:
    async def work() -> None:
        async with SimFleet([settings(port=0)], speedup=10.0) as fleet:
            served, *waiting = [await Client.connect(fleet.ports["alpha"]) for _ in range(6)]
            await served.wait_for("HEARTBEAT")
            one_more = await Client.connect(fleet.ports["alpha"])
            assert await one_more.messages() == []
            fleet.servers["alpha"].hang_up()
            for client in (served, *waiting):
                await client.wait_closed()
            again = await Client.connect(fleet.ports["alpha"])
            await again.wait_for("HEARTBEAT")

    run_virtually(work())


def test_a_taken_port_is_named_and_the_others_are_freed() -> None:
    async def work() -> None:
        async with SimFleet([settings(port=0)]) as fleet:
            taken = fleet.ports["alpha"]
            with pytest.raises(InputError, match=str(taken)):
                async with SimFleet([settings(name="b", port=0), settings(name="c", port=taken)]):
                    pass

    asyncio.run(work())


def test_a_link_is_cut_after_so_many_bytes_and_stays_cut() -> None:
    async def work() -> None:
        faulty = settings(port=0, faults=VehicleFaults(link_cut_after_bytes=200))
        async with SimFleet([faulty], speedup=5.0) as fleet:
            port = fleet.ports["alpha"]
            client = await Client.connect(port)
            for _ in range(20):
                client.send(mavlink.MAVLink_heartbeat_message(6, 8, 0, 0, 0, 3))
            await client.wait_closed()
            with pytest.raises(ConnectionError):
                await Client.connect(port)

    run_virtually(work())


def test_a_reboot_ends_the_connection_and_the_next_one_is_welcome() -> None:
    async def work() -> None:
        async with SimFleet([settings(port=0)], speedup=5.0) as fleet:
            client = await Client.connect(fleet.ports["alpha"])
            reboot = mavlink.MAVLink_command_long_message(1, 1, 246, 0, 1, 0, 0, 0, 0, 0, 0)
            client.send(reboot)
            assert (await client.wait_for("COMMAND_ACK")).result == 0
            await client.wait_closed()
            again = await Client.connect(fleet.ports["alpha"])
            await again.wait_for("HEARTBEAT")
            assert fleet.vehicles["alpha"].boots == 2

    run_virtually(work())


def test_a_link_is_cut_at_a_time() -> None:
    async def work() -> None:
        async with SimFleet([settings(port=0, faults=VehicleFaults(link_cut_at_s=2.0))], speedup=10.0) as fleet:
            client = await Client.connect(fleet.ports["alpha"])
            await client.wait_closed()
            assert fleet.vehicles["alpha"].now_s >= 2.0

    run_virtually(work())


def test_an_upload_over_a_lossy_slow_line_gets_through_by_asking_again() -> None:
    async def work() -> None:
        faults = LinkFaults(loss=0.1, latency_ms=5.0, jitter_ms=5.0, duplicate=0.05, baud=57_600)
        async with SimFleet([settings(port=0)], speedup=20.0, faults=faults, seed=3) as fleet:
            client = await Client.connect(fleet.ports["alpha"])
            client.send(mavlink.MAVLink_mission_count_message(1, 1, 30, 0))
            while True:
                for message in await client.messages():
                    if message.get_type() == "MISSION_REQUEST":
                        x, y = 160_540_000, 1_036_530_000
                        client.send(
                            mavlink.MAVLink_mission_item_int_message(
                                1, 1, message.seq, 3, 16, 0, 1, 0, 0, 0, 0, x, y, 20.0, 0
                            )
                        )
                    if message.get_type() == "MISSION_ACK" and message.type == 15:
                        client.send(mavlink.MAVLink_mission_count_message(1, 1, 30, 0))
                if len(fleet.vehicles["alpha"].copter.mission) == 30:
                    return

    run_virtually(work())


def test_latency_delays_the_answer_both_ways() -> None:
    async def work() -> None:
        async with SimFleet([settings(port=0)], faults=LinkFaults(latency_ms=60.0)) as fleet:
            client = await Client.connect(fleet.ports["alpha"])
            start_s = asyncio.get_running_loop().time()
            client.send(mavlink.MAVLink_mission_request_list_message(1, 1, 0))
            await client.wait_for("MISSION_COUNT")
            assert asyncio.get_running_loop().time() - start_s >= 0.119

    run_virtually(work())


def test_simulated_time_stands_in_the_ratio_of_the_speedup() -> None:
    async def work() -> None:
        async with SimFleet([settings(port=0)], speedup=50.0) as fleet:
            vehicle = fleet.vehicles["alpha"]
            await until(lambda: vehicle.now_s >= 5.0)

    run_virtually(work())
