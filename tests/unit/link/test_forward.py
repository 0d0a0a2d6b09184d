"""Another ground station sees the fleet, and commands it only when it may; pymavlink plays that station."""

from __future__ import annotations

import asyncio
import socket
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fake_vehicle import FakeVehicle, drone, free_port, tcp_fleet
from pymavlink import mavutil
from pymavlink.dialects.v20 import ardupilotmega as dialect
from virtual_network import run_virtually
from waiting import until

from dronectl.errors import InputError, NotReady
from dronectl.link.fleet_link import FleetLink, open_fleet
from dronectl.link.forward import forwarded
from dronectl.link.sharing.lease import DroneLease
from dronectl.link.transport.endpoint import Callbacks
from dronectl.protocol.param.parameters import ParameterList
from dronectl.protocol.vehicle.command import CommandLong

ARM = 400


def untold(text: str) -> None:
    raise AssertionError(text)


class Station:
    """A ground station that listens on UDP, as QGroundControl does."""

    def __init__(self, system_id: int = 254) -> None:
        self.port = free_port(socket.SOCK_DGRAM)
        self.url = f"udpout://127.0.0.1:{self.port}"
        self.link = mavutil.mavlink_connection(f"udpin:127.0.0.1:{self.port}", source_system=system_id, dialect=None)
        self.heard: list[Any] = []

    def __enter__(self) -> Station:
        return self

    def __exit__(self, *_: object) -> None:
        self.link.close()

    def systems(self) -> set[int]:
        self.listen()
        return {message.get_srcSystem() for message in self.heard}

    def names(self) -> set[str]:
        self.listen()
        return {message.get_type() for message in self.heard}

    def listen(self) -> None:
        while (message := self.link.recv_match()) is not None:
            self.heard.append(message)

    def arm(self, system_id: int) -> None:
        self.link.mav.command_long_send(system_id, 1, ARM, 0, 1, 0, 0, 0, 0, 0, 0)


def commands(vehicle: FakeVehicle) -> list[int]:
    return [message.command for message in vehicle.heard if message.get_type() == "COMMAND_LONG"]


def test_the_station_sees_the_fleet_and_nobody_else_and_cannot_command_it() -> None:
    async def main() -> None:
        air = tcp_fleet(FakeVehicle(1), FakeVehicle(2), FakeVehicle(9))
        with Station() as station:
            async with (
                air as vehicles,
                open_fleet([drone("alpha", 1, vehicles.url), drone("bravo", 2, vehicles.url)]) as fleet,
                forwarded(fleet, [station.url], tell=untold),
            ):
                await until(lambda: station.systems() == {1, 2})
                station.arm(1)
                await fleet.vehicles["bravo"].run(CommandLong(ARM, 1))
                await until(lambda: {"HEARTBEAT", "GLOBAL_POSITION_INT", "COMMAND_ACK"} <= station.names())
                assert [commands(vehicle) for vehicle in vehicles.vehicles] == [[], [ARM], []]
                assert station.systems() == {1, 2}
                assert station.link.mav_loss == 0

    asyncio.run(main())


def test_with_commands_only_what_is_for_a_drone_of_the_fleet_passes() -> None:
    async def main() -> None:
        with Station() as station:
            async with (
                tcp_fleet(FakeVehicle(1), FakeVehicle(2), FakeVehicle(9)) as air,
                open_fleet([drone("alpha", 1, air.url), drone("bravo", 2, air.url)]) as fleet,
                forwarded(fleet, [station.url], commands=True, tell=untold),
            ):
                sent: list[bytes] = []
                fleet.add_tap(lambda _name, frame, _t, outgoing: sent.append(frame) if outgoing else None)
                await until(lambda: station.systems() == {1, 2})
                station.arm(9)
                station.arm(0)
                station.link.mav.heartbeat_send(6, 8, 0, 0, 4)
                station.link.mav.srcSystem = 2
                station.arm(1)
                station.link.mav.srcSystem = 254
                station.link.mav.param_request_list_send(2, 1)
                station.link.mav.command_long_send(1, 1, 176, 0, 1, 4, 0, 0, 0, 0, 0)
                await until(lambda: "PARAM_VALUE" in station.names() and "COMMAND_ACK" in station.names())
                alpha, bravo, stranger = air.vehicles
                assert (commands(alpha), commands(bravo), commands(stranger)) == ([176], [], [])
                assert alpha.custom_mode == 4
                passed = [message for message in alpha.heard if message.get_srcSystem() == 254]
                assert [message.get_type() for message in passed] == ["COMMAND_LONG"]
                assert bytes(passed[0].get_msgbuf()) in sent  # a recording has it

    asyncio.run(main())


