"""DroneKit's Vehicle over our links: two drones on one connection."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from fake_vehicle import FakeVehicle, TcpFleet, drone, free_port

from dronectl.errors import NoAnswer

dronekit = pytest.importorskip("dronekit")


@contextmanager
def air(*vehicles: FakeVehicle) -> Iterator[TcpFleet]:
    """The fake fleet on a loop of its own: DroneKit blocks this thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    fleet = TcpFleet(*vehicles)
    asyncio.run_coroutine_threadsafe(fleet.start(), loop).result()
    try:
        yield fleet
    finally:
        asyncio.run_coroutine_threadsafe(fleet.stop(), loop).result()
        time.sleep(0.1)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def until(condition: Callable[[], bool]) -> bool:
    while not condition():  # the test's own limit ends it when it never holds
        time.sleep(0.02)
    return True


def test_two_vehicles_on_one_link_arm_and_go_apart(caplog: pytest.LogCaptureFixture) -> None:
    from dronectl.link.dronekit_handle import dronekit_fleet

    one, two = FakeVehicle(1), FakeVehicle(2)
    with air(one, two) as fleet, dronekit_fleet([drone("alpha", 1, fleet.url), drone("bravo", 2, fleet.url)]) as pair:
        bravo = pair["bravo"]
        bravo.mode = dronekit.VehicleMode("GUIDED")
        assert until(lambda: bravo.mode.name == "GUIDED")
        bravo.armed = True
        assert until(lambda: bravo.armed)
        assert not pair["alpha"].armed
        assert pair["alpha"].mode.name == "STABILIZE"
        bravo.simple_goto(dronekit.LocationGlobalRelative(16.0535, 103.651, 20))
        assert until(lambda: any(message.get_type() == "MISSION_ITEM" for message in two.heard))
        assert bravo.location.global_frame.lat == pytest.approx(16.0529)

        @bravo.on_message("HEARTBEAT")
        def faulty(_self: object, _name: str, _message: object) -> None:
            raise ValueError("a bug in a script")

        with caplog.at_level(logging.ERROR):
            assert until(lambda: "a bug in a script" in caplog.text or "listener failed" in caplog.text)
        beats = bravo.last_heartbeat
        assert beats < 60
    assert not [one for one in threading.enumerate() if one.name.startswith(("dronekit", "dronectl"))]
    assert (one.armed, two.armed) == (False, True)
    assert one.custom_mode == 0
    assert not any(message.get_type() == "MISSION_ITEM" for message in one.heard)


def test_a_silent_drone_is_no_answer() -> None:
    from dronectl.link.dronekit_handle import dronekit_fleet

    with pytest.raises(NoAnswer, match="alpha: DroneKit on tcp"):  # noqa: SIM117
        with dronekit_fleet([drone("alpha", 1, f"tcp://127.0.0.1:{free_port()}")], heartbeat_timeout_s=1.0):
            pass
