"""Receivers of transponders beside an open fleet: a sky of which nobody tells is never called clear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from flying_fleet import CORNERS, airspace, fly_to
from virtual_fleet import virtual_fleet
from virtual_network import run_virtually

from dronectl.cli.common.traffic_lines import traffic_lines
from dronectl.geodesy.plane import LocalPlane
from dronectl.model.alarm import AlarmKind
from dronectl.model.picture import FleetPicture
from dronectl.model.site import Site
from dronectl.model.traffic import TrafficSettings
from dronectl.ops.common.events import AlarmEvent, Event
from dronectl.ops.picture.live import LivePicture
from dronectl.ops.telemetry.streams import kept_streams

URL = "tcp://127.0.0.1:30003"
HERE = CORNERS[0]


class Receiver:
    """A receiver on the ground, with one aircraft that comes straight to a place."""

    def __init__(self, goal_north_m: float) -> None:
        self._goal_north_m = goal_north_m
        self.talks = True

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[asyncio.Server]:
        server = await asyncio.start_server(self._tell, "127.0.0.1", 30003)
        try:
            yield server
        finally:
            server.close()

    async def _tell(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):
            await self._come(writer)

    async def _come(self, writer: asyncio.StreamWriter) -> None:
        plane, second = LocalPlane(HERE), 0.0
        writer.write(b"\x00\xff not SBS\r\n")
        while True:
            lat_deg, lon_deg = plane.to_degrees((0.0, self._goal_north_m + 4_800.0 - 60.0 * second))
            if self.talks:
                writer.write(f"MSG,3,1,1,885123,1,,,,,,200,,,{lat_deg:.5f},{lon_deg:.5f},,,0,0,0,0\r\n".encode())
                writer.write(b"MSG,4,1,1,885123,1,,,,,,,117,180,,,0,,,,,0\r\n")
                writer.write(b"MSG,1,1,1,885123,1,,,,,THA412,,,,,,,,,,,\r\n")
            second += 1.0
            await asyncio.sleep(1.0)


def lines_of(picture: FleetPicture) -> str:
    return "\n".join(line.plain for line in traffic_lines(picture, 160))


def with_receiver() -> Site:
    return replace(airspace(1).site, traffic=TrafficSettings((URL,)))


def test_the_live_picture_hears_a_receiver_and_says_when_it_is_away_or_quiet() -> None:
    async def main() -> None:
        receiver = Receiver(0.0)
        async with virtual_fleet(1, seed=3, one_radio=False) as (fleet, _):
            vehicles, told = list(fleet.vehicles.values()), list[Event]()
            async with kept_streams(vehicles, 4.0):
                await fly_to(vehicles[0], HERE)
                async with LivePicture(vehicles, None, told.append, with_receiver) as live:
                    await asyncio.sleep(5.0)
                    assert f"{URL} is away: connection refused" in lines_of(live.now())
                    async with receiver.serve() as server:
                        await asyncio.sleep(75.0)
                        (contact,) = live.now().traffic.contacts
                        assert contact.callsign == "THA412"
                        alarms = [event.alarm for event in told if isinstance(event, AlarmEvent)]
                        traffic = [alarm for alarm in alarms if alarm.kind is AlarmKind.TRAFFIC]
                        assert traffic, [alarm.message for alarm in alarms] + [lines_of(live.now())]
                        assert traffic[0].is_critical
                        assert "THA412" in traffic[0].message
                        assert "north" in traffic[0].message
                        assert "drone1: THA412" in lines_of(live.now())
                        row = live.now().drones[0].row(0.0)
                        assert row["nearest_aircraft"] == "THA412"
                        receiver.talks = False
                        await asyncio.sleep(65.0)
                        assert "heard somebody" in lines_of(live.now())
                        assert "clear" not in lines_of(live.now())
                        server.close()

    run_virtually(main(), limit_s=900.0)


def test_what_is_no_sbs_text_is_said() -> None:
    async def main() -> None:
        async def tell(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for _number in range(40):
                writer.write(b"\x1a\x32 beast\n")
                await asyncio.sleep(0.1)

        async with virtual_fleet(1, seed=3, one_radio=False) as (fleet, _):
            server = await asyncio.start_server(tell, "127.0.0.1", 30003)
            async with LivePicture(list(fleet.vehicles.values()), None, lambda _event: None, with_receiver) as live:
                await asyncio.sleep(3.5)
                assert "no SBS text" in lines_of(live.now())
            server.close()

    run_virtually(main(), limit_s=60.0)


def test_without_receivers_nothing_is_said_of_the_sky() -> None:
    assert lines_of(FleetPicture("2026-12-01T00:00:00Z", 0.0, ())) == ""
