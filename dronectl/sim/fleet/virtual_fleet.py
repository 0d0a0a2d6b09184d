"""Several vehicles in one process and in virtual time: no sockets, no event loop, no clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.flight.aircraft import STEP_S
from dronectl.sim.vehicle.settings import VehicleSettings, Wind

Hear = Callable[[str, float, bytes], None]
"""Takes a vehicle's name, its simulated seconds since power-on and one frame that it sends."""


class VirtualFleet:
    """Bytes in, time on, frames out, for each vehicle by its name.

    Vehicle ``n`` draws its gusts from ``seed + n``, as in a fleet on ports: equal settings, seed and input give equal
    output, byte for byte.
    """

    def __init__(
        self,
        vehicles: Sequence[VehicleSettings],
        hear: Hear,
        *,
        seed: int = 1,
        wind: Wind | None = None,
        start_unix_s: float = 0.0,
    ) -> None:
        self._hear = hear
        self.vehicles = {
            settings.name: Vehicle(settings, wind=wind, seed=seed + number, boot_unix_s=start_unix_s)
            for number, settings in enumerate(vehicles)
        }

    def send(self, name: str, data: bytes) -> None:
        """Bytes of a ground station arrive at a vehicle, whose answers are heard at once."""
        vehicle = self.vehicles[name]
        self._tell(name, vehicle, vehicle.receive(data))

    def step(self, dt_s: float = STEP_S) -> None:
        """Let time pass for all; what they say meanwhile is heard in the order of their names' listing."""
        for name, vehicle in self.vehicles.items():
            self._tell(name, vehicle, vehicle.step(dt_s))

    def _tell(self, name: str, vehicle: Vehicle, frames: list[bytes]) -> None:
        for frame in frames:
            self._hear(name, vehicle.now_s, frame)
