"""One link in many hands: who opens it first owns it, the others join, and one of them takes it over."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, replace
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from effort import seeds
from fake_vehicle import FakeVehicle, drone, tcp_fleet
from virtual_fleet import Cut, VirtualRadio, faults_of, on_board, virtual_radios
from virtual_network import run_virtually

from dronectl.errors import Interrupted, NotReady
from dronectl.link.codec import Encoder, whole_frame
from dronectl.link.fleet_link import FleetLink, open_fleet
from dronectl.link.sharing import door as doors
from dronectl.link.sharing.holder import Claim
from dronectl.link.sharing.joiner import FROZEN_AFTER_S
from dronectl.link.sharing.link_name import link_file
from dronectl.link.sharing.owner import LinkOwner
from dronectl.link.sharing.ownership import drone_holder, ownership_of
from dronectl.link.sharing.runtime_folder import runtime_folder
from dronectl.link.signing.signer import Key, SignedLink, Signing, is_signed, timestamp_at
from dronectl.link.transport.url import parse_link
from dronectl.model.fleet import Drone
from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType
from dronectl.ops.items.transfer import put
from dronectl.protocol.param.parameters import ParameterList, ParameterRead
from dronectl.protocol.vehicle.command import CommandLong


def heartbeats_of(fleet: FleetLink) -> list[float]:
    """When each of our station's heartbeats went out to the first drone, as this process sees it."""
    sent: list[float] = []
    name = next(iter(fleet.vehicles))

    def tap(drone_name: str, frame: bytes, _t: float, outgoing: bool) -> None:
        if drone_name == name and outgoing and frame[7:10] == b"\0\0\0":
            sent.append(asyncio.get_running_loop().time())

    fleet.add_tap(tap)
    return sent


@asynccontextmanager
async def two_hands(count: int = 1, seed: int = 1) -> AsyncIterator[tuple[FleetLink, FleetLink, AsyncExitStack, Any]]:
    """An owner and a joiner of one radio with so many drones, all heard; the owner's end; the radios."""
    async with virtual_radios(count, seed=seed, one_radio=True) as (drones, radios), AsyncExitStack() as stack:
        owner = await stack.enter_async_context(AsyncExitStack())
        first = await owner.enter_async_context(open_fleet(drones))
        second = await stack.enter_async_context(open_fleet(drones))
        for fleet in (first, second):
            for vehicle in fleet.vehicles.values():
                await vehicle.wait_alive(30.0)
        await asyncio.sleep(3.0)
        yield first, second, owner, radios


def test_who_comes_second_joins_and_both_ask_and_hear() -> None:
    async def main() -> None:
        async with two_hands(3) as (first, second, _, _radios):
            (owned,), (joined,) = first.shares, second.shares
            assert owned.is_ours
            assert not joined.is_ours
            assert joined.holder is not None
            assert [who.pid for who in owned.joined] == [joined.holder.pid]
            beats = heartbeats_of(second)
            vehicles = [*first.vehicles.values(), *second.vehicles.values()]
            await asyncio.sleep(3.0)
            answers = await asyncio.gather(*(vehicle.run(ParameterRead("RTL_ALT_M")) for vehicle in vehicles))
            assert {one.value for one in answers} == {15.0}
            assert 3 <= len(beats) <= 4  # of the owner, seen by who joined
            assert second.vehicles["drone2"].links[0].round_trip_ms is not None
            assert second.vehicles["drone2"].state.loss.recent_pct == 0.0

    run_virtually(main())


def test_who_joins_knows_at_once_what_the_owner_heard_and_how_old_it_is() -> None:
    async def main() -> None:
        async with two_hands() as (first, _, _owner, _radios):
            drones = [drone("drone1", 1, first.vehicles["drone1"].url)]
            await first.vehicles["drone1"].request_streams(4.0)
            await asyncio.sleep(20.0)  # until it knows where it is
            async with open_fleet(drones) as third:
                began_s = asyncio.get_running_loop().time()
                await third.vehicles["drone1"].wait_alive(5.0)
                assert asyncio.get_running_loop().time() - began_s < 0.2
                state, now_s = third.vehicles["drone1"].state, asyncio.get_running_loop().time()
                assert state.position is not None
                assert state.position_s is not None
                assert 0.0 <= now_s - state.position_s <= 0.5

    run_virtually(main())


