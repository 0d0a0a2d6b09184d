"""Commands and the fleet that they talk to in one event loop whose time is virtual: nothing waits for a clock.

``dronectl.cli.main.run`` does all that it does for a person; only sockets and the clock are not there. The fleet lives
while a command runs, and stands still between two of them unless :func:`pass_time` lets it live.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

from running_fleet import built_fleet, relink
from virtual_fleet import Instant, VirtualLoop

from dronectl.link.transport import endpoints
from dronectl.link.transport.endpoint import Callbacks, Endpoint, Peer
from dronectl.link.transport.url import LinkUrl
from dronectl.sim.fleet.fleet import SimFleet
from dronectl.sim.fleet.server import VehicleServer, _Client
from dronectl.sim.fleet.vehicle import STEP_S

T = TypeVar("T")

LONGEST_COMMAND_S = 3_600.0
LONGEST_WAIT_S = 3_600.0


class _Loop(VirtualLoop):
    """What would be done by a thread is done at once: no virtual time may pass beside real work."""

    def run_in_executor(self, executor: Executor | None, func: Callable[..., Any], *args: Any) -> Any:
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whoever waits for it gets it
            done.set_exception(error)
        return done


class _Transport(asyncio.Transport):
    """The vehicle's end of a connection."""

    def __init__(self, endpoint: _VirtualLink) -> None:
        super().__init__()
        self._endpoint = endpoint
        self._closed = False

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        asyncio.get_running_loop().call_soon(self._endpoint.arrived, bytes(data))

    def abort(self) -> None:
        self._closed = True
        asyncio.get_running_loop().call_soon(self._endpoint.fall)

    def is_closing(self) -> bool:
        return self._closed

    def get_write_buffer_size(self) -> int:
        return 0


class Cable:
    """What leads to a vehicle; it can be cut and healed again."""

    def __init__(self, server: VehicleServer) -> None:
        self.server = server
        self.is_cut = False

    def cut(self) -> None:
        """Ends what is connected and lets nobody in."""
        self.is_cut = True
        if self.server._client is not None:
            self.server._client.drop()

    def heal(self) -> None:
        self.is_cut = False


class _VirtualLink(Endpoint):
    """The ground's end."""

    cable: Cable
    _client: _Client | None = None
    _fell: asyncio.Future[str]

    async def _serve(self) -> str:
        server = self.cable.server
        if server._was_cut:
            raise ConnectionRefusedError
        if self.cable.is_cut:
            raise ConnectionResetError
        self._fell = asyncio.get_running_loop().create_future()
        client = self._client = _Client(server)
        client.connection_made(_Transport(self))
        try:
            self._up()
            return await self._fell
        finally:
            self._client = None
            client.connection_lost(None)

    def send(self, data: bytes, peer: Peer | None) -> None:
        if self._client is not None:
            asyncio.get_running_loop().call_soon(self._client.data_received, data)

    def arrived(self, data: bytes) -> None:
        if self._client is not None:
            self._callbacks.on_bytes(data, None)

    def fall(self) -> None:
        if not self._fell.done():
            self._fell.set_result("the other side closed the link")


@contextmanager
def links_lead_to(cables: Mapping[str, Cable]) -> Iterator[None]:
    """Within: who opens a link with one of these addresses is at the vehicle's end of the cable."""

    def endpoint_for(url: LinkUrl, callbacks: Callbacks, **options: Any) -> Endpoint:
        if str(url) not in cables:
            return endpoints.endpoint_for(url, callbacks, **options)
        link = _VirtualLink(url, callbacks, **options)
        link.cable = cables[str(url)]
        return link

    with patch("dronectl.link.sharing.shared_endpoint.endpoint_for", endpoint_for):
        yield


@contextmanager
def virtual_fleet_behind(root: Path, **how: Any) -> Iterator[SimFleet]:
    """The fleet of the workspace at ``root``, as ``fleet_behind`` has it, for commands of this process."""
    fleet = built_fleet(root, **how)
    urls = {name: f"tcp://127.0.0.1:{1_000 + number}" for number, name in enumerate(fleet.servers)}
    cables = {urls[name]: Cable(server) for name, server in fleet.servers.items()}
    now_s = 1_000.0

    async def beside_the_fleet(main: Coroutine[Any, Any, T]) -> T:
        life = asyncio.create_task(fleet._tick(), name="simulated fleet")
        try:
            return await main
        finally:
            life.cancel()
            await asyncio.wait([life])
            if not life.cancelled():
                life.result()  # a fault of the simulation

    def run(main: Coroutine[Any, Any, T], **_: Any) -> T:
        nonlocal now_s
        instant = Instant(now_s, LONGEST_COMMAND_S)
        try:
            with asyncio.Runner(loop_factory=lambda: _Loop(instant)) as runner:
                return runner.run(beside_the_fleet(main))
        finally:
            now_s = instant.now_s

    relink(root, urls)
    with patch("asyncio.run", run), links_lead_to(cables):
        yield fleet


@contextmanager
def ctrl_c_once(shown: Callable[[], object]) -> Iterator[None]:
    """Within a virtual fleet: whoever runs a command types Ctrl-C as soon as the condition holds."""

    async def type_it() -> None:
        while not shown():  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.05)
        signal.raise_signal(signal.SIGINT)

    async def beside_the_person(main: Coroutine[Any, Any, T]) -> T:
        person = asyncio.create_task(type_it())
        try:
            return await main
        finally:
            person.cancel()

    run = asyncio.run
    with patch("asyncio.run", lambda main, **options: run(beside_the_person(main), **options)):
        yield


def pass_time(fleet: SimFleet, until: Callable[[], object]) -> None:
    """Lets the fleet live until the condition holds."""
    left_s = LONGEST_WAIT_S
    while not until():
        assert left_s > 0, "it never happens"
        left_s -= STEP_S
        for server in fleet.servers.values():
            server.step(STEP_S)
