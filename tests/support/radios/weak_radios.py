"""What each command does, done over radios that are slow, late and lose frames: does it succeed, and how soon?

The use cases are those that the commands call, each with links that it opens itself, in virtual time. In every second
run the drones stream at 4 Hz what a ``watch`` before it has asked for; otherwise they are silent until asked. Half of
the runs are with ArduCopter 4.5 as it names and scales its parameters, half with 4.7.
"""

from __future__ import annotations

import asyncio
import functools
import random
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from flown_plans import shipped_site
from proofs import proved
from seeded_pushes import items_of
from virtual_fleet import virtual_radios
from virtual_network import run_virtually
from virtual_time import NeverEnds

from dronectl.checks import ProvedPlan
from dronectl.errors import DronectlError
from dronectl.link.fleet_link import VehicleLink, open_fleet
from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.model.fleet import Drone
from dronectl.model.plan.mission import Command, Mission, MissionItem
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.ops.common.events import ignore
from dronectl.ops.common.parallel import on_each
from dronectl.ops.flight.fly import fly_sortie
from dronectl.ops.flight.readiness.ask import fleet_readiness
from dronectl.ops.flight.readiness.check import require_go
from dronectl.ops.identity.identity import ALIVE_TIMEOUT_S, identify_fleet
from dronectl.ops.items.push import push as push_plan
from dronectl.ops.items.transaction import commit_items
from dronectl.ops.logs.logs import list_logs
from dronectl.ops.orders import orders
from dronectl.ops.parameters.parameter_table import read_table
from dronectl.ops.parameters.settings import get_parameter, require_fitting, set_parameter
from dronectl.ops.telemetry.listening import record_fleet
from dronectl.ops.telemetry.status import fleet_status
from dronectl.protocol.vehicle.telemetry import STREAMED
from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.vehicle.dialect import mavlink
from dronectl.sim.vehicle.firmware import FIRMWARES
from dronectl.sim.vehicle.settings import LinkFaults

DRONES = 3
BAUD = 57_600
RECORD_S = 10.0
LIMIT_S = 900.0
_WARM_UP_S = 15.0
"""From power-on to a position and a filter that is settled."""
_FAST = frozenset({"GLOBAL_POSITION_INT", "ATTITUDE", "VFR_HUD"})


class Failed(Exception):
    """It ended without an error, and did not do what it is for."""


@dataclass
class Scene:
    """What a use case works with."""

    drones: list[Drone]
    vehicles: list[Vehicle]
    seed: int

    @property
    def uids(self) -> dict[str, str | None]:
        return dict.fromkeys(drone.name for drone in self.drones)


UseCase = Callable[[Scene], Awaitable[None]]


async def status(scene: Scene) -> None:
    async with open_fleet(scene.drones) as fleet:
        answers = await fleet_status(list(fleet.vehicles.values()), scene.uids, timeout_s=5.0)
    for answer in answers:
        if answer.error is not None:
            raise Failed(answer.error)
        sample = answer.picture and answer.picture.sample
        if sample is None or None in (sample.lat_deg, sample.battery_pct, answer.uid):
            raise Failed(f"{answer.name}: nothing told")


async def record(scene: Scene) -> None:
    """``telemetry record`` for ten seconds."""
    frames = dict.fromkeys(scene.uids, 0)
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / f"{name}.tlog" for name in frames}
        await record_fleet(scene.drones, files, 4.0, RECORD_S, ignore, frames)
    if min(frames.values()) < 100:
        raise Failed(f"frames: {frames}")


async def fleet_record(scene: Scene) -> None:
    async with open_fleet(scene.drones) as fleet:
        await identify_fleet(list(fleet.vehicles.values()), scene.uids)


