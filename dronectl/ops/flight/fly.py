"""One sortie of a plan in the air: ready → arm → climb → AUTO → follow until every drone has landed and disarmed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from dronectl.errors import DronectlError, Interrupted, NoAnswer
from dronectl.link.fleet_link import FleetLink, VehicleLink
from dronectl.ops.alarms.expected import expected_flight
from dronectl.ops.alarms.last_heard import last_heard
from dronectl.ops.common.events import Launched, Listener, Note, ignore
from dronectl.ops.common.leases import leased
from dronectl.ops.common.parallel import named, on_each, to_the_end
from dronectl.ops.common.waiting import until
from dronectl.ops.flight.drone_flight import DroneFlight
from dronectl.ops.flight.follow import Follower
from dronectl.ops.flight.ready import (
    STREAM_HZ,
    Readiness,
    fleet_readiness,
    present_state,
    require_go,
    wait_until_settled,
)
from dronectl.ops.orders import orders
from dronectl.ops.picture.live import LivePicture, loop_clock
from dronectl.ops.plans.flight_authorisation import plans_of
from dronectl.ops.telemetry.streams import kept_streams
from dronectl.site.local_time import zone_of

if TYPE_CHECKING:
    from dronectl.checks import ProvedPlan

T = TypeVar("T")

ORDER_AGAIN_S = 1.0
DISARM_AGAIN_S = 10.0
COMING_DOWN = frozenset({"RTL", "SMART_RTL", "AUTO_RTL", "LAND"})
"""Who returns or lands already is left alone: a failsafe that lands knows why it does not return."""


@dataclass(frozen=True, slots=True)
class FlightResult:
    """The contract of ``fly --json``, without the recording that the command adds. Durations are wall time."""

    sortie: int
    drones: tuple[DroneFlight, ...]
    interrupted: bool = False

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
) -> FlightResult:
    """Flies what is on board, after go / no-go has shown that it and the settings are what was proved.

    An autopilot that was just switched on may take up to ``ready_within_s`` to find its position first.

    When ``stop`` is set, whatever is going on ends at once: nothing more is armed, who stands is disarmed, who flies is
    ordered home until it obeys, and following goes on until all have landed. So it is when a part of the launch fails;
    the failure is raised after they have landed. A cancellation leaves drones in the air to themselves.

    Raises:
        TypeError, RuleViolation: what is given is not proved, was changed since, or another day has come.
        NotReady: a no-go, or a drone is in another command's hand; nothing was armed, or everything was called back.
        Refused, NoAnswer: a drone did not arm or climb; likewise.
        Interrupted: stopped before anything was armed, or cancelled in flight.
    """
    vehicles = list(fleet.vehicles.values())
    plans_of(proved, vehicles)  # refuses what is not proved before anything is asked

    async def require_ready() -> None:
        await on_each(vehicles, lambda vehicle: wait_until_settled(vehicle, ready_within_s))
        require_go(await fleet_readiness(vehicles, proved, sortie=sortie, listener=listener))

    launching = ExitStack()
    launching.enter_context(leased(vehicles))
    with launching:
        try:
            await _unless(stop, require_ready())
        except Interrupted:
            raise Interrupted("stopped by the user before anything was armed") from None
        return await _launch_and_follow(proved, vehicles, sortie, stop, listener, launching.close)


async def _launch_and_follow(
    proved: ProvedPlan,
    vehicles: Sequence[VehicleLink],
    sortie: int,
    stop: asyncio.Event,
    listener: Listener,
    launched: Callable[[], None],
) -> FlightResult:
    """``launched`` is called when all are on their way, or called back."""
    plans, reserve_pct = plans_of(proved, vehicles), proved.site.rules.battery_reserve_pct
    expected = {name: expected_flight(plan, sortie, proved.site.rules) for name, plan in plans.items()}
    live = LivePicture(vehicles, expected, listener, lambda: proved.site, shows=True)
    clock = loop_clock(zone_of(proved.site))
    followers = {
        vehicle.name: Follower(vehicle, plans[vehicle.name], sortie, listener, live.folds[vehicle.name], clock)
        for vehicle in vehicles
    }
    launch = _Launch(followers, sortie, reserve_pct, listener)
    failure: DronectlError | None = None
    with ExitStack() as watching:
        for follower in followers.values():
            watching.enter_context(follower)
        async with live, kept_streams(vehicles, STREAM_HZ):
            try:
                await _unless(stop, launch.run())
            except Interrupted:
                listener(Note(launch.told or "nothing was armed", level="warning"))
            except DronectlError as error:
                failure = error
                listener(Note(launch.told or error.message, level="error"))
            launched()
            flights = await _follow(followers, stop, listener, come_home=failure is not None)
    result = FlightResult(sortie, flights, interrupted=stop.is_set())
    if failure is not None:
        failure.message += f"; {launch.told}" if launch.told else ""
        lost = [f"{drone.name} {drone.end}" for drone in result.drones if drone.is_lost]
        failure.message += f"; NOT seen to land: {'; '.join(lost)}" if lost else ""
        failure.details.update(result.as_json())
        raise failure
    return result


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


class _Launch:
    """Start time after start time: all drones of one start are armed before the first of them climbs.

    So a drone that refuses to arm is known while everyone still stands on the ground.
    """

    def __init__(self, followers: Mapping[str, Follower], sortie: int, reserve_pct: float, listener: Listener) -> None:
        self._followers = followers
        self._sortie = sortie
        self._reserve_pct = reserve_pct
        self._listener = listener
        self._touched: list[VehicleLink] = []
        self.told = ""
        """What became of the drones when the launch was undone."""

    async def run(self) -> None:
        """Returns when all are in AUTO. A failure or a cancellation disarms who stands and brings home who flies."""
        starts: dict[float, list[Follower]] = {}
        for follower in self._followers.values():
            starts.setdefault(follower.start_s, []).append(follower)
        try:
            for start_s, group in sorted(starts.items()):
                await self._wait_for(start_s, group)
                await self._start([follower.vehicle for follower in group], start_s)
        except (DronectlError, asyncio.CancelledError):
            self.told = await to_the_end(self._undo())
            raise

    async def _start(self, group: Sequence[VehicleLink], start_s: float) -> None:
        require_go([self._present_state(vehicle) for vehicle in group])
        self._touched += group
        # First the modes, so that all are armed at about the same time: who waits armed for long disarms itself.
        await on_each(group, _into_guided)
        await on_each(group, orders.arm)
        if len(self._touched) == len(group):
            for follower in self._followers.values():
                follower.set_plan_time(start_s)
        await on_each(group, orders.climb_into_mission, stop_at_first_failure=True)
        self._listener(Note(f"{', '.join(vehicle.name for vehicle in group)} in AUTO"))
        for vehicle in group:
            self._listener(Launched(vehicle.name))

    def _present_state(self, vehicle: VehicleLink) -> Readiness:
        plan = self._followers[vehicle.name].plan
        return present_state(vehicle, plan, sortie=self._sortie, reserve_pct=self._reserve_pct)

    async def _wait_for(self, start_s: float, group: Sequence[Follower]) -> None:
        """Start times count from the first take-off, in the vehicles' own seconds: simulated ones are shorter."""
        if not self._touched:
            return
        patience_s = 30.0 + 4 * start_s
        for follower in group:
            if not await until(follower.vehicle, partial(follower.has_reached, start_s), patience_s):
                raise NoAnswer(f"{follower.vehicle.name}: its clock did not reach its start time")

    async def _undo(self) -> str:
        return ", ".join(await asyncio.gather(*(orders.abort_launch(vehicle) for vehicle in self._touched)))


