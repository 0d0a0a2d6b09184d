"""A serial port as a pseudo-terminal; where there is none (Windows), the port's errors are still tested."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest
from fake_vehicle import FakeVehicle, drone

from dronectl.errors import NoAnswer
from dronectl.link.fleet_link import open_fleet
from dronectl.protocol.command import CommandLong


def test_a_missing_port_is_no_answer() -> None:
    async def main() -> None:
        async with open_fleet([drone("alpha", 1, "serial:///dev/ttyNOTHERE")]) as fleet:
            with pytest.raises(NoAnswer, match="alpha: no link to serial:///dev/ttyNOTHERE"):
                await fleet.vehicles["alpha"].wait_alive(0.5)

    asyncio.run(main())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals; serial ports need hardware there")
def test_commands_over_a_pseudo_terminal_and_an_unplugged_port() -> None:
    import tty

    near, far = os.openpty()
    tty.setraw(near)
    tty.setraw(far)
    vehicle = FakeVehicle(1)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(near, lambda: os.write(near, vehicle.take(os.read(near, 4096)) or b""))

        async def beat() -> None:
            while True:
                os.write(near, vehicle.beat())
                await asyncio.sleep(0.05)

        beating = asyncio.create_task(beat())
        async with open_fleet([drone("alpha", 1, f"serial://{os.ttyname(far)}?baud=115200")]) as fleet:
            alpha = fleet.vehicles["alpha"]
            await alpha.wait_alive(5)
            await alpha.run(CommandLong(400, 1))
            assert vehicle.armed
            beating.cancel()
            loop.remove_reader(near)
            os.close(near)
            for _ in range(100):
                if not alpha.connected:
                    break
                await asyncio.sleep(0.05)
            with pytest.raises(NoAnswer, match="no link to alpha"):
                await alpha.run(CommandLong(400, 0))
        os.close(far)

    asyncio.run(main())
