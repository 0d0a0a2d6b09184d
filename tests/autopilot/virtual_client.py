"""The built-in vehicle without sockets and without a clock: its time passes only while a client waits for it."""

from __future__ import annotations

from collections.abc import Sequence

from raw_client import RawClient

from dronectl.sim.fleet.vehicle import STEP_S, Vehicle
from dronectl.sim.services.ports import Ports, is_passed_on
from dronectl.sim.vehicle.settings import VehicleSettings

BEAT_S = 1.0


class VirtualVehicle:
    """One vehicle and its clients, one at a port. Every run is the same, but for the time of day that it is told."""

    def __init__(self, settings: VehicleSettings, *, speedup: float, boot_unix_s: float) -> None:
        self.speedup = speedup
        self.now_s = 0.0
        self._vehicle = Vehicle(settings, seed=7, boot_unix_s=boot_unix_s)
        self._ports = Ports()
        self._clients: dict[int, VirtualClient] = {}

    def connect(self, channel: int, client: VirtualClient) -> None:
        assert channel not in self._clients, "a port serves one client at a time"
        self._clients[channel] = client
        self._vehicle.connect(True)

    def disconnect(self, channel: int) -> None:
        self._clients.pop(channel, None)
        self._vehicle.connect(bool(self._clients))

    def hear(self, data: bytes, channel: int) -> None:
        self._say(self._vehicle.receive(data, channel), channel)

    def step(self) -> None:
        """The least time that can pass."""
        is_new_second = int(self.now_s + STEP_S + 1e-9) > int(self.now_s + 1e-9)
        self.now_s += STEP_S
        for client in self._clients.values() if is_new_second else ():
            if client.sends_heartbeats:
                client.send_heartbeat()
        self._say(self._vehicle.step(STEP_S), None)

    def _say(self, frames: Sequence[bytes], asked_on: int | None) -> None:
        for frame in frames:
            for channel, client in self._clients.items():
                if self._ports.leaves_by(channel, frame, asked_on):
                    own = self._ports.numbered(frame, channel) if len(self._clients) > 1 else frame
                    client.hear(own if is_passed_on(own) else self._vehicle.signing.signed(own, channel))


class VirtualClient(RawClient):
    """Time-outs are as long for the vehicle as over sockets, where it lives ``speedup`` times as fast."""

    def __init__(self, vehicle: VirtualVehicle, target_system: int, channel: int = 0) -> None:
        super().__init__(target_system)
        self._vehicle = vehicle
        self._channel = channel
        vehicle.connect(channel, self)

    def close(self) -> None:
        self._vehicle.disconnect(self._channel)

    def send_bytes(self, frame: bytes) -> None:
        self._vehicle.hear(frame, self._channel)

    def now_s(self) -> float:
        return self._vehicle.now_s / self._vehicle.speedup

    def wait_news(self, seen: int, timeout_s: float) -> None:
        end_s = self.now_s() + timeout_s
        while len(self._messages) <= seen and self.now_s() < end_s:
            self._vehicle.step()