class _Echo(asyncio.DatagramProtocol):
    """The vehicle's only way to us, which also sends us whatever it is sent."""

    def __init__(self, fleet_port: int) -> None:
        self.fleet = ("127.0.0.1", fleet_port)
        self.echoed = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if addr[1] != self.fleet[1]:
            self.echoed += 1
            self.transport.sendto(data, self.fleet)
            self.transport.sendto(data, addr)


def test_a_circle_ends_at_once() -> None:
    async def main() -> None:
        port = free_port(socket.SOCK_DGRAM)
        vehicle, beats = FakeVehicle(1), 30
        loop = asyncio.get_running_loop()
        transport, echo = await loop.create_datagram_endpoint(lambda: _Echo(port), local_addr=("127.0.0.1", 0))
        url = f"udpout://127.0.0.1:{transport.get_extra_info('sockname')[1]}"
        async with (
            open_fleet([drone("alpha", 1, f"udpin://127.0.0.1:{port}")]) as fleet,
            forwarded(fleet, [url], commands=True, tell=untold),
        ):
            for _ in range(beats):
                transport.sendto(vehicle.beat(), ("127.0.0.1", port))
                await asyncio.sleep(0.01)
            await until(lambda: echo.echoed >= 2 * beats)
            await asyncio.sleep(0.1)
            assert fleet.vehicles["alpha"].state.heard
            assert echo.echoed == 2 * beats  # each of the two frames of a beat once
        transport.close()

    run_virtually(main())


def test_a_station_that_is_away_is_told_of_and_served_when_it_comes() -> None:
    async def main() -> None:
        port = free_port()
        told: list[str] = []
        async with (
            tcp_fleet(FakeVehicle(1)) as air,
            open_fleet([drone("alpha", 1, air.url)]) as fleet,
            forwarded(fleet, [f"tcp://127.0.0.1:{port}"], tell=told.append),
        ):
            assert told == [f"forwarding to tcp://127.0.0.1:{port}: connection refused; trying again"]
            await fleet.vehicles["alpha"].wait_alive(60)
            got = bytearray()
            here = asyncio.Event()

            async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                while len(got) < 200 and (data := await reader.read(100)):
                    got.extend(data)
                writer.close()
                here.set()

            server = await asyncio.start_server(take, "127.0.0.1", port)
            await here.wait()
            server.close()
            await until(lambda: len(told) == 2)
            assert "stopped: the other side closed it" in told[1]
            heard = dialect.MAVLink(None).parse_buffer(bytes(got[: got.rindex(b"\xfd")]))
            assert {message.get_srcSystem() for message in heard} == {1}

    run_virtually(main())


def test_two_stations_at_a_listening_port_both_see_the_fleet() -> None:
    async def main() -> None:
        port = free_port()
        async with (
            tcp_fleet(FakeVehicle(1)) as air,
            open_fleet([drone("alpha", 1, air.url)]) as fleet,
            forwarded(fleet, [f"tcpin://127.0.0.1:{port}"], tell=untold),
        ):
            ways = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
            for reader, writer in ways:
                assert (await reader.readexactly(1)) == b"\xfd"
                writer.close()

    run_virtually(main())


