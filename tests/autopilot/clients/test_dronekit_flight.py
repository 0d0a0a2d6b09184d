"""DroneKit, as people script with it, arms the vehicle and flies it about."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from flying import FLIGHT_S, READY_S, waypoint
from vehicles import VehicleAddress

if TYPE_CHECKING:
    from dronekit import Vehicle

ALTITUDE_M = 10.0


def wait_for(is_so: Callable[[], Any], what: str, timeout_s: float = FLIGHT_S) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < deadline, f"waited {timeout_s:.0f} s for: {what}"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def vehicle(address: VehicleAddress) -> Iterator[Vehicle]:
    import dronekit

    vehicle = dronekit.connect(f"tcp:127.0.0.1:{address.port}", wait_ready=False, rate=4, heartbeat_timeout=60)
    wait_for(lambda: vehicle.is_armable, "armable", READY_S)
    yield vehicle
    vehicle.close()


def test_dronekit_arms_takes_off_and_flies_simple_goto_and_lands(vehicle: Vehicle) -> None:
    from dronekit import LocationGlobalRelative, VehicleMode

    vehicle.mode = VehicleMode("GUIDED")
    wait_for(lambda: vehicle.mode.name == "GUIDED", "mode GUIDED")
    vehicle.armed = True
    wait_for(lambda: vehicle.armed, "armed")
    vehicle.simple_takeoff(ALTITUDE_M)
    wait_for(lambda: vehicle.location.global_relative_frame.alt > ALTITUDE_M - 0.5, "altitude")

    target = waypoint(25.0, -20.0)
    vehicle.simple_goto(LocationGlobalRelative(target.x / 1e7, target.y / 1e7, ALTITUDE_M))

    def distance_m() -> float:
        here = vehicle.location.global_relative_frame
        north = (here.lat - target.x / 1e7) * 111_319.49
        east = (here.lon - target.y / 1e7) * 111_319.49 * math.cos(math.radians(here.lat))
        return math.hypot(north, east)

    wait_for(lambda: distance_m() < 2.0, "the place of simple_goto")
    vehicle.mode = VehicleMode("LAND")
    wait_for(lambda: not vehicle.armed, "landed and disarmed")