async def push(scene: Scene) -> None:
    random_ = random.Random(scene.seed)
    settings = {
        Setting.RETURN_ALTITUDE_M: float(random_.randint(20, 80)),
        Setting.FENCE_KINDS: 5.0,
        Setting.FENCE_ALTITUDE_MAX_M: 110.0,
        Setting.FENCE_ACTION: 2.0,
        Setting.RALLY_LIMIT_M: 500.0,
        Setting.RALLY_INCLUDE_HOME: 1.0,
    }
    async with open_fleet(scene.drones) as fleet:
        vehicles = list(fleet.vehicles.values())
        await commit_items(vehicles, items_of(random_), uids=scene.uids, settings=dict.fromkeys(scene.uids, settings))


async def ready(scene: Scene) -> None:
    async with open_fleet(scene.drones) as fleet:
        vehicles = list(fleet.vehicles.values())
        await identify_fleet(vehicles, scene.uids, thorough=False)
        require_go(await fleet_readiness(vehicles, _proved(scene), sortie=1))


async def flight(scene: Scene) -> None:
    """Pushed without loss, then flown over the radio as it is: up, 60 m out and back."""
    async with open_fleet(scene.drones) as fleet:
        await identify_fleet(list(fleet.vehicles.values()), scene.uids)
        result = await fly_sortie(fleet, _proved(scene), sortie=1, stop=asyncio.Event())
    if not result.completed:
        raise Failed("; ".join(f"{d.name}: {d.reached_item}/{d.last_item}, landed {d.landed}" for d in result.drones))


async def order(scene: Scene, what: Callable[[VehicleLink], Awaitable[None]], *, urgent: bool = False) -> None:
    """As ``cli.orders.give``."""

    async def obey(vehicle: VehicleLink) -> None:
        if urgent:
            await vehicle.wait_alive(ALIVE_TIMEOUT_S)
        await what(vehicle)

    async with open_fleet(scene.drones) as fleet:
        vehicles = list(fleet.vehicles.values())
        if not urgent:
            await identify_fleet(vehicles, scene.uids)
        await on_each(vehicles, obey)


async def takeoff(scene: Scene) -> None:
    await order(scene, lambda vehicle: orders.takeoff(vehicle, 6.0))


async def hold_and_rtl(scene: Scene) -> None:
    """Two orders to drones that hover."""
    await order(scene, orders.hold, urgent=True)
    await order(scene, orders.rtl, urgent=True)


async def arm_and_disarm(scene: Scene) -> None:
    await order(scene, orders.arm)
    await order(scene, orders.disarm, urgent=True)


async def param_get(scene: Scene) -> None:
    async with open_fleet(scene.drones) as fleet:
        vehicles = list(fleet.vehicles.values())
        await identify_fleet(vehicles, scene.uids, thorough=False)
        await on_each(vehicles, lambda vehicle: get_parameter(vehicle, "BATT_CAPACITY"))


async def param_set(scene: Scene) -> None:
    async with open_fleet(scene.drones) as fleet:
        vehicles = list(fleet.vehicles.values())
        await identify_fleet(vehicles, scene.uids)
        await on_each(vehicles, lambda vehicle: require_fitting(vehicle, "BATT_CAPACITY", 4321))
        await on_each(vehicles, lambda vehicle: set_parameter(vehicle, "BATT_CAPACITY", 4321))


async def param_save(scene: Scene) -> None:
    async with open_fleet(scene.drones) as fleet:
        vehicles = list(fleet.vehicles.values())
        await identify_fleet(vehicles, scene.uids, thorough=False)
        await on_each(vehicles, read_table)


async def log_list(scene: Scene) -> None:
    async with open_fleet(scene.drones) as fleet:
        vehicles = list(fleet.vehicles.values())
        await identify_fleet(vehicles, scene.uids, thorough=False)
        await on_each(vehicles, list_logs)


USE_CASES: dict[str, UseCase] = {
    "fleet status": status,
    "telemetry record": record,
    "fleet record": fleet_record,
    "push": push,
    "fleet ready": ready,
    "fly": flight,
    "arm, disarm": arm_and_disarm,
    "takeoff": takeoff,
    "hold, rtl": hold_and_rtl,
    "param get": param_get,
    "param set": param_set,
    "param save": param_save,
    "log list": log_list,
}


