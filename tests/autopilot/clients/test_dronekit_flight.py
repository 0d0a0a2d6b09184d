"""DroneKit, as people script with it, arms the vehicle and flies it about."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from flying import waypoint
from vehicles import VehicleAddress

if TYPE_CHECKING:
    from dronekit import Vehicle

PARAMETERS = {"DISARM_DELAY": 127}
OVER_SOCKETS = True
SPEEDUP = 10.0
"""This client's own time is not sped up: it needs some between arming and take-off, and to hear all that is said."""
ALTITUDE_M = 10.0


def wait_for(is_so: Callable[[], Any]) -> None:
    """Nothing tells of it. The test's own limit ends the waiting."""
    while not is_so():
        time.sleep(0.02)


@pytest.fixture(scope="module")
def vehicle(address: VehicleAddress) -> Iterator[Vehicle]:
    import dronekit

    vehicle = dronekit.connect(f"tcp:127.0.0.1:{address.port}", wait_ready=False, rate=4, heartbeat_timeout=60)
    wait_for(lambda: vehicle.is_armable)
    yield vehicle
    vehicle.close()


def test_dronekit_arms_takes_off_and_flies_simple_goto_and_lands(vehicle: Vehicle) -> None:
    from dronekit import LocationGlobalRelative, VehicleMode

    vehicle.mode = VehicleMode("GUIDED")
    wait_for(lambda: vehicle.mode.name == "GUIDED")
    vehicle.armed = True
    wait_for(lambda: vehicle.armed)
    vehicle.simple_takeoff(ALTITUDE_M)
    wait_for(lambda: vehicle.location.global_relative_frame.alt > ALTITUDE_M - 0.5)

    target = waypoint(25.0, -20.0)
    vehicle.simple_goto(LocationGlobalRelative(target.x / 1e7, target.y / 1e7, ALTITUDE_M))

    def distance_m() -> float:
        here = vehicle.location.global_relative_frame
        north = (here.lat - target.x / 1e7) * 111_319.49
        east = (here.lon - target.y / 1e7) * 111_319.49 * math.cos(math.radians(here.lat))
        return math.hypot(north, east)

    wait_for(lambda: distance_m() < 2.0)
    vehicle.mode = VehicleMode("LAND")
    wait_for(lambda: not vehicle.armed)
