"""Other aircraft that ArduPilot's simulated receiver hears: told by the drone, and read as they are."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from flying_fleet import HOME, airspace
from vehicles import HOME_AMSL_M, SITL, UnderTest, running

from dronectl.geodesy.distance import flat_distance_m
from dronectl.link.fleet_link import open_fleet
from dronectl.model.message import Message
from dronectl.model.traffic import TrafficReport
from dronectl.ops.traffic.asking import ask_for_traffic
from dronectl.protocol.vehicle.adsb import MESSAGE, report_of

RECEIVER = {"ADSB_TYPE": 1.0, "SIM_ADSB_COUNT": 3.0, "SIM_ADSB_RADIUS": 2000.0, "SERIAL5_PROTOCOL": 2.0}
FAR_M = 60_000.0
WALL_S = 150.0


@pytest.mark.every_firmware
@pytest.mark.timeout(300)
def test_what_its_receiver_hears_is_told_and_read(under_test: UnderTest, tmp_path: Path) -> None:
    if under_test.kind != SITL:
        pytest.skip("the built-in vehicle has no receiver")
    heard: dict[int, list[TrafficReport]] = {}

    async def main(port: int, system_id: int) -> None:
        drone = replace(
            airspace(1).site.drones[0], link=f"tcp://127.0.0.1:{port}", further_links=(), system_id=system_id, uid=None
        )
        async with open_fleet([drone]) as fleet:
            (link,) = fleet.vehicles.values()
            await link.wait_alive(WALL_S)

            def listen(message: Message) -> None:
                report = report_of(message, 0.0, link.name) if message.name == MESSAGE else None
                if report is not None:
                    heard.setdefault(report.address, []).append(report)

            link.subscribe(listen)
            asking = asyncio.create_task(ask_for_traffic(link, has_receiver=True))
            async with asyncio.timeout(WALL_S):
                while len(heard) < 2 or min(map(len, heard.values())) < 2:  # noqa: ASYNC110 - nothing tells
                    await asyncio.sleep(0.2)
            asking.cancel()

    with running(
        SITL, tmp_path, firmware=under_test.firmware, parameters=RECEIVER, speedup=1.0, simulates="adsb"
    ) as address:
        asyncio.run(main(address.port, address.system_id))
    for reports in heard.values():
        first = reports[0]
        assert first.callsign is not None
        assert first.callsign.startswith("SIM")
        assert first.position is not None
        assert flat_distance_m(first.position, HOME) < FAR_M
        assert first.pressure_altitude_m is not None
        assert first.pressure_altitude_m > HOME_AMSL_M - 100.0
        assert first.ground_speed_m_s is not None
