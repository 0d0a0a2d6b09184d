"""One suite, many vehicles: every test that asks for ``client`` runs on the built-in copter and on ArduCopter SITL.

The built-in copter runs all of it as the newest release. As an older one, and only built in, it runs the tests marked
``every_firmware``: what the releases differ in, and a small core. SITL runs all of it with every binary that is named.
What a release answers is in ``expectations.py``.

A vehicle lives as long as one test module; a module's ``PARAMETERS`` are set before it boots. Each
test leaves it on the ground, disarmed, without fence and in STABILIZE, and may rely on finding it so.

The time of the built-in copter passes only while a test waits for it, be it by ``connection`` or by our own links to
``address``, unless the module says ``OVER_SOCKETS``: for clients of others, which have threads and clocks of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from expectations import Expected, expected_of
from flying import READY_S, STABILIZE, come_down, set_mode, wait_ready
from raw_client import RawClient, SocketClient
from vehicles import (
    BUILTIN,
    HOW_TO_GET_SITL,
    SITL,
    SPEEDUP,
    UnderTest,
    VehicleAddress,
    builtin_settings,
    running,
    sitl_binary,
)
from virtual_client import StandingFleet
from virtual_commands import in_virtual_time

from dronectl.sim.fleet.fleet import SimFleet

RELEASES = ("4.5", "4.6", "4.7")
WHOLE_SUITE = UnderTest(BUILTIN, "4.7")
"""The built-in vehicle that runs every test."""
VEHICLES = [UnderTest(BUILTIN, release) for release in RELEASES]
VEHICLES += [UnderTest(SITL, release) for release in RELEASES if sitl_binary(release)]
NO_SITL = pytest.mark.skipif(sitl_binary() is None, reason=HOW_TO_GET_SITL)
UNDER_TEST = [
    *(pytest.param(one, id=str(one), marks=pytest.mark.autopilot) for one in VEHICLES),
    pytest.param(UnderTest(SITL), id=SITL, marks=[pytest.mark.autopilot, NO_SITL]),
]
ORDERS = ("COMMAND_LONG", "COMMAND_INT", "SET_MODE")
"""What may arm a vehicle or change its mode."""


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Under xdist, all tests of one module and one vehicle share a worker, because they share the vehicle. Built-in
    vehicles of other releases than the one that runs it all run what is marked ``every_firmware``."""
    left_out = []
    for item in items:
        if item.get_closest_marker("autopilot") and isinstance(item, pytest.Function):
            vehicle = item.callspec.params.get("under_test", "none")
            item.add_marker(pytest.mark.xdist_group(f"{item.module.__name__}-{vehicle}"))
            runs_all = not isinstance(vehicle, UnderTest) or vehicle.kind == SITL or vehicle == WHOLE_SUITE
            if not runs_all and not item.get_closest_marker("every_firmware"):
                left_out.append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        dropped = set(map(id, left_out))
        items[:] = [item for item in items if id(item) not in dropped]


@pytest.fixture(scope="session", params=UNDER_TEST)
def under_test(request: pytest.FixtureRequest) -> UnderTest:
    assert isinstance(request.param, UnderTest)
    return request.param


@pytest.fixture(scope="session")
def kind(under_test: UnderTest) -> str:
    """``builtin`` or ``sitl``."""
    return under_test.kind


@pytest.fixture(scope="module")
def parameters(request: pytest.FixtureRequest) -> Mapping[str, float]:
    """The module's own."""
    return getattr(request.module, "PARAMETERS", {})


@pytest.fixture(scope="module")
def standing(
    under_test: UnderTest, parameters: Mapping[str, float], request: pytest.FixtureRequest
) -> Iterator[StandingFleet | None]:
    """The built-in copter where the module leaves it without a clock."""
    if under_test.kind != BUILTIN or getattr(request.module, "OVER_SOCKETS", False):
        yield None
        return
    settings = builtin_settings(parameters, under_test.firmware)
    fleet = SimFleet([settings], speedup=SPEEDUP[BUILTIN], seed=7)
    with in_virtual_time(fleet):
        yield StandingFleet(fleet)


@pytest.fixture(scope="module")
def address(
    under_test: UnderTest,
    parameters: Mapping[str, float],
    standing: StandingFleet | None,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[VehicleAddress]:
    """A running vehicle that nobody is connected to yet; a module says with ``SPEEDUP`` how fast its time may run."""
    if standing is not None:
        (vehicle,) = (vehicle.settings for vehicle in standing.fleet.vehicles.values())
        assert vehicle.serial1_port is not None
        yield VehicleAddress(BUILTIN, vehicle.system_id, SPEEDUP[BUILTIN], vehicle.port, vehicle.serial1_port)
        return
    kind, speedup = under_test.kind, getattr(request.module, "SPEEDUP", None)
    folder: Path = tmp_path_factory.mktemp(kind)
    with running(kind, folder, firmware=under_test.firmware, parameters=parameters, speedup=speedup) as vehicle:
        yield vehicle


@pytest.fixture(scope="module")
def port(address: VehicleAddress, standing: StandingFleet | None) -> Callable[[int], RawClient]:
    """Connects to the serial port of this number, 0 or 1, of the module's vehicle."""
    if standing is not None:
        ((name, first),) = standing.fleet.servers.items()
        servers = (first, standing.fleet.serial1[name])
        return lambda number: standing.client(servers[number], address.system_id)
    ports = (address.port, address.serial1_port)
    return lambda number: SocketClient(ports[number], address.system_id)


@pytest.fixture(scope="module")
def connection(port: Callable[[int], RawClient]) -> Iterator[RawClient]:
    """The module's one connection, once the vehicle has booted (before that it knows of no mission storage)."""
    with port(0) as client:
        talk = client.talk()
        talk.wait_until(lambda m: m.get_type() == "HEARTBEAT" and m.system_status == 3, "heartbeat in STANDBY", READY_S)
        yield client


@pytest.fixture(scope="module")
def expected(connection: RawClient) -> Expected:
    """What this vehicle's release answers; it says itself which it is."""
    return expected_of(connection)


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
