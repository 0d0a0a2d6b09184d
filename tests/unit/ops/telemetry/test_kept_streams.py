"""Telemetry that is kept flowing is asked for once, and again only when it has stopped."""

from __future__ import annotations

import asyncio

import pytest
from virtual_fleet import virtual_fleet
from virtual_network import run_virtually

from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.telemetry.streams import LOOK_EVERY_S, STALE_S, kept_streams
from dronectl.protocol.core.machine import Send
from dronectl.protocol.vehicle.telemetry import STREAMED

SET_INTERVAL = 511
"""MAV_CMD_SET_MESSAGE_INTERVAL; -1 µs: never."""


@pytest.mark.parametrize("rate_hz", [4.0, 0.5])
def test_what_flows_is_not_asked_for_again_and_what_stopped_is(rate_hz: float, monkeypatch: pytest.MonkeyPatch) -> None:
    request, asked_s = VehicleLink.request_streams, list[float]()

    async def counted(vehicle: VehicleLink, rate_hz: float, **how: bool) -> object:
        asked_s.append(asyncio.get_running_loop().time())
        return await request(vehicle, rate_hz, **how)

    async def main() -> None:
        async with virtual_fleet(1, seed=3, one_radio=False) as (fleet, _):
            (link,) = fleet.vehicles.values()
            await link.wait_alive(10.0)
            monkeypatch.setattr(VehicleLink, "request_streams", counted)
            async with kept_streams([link], rate_hz):
                await asyncio.sleep(60.0)
                assert len(asked_s) == 1
                for message in STREAMED.values():  # another station
                    link.frames.send(Send("COMMAND_LONG", {"command": SET_INTERVAL, "param1": message, "param2": -1}))
                stopped_s = asyncio.get_running_loop().time()
                await asyncio.sleep(60.0)
            assert len(asked_s) == 2
            assert asked_s[1] - stopped_s <= max(STALE_S, 3.0 / rate_hz) + 2 * LOOK_EVERY_S + 1.0 / rate_hz

    run_virtually(main(), limit_s=300.0)
