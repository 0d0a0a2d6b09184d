"""One sortie of a plan in the air: ready → arm → climb → AUTO → follow until every drone has landed and disarmed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from dronectl.errors import DronectlError, Interrupted
from dronectl.link.fleet_link import FleetLink, VehicleLink
from dronectl.ops.alarms.expected import expected_flight
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.common.leases import leased
from dronectl.ops.common.parallel import on_each, to_the_end
from dronectl.ops.flight.drone_flight import DroneFlight
from dronectl.ops.flight.follow import Follower
from dronectl.ops.flight.follow_all import follow_all
from dronectl.ops.flight.launch import Launch
from dronectl.ops.flight.mission_watch import MissionWatch
from dronectl.ops.flight.readiness.ask import STREAM_HZ, fleet_readiness, site_readiness_behind, wait_until_settled
from dronectl.ops.flight.readiness.asked import NOTHING_SAID, Operator
from dronectl.ops.flight.readiness.check import require_go
from dronectl.ops.flight.under_way import HEARD_WITHIN_S, under_way
from dronectl.ops.picture.live import LivePicture, loop_clock
from dronectl.ops.plans.flight_authorisation import plans_of
from dronectl.ops.telemetry.streams import kept_streams
from dronectl.site.local_time import zone_of

if TYPE_CHECKING:
    from dronectl.checks import ProvedPlan

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FlightResult:
    """The contract of ``fly --json``, without the recording that the command adds. Durations are wall time."""

    sortie: int
    drones: tuple[DroneFlight, ...]
    interrupted: bool = False
    picked_up: bool = False
    """It was going on already: nobody was launched, and who stood is not among ``drones``."""

    @property
    def completed(self) -> bool:
        return all(drone.completed and drone.landed for drone in self.drones)

    @property
    def missing(self) -> tuple[str, ...]:
        """Who was armed and not seen to land."""
        return tuple(drone.name for drone in self.drones if drone.is_lost)

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "completed": self.completed}


async def fly_sortie(
    fleet: FleetLink,
    proved: ProvedPlan,
    *,
    sortie: int,
    stop: asyncio.Event,
    ready_within_s: float = 0.0,
    listener: Listener = ignore,
    operator: Operator = NOTHING_SAID,
) -> FlightResult:
    """Flies what is on board, after go / no-go has shown that it and the settings are what was proved. Where drones fly
    it already, they are followed, and nobody is launched.

    An autopilot that was just switched on may take up to ``ready_within_s`` to find its position first.

    When ``stop`` is set, whatever is going on ends at once: nothing more is armed, who stands is disarmed, who flies is
    ordered home until it obeys, and following goes on until all have landed. So it is when a part of the launch fails;
    the failure is raised after they have landed. A cancellation leaves drones in the air to themselves.

    Raises:
        TypeError, RuleViolation: what is given is not proved, was changed since, or another day has come.
        NotReady: a no-go, or a drone is in another command's hand, or flies another mission; nothing was armed, or
            everything was called back.
        Refused, NoAnswer: a drone of the first start did not arm or climb; likewise. One of a later start is left out.
        Interrupted: stopped before anything was armed, or cancelled in flight.
    """
    vehicles = list(fleet.vehicles.values())
    plans = plans_of(proved, vehicles)  # refuses what is not proved before anything is asked

    async def require_ready() -> None:
        await on_each(vehicles, lambda vehicle: wait_until_settled(vehicle, ready_within_s))
        site = await site_readiness_behind(vehicles, proved.site, proved, sortie=sortie, operator=operator)
        drones = await fleet_readiness(vehicles, proved, sortie=sortie, listener=listener, operator=operator)
        require_go((site, *drones))

    with ExitStack() as launching:
        try:
            heard_within_s = max(ready_within_s, HEARD_WITHIN_S)
            look = under_way(vehicles, plans, sortie, listener, heard_within_s=heard_within_s)
            flying = await _unless(stop, look)
            if not flying:
                launching.enter_context(leased(vehicles))
                await _unless(stop, require_ready())
        except Interrupted:
            raise Interrupted("stopped by the user before anything was armed") from None
        flight = _Flight(proved, flying or vehicles, sortie, listener)
        return await (flight.follow(stop) if flying else flight.launch_and_follow(stop, launching.close))


class _Flight:
    """The drones of one sortie, followed; launched before, or in the air already."""

    def __init__(self, proved: ProvedPlan, vehicles: Sequence[VehicleLink], sortie: int, listener: Listener) -> None:
        self._vehicles, self._sortie, self._listener = vehicles, sortie, listener
        self._plans, rules = plans_of(proved, vehicles), proved.site.rules
        self._reserve_pct = rules.battery_reserve_pct
        expected = {name: expected_flight(plan, sortie, rules) for name, plan in self._plans.items()}
        self._live = LivePicture(vehicles, expected, listener, lambda: proved.site, shows=True)
        clock = loop_clock(zone_of(proved.site))
        self._followers = {
            vehicle.name: Follower(
                vehicle, self._plans[vehicle.name], sortie, listener, self._live.folds[vehicle.name], clock
            )
            for vehicle in vehicles
        }

    async def follow(self, stop: asyncio.Event) -> FlightResult:
        """Those that are in the air."""
        for follower in self._followers.values():
            follower.pick_up()
        async with self._watched():
            flights = await follow_all(self._followers, stop, self._listener, come_home=False)
        return FlightResult(self._sortie, flights, interrupted=stop.is_set(), picked_up=True)

    async def launch_and_follow(self, stop: asyncio.Event, launched: Callable[[], None]) -> FlightResult:
        """``launched`` is called when all are on their way, or called back."""
        launch = Launch(self._followers, self._sortie, self._reserve_pct, self._listener)
        failure: DronectlError | None = None
        async with self._watched():
            try:
                await _unless(stop, launch.run())
            except Interrupted:
                self._listener(Note(launch.told or "nothing was armed", level="warning"))
            except DronectlError as error:
                failure = error
                self._listener(Note(launch.told or error.message, level="error"))
            launched()
            flights = await follow_all(self._followers, stop, self._listener, come_home=failure is not None)
        result = FlightResult(self._sortie, flights, interrupted=stop.is_set())
        if failure is not None:
            failure.message += f"; {launch.told}" if launch.told else ""
            lost = [f"{drone.name} {drone.end}" for drone in result.drones if drone.is_lost]
            failure.message += f"; NOT seen to land: {'; '.join(lost)}" if lost else ""
            failure.details.update(result.as_json())
            raise failure
        return result

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        """Within: what the drones say is taken in, what is wrong is told, and whether their missions are the plan's."""
        async with AsyncExitStack() as watching:
            for name, follower in self._followers.items():
                watching.enter_context(follower)
                mission = MissionWatch(
                    follower.vehicle,
                    self._plans[name],
                    self._sortie,
                    self._listener,
                    follower.mission_differs,
                )
                await watching.enter_async_context(mission)
            await watching.enter_async_context(self._live)
            await watching.enter_async_context(kept_streams(self._vehicles, STREAM_HZ))
            yield


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T:
    """The result of ``work``, which is cancelled, and cleans up to its end, when ``stop`` is set first.

    Raises:
        Interrupted: it was.
    """
    task, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        task.cancel()
        await to_the_end(asyncio.wait({task}))
    if task.cancelled():
        raise Interrupted("stopped by the user")
    return task.result()
