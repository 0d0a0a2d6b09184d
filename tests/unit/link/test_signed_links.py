"""Signed drones on open links: what is said, heard, refused, counted and recorded. The vehicles are pymavlink's."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_vehicle import FakeVehicle, drone, tcp_fleet
from pymavlink.dialects.v20 import ardupilotmega as dialect
from virtual_network import run_virtually
from waiting import until

from dronectl.errors import InputError, NoAnswer
from dronectl.link.fleet_link import open_fleet
from dronectl.link.signing.signer import Key, SignedLink, Signing, timestamp_at
from dronectl.model.fleet import Drone
from dronectl.model.plan.mission import Command
from dronectl.ops.recordings.replay import replay
from dronectl.protocol.vehicle.command import CommandLong


def key_of(name: str) -> Key:
    return Key(hashlib.sha256(name.encode()).digest())


def signed_by(secret: bytes, vehicle: FakeVehicle) -> FakeVehicle:
    """The vehicle signs, and hears nothing that is not signed with its key."""
    for mav in (vehicle.mav, vehicle.parser):
        mav.signing.secret_key = secret
        mav.signing.timestamp = timestamp_at(time.time())
    vehicle.mav.signing.sign_outgoing = True
    return vehicle


def signing_for(**accept_unsigned: bool) -> Callable[[Drone], Signing]:
    def make(one: Drone) -> Signing:
        allowed = accept_unsigned.get(one.name, False)
        return Signing(one.name, key_of(one.name), lambda: SignedLink(one.system_id), accept_unsigned=allowed)

    return make


def test_three_keys_on_one_link() -> None:
    async def main() -> None:
        names = ("alpha", "bravo", "charlie")
        vehicles = [signed_by(key_of(name).secret, FakeVehicle(n)) for n, name in enumerate(names, 1)]
        async with tcp_fleet(*vehicles) as air:
            drones = [drone(name, n, air.url) for n, name in enumerate(names, 1)]
            async with open_fleet(drones, signing=signing_for()) as fleet:
                await asyncio.gather(*(vehicle.wait_alive(5) for vehicle in fleet.vehicles.values()))
                await fleet.vehicles["bravo"].run(CommandLong(Command.COMPONENT_ARM_DISARM, 1))
                assert all(not any(v.signing.refused()[air.url].values()) for v in fleet.vehicles.values())
        assert [vehicle.armed for vehicle in vehicles] == [False, True, False]
        for vehicle in vehicles:  # each hears our heartbeat: else its ground station failsafe would strike
            assert "HEARTBEAT" in {message.get_type() for message in vehicle.heard}

    run_virtually(main())


def test_a_forger_is_not_heard_and_cannot_pose_as_a_second_aircraft() -> None:
    async def main() -> None:
        true = signed_by(key_of("alpha").secret, FakeVehicle(1, uid=1))
        forgers = [FakeVehicle(1, uid=2), signed_by(key_of("mallory").secret, FakeVehicle(1, uid=3))]
        async with (
            tcp_fleet(true, *forgers) as air,
            open_fleet([drone("alpha", 1, air.url)], signing=signing_for()) as fleet,
        ):
            alpha = fleet.vehicles["alpha"]
            await alpha.wait_alive(5)
            assert (await alpha.identify()).uid == "01" * 18
            refused = alpha.signing.refused()[air.url]
            assert refused["unsigned"] > 0
            assert refused["forged"] > 0
            assert refused["replayed"] == 0

    run_virtually(main())


def test_a_drone_that_does_not_sign_is_silent_and_the_error_says_why() -> None:
    async def main() -> None:
        async with tcp_fleet(FakeVehicle(1)) as air:
            async with open_fleet([drone("alpha", 1, air.url)], signing=signing_for()) as fleet:
                with pytest.raises(NoAnswer, match=r"nothing rightly signed .* \d+ unsigned") as silence:
                    await fleet.vehicles["alpha"].wait_alive(0.4)
                assert "signing status --drone alpha" in silence.value.hint
            async with open_fleet([drone("alpha", 1, air.url)], signing=signing_for(alpha=True)) as fleet:
                await fleet.vehicles["alpha"].wait_alive(5)

    run_virtually(main())


def test_a_vehicle_that_lost_its_clock_is_heard_once_it_has_heard_us() -> None:
    """After a day in the box without GPS its first frames are old; ours tell it the time."""

    async def main() -> None:
        vehicle = signed_by(key_of("alpha").secret, FakeVehicle(1))
        vehicle.mav.signing = vehicle.parser.signing
        vehicle.mav.signing.sign_outgoing = True
        vehicle.mav.signing.timestamp -= 86_400 * 100_000
        async with (
            tcp_fleet(vehicle) as air,
            open_fleet([drone("alpha", 1, air.url)], signing=signing_for()) as fleet,
        ):
            await fleet.vehicles["alpha"].wait_alive(5)
            assert fleet.vehicles["alpha"].signing.refused()[air.url]["replayed"] == 0

    run_virtually(main())


def test_a_key_on_its_way_is_in_no_recording(tmp_path: Path) -> None:
    async def main() -> None:
        vehicle = FakeVehicle(1)
        seen: list[bytes] = []

        def tap(_drone: str, raw: bytes, _t: float, _out: bool) -> None:
            seen.append(raw)

        async with tcp_fleet(vehicle) as air, open_fleet([drone("alpha", 1, air.url)], taps=[tap]) as fleet:
            alpha = fleet.vehicles["alpha"]
            await alpha.wait_alive(5)
            alpha.send("SETUP_SIGNING", secret_key=list(key_of("alpha").secret), initial_timestamp=1)
            await alpha.identify()
        (given,) = [message for message in vehicle.heard if message.get_type() == "SETUP_SIGNING"]
        assert bytes(given.secret_key) == key_of("alpha").secret
        assert len(seen) > 3
        assert all(key_of("alpha").secret[:8] not in raw for raw in seen)

    run_virtually(main())


def test_a_replay_gives_nobody_the_key_of_its_day(tmp_path: Path) -> None:
    async def main() -> None:
        vehicle = FakeVehicle(1)
        gcs = dialect.MAVLink(None, 255, 190)
        setup = bytes(dialect.MAVLink_setup_signing_message(1, 1, list(range(32)), 5).pack(gcs))
        beat = bytes(dialect.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3).pack(gcs))
        async with tcp_fleet(vehicle) as air:
            assert (await replay([(0, beat), (1, setup), (2, beat)], air.url)).frames == 2
            await until(lambda: sum(message.get_type() == "HEARTBEAT" for message in vehicle.heard) >= 2)
        assert {message.get_type() for message in vehicle.heard} == {"HEARTBEAT"}

    run_virtually(main())


def test_a_key_that_cannot_be_used_stops_its_own_drone_only() -> None:
    def broken(one: Drone) -> Signing:
        if one.name == "alpha":
            raise InputError("alpha.key: others can read this key (mode 644)", hint="chmod")
        return Signing(one.name)

    async def main() -> None:
        async with tcp_fleet(FakeVehicle(1), FakeVehicle(2)) as air:
            drones = [drone("alpha", 1, air.url), drone("bravo", 2, air.url)]
            async with open_fleet(drones, signing=broken) as fleet:
                await fleet.vehicles["bravo"].wait_alive(5)
                await fleet.vehicles["bravo"].run(CommandLong(Command.COMPONENT_ARM_DISARM, 1))
                for _ in range(2):
                    with pytest.raises(InputError, match="others can read this key"):
                        await fleet.vehicles["alpha"].wait_alive(5)
                with pytest.raises(InputError):
                    await fleet.vehicles["alpha"].run(CommandLong(Command.COMPONENT_ARM_DISARM, 1))
        assert [vehicle.armed for vehicle in air.vehicles] == [False, True]

    run_virtually(main())


def test_a_radios_words_are_recorded_and_never_taken_for_the_drones() -> None:
    """Unsigned as they are, they could else make a second aircraft out of a forger's."""

    async def main() -> None:
        true = signed_by(key_of("alpha").secret, FakeVehicle(1))
        radio = FakeVehicle(1)
        status = dialect.MAVLink_radio_status_message(200, 200, 100, 50, 60, 0, 0)
        radio.beat = lambda: radio.frame(status)  # type: ignore[method-assign]
        radio.take = lambda data: b""  # type: ignore[method-assign]
        seen: list[bytes] = []

        def tap(_drone: str, raw: bytes, _t: float, _out: bool) -> None:
            seen.append(raw)

        async with (
            tcp_fleet(true, radio) as air,
            open_fleet([drone("alpha", 1, air.url)], signing=signing_for(), taps=[tap]) as fleet,
        ):
            await fleet.vehicles["alpha"].wait_alive(5)
            assert (await fleet.vehicles["alpha"].identify()).uid is not None
            assert fleet.vehicles["alpha"].paths.radio_heard
            assert not any(fleet.vehicles["alpha"].signing.refused()[air.url].values())
        assert any(raw[7] == 109 for raw in seen)

    run_virtually(main())