async def _into_guided(vehicle: VehicleLink) -> None:
    await orders.set_mode(vehicle, "GUIDED")


async def _follow(
    followers: Mapping[str, Follower], stop: asyncio.Event, listener: Listener, *, come_home: bool
) -> tuple[DroneFlight, ...]:
    """Until all have landed or are given up; once ``stop`` is set, or at once, all are ordered home.

    Raises:
        Interrupted: cancelled; who was in the air goes on by itself.
    """
    helper = asyncio.create_task(_bring_home(None if come_home else stop, list(followers.values()), listener))
    try:
        return tuple(await asyncio.gather(*(follower.follow() for follower in followers.values())))
    except asyncio.CancelledError:
        flying = [follower for follower in followers.values() if follower.vehicle.state.armed]
        left = [follower.vehicle.name for follower in flying]
        last = "".join(f"; {follower.vehicle.name} {follower.seen_last}" for follower in flying)
        where = f"left to their missions and failsafes: {', '.join(left)}{last}" if left else "every drone has landed"
        details = {"left": left, "last": [last_heard(follower.alarms.flight).as_json() for follower in flying]}
        raise Interrupted(
            f"stopped by the user; {where}", hint="'dronectl watch' shows them", details=details
        ) from None
    finally:
        helper.cancel()
        with suppress(asyncio.CancelledError):
            await helper


async def _bring_home(stop: asyncio.Event | None, followers: Sequence[Follower], listener: Listener) -> None:
    """Orders every armed drone home, again and again until its heartbeat shows that it comes: links fall and return.
    One that lies on the ground is disarmed instead: an order to fly would start what is left of it."""
    if stop is not None:
        await stop.wait()
    now_s = asyncio.get_running_loop().time()
    for follower in followers:
        follower.called_back_s = now_s
    if any(follower.vehicle.state.armed and not follower.has_crashed for follower in followers):
        text = "every drone in the air returns to launch; press Ctrl-C again to leave them"
        listener(Note(text, level="warning"))

    async def order_down(follower: Follower) -> None:
        vehicle, told = follower.vehicle, ""
        while vehicle.state.armed and not follower.done.is_set():
            try:
                if follower.has_crashed:
                    listener(Note(await orders.disarm_crashed(vehicle), level="warning"))
                    await asyncio.sleep(DISARM_AGAIN_S)
                elif vehicle.state.mode not in COMING_DOWN:
                    await orders.rtl(vehicle)
                else:
                    await asyncio.sleep(ORDER_AGAIN_S)
            except DronectlError as error:
                if error.message != told:
                    told = error.message
                    listener(Note(f"{named(error, vehicle.name).message}; ordered again until it comes", level="error"))
                await asyncio.sleep(ORDER_AGAIN_S)

    await asyncio.gather(*(order_down(follower) for follower in followers))