@pytest.mark.parametrize("seed", seeds(4))
def test_the_owner_ends_in_the_middle_of_a_joiner_s_upload(seed: int) -> None:
    """It goes on where it was, on the same vehicle, over a link that loses frames."""

    async def main() -> None:
        async with two_hands(seed=seed) as (_, second, owner, radios):
            radios[0].set_faults(faults_of(random.Random(seed), 0.05))
            vehicle = second.vehicles["drone1"]
            items = [MissionItem(Command.NAV_WAYPOINT, lat_e7=160_529_000 + n, lon_e7=1_036_503_000) for n in range(40)]
            wanted = Mission(tuple(items), MissionType.MISSION)
            beats = heartbeats_of(second)
            uploading = asyncio.ensure_future(put(vehicle, wanted))
            await asyncio.sleep(0.1 + 0.25 * (seed % 4))
            assert not uploading.done()
            await owner.aclose()
            assert (await uploading).verified
            await asyncio.sleep(3.0)
            assert second.shares[0].is_ours
            assert len(on_board(radios[0].vehicles[0])[0]) == 39
            assert all(after - before <= 2.0 for before, after in pairwise(beats))
            assert len(beats) >= 3

    run_virtually(main())


def beats_at(radio: VirtualRadio) -> list[float]:
    """When each heartbeat reached a radio that was there."""
    came: list[float] = []
    to_vehicles = radio.to_vehicles

    def noting(data: bytes) -> None:
        frame = whole_frame(data)
        if frame is not None and frame.message_id == 0:
            came.append(asyncio.get_running_loop().time())
        to_vehicles(data)

    radio.to_vehicles = noting  # type: ignore[method-assign]
    return came


@pytest.mark.parametrize("seed", seeds(4))
def test_links_that_come_back_one_after_another_put_no_heartbeat_off(seed: int) -> None:
    """As after a take-over: each that comes up is spoken to at once, and all of them a second later."""
    random_ = random.Random(seed)

    async def main() -> None:
        async with virtual_radios(3, seed=seed, one_radio=False) as (drones, radios), open_fleet(drones) as fleet:
            for vehicle in fleet.vehicles.values():
                await vehicle.wait_alive(30.0)
            beats = [beats_at(radio) for radio in radios]
            began_s = asyncio.get_running_loop().time()
            for number, radio in enumerate(radios):
                for again in range(3):
                    at_s = began_s + 2.0 + 2.0 * again + 0.2 * number + random_.uniform(0.0, 0.2)
                    radio.cuts.append(Cut(at_s, 0.15, closes=True))
            await asyncio.sleep(10.0)
            for came in beats:
                assert 10 <= len(came) <= 25
                assert max(after - before for before, after in pairwise(came)) <= 1.5  # one second, and the way back

    run_virtually(main())


def test_an_owner_that_is_frozen_is_named_and_heard_again_when_it_goes_on() -> None:
    async def main() -> None:
        async with two_hands() as (_, second, _owner, _radios):
            vehicle = second.vehicles["drone1"]
            with patch.object(LinkOwner, "_tell", lambda *_: None):
                await asyncio.sleep(FROZEN_AFTER_S + 1.0)
                (share,) = second.shares
                assert not share.is_up
                assert f"by pid {share.holder.pid}" in share.down_reason  # type: ignore[union-attr]
                assert "is it stopped?" in share.down_reason
            await asyncio.sleep(1.5)
            assert second.shares[0].is_up
            await vehicle.wait_alive(2.0)
            assert (await vehicle.run(ParameterRead("RTL_ALT_M"))).value == 15.0

    run_virtually(main())


