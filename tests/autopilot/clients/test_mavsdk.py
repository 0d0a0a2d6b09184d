"""MAVSDK, an independent client in C++, uploads, downloads and flies a short mission.

The package's version 4 loads the library into this process: nothing to start, nothing to fetch.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from flying import FLIGHT_S, READY_S, square_mission, wait_ready, waypoint
from mavsdk_client import configuration, first
from raw_client import Item, SocketClient
from vehicles import VehicleAddress

mavsdk = pytest.importorskip(
    "mavsdk.asyncio", reason="MAVSDK is binary: wheels for glibc 2.28, Windows and macOS 15 only", exc_type=ImportError
)

PARAMETERS = {"SR0_EXT_STAT": 4, "SR0_POSITION": 4, "SR0_EXTRA1": 4, "SR0_EXTRA3": 4, "DISARM_DELAY": 127}
"""MAVSDK asks ArduPilot for no streams by itself: the vehicle sends its own."""
OVER_SOCKETS = True
SPEEDUP = 10.0
"""This client's own time is not sped up, and an upload that pauses for 8 s of the vehicle's is given up."""
FENCE = 1
INCLUSION = 5001


def raw_items(items: list[Item], mission_type: int = 0) -> list[Any]:
    from mavsdk.plugins.mission_raw import MissionItem

    return [
        MissionItem(
            *(seq, item.frame, item.command, 1 if seq == 0 else 0, 1, item.p1, item.p2, item.p3, item.p4),
            *(item.x, item.y, item.z, mission_type),
        )
        for seq, item in enumerate(items)
    ]


@pytest.fixture(scope="module")
def settled(address: VehicleAddress) -> VehicleAddress:
    """The vehicle once it has a position: MAVSDK's health says "armable" of a copter that cannot yet fly GUIDED."""
    with SocketClient(address.port, address.system_id) as client:
        wait_ready(client)
    return address


async def connect(sdk: Any, address: VehicleAddress) -> Any:
    await sdk.add_any_connection(f"tcpout://127.0.0.1:{address.port}")
    system = await sdk.first_autopilot(timeout_s=90.0)
    assert system is not None
    return system


def test_mavsdk_uploads_downloads_and_flies_a_mission_to_the_end(settled: VehicleAddress) -> None:
    async def fly() -> None:
        from mavsdk.asyncio.plugins.action import ActionAsync
        from mavsdk.asyncio.plugins.mission_raw import MissionRawAsync
        from mavsdk.asyncio.plugins.telemetry import TelemetryAsync

        mission = square_mission(25.0, 12.0)
        async with mavsdk.Mavsdk(configuration()) as sdk:
            system = await connect(sdk, settled)
            raw, action, telemetry = MissionRawAsync(system), ActionAsync(system), TelemetryAsync(system)
            await first(telemetry.subscribe_health(), lambda health: health.is_armable, READY_S)

            await raw.upload_mission(raw_items(mission))
            on_board = await raw.download_mission()
            assert [(item.command, item.x, item.y, item.z) for item in on_board[1:]] == [
                (item.command, item.x, item.y, item.z) for item in mission[1:]
            ]

            await action.set_takeoff_altitude(8.0)
            await action.arm()
            await action.takeoff()
            await first(telemetry.subscribe_position(), lambda p: p.relative_altitude_m > 7.0, FLIGHT_S)
            await raw.start_mission()
            await first(raw.subscribe_mission_progress(), lambda progress: progress.current >= 4, FLIGHT_S)
            await first(telemetry.subscribe_armed(), lambda armed: not armed, 2 * FLIGHT_S)

    asyncio.run(fly())


def test_mavsdk_uploads_and_downloads_a_geofence(settled: VehicleAddress) -> None:
    async def fence() -> None:
        from mavsdk.asyncio.plugins.mission_raw import MissionRawAsync

        corners = [(-90.0, -90.0), (-90.0, 90.0), (90.0, 90.0), (90.0, -90.0)]
        items = [waypoint(north, east, 0.0, command=INCLUSION, p1=4.0) for north, east in corners]
        async with mavsdk.Mavsdk(configuration()) as sdk:
            raw = MissionRawAsync(await connect(sdk, settled))
            await raw.upload_geofence(raw_items(items, FENCE))
            on_board = await raw.download_geofence()
            assert [(item.command, item.x, item.y) for item in on_board] == [
                (item.command, item.x, item.y) for item in items
            ]

    asyncio.run(fence())
