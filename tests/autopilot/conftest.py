"""One suite, two vehicles: every test that asks for ``client`` runs on the built-in copter and on ArduCopter SITL.

A vehicle lives as long as one test module; a module's ``PARAMETERS`` are set before it boots. Each
test leaves it on the ground, disarmed, without fence and in STABILIZE, and may rely on finding it so.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flying import READY_S, STABILIZE, come_down, set_mode, wait_ready
from raw_client import RawClient
from vehicles import BUILTIN, HOW_TO_GET_SITL, SITL, VehicleAddress, running, sitl_binary

KINDS = [
    pytest.param(BUILTIN, marks=pytest.mark.autopilot),
    pytest.param(
        SITL, marks=[pytest.mark.autopilot, pytest.mark.skipif(sitl_binary() is None, reason=HOW_TO_GET_SITL)]
    ),
]
ORDERS = ("COMMAND_LONG", "COMMAND_INT", "SET_MODE")
"""What may arm a vehicle or change its mode."""


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Under xdist, all tests of one module and one kind share a worker, because they share a vehicle."""
    for item in items:
        if item.get_closest_marker("autopilot") and isinstance(item, pytest.Function):
            vehicle = item.callspec.params.get("kind", "none")
            item.add_marker(pytest.mark.xdist_group(f"{item.module.__name__}-{vehicle}"))


@pytest.fixture(scope="session", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def address(
    kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[VehicleAddress]:
    """A running vehicle of this kind that nobody is connected to yet."""
    folder: Path = tmp_path_factory.mktemp(kind)
    parameters = getattr(request.module, "PARAMETERS", {})
    with running(kind, folder, parameters=parameters) as vehicle:
        yield vehicle


@pytest.fixture(scope="module")
def connection(address: VehicleAddress) -> Iterator[RawClient]:
    """The module's one connection, once the vehicle has booted (before that it knows of no mission storage)."""
    with RawClient(address.port, address.system_id) as client:
        talk = client.talk()
        talk.wait_until(lambda m: m.get_type() == "HEARTBEAT" and m.system_status == 3, "heartbeat in STANDBY", READY_S)
        yield client


@pytest.fixture
def client(connection: RawClient) -> Iterator[RawClient]:
    """A booted vehicle on the ground with nothing on board; what a test leaves behind is cleaned up."""
    before = sum(connection.sent[name] for name in ORDERS)
    yield connection
    connection.sends_heartbeats = True
    if sum(connection.sent[name] for name in ORDERS) > before:
        come_down(connection)
        if connection.mode() != STABILIZE:
            set_mode(connection, STABILIZE)
    for mission_type in (0, 1, 2):
        connection.clear(mission_type)


@pytest.fixture
def ready(client: RawClient) -> RawClient:
    """A vehicle that has a position, passes its pre-arm checks and streams at 4 Hz."""
    wait_ready(client)
    return client