def test_a_drone_is_in_one_hand_at_a_time_and_who_has_it_is_said() -> None:
    async def main() -> None:
        async with two_hands() as (first, second, _owner, _radios):
            one, other = first.vehicles["drone1"], second.vehicles["drone1"]
            url = parse_link(one.url)
            assert drone_holder(1, [url]) is None
            with one.lease.held():
                assert drone_holder(1, [url]) is not None
                with pytest.raises(NotReady) as refused:
                    await other.run(ParameterList())
            assert refused.value.exit_code == 6
            assert refused.value.message.startswith("drone1: ")
            assert "by pid " in refused.value.message
            assert " since " in refused.value.message
            assert len(await other.run(ParameterList())) > 100
            assert drone_holder(1, [url]) is None

    run_virtually(main())


def test_an_order_goes_out_beside_a_lease_and_ends_what_fills_the_link() -> None:
    async def main() -> None:
        async with two_hands() as (first, second, _owner, _radios):
            reading = asyncio.ensure_future(second.vehicles["drone1"].run(ParameterList()))
            await asyncio.sleep(0.2)
            assert not reading.done()
            vehicle = first.vehicles["drone1"]
            vehicle.clear_way("rtl")
            await vehicle.run(CommandLong(Command.DO_SET_MODE, 1, 6))
            with pytest.raises(Interrupted, match=r"stopped: rtl by pid \d+ has the way"):
                await reading
            # What another hand ordered was ordered here.
            assert second.vehicles["drone1"].state.ordered_mode == "RTL"

    run_virtually(main())


def test_who_wants_less_telemetry_leaves_others_theirs() -> None:
    async def main() -> None:
        async with two_hands() as (first, second, _owner, _radios):
            vehicle = first.vehicles["drone1"]
            await vehicle.request_streams(5.0)
            await second.vehicles["drone1"].request_streams(1.0)
            came: list[str] = []
            vehicle.subscribe(lambda message: came.append(message.name))
            await asyncio.sleep(4.0)
            assert came.count("GLOBAL_POSITION_INT") >= 16
            await second.vehicles["drone1"].request_streams(10.0)
            came.clear()
            await asyncio.sleep(4.0)
            assert came.count("GLOBAL_POSITION_INT") >= 32
            await second.vehicles["drone1"].request_streams(1.0, slower=True)  # the radio is full
            came.clear()
            await asyncio.sleep(4.0)
            assert came.count("GLOBAL_POSITION_INT") <= 5

    run_virtually(main())


def key_of(name: str) -> Key:
    return Key(hashlib.sha256(name.encode()).digest())


def test_the_owner_signs_for_a_joiner_with_the_key_of_a_drone_that_only_the_joiner_has() -> None:
    def signed(number: int, name: str) -> FakeVehicle:
        vehicle = FakeVehicle(number)
        for mav in (vehicle.mav, vehicle.parser):
            mav.signing.secret_key = key_of(name).secret
            mav.signing.timestamp = timestamp_at(time.time())
        vehicle.mav.signing.sign_outgoing = True
        return vehicle

    def signing(one: Any) -> Signing:
        return Signing(one.name, key_of(one.name), lambda: SignedLink(one.system_id))

    async def main() -> None:
        vehicles = [signed(1, "alpha"), signed(2, "bravo")]
        async with tcp_fleet(*vehicles) as air:
            alpha, bravo = drone("alpha", 1, air.url), drone("bravo", 2, air.url)
            with patch("dronectl.link.fleet_link.open_signing", signing):
                async with (
                    open_fleet([alpha], signing=signing),
                    open_fleet([bravo], signing=no_key_is_used) as joined,
                ):
                    vehicle = joined.vehicles["bravo"]
                    await vehicle.wait_alive(5)
                    await vehicle.run(CommandLong(Command.COMPONENT_ARM_DISARM, 1))
                    await asyncio.sleep(2.0)
                    assert "HEARTBEAT" in {message.get_type() for message in vehicles[1].heard}
        assert [vehicle.armed for vehicle in vehicles] == [False, True]

    def no_key_is_used(one: Drone) -> Signing:
        def never() -> SignedLink:
            raise AssertionError("who joins signs nothing")

        return Signing(one.name, key_of(one.name), never)

    run_virtually(main())


