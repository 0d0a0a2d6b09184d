"""A serial port as a pseudo-terminal; where there is none (Windows), the port's errors are still tested."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from fake_vehicle import FakeVehicle, drone
from waiting import until

from dronectl.errors import NoAnswer
from dronectl.link.fleet_link import open_fleet
from dronectl.protocol.vehicle.command import CommandLong


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
            await alpha.wait_alive(60)
            await alpha.run(CommandLong(400, 1))
            assert vehicle.armed
            beating.cancel()
            loop.remove_reader(near)
            os.close(near)
            await until(lambda: not alpha.paths.is_up)
            with pytest.raises(NoAnswer, match="no link to alpha"):
                await alpha.run(CommandLong(400, 0))
        os.close(far)

    asyncio.run(main())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals; serial ports need hardware there")
def test_a_radio_that_is_unplugged_and_plugged_in_again_is_found_by_its_name(tmp_path: Path) -> None:
    import tty

    vehicle, name = FakeVehicle(1), tmp_path / "ttyUSB0"

    async def main() -> None:
        loop = asyncio.get_running_loop()

        def plug_in() -> tuple[int, int]:
            near, far = os.openpty()
            tty.setraw(near)
            tty.setraw(far)
            name.symlink_to(os.ttyname(far))
            loop.add_reader(near, lambda: os.write(near, vehicle.take(os.read(near, 4096)) or b""))
            return near, far

        async def beat(near: int) -> None:
            while True:
                os.write(near, vehicle.beat())
                await asyncio.sleep(0.05)

        near, far = plug_in()
        beating = asyncio.create_task(beat(near))
        async with open_fleet([drone("alpha", 1, f"serial://{name}?baud=115200")]) as fleet:
            alpha = fleet.vehicles["alpha"]
            await alpha.wait_alive(60)
            beating.cancel()
            loop.remove_reader(near)
            name.unlink()
            os.close(near)
            with pytest.raises(NoAnswer):
                await alpha.run(CommandLong(400, 1))
            assert not vehicle.armed
            os.close(far)
            near, far = plug_in()
            beating = asyncio.create_task(beat(near))
            await alpha.wait_alive(10)
            await alpha.run(CommandLong(400, 1))
            assert vehicle.armed
            beating.cancel()
            loop.remove_reader(near)
        os.close(near)
        os.close(far)

    asyncio.run(main())