@pytest.mark.parametrize(("others", "is_whole"), [(0, True), (15, True), (16, False)])
def test_the_half_frames_of_sixteen_stations_are_kept_and_then_the_oldest_goes(
    others: int, is_whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that strangers at a listening port, each from another address, fill no memory."""
    passed: list[bytes] = []
    own = {"send_for": passed.append, "new_lease": lambda: DroneLease("alpha", 1, ())}
    alpha = SimpleNamespace(system_id=1, links=(), **own)
    fleet = cast(FleetLink, SimpleNamespace(vehicles={"alpha": alpha}, add_tap=lambda _tap: lambda: None))
    heard: list[Callbacks] = []

    def no_socket(url: object, callbacks: Callbacks, **_: object) -> object:
        async def done() -> None: ...

        heard.append(callbacks)
        return SimpleNamespace(is_up=True, open=done, close=done)

    monkeypatch.setattr("dronectl.link.forward.endpoint_for", no_socket)
    station = dialect.MAVLink(None, srcSystem=254)
    order = bytes(dialect.MAVLink_command_long_message(1, 1, ARM, 0, 1, 0, 0, 0, 0, 0, 0).pack(station))

    async def main() -> None:
        async with forwarded(fleet, ["udpin://127.0.0.1:1"], commands=True, tell=untold):
            (callbacks,) = heard
            callbacks.on_bytes(order[:10], "first")
            for number in range(others):
                callbacks.on_bytes(order[:10], number)
            callbacks.on_bytes(order[10:], "first")

    run_virtually(main())
    assert passed == ([order] if is_whole else [])


def test_a_transfer_of_the_station_is_dropped_while_the_drone_is_in_another_hand() -> None:
    async def main() -> None:
        told: list[str] = []
        with Station() as station:
            async with (
                tcp_fleet(FakeVehicle(1)) as air,
                open_fleet([drone("alpha", 1, air.url)]) as fleet,
                forwarded(fleet, [station.url], commands=True, tell=told.append),
            ):
                await until(lambda: station.systems() == {1})
                (vehicle,) = air.vehicles
                with fleet.vehicles["alpha"].lease.held():
                    station.link.mav.param_request_list_send(1, 1)
                    station.arm(1)
                    await until(lambda: ARM in commands(vehicle))  # an order is no transfer
                    assert "PARAM_REQUEST_LIST" not in {message.get_type() for message in vehicle.heard}
                (line,) = told
                assert line.startswith("what the other station sends to alpha is dropped: alpha: ")
                station.link.mav.param_request_list_send(1, 1)
                await until(lambda: "PARAM_VALUE" in station.names())
                with pytest.raises(NotReady, match=r"the station at udpout:.* through "):
                    await fleet.vehicles["alpha"].run(ParameterList())

    asyncio.run(main())


@pytest.mark.parametrize(
    ("forward", "complaint"),
    [
        ("udpout://127.0.0.1:{udp}", "leads back to the fleet's own link udpin"),
        ("udpout://localhost:{udp}", "leads back"),
        ("{tcp}", "leads back"),
        ("serial:///dev/ttyUSB9", "a serial port cannot be forwarded to"),
        ("tcpin://127.0.0.1:{taken}", "in use"),
        ("udpout://127.0.0.1", "it has no port"),
        ("pigeon://127.0.0.1:1", "no kind of link"),
    ],
)
def test_where_nothing_can_be_forwarded_to_is_an_input_error(forward: str, complaint: str) -> None:
    async def main() -> None:
        udp = free_port(socket.SOCK_DGRAM)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            async with tcp_fleet(FakeVehicle(1)) as air:
                drones = [drone("alpha", 1, air.url), drone("bravo", 2, f"udpin://127.0.0.1:{udp}")]
                url = forward.format(udp=udp, tcp=air.url, taken=taken.getsockname()[1])
                async with open_fleet(drones) as fleet:
                    with pytest.raises(InputError, match=complaint):
                        async with forwarded(fleet, [url], tell=untold):
                            pass

    asyncio.run(main())
