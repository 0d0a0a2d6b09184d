"""MAVSDK flies a drone through our own link to it: ``--forward-commands``, with an independent client."""

from __future__ import annotations

import asyncio
import socket

import pytest
from flying import FLIGHT_S, READY_S, wait_ready
from mavsdk_client import configuration, first
from raw_client import SocketClient
from vehicles import VehicleAddress

from dronectl.link.fleet_link import open_fleet
from dronectl.link.forward import forwarded
from dronectl.model.fleet import Battery, Camera, Drone
from dronectl.model.geo import GeoPoint

mavsdk = pytest.importorskip(
    "mavsdk.asyncio", reason="MAVSDK is binary: wheels for glibc 2.28, Windows and macOS 15 only", exc_type=ImportError
)

PARAMETERS = {"SR0_EXT_STAT": 4, "SR0_POSITION": 4, "SR0_EXTRA1": 4, "SR0_EXTRA3": 4, "DISARM_DELAY": 127}
OVER_SOCKETS = True
SPEEDUP = 10.0
"""This client's own time is not sped up, and an upload that pauses for 8 s of the vehicle's is given up."""


@pytest.mark.parametrize("commands", [True, False])
def test_mavsdk_flies_through_the_forwarded_link_when_it_may(address: VehicleAddress, commands: bool) -> None:
    async def fly() -> None:
        from mavsdk.asyncio.plugins.action import ActionAsync
        from mavsdk.asyncio.plugins.telemetry import TelemetryAsync
        from mavsdk.plugins.action import ActionError

        told: list[str] = []
        url = f"tcp://127.0.0.1:{address.port}"
        battery, camera = Battery(99.0, 250.0, 230.0), Camera(13.2, 8.8, 8.8, 5472, 3648, 2.0)
        alpha = Drone("alpha", address.system_id, url, GeoPoint(16.0529, 103.6503), battery, camera)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        async with (
            open_fleet([alpha]) as fleet,
            forwarded(fleet, [f"tcpin://127.0.0.1:{port}"], commands=commands, tell=told.append),
            mavsdk.Mavsdk(configuration()) as sdk,
        ):
            await sdk.add_any_connection(f"tcpout://127.0.0.1:{port}")
            system = await sdk.first_autopilot(timeout_s=90.0)
            assert system is not None
            action, telemetry = ActionAsync(system), TelemetryAsync(system)
            await first(telemetry.subscribe_health(), lambda health: health.is_armable, READY_S)
            if not commands:
                with pytest.raises(ActionError):
                    await action.arm()
                assert fleet.vehicles["alpha"].state.armed is False
                return
            await action.set_takeoff_altitude(8.0)
            await action.arm()
            await action.takeoff()
            await first(telemetry.subscribe_position(), lambda p: p.relative_altitude_m > 7.0, FLIGHT_S)
            await action.land()
            await first(telemetry.subscribe_armed(), lambda armed: not armed, 2 * FLIGHT_S)
            assert fleet.vehicles["alpha"].state.armed is False
            assert not told

    with SocketClient(address.port, address.system_id) as client:
        wait_ready(client)
    asyncio.run(fly())
