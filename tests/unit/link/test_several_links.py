"""Several links to one drone: is it one aircraft, which link is used, and what happens when it falls."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from fake_vehicle import FakeVehicle, TcpFleet, drone, free_port, tcp_fleet, udp_vehicle
from virtual_network import run_virtually
from waiting import until

from dronectl.errors import IdentityError, NoAnswer
from dronectl.link.codec import MavlinkFrame
from dronectl.link.duplicate_filter import DuplicateFilter
from dronectl.link.fleet_link import open_fleet
from dronectl.model.fleet import Drone
from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType
from dronectl.ops.items.transaction import commit_items
from dronectl.protocol.vehicle.command import CommandLong

WRITES = {"MISSION_COUNT", "MISSION_ITEM_INT", "MISSION_CLEAR_ALL", "PARAM_SET"}


def mission(count: int) -> Mission:
    return Mission(tuple(MissionItem(Command.NAV_WAYPOINT, 3, lat_e7=index, altitude_m=40.0) for index in range(count)))


def alpha_on(*urls: str, uid: str | None = None) -> Drone:
    return replace(drone("alpha", 1, urls[0]), further_links=urls[1:], uid=uid)


def names(vehicle: FakeVehicle) -> list[str]:
    return [message.get_type() for message in vehicle.heard]


def port_of(first: FakeVehicle, sequence: int) -> FakeVehicle:
    """A second port of the same aircraft: the same uid, a sequence of its own."""
    second = FakeVehicle(first.system_id, beat_s=first.beat_s)
    second.uid2, second.mav.seq, second.items = first.uid2, sequence, first.items
    return second


@asynccontextmanager
async def two_ports(uid: int = 7) -> Any:
    one = FakeVehicle(1, uid=uid)
    two = port_of(one, 100)
    async with tcp_fleet(one) as first, tcp_fleet(two) as second:
        yield first, second


def vehicle_of(air: TcpFleet) -> FakeVehicle:
    return air.vehicles[0]


def test_two_links_with_sequences_of_their_own_are_one_drone() -> None:
    async def main() -> None:
        async with two_ports() as (first, second), open_fleet([alpha_on(first.url, second.url)]) as fleet:
            alpha = fleet.vehicles["alpha"]
            heard: list[str] = []
            alpha.subscribe(lambda message: heard.append(message.name))
            await alpha.wait_alive(5)
            assert (await alpha.identify()).uid == "07" * 18
            reports = alpha.links
            assert [(report.up, report.heard, report.trusted) for report in reports] == [(True, True, True)] * 2
            assert [report.in_use for report in reports].count(True) == 1
            await asyncio.sleep(1.2)
            assert [report.loss_pct for report in alpha.links] == [0.0, 0.0]
            assert None not in [report.round_trip_ms for report in alpha.links]
            heard.clear()
            before_s = asyncio.get_running_loop().time()
            await asyncio.sleep(1.0)
            lasted_s = asyncio.get_running_loop().time() - before_s
            # Equal heartbeats every 50 ms on both links: each is taken once, or the state would count them twice.
            assert heard.count("HEARTBEAT") <= 1.2 * lasted_s / vehicle_of(first).beat_s

    run_virtually(main())


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("beat_s", [0.05, 1.0])
def test_a_second_aircraft_on_the_second_link_stops_a_push_before_a_byte_is_written(
    order: tuple[int, int], beat_s: float
) -> None:
    async def main() -> None:
        right, wrong = FakeVehicle(1, uid=1), FakeVehicle(1, uid=2, beat_s=beat_s)
        async with tcp_fleet(right) as one, tcp_fleet(wrong) as two:
            urls = [(one.url, two.url)[index] for index in order]
            async with open_fleet([alpha_on(*urls)]) as fleet:
                wanted = {"alpha": {MissionType.MISSION: mission(5)}}
                with pytest.raises(
                    IdentityError, match=r"^alpha: two aircraft answer as system 1: uid 0[12].* and uid 0[12].* on"
                ):
                    await commit_items([fleet.vehicles["alpha"]], wanted, uids={"alpha": None})
        for vehicle in (right, wrong):
            assert not WRITES & set(names(vehicle))

    run_virtually(main())


def test_a_second_aircraft_that_comes_later_is_not_heard_and_stops_what_runs() -> None:
    async def main() -> None:
        port = free_port(socket.SOCK_DGRAM)
        right, wrong = FakeVehicle(1, uid=1), FakeVehicle(1, uid=2)
        wrong.armed, wrong.custom_mode = True, 6
        async with tcp_fleet(right) as air:
            url = f"udpin://127.0.0.1:{port}"
            async with open_fleet([alpha_on(air.url, url)]) as fleet:
                alpha = fleet.vehicles["alpha"]
                await alpha.wait_alive(5)
                await alpha.identify()
                async with udp_vehicle(wrong, port):

                    async def order_on_and_on() -> None:
                        while True:
                            await alpha.run(CommandLong(400, 0))
                            assert alpha.state.armed is False
                            assert alpha.state.mode == "STABILIZE"
                            await asyncio.sleep(0.01)

                    with pytest.raises(IdentityError, match=r"^alpha: two aircraft"):
                        await order_on_and_on()
        assert [message.command for message in wrong.heard if message.get_type() == "COMMAND_LONG"] == [512]

    run_virtually(main())


class Nameless(FakeVehicle):
    """Hears nothing: a telemetry port that only sends."""

    def take(self, data: bytes) -> bytes:
        super().take(data)
        return b""


@pytest.mark.parametrize("recorded", [True, False])
def test_a_link_that_cannot_prove_who_is_there_is_not_used(
    recorded: bool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dronectl.link.aircraft_identity._PROOF_S", 1.0)

    async def main() -> None:
        mute = Nameless(1, uid=9)
        mute.armed = True
        async with tcp_fleet(FakeVehicle(1, uid=1)) as one, tcp_fleet(mute) as two:
            known = alpha_on(one.url, two.url, uid="01" * 18 if recorded else None)
            async with open_fleet([known]) as fleet:
                alpha = fleet.vehicles["alpha"]
                await alpha.wait_alive(5)
                if not recorded:
                    with pytest.raises(IdentityError, match="may be another aircraft"):
                        await alpha.identify()
                    return
                await alpha.identify()
                assert [(report.trusted, report.in_use) for report in alpha.links] == [(True, True), (False, False)]
                assert alpha.state.armed is False
                one.cut()
                await one.stop()
                await asyncio.sleep(0.2)
                with pytest.raises(NoAnswer, match="heard, but not proven to be this aircraft"):
                    await alpha.wait_alive(0.5)
                assert not alpha.links[1].in_use
                assert set(names(mute)) <= {"HEARTBEAT", "TIMESYNC", "COMMAND_LONG"}

    run_virtually(main())
    assert not recorded or "does not say there who it is" in caplog.text


def test_what_the_only_link_loses_is_what_the_drone_loses() -> None:
    async def main() -> None:
        async with tcp_fleet(FakeVehicle(1)) as air, open_fleet([alpha_on(air.url)]) as fleet:
            alpha = fleet.vehicles["alpha"]
            await until(lambda: alpha.state.loss.recent_pct is not None)
            assert alpha.state.loss.recent_pct == alpha.links[0].loss_pct == 0.0

    run_virtually(main())


def test_before_anybody_has_said_who_it_is_the_link_heard_first_stands_for_the_drone() -> None:
    async def main() -> None:
        first, second = Nameless(1), Nameless(1, beat_s=0.01)
        second.armed = True
        async with tcp_fleet(first) as one, tcp_fleet(second) as two:
            await two.stop()
            async with open_fleet([alpha_on(one.url, two.url)]) as fleet:
                alpha = fleet.vehicles["alpha"]
                await until(lambda: alpha.state.armed is not None)
                await two.start()
                await until(lambda: alpha.links[1].heard)
                assert [report.trusted for report in alpha.links] == [True, False]
                assert alpha.state.armed is False

    run_virtually(main())


def test_a_link_that_fell_has_to_prove_again_who_is_there() -> None:
    async def main() -> None:
        async with two_ports() as (first, second), open_fleet([alpha_on(first.url, second.url)]) as fleet:
            alpha = fleet.vehicles["alpha"]
            await alpha.wait_alive(5)
            await alpha.identify()
            await until(lambda: all(report.trusted for report in alpha.links))
            first.vehicles = (Nameless(1, uid=9),)
            first.vehicles[0].armed = True
            first.cut()
            await until(lambda: vehicle_of(first).heard and alpha.links[0].heard)
            assert [report.trusted for report in alpha.links] == [False, True]
            assert alpha.state.armed is False

    run_virtually(main())


def test_an_upload_goes_on_over_the_second_link_when_the_first_one_falls(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)

    async def main() -> None:
        async with two_ports() as (first, second), open_fleet([alpha_on(first.url, second.url)]) as fleet:
            alpha = fleet.vehicles["alpha"]
            await alpha.wait_alive(5)
            await alpha.identify()
            used, other = (first, second) if alpha.links[0].in_use else (second, first)
            vehicle_of(used).mute_items_from = 20
            began_s = asyncio.get_running_loop().time()
            upload = asyncio.create_task(
                commit_items([alpha], {"alpha": {MissionType.MISSION: mission(60)}}, uids={"alpha": None})
            )
            await until(lambda: "MISSION_ITEM_INT" in names(vehicle_of(used)))
            await used.stop()
            done = (await upload)["alpha"].transfers[MissionType.MISSION]
            assert done.verified
            assert len(vehicle_of(other).items) == 60
            assert asyncio.get_running_loop().time() - began_s < 8
            assert alpha.url == other.url
            assert "from now on" in caplog.text
            await other.stop()
            await until(lambda: not alpha.paths.is_up)
            with pytest.raises(NoAnswer, match="no link to alpha"):
                await alpha.run(CommandLong(400, 1))

    run_virtually(main())


def test_a_run_fails_when_the_last_link_falls() -> None:
    async def main() -> None:
        async with two_ports() as (first, second), open_fleet([alpha_on(first.url, second.url)]) as fleet:
            alpha = fleet.vehicles["alpha"]
            await alpha.wait_alive(5)
            await alpha.identify()
            for air in (first, second):
                air.vehicles[0].on_command_long = lambda _message: b""
            command = asyncio.create_task(alpha.run(CommandLong(400, 1)))
            await asyncio.sleep(0.1)
            await first.stop()
            await asyncio.sleep(0.1)
            assert not command.done()
            await second.stop()
            with pytest.raises(NoAnswer, match="link to alpha closed"):
                await command

    run_virtually(main())


def test_a_silent_link_is_left_for_one_that_speaks_and_comes_back_only_when_proven() -> None:
    async def main() -> None:
        async with two_ports() as (first, second), open_fleet([alpha_on(first.url, second.url)]) as fleet:
            alpha = fleet.vehicles["alpha"]
            await alpha.wait_alive(5)
            await alpha.identify()
            used, other = (first, second) if alpha.links[0].in_use else (second, first)
            vehicle_of(used).beat_s = 100.0  # it stays connected and says nothing more
            vehicle_of(used).take = lambda data: b""  # type: ignore[method-assign]
            await until(lambda: alpha.url == other.url)
            await alpha.run(CommandLong(400, 1))
            assert vehicle_of(other).armed
            orders = [message for message in vehicle_of(other).heard if message.get_type() == "COMMAND_LONG"]
            assert {(order.target_system, order.target_component) for order in orders} == {(1, 1)}

    run_virtually(main())


def frame(sequence: int, payload: bytes, component: int = 1) -> MavlinkFrame:
    return MavlinkFrame(b"", 0, sequence, 1, component, payload, is_known=True)


def test_a_message_is_taken_once_however_many_links_carry_it() -> None:
    copies = DuplicateFilter()
    for number in range(50):
        now_s, payload = number * 0.02, bytes([number])
        assert not copies.is_copy(frame(number, payload), number % 2, now_s)
        assert copies.is_copy(frame(200 - number, payload), 1 - number % 2, now_s + 0.3 * (number % 3 == 0))


def test_what_is_said_twice_is_taken_twice() -> None:
    copies = DuplicateFilter()
    said = [copies.is_copy(frame(0, b"beat"), way, now_s) for now_s in (0.0, 0.3, 0.6) for way in (0, 1)]
    assert said == [False, True] * 3
    assert not copies.is_copy(frame(0, b"beat", component=154), 0, 0.6)


def test_what_one_link_lost_is_taken_from_the_other() -> None:
    copies = DuplicateFilter()
    heard = [(0, b"1"), (1, b"1"), (1, b"2"), (0, b"3"), (1, b"3")]
    assert [copies.is_copy(frame(0, payload), way, 0.0) for way, payload in heard] == [False, True, False, False, True]


def test_copies_are_forgotten_after_a_second() -> None:
    copies = DuplicateFilter()
    assert not copies.is_copy(frame(0, b"beat"), 0, 0.0)
    assert not copies.is_copy(frame(0, b"beat"), 1, 1.1)
