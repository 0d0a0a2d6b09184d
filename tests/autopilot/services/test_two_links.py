"""One vehicle on two of its serial ports: proven to be one aircraft, and a push goes on when the better link is cut."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from cutting_proxy import CuttingProxy
from decoded import decode_all
from raw_client import RawClient
from vehicles import VehicleAddress

from dronectl.errors import IdentityError
from dronectl.link.fleet_link import FleetLink, VehicleLink, open_fleet
from dronectl.model.fleet import Battery, Camera, Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType
from dronectl.ops.items.transaction import commit_items
from dronectl.ops.items.transfer import download
from dronectl.protocol.mission.canonical import same_items

MISSION_ITEM_INT = 73
TO_EVERYBODY = {"HEARTBEAT", "TIMESYNC"}


def run(main: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(main, 120.0))


def mission(count: int, shift_e7: int = 0) -> Mission:
    places = (MissionItem(Command.NAV_WAYPOINT, 3, lat_e7=160_529_000 + 100 * n + shift_e7, lon_e7=1_036_503_000,
                          altitude_m=40.0) for n in range(count))  # fmt: skip
    return Mission(tuple(places))


@dataclass
class Field:
    """The vehicle behind two proxies, and our links to it."""

    proxies: dict[str, CuttingProxy]
    fleet: FleetLink
    alpha: VehicleLink
    uid: str

    @property
    def used(self) -> CuttingProxy:
        return self.proxies[self.alpha.url]

    async def put(self, wanted: Mission) -> None:
        done = await commit_items([self.alpha], {"alpha": {MissionType.MISSION: wanted}}, uids={"alpha": self.uid})
        assert done["alpha"].transfers[MissionType.MISSION].verified


def drone_on(*ports: int, uid: str | None = None) -> Drone:
    first, *further = (f"tcp://127.0.0.1:{port}" for port in ports)
    battery, camera = Battery(99.0, 250.0, 230.0), Camera(13.2, 8.8, 8.8, 5472, 3648, 2.0)
    home = GeoPoint(16.0529, 103.6503)
    return Drone("alpha", 1, first, home, battery, camera, uid=uid, further_links=tuple(further))


@asynccontextmanager
async def field(address: VehicleAddress) -> AsyncIterator[Field]:
    async with CuttingProxy(address.port) as one, CuttingProxy(address.serial1_port) as two:
        proxies = {f"tcp://127.0.0.1:{proxy.port}": proxy for proxy in (one, two)}
        async with open_fleet([drone_on(one.port, two.port)]) as fleet:
            alpha = fleet.vehicles["alpha"]
            await alpha.wait_alive(30.0)
            await asyncio.sleep(3.0)  # it says DENIED to all transfers just after it has booted
            uid = (await alpha.identify()).uid
            assert uid is not None
            yield Field(proxies, fleet, alpha, uid)


async def until(shown: Callable[[], object]) -> None:
    async with asyncio.timeout(30.0):
        while not shown():  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.05)


def test_two_ports_are_proven_to_be_one_aircraft(address: VehicleAddress) -> None:
    async def main() -> None:
        async with field(address) as here:
            await until(lambda: all(report.trusted for report in here.alpha.links))
            assert [report.in_use for report in here.alpha.links].count(True) == 1
            await until(lambda: None not in [report.round_trip_ms for report in here.alpha.links])
            assert [report.loss_pct for report in here.alpha.links] == [0.0, 0.0]

    run(main())


def test_a_push_goes_on_when_the_better_link_is_cut(address: VehicleAddress) -> None:
    async def main() -> None:
        async with field(address) as here:
            await here.put(mission(30))
            await until(lambda: all(report.trusted for report in here.alpha.links))
            cut: list[str] = []
            unknown_systems: list[object] = []
            sent = 0

            def tap(_name: str, frame: bytes, _t: float, outgoing: bool) -> None:
                nonlocal sent
                if not outgoing:
                    return
                unknown_systems.extend(
                    message
                    for message in decode_all(frame)
                    if message.name not in TO_EVERYBODY and message.get("target_system") != address.system_id
                )
                sent += frame[7] == MISSION_ITEM_INT
                if sent >= 40 and not cut:
                    cut.append(here.alpha.url)
                    here.used.cut()

            here.fleet.add_tap(tap)
            wanted = mission(300, shift_e7=7)
            await here.put(wanted)
            assert len(cut) == 1
            assert here.alpha.url != cut[0]
            assert not unknown_systems
            assert same_items(wanted, await download(here.alpha, MissionType.MISSION))
            (fallen,) = (report for report in here.alpha.links if report.url == cut[0])
            assert not fallen.trusted
            here.proxies[cut[0]].heal()
            await until(lambda: all(report.trusted for report in here.alpha.links))  # it has said again who it is

    run(main())


def test_another_aircraft_than_recorded_is_not_written_to_on_any_link(address: VehicleAddress) -> None:
    async def main() -> None:
        async with field(address) as here:
            written: list[int] = []
            here.fleet.add_tap(lambda _n, frame, _t, out: written.append(frame[7]) if out else None)
            with pytest.raises(IdentityError, match="records ab"):
                await commit_items(
                    [here.alpha], {"alpha": {MissionType.MISSION: mission(3)}}, uids={"alpha": "ab" * 18}
                )
            assert not {44, MISSION_ITEM_INT, 45, 23} & set(written)  # COUNT, items, CLEAR_ALL, PARAM_SET

    run(main())


def test_a_port_serves_one_client_at_a_time(address: VehicleAddress, port: Callable[[int], RawClient]) -> None:
    async def come_second() -> None:
        with contextlib.suppress(TimeoutError, ConnectionError):
            reader, writer = await asyncio.open_connection("127.0.0.1", address.port)
            async with asyncio.timeout(0.3):
                assert await reader.read(1) == b"", "a second client is told nothing"
            writer.close()

    with port(0) as first:
        first.talk().expect("HEARTBEAT", system_status=3)
        asyncio.run(come_second())
        assert first.parameter("FENCE_ENABLE") in (0, 1), "and the first one is still served"
