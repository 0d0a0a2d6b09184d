"""The built-in fleet without sockets and without a clock: its time passes only while a client waits for it.

What talks to it by way of asyncio may do so as well, in turn: see ``in_virtual_time``.
"""

from __future__ import annotations

from raw_client import RawClient

from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.fleet.server import VehicleServer
from dronectl.sim.fleet.vehicle import STEP_S


class StandingFleet:
    """A fleet and the clients of its ports. Every run is the same, but for the time of day that it is told."""

    def __init__(self, fleet: SimFleet) -> None:
        self.fleet = fleet
        self.now_s = 0.0
        """Of the vehicles' time, as far as clients have waited for it."""
        self.clients: set[VirtualClient] = set()

    def client(self, server: VehicleServer, target_system: int) -> VirtualClient:
        return VirtualClient(self, server, target_system)

    def step(self) -> None:
        """The least time that can pass."""
        is_new_second = int(self.now_s + STEP_S + 1e-9) > int(self.now_s + 1e-9)
        self.now_s += STEP_S
        for client in self.clients if is_new_second else ():
            if client.sends_heartbeats:
                client.send_heartbeat()
        for server in self.fleet.servers.values():
            server.step(STEP_S)


class _Plug:
    """What a vehicle's port takes for the connection of its client."""

    def __init__(self, client: RawClient) -> None:
        self._client = client

    def send(self, frames: list[bytes]) -> None:
        self._client.hear(b"".join(frames))

    def drop(self) -> None:
        """There is nothing to end."""


class VirtualClient(RawClient):
    """Time-outs are as long for the vehicle as over sockets, where it lives ``speedup`` times as fast."""

    def __init__(self, standing: StandingFleet, server: VehicleServer, target_system: int) -> None:
        super().__init__(target_system)
        self._standing = standing
        self._server = server
        self._plug = _Plug(self)
        assert server.accept(self._plug), "a port serves one client at a time"  # type: ignore[arg-type]
        standing.clients.add(self)

    def close(self) -> None:
        self._standing.clients.discard(self)
        self._server.released(self._plug)  # type: ignore[arg-type]

    def send_bytes(self, frame: bytes) -> None:
        self._server.heard(frame)

    def now_s(self) -> float:
        return self._standing.now_s / self._standing.fleet.speedup

    def wait_news(self, seen: int, timeout_s: float) -> None:
        end_s = self.now_s() + timeout_s
        while len(self._messages) <= seen and self.now_s() < end_s:
            self._standing.step()