@dataclass(frozen=True)
class Weak:
    """A radio. ``latency_ms``: each way."""

    loss: float
    latency_ms: float
    one_radio: bool


async def _run(name: str, weak: Weak, seed: int) -> float:
    firmware = FIRMWARES["4.5" if seed % 4 < 2 else "4.7"]
    async with virtual_radios(DRONES, seed=seed, one_radio=weak.one_radio, firmware=firmware) as (drones, radios):
        vehicles = [vehicle for radio in radios for vehicle in radio.vehicles]
        scene = Scene(drones, vehicles, seed)
        await asyncio.sleep(_WARM_UP_S + (seed % 7) / 7)
        await _prepare(name, scene)
        if seed % 2:
            for vehicle in vehicles:
                for message, message_id in STREAMED.items():
                    _order_directly(
                        vehicle, mavlink.MAV_CMD_SET_MESSAGE_INTERVAL, message_id, 2.5e5 if message in _FAST else 5e5
                    )
        for radio in radios:
            radio.set_faults(LinkFaults(loss=weak.loss, latency_ms=weak.latency_ms, baud=BAUD))
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        await USE_CASES[name](scene)
        return loop.time() - began_s


async def _prepare(name: str, scene: Scene) -> None:
    if name == "hold, rtl":
        await order(scene, lambda vehicle: orders.takeoff(vehicle, 6.0))
        await asyncio.sleep(5.0)
    if name == "log list":
        await arm_and_disarm(scene)
    if name in ("fly", "fleet ready"):
        async with open_fleet(scene.drones) as fleet:
            await push_plan(fleet, _proved(scene), sortie=1, uids=scene.uids)


def outcome(name: str, weak: Weak, seed: int) -> float | str:
    """How many seconds it took, or why it failed."""
    try:
        return run_virtually(_run(name, weak, seed), limit_s=LIMIT_S)
    except (DronectlError, Failed, NeverEnds) as error:
        return str(error) or type(error).__name__


def _order_directly(vehicle: Vehicle, command: int, *params: float) -> None:
    """From another ground station, over another port."""
    codec = mavlink.MAVLink(None, srcSystem=250, srcComponent=190)
    filled = (*params, *(0.0,) * (7 - len(params)))
    message = mavlink.MAVLink_command_long_message(vehicle.settings.system_id, 1, command, 0, *filled)
    vehicle.receive(bytes(message.pack(codec)))


def _mission(drone: Drone) -> Mission:
    """Up to 12 m, 60 m north, back."""
    lat_e7, lon_e7 = drone.home.lat_e7, drone.home.lon_e7
    return Mission(
        (
            MissionItem(Command.NAV_WAYPOINT, 0, lat_e7=lat_e7, lon_e7=lon_e7),
            MissionItem(Command.NAV_TAKEOFF, 3, altitude_m=12.0),
            MissionItem(Command.NAV_WAYPOINT, 3, lat_e7=lat_e7 + 5_400, lon_e7=lon_e7, altitude_m=12.0),
            MissionItem(Command.NAV_RETURN_TO_LAUNCH),
        )
    )


def _proved(scene: Scene) -> ProvedPlan:
    return _proved_for(tuple(scene.drones))


@functools.cache
def _proved_for(drones: tuple[Drone, ...]) -> ProvedPlan:
    parts = tuple(
        DronePlan(
            drone.name, drone.system_id, drone.home, 0.0, (Sortie(1, "weak", _mission(drone), 0.0, 120.0, 60.0, 5.0),)
        )
        for drone in drones
    )
    plan = Plan("weak", "2026-01-01T00:00:00Z", parts, {}, 60.0, None, None, None)
    return proved(plan, replace(shipped_site(), drones=drones))