def test_a_key_does_not_pass_a_joiner_and_what_is_no_frame_goes_nowhere() -> None:
    async def main() -> None:
        vehicle = FakeVehicle(1)
        async with tcp_fleet(vehicle) as air:
            drones = [drone("alpha", 1, air.url)]
            async with open_fleet(drones) as first, open_fleet(drones) as second:
                await second.vehicles["alpha"].wait_alive(5)
                joined = second._links[0].endpoint.joined
                assert joined is not None
                encoder = Encoder(255, 190)
                joined.send(encoder.encode("SETUP_SIGNING", {"target_system": 1, "secret_key": [7] * 32}), "")
                joined.send(b"\xfd no frame", "")
                joined.send(encoder.encode("PARAM_REQUEST_LIST", {"target_system": 1, "target_component": 1}), "")
                await asyncio.sleep(1.0)
                kinds = [message.get_type() for message in vehicle.heard]
                assert "PARAM_REQUEST_LIST" in kinds
                assert "SETUP_SIGNING" not in kinds
                await first.vehicles["alpha"].wait_alive(5)

    run_virtually(main())


def test_a_link_for_one_process_alone_is_refused_while_another_has_it_and_not_shared_then() -> None:
    async def main() -> None:
        async with virtual_radios(1, seed=1, one_radio=True) as (drones, _):
            async with open_fleet(drones) as fleet:
                with pytest.raises(NotReady, match=r"by pid \d+ since .* holds it, and this needs it alone"):
                    async with open_fleet(drones, alone=True):
                        pass
                assert fleet.shares[0].is_up
            async with open_fleet(drones, alone=True), open_fleet(drones) as late:
                assert "does not share it" in late.shares[0].down_reason

    run_virtually(main())


def test_through_the_loopback_door_comes_only_who_has_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where a port of the loopback interface is everybody's."""
    monkeypatch.setattr(doors, "_LONGEST_PATH", 0)

    async def main() -> None:
        async with virtual_radios(1, seed=1, one_radio=True) as (drones, _), open_fleet(drones):
            url = parse_link(drones[0].link)
            claim = Claim(runtime_folder() / link_file(url))
            holder = claim.holder()
            assert holder is not None
            assert holder.door is not None
            assert holder.door.port
            assert (await ownership_of(url)).is_up
            for token in ("", "guessed"):
                claim.path.write_text(json.dumps(asdict(replace(holder, door=replace(holder.door, token=token)))))
                found = await ownership_of(url)
                assert not found.is_up
                assert "closed its door" in found.problem

    run_virtually(main())


def test_frames_of_joiners_are_numbered_with_the_owner_s_own() -> None:
    async def main() -> None:
        async with two_hands() as (first, second, _owner, _radios):
            sent: list[int] = []

            def tap(_drone: str, raw: bytes, _t: float, outgoing: bool) -> None:
                frame = whole_frame(raw)
                assert frame is not None
                assert not is_signed(raw)
                if outgoing:
                    sent.append(frame.sequence)

            first.add_tap(tap)
            for fleet in (first, second) * 3:
                await fleet.vehicles["drone1"].run(ParameterRead("RTL_ALT_M"))
            assert all((after - before) % 256 == 1 for before, after in pairwise(sent))

    run_virtually(main())


def test_a_fellow_of_the_fleet_on_the_same_radio_is_no_stranger(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with tcp_fleet(FakeVehicle(1), FakeVehicle(2), FakeVehicle(9)) as air:
            alpha = replace(drone("alpha", 1, air.url), fellows=frozenset({2}))
            async with open_fleet([alpha]) as fleet:
                await fleet.vehicles["alpha"].wait_alive(5)
                await asyncio.sleep(2.0)
        (line,) = [record.message for record in caplog.records if "speaks there too" in record.message]
        assert "system 9 " in line

    run_virtually(main())
