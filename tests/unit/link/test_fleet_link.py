"""The fleet over its links: routing, identity, falling links, cancelling. A few over real sockets, most without."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Any

import pytest
from fake_vehicle import FakeVehicle, drone, free_port, tcp_fleet, udp_vehicle
from virtual_network import run_virtually
from waiting import until

from dronectl.errors import IdentityError, InputError, NoAnswer, Refused
from dronectl.link.fleet_link import open_fleet
from dronectl.link.transport.replay_sender import open_sender
from dronectl.model.plan.mission import Command, Mission, MissionItem
from dronectl.protocol.mission.upload import ItemUpload
from dronectl.protocol.mission.verified_upload import VerifiedUpload
from dronectl.protocol.vehicle.command import CommandLong


def mission(count: int) -> Mission:
    return Mission(tuple(MissionItem(Command.NAV_WAYPOINT, 3, lat_e7=index, altitude_m=40.0) for index in range(count)))


def test_three_drones_on_one_link_are_kept_apart() -> None:
    async def main() -> None:
        async with tcp_fleet(FakeVehicle(1), FakeVehicle(2), FakeVehicle(3)) as air:
            drones = [drone(name, number, air.url) for number, name in enumerate(("alpha", "bravo", "charlie"), 1)]
            async with open_fleet(drones) as fleet:
                await asyncio.gather(*(vehicle.wait_alive(60) for vehicle in fleet.vehicles.values()))
                results = await asyncio.gather(
                    *(vehicle.run(VerifiedUpload(mission(20 + n))) for n, vehicle in enumerate(fleet.vehicles.values()))
                )
                assert [result.items for result in results] == [20, 21, 22]
                await fleet.vehicles["bravo"].run(CommandLong(Command.COMPONENT_ARM_DISARM, 1))
            assert air.connections == 1
            assert [len(vehicle.items) for vehicle in air.vehicles] == [20, 21, 22]
            assert [vehicle.armed for vehicle in air.vehicles] == [False, True, False]

    asyncio.run(main())


def test_state_heartbeat_streams_and_identity() -> None:
    async def main() -> None:
        async with tcp_fleet(FakeVehicle(1, uid=0xAB)) as air:
            seen: list[tuple[str, bool]] = []
            async with open_fleet([drone("alpha", 1, air.url)]) as fleet:
                untap = fleet.add_tap(lambda name, _frame, _t, outgoing: seen.append((name, outgoing)))
                alpha = fleet.vehicles["alpha"]
                names: list[str] = []
                alpha.subscribe(lambda message: names.append(message.name))
                await alpha.wait_alive(60)
                identity = await alpha.identify()
                assert identity.uid == "ab" * 18
                assert identity.firmware == "4.5.6"
                await alpha.request_streams(4)
                sample = alpha.state.sample("alpha", "2026-01-01T00:00:00Z", asyncio.get_running_loop().time())
                assert (sample.mode, sample.armed, sample.lat_deg) == ("STABILIZE", False, 16.0529)
                assert alpha.state.link_loss_pct == 0.0
                untap()
            assert {"HEARTBEAT", "GLOBAL_POSITION_INT", "COMMAND_ACK"} <= set(names)
            assert ("alpha", True) in seen
            assert ("alpha", False) in seen
            heartbeats = [message for message in air.vehicles[0].heard if message.get_type() == "HEARTBEAT"]
            assert heartbeats
            assert (heartbeats[0].get_srcSystem(), heartbeats[0].get_srcComponent(), heartbeats[0].type) == (
                255,
                190,
                6,
            )
            assert any(getattr(message, "command", 0) == 511 for message in air.vehicles[0].heard)

    run_virtually(main())


def test_nothing_but_the_heartbeat_and_the_time_is_sent_unasked() -> None:
    async def main() -> None:
        async with tcp_fleet(FakeVehicle(1)) as air:
            async with open_fleet([drone("alpha", 1, air.url)]) as fleet:
                await fleet.vehicles["alpha"].wait_alive(60)
                await asyncio.sleep(0.1)
            assert {message.get_type() for message in air.vehicles[0].heard} <= {"HEARTBEAT", "TIMESYNC"}

    run_virtually(main())


def test_a_silent_link_says_no_answer_and_names_it() -> None:
    async def main() -> None:
        url = f"tcp://127.0.0.1:{free_port()}"
        async with open_fleet([drone("alpha", 1, url)]) as fleet:
            with pytest.raises(NoAnswer, match=r"alpha: no link to tcp://127\.0\.0\.1:\d+: connection refused"):
                await fleet.vehicles["alpha"].wait_alive(0.5)
            with pytest.raises(NoAnswer, match="no link to alpha"):
                await fleet.vehicles["alpha"].run(CommandLong(400, 1))
        async with open_fleet([drone("alpha", 1, f"udpin://127.0.0.1:{free_port(socket.SOCK_DGRAM)}")]) as fleet:
            with pytest.raises(NoAnswer, match="no heartbeat from system 1 on udpin"):
                await fleet.vehicles["alpha"].wait_alive(0.3)

    run_virtually(main())


def test_without_reconnect_a_dead_link_is_told_at_once() -> None:
    async def main() -> None:
        url = f"tcp://127.0.0.1:{free_port()}"
        async with open_fleet([drone("alpha", 1, url)], reconnect=False) as fleet:
            before = asyncio.get_running_loop().time()
            with pytest.raises(NoAnswer):
                await fleet.vehicles["alpha"].wait_alive(20)
            assert asyncio.get_running_loop().time() - before < 5

    run_virtually(main())


def test_a_wrong_system_id_is_named() -> None:
    async def main() -> None:
        async with tcp_fleet(FakeVehicle(7)) as air, open_fleet([drone("alpha", 1, air.url)]) as fleet:
            with pytest.raises(IdentityError, match=r"system 1 does not answer .* heard there: system 7") as caught:
                await fleet.vehicles["alpha"].wait_alive(0.4)
            assert caught.value.details["heard"] == [7]

    run_virtually(main())


def test_strangers_are_ignored_and_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with tcp_fleet(FakeVehicle(1), FakeVehicle(9)) as air, open_fleet([drone("alpha", 1, air.url)]) as fleet:
            await fleet.vehicles["alpha"].wait_alive(60)
            await until(lambda: "system 9" in caplog.text)
            await asyncio.sleep(0.2)

    run_virtually(main())
    reports = [record for record in caplog.records if "system 9" in record.getMessage()]
    assert len(reports) == 1


def test_a_drone_that_is_asked_for_is_no_stranger_on_anothers_link(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        bravo = drone("bravo", 2, f"tcp://127.0.0.1:{free_port()}")
        async with (
            tcp_fleet(FakeVehicle(1), FakeVehicle(2)) as air,
            open_fleet([drone("alpha", 1, air.url), bravo]) as fleet,
        ):
            await fleet.vehicles["alpha"].wait_alive(60)
            await until(lambda: "system 2" in caplog.text)

    run_virtually(main())
    (report,) = [record.getMessage() for record in caplog.records if "system 2" in record.getMessage()]
    assert report.endswith("that is the system id of bravo, which has other links: it is ignored")
    assert "none of the drones" not in report


def test_two_udp_peers_with_one_system_id_are_an_identity_error() -> None:
    async def main() -> None:
        port = free_port(socket.SOCK_DGRAM)
        async with open_fleet([drone("alpha", 1, f"udpin://127.0.0.1:{port}")]) as fleet:
            alpha = fleet.vehicles["alpha"]
            twin = FakeVehicle(1, uid=9)
            twin.mav.seq = 77
            async with udp_vehicle(FakeVehicle(1), port), udp_vehicle(twin, port):
                await alpha.wait_alive(60)
                await asyncio.sleep(1.5)
                with pytest.raises(IdentityError, match="two aircraft speak as system 1"):
                    await alpha.wait_alive(60)
                with pytest.raises(IdentityError):
                    await alpha.run(CommandLong(400, 1))

    run_virtually(main())


def test_two_uids_on_one_link_are_an_identity_error() -> None:
    async def main() -> None:
        one, two = FakeVehicle(1, uid=1), FakeVehicle(1, uid=2)
        async with tcp_fleet(one, two) as air, open_fleet([drone("alpha", 1, air.url)]) as fleet:
            await fleet.vehicles["alpha"].wait_alive(60)
            with pytest.raises(IdentityError, match="two aircraft answer as system 1"):
                await fleet.vehicles["alpha"].identify()

    run_virtually(main())


def test_one_system_id_on_two_links_is_an_identity_error() -> None:
    async def main() -> None:
        twin = FakeVehicle(1, uid=5)
        twin.mav.seq = 99
        async with (
            tcp_fleet(FakeVehicle(1)) as air,
            tcp_fleet(twin) as other,
            open_fleet([drone("alpha", 1, air.url), drone("bravo", 2, other.url)]) as fleet,
        ):
            with pytest.raises(IdentityError, match="heard there: system 1"):
                await fleet.vehicles["bravo"].wait_alive(1.6)
            with pytest.raises(IdentityError, match="two aircraft speak as system 1"):
                await fleet.vehicles["alpha"].wait_alive(1)

    run_virtually(main())


def test_udp_learns_its_peer_and_several_share_a_port() -> None:
    async def main() -> None:
        port = free_port(socket.SOCK_DGRAM)
        url = f"udpin://127.0.0.1:{port}"
        one, two = FakeVehicle(1), FakeVehicle(2)
        async with (
            open_fleet([drone("alpha", 1, url), drone("bravo", 2, url)]) as fleet,
            udp_vehicle(one, port),
            udp_vehicle(two, port),
        ):
            for vehicle in fleet.vehicles.values():
                await vehicle.wait_alive(60)
                await vehicle.run(VerifiedUpload(mission(30)))
        assert not [message for message in two.heard if getattr(message, "target_system", 2) != 2]
        assert len(one.items) == len(two.items) == 30

    asyncio.run(main())


def test_a_cut_link_ends_a_machine_at_once_and_comes_back() -> None:
    async def main() -> None:
        vehicle = FakeVehicle(1)
        vehicle.mute_items_from = 5
        async with tcp_fleet(vehicle) as air, open_fleet([drone("alpha", 1, air.url)]) as fleet:
            alpha = fleet.vehicles["alpha"]
            await alpha.wait_alive(60)
            asyncio.get_running_loop().call_later(0.2, air.cut)
            before = asyncio.get_running_loop().time()
            with pytest.raises(NoAnswer, match="link to alpha closed"):
                await alpha.run(ItemUpload(mission(20)))
            assert asyncio.get_running_loop().time() - before < 5  # silence alone would take longer
            vehicle.mute_items_from = 10_000
            await alpha.wait_alive(60)
            assert (await alpha.run(VerifiedUpload(mission(20)))).verified
            assert air.connections == 2

    run_virtually(main())


def test_a_cancelled_upload_tells_the_vehicle_and_closes_the_socket() -> None:
    async def main() -> None:
        vehicle = FakeVehicle(1)
        vehicle.mute_items_from = 5
        async with tcp_fleet(vehicle) as air:
            async with open_fleet([drone("alpha", 1, air.url)]) as fleet:
                alpha = fleet.vehicles["alpha"]
                await alpha.wait_alive(60)
                upload = asyncio.create_task(alpha.run(ItemUpload(mission(20))))
                await until(lambda: any(message.get_type() == "MISSION_ITEM_INT" for message in vehicle.heard))
                upload.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await upload
            await until(lambda: not air.writers)
            ends = [message.type for message in vehicle.heard if message.get_type() == "MISSION_ACK"]
            assert ends == [15]

    run_virtually(main())


def test_a_refusal_carries_the_vehicles_words() -> None:
    async def main() -> None:
        vehicle = FakeVehicle(1)
        vehicle.refuse[400] = "Arm: vehicle outside fence"
        async with tcp_fleet(vehicle) as air, open_fleet([drone("alpha", 1, air.url)]) as fleet:
            await fleet.vehicles["alpha"].wait_alive(60)
            with pytest.raises(Refused, match=r"COMPONENT_ARM_DISARM \(failed\): Arm: vehicle outside fence"):
                await fleet.vehicles["alpha"].run(CommandLong(400, 1))

    run_virtually(main())


def test_a_gimbal_of_the_same_system_changes_nothing() -> None:
    async def main() -> None:
        gimbal = FakeVehicle(1, component_id=154)
        gimbal.custom_mode, gimbal.armed = 6, True
        async with tcp_fleet(FakeVehicle(1), gimbal) as air, open_fleet([drone("alpha", 1, air.url)]) as fleet:
            await fleet.vehicles["alpha"].wait_alive(60)
            await asyncio.sleep(0.2)
            assert fleet.vehicles["alpha"].state.mode == "STABILIZE"
            assert fleet.vehicles["alpha"].state.armed is False

    run_virtually(main())


def test_wrong_fleets_are_input_errors() -> None:
    async def main(*drones: Any) -> None:
        async with open_fleet(drones):
            pass

    with pytest.raises(InputError, match="both have system id 1"):
        run_virtually(main(drone("alpha", 1, "tcp://a:1"), drone("bravo", 1, "tcp://b:1")))
    with pytest.raises(InputError, match="'carrier' is no kind of link"):
        run_virtually(main(drone("alpha", 1, "carrier:pigeon")))


def test_replay_sender_reaches_a_server_and_names_a_dead_one() -> None:
    async def main() -> None:
        async with tcp_fleet(FakeVehicle(1)) as air:
            async with open_sender(air.url) as send:
                send(FakeVehicle(9).beat())
                await until(lambda: len(air.vehicles[0].heard) >= 2)
            assert [message.get_type() for message in air.vehicles[0].heard] == ["HEARTBEAT", "GLOBAL_POSITION_INT"]
        with pytest.raises(NoAnswer, match="connection refused"):
            async with open_sender(f"tcp://127.0.0.1:{free_port()}"):
                pass

    asyncio.run(main())
