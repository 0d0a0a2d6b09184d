"""One sortie of a plan in the air: ready → arm → climb → AUTO → follow until every drone has landed and disarmed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from dronectl.errors import DronectlError, NotReady
from dronectl.link.fleet_link import FleetLink, VehicleLink
from dronectl.model.message import Message
from dronectl.model.mission import Command, Mission
from dronectl.model.plan import DronePlan, Plan
from dronectl.ops import orders
from dronectl.ops.events import Listener, Note, Progress, ignore
from dronectl.ops.parallel import named, on_each
from dronectl.ops.push import drone_plan
from dronectl.ops.ready import Readiness, fleet_readiness, wait_until_settled

SILENCE_S = 60.0
"""A drone not heard for this long is given up; its mission and failsafes go on without us."""
WARN_SILENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class DroneFlight:
    """How one drone's sortie went."""

    name: str
    system_id: int
    completed: bool
    """It reached the last place of its mission before it came back."""
    reached_item: int
    last_item: int
    landed: bool
    duration_s: float
    max_relative_altitude_m: float
    texts: tuple[str, ...]
    """What the vehicle said of warning level and above."""


@dataclass(frozen=True, slots=True)
class FlightResult:
    """The contract of ``fly --json``, without the recording that the command adds. Durations are wall time."""

    sortie: int
    drones: tuple[DroneFlight, ...]
    interrupted: bool = False

    @property
    def completed(self) -> bool:
        return all(drone.completed and drone.landed for drone in self.drones)

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "completed": self.completed}


async def fly(
    fleet: FleetLink,
    plan: Plan,
    *,
    sortie: int,
    reserve_pct: float,
    stop: asyncio.Event,
    ready_within_s: float = 0.0,
    listener: Listener = ignore,
) -> FlightResult:
    """Flies what is on board, after go / no-go has shown that it is the plan.

    An autopilot that was just switched on may take up to ``ready_within_s`` to find its position first.

    When ``stop`` is set, nothing more takes off and every drone in the air is ordered home; following goes on until
    they have landed.

    Raises:
        NotReady: a no-go; nothing was armed.
        Refused, NoAnswer: a drone did not arm or climb; those that had not taken off are disarmed, those in the air
            are ordered home.
    """
    vehicles = list(fleet.vehicles.values())
    plans = {vehicle.name: drone_plan(plan, vehicle.name) for vehicle in vehicles}
    await on_each(vehicles, lambda vehicle: wait_until_settled(vehicle, ready_within_s))
    answers = await fleet_readiness(vehicles, plans, sortie=sortie, reserve_pct=reserve_pct, listener=listener)
    require_go(answers)
    followers = {vehicle.name: _Follower(vehicle, plans[vehicle.name], sortie, listener) for vehicle in vehicles}
    for follower in followers.values():
        follower.begin()
    try:
        await _launch(vehicles, plans, sortie, stop, listener)
        stopper = asyncio.create_task(_return_on_stop(stop, vehicles, listener))
        try:
            flights = await asyncio.gather(*(followers[vehicle.name].follow() for vehicle in vehicles))
        finally:
            stopper.cancel()
    finally:
        for follower in followers.values():
            follower.end()
    return FlightResult(sortie, tuple(flights), interrupted=stop.is_set())


def require_go(answers: Sequence[Readiness]) -> None:
    """Raises NotReady with every reason of every drone that says no."""
    noes = [answer for answer in answers if not answer.go]
    if noes:
        reasons = "; ".join(f"{answer.drone}: {answer.reasons()}" for answer in noes)
        raise NotReady(
            f"no-go: {reasons}",
            hint="'dronectl fleet ready PLAN' shows every check; push the plan again if a mission differs",
            details={"drones": [answer.as_json() for answer in answers]},
        )


async def _launch(
    vehicles: Sequence[VehicleLink],
    plans: dict[str, DronePlan],
    sortie: int,
    stop: asyncio.Event,
    listener: Listener,
) -> None:
    """Start time after start time: all drones of one start are armed before the first of them climbs.

    So a drone that refuses to arm is known while everyone still stands on the ground.
    """
    began = time.monotonic()
    starts: dict[float, list[VehicleLink]] = {}
    for vehicle in vehicles:
        flight = plans[vehicle.name].sortie(sortie)
        starts.setdefault(flight.start_s if flight else 0.0, []).append(vehicle)
    in_the_air: list[VehicleLink] = []
    for start_s, group in sorted(starts.items(), key=lambda entry: entry[0]):
        await _wait_or_stop(stop, start_s - (time.monotonic() - began))
        if stop.is_set():
            break
        try:
            await on_each(group, _arm)
            in_the_air += group
            await on_each(group, orders.climb_into_mission)
        except (DronectlError, asyncio.CancelledError) as error:
            told = await _undo_launch([*in_the_air, *(vehicle for vehicle in group if vehicle not in in_the_air)])
            listener(Note(told, level="error"))
            if isinstance(error, DronectlError):
                error.message += f"; {told}"
            raise
        listener(Note(f"{', '.join(vehicle.name for vehicle in group)} in AUTO"))


async def _arm(vehicle: VehicleLink) -> None:
    await orders.set_mode(vehicle, "GUIDED")
    await orders.arm(vehicle)


async def _undo_launch(vehicles: Sequence[VehicleLink]) -> str:
    """Disarms who stands, brings back who flies, and says so."""

    async def undo(vehicle: VehicleLink) -> str:
        flying = (vehicle.state.relative_altitude_m or 0.0) > orders.ON_GROUND_M
        if not vehicle.state.armed:
            return f"{vehicle.name} stays disarmed"
        try:
            if flying:
                await orders.rtl(vehicle)
                return f"{vehicle.name} returns to launch"
            await orders.disarm(vehicle)
        except DronectlError as error:
            return f"{vehicle.name} IS STILL {'FLYING' if flying else 'ARMED'} ({error.message})"
        return f"{vehicle.name} disarmed again"

    return ", ".join(await asyncio.gather(*(undo(vehicle) for vehicle in vehicles)))


async def _return_on_stop(stop: asyncio.Event, vehicles: Sequence[VehicleLink], listener: Listener) -> None:
    await stop.wait()
    listener(Note("stop: every drone in the air returns to launch; press Ctrl-C again to leave them", level="warning"))

    async def order_home(vehicle: VehicleLink) -> None:
        if not vehicle.state.armed:
            return
        try:
            await orders.rtl(vehicle)
        except DronectlError as error:
            listener(Note(named(error, vehicle.name).message, vehicle.name, "error"))

    await asyncio.gather(*(order_home(vehicle) for vehicle in vehicles))


async def _wait_or_stop(stop: asyncio.Event, seconds: float) -> None:
    if seconds > 0:
        try:
            async with asyncio.timeout(seconds):
                await stop.wait()
        except TimeoutError:
            return


def last_place(mission: Mission) -> int:
    """Sequence number of the last item to be reached: who reached it has flown the mission; the return follows."""
    ends = (Command.NAV_RETURN_TO_LAUNCH, Command.NAV_LAND)
    places = [seq for seq, item in enumerate(mission.items) if seq and item.command < 95 and item.command not in ends]
    return places[-1] if places else 0


@dataclass(slots=True)
class _Follower:
    """Watches one drone from arming to disarming."""

    vehicle: VehicleLink
    plan: DronePlan
    sortie: int
    listener: Listener
    reached: int = 0
    was_armed: bool = False
    max_altitude_m: float = 0.0
    mode: str | None = None
    armed_at: float = 0.0
    disarmed_at: float = 0.0
    heard_at: float = field(default_factory=time.monotonic)
    warned: bool = False
    texts: list[str] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    unsubscribe: Callable[[], None] | None = None

    def begin(self) -> None:
        self.unsubscribe = self.vehicle.subscribe(self._on_message)

    def end(self) -> None:
        if self.unsubscribe is not None:
            self.unsubscribe()

    @property
    def last(self) -> int:
        flight = self.plan.sortie(self.sortie)
        return last_place(flight.mission) if flight else 0

    async def follow(self) -> DroneFlight:
        """Until disarmed after having been armed, or silent for too long."""
        if not self.vehicle.state.armed and not self.was_armed:
            self.done.set()
        while not self.done.is_set():
            try:
                async with asyncio.timeout(1.0):
                    await self.done.wait()
            except TimeoutError:
                if self._given_up():
                    break
        landed = self.was_armed and self.vehicle.state.armed is False
        return DroneFlight(
            name=self.vehicle.name,
            system_id=self.vehicle.system_id,
            completed=self.reached >= self.last,
            reached_item=self.reached,
            last_item=self.last,
            landed=landed,
            duration_s=round(max(0.0, (self.disarmed_at or time.monotonic()) - self.armed_at), 1),
            max_relative_altitude_m=round(self.max_altitude_m, 1),
            texts=tuple(self.texts),
        )

    def _given_up(self) -> bool:
        silent_s = time.monotonic() - self.heard_at
        if silent_s > SILENCE_S:
            text = f"not heard for {silent_s:.0f} s: it goes on by itself (mission, failsafes)"
            self.listener(Note(text, self.vehicle.name, "error"))
            return True
        if silent_s > WARN_SILENCE_S and not self.warned:
            self.warned = True
            self.listener(Note(f"not heard for {silent_s:.0f} s", self.vehicle.name, "warning"))
        return False

    def _on_message(self, message: Message) -> None:
        state, now = self.vehicle.state, time.monotonic()
        self.heard_at = now
        if self.warned:
            self.warned = False
            self.listener(Note("heard again", self.vehicle.name))
        self.max_altitude_m = max(self.max_altitude_m, state.relative_altitude_m or 0.0)
        match message.name:
            case "MISSION_ITEM_REACHED":
                self.reached = max(self.reached, int(message["seq"]))
                self.listener(Progress(self.vehicle.name, "mission", min(self.reached, self.last), self.last))
            case "HEARTBEAT":
                self._on_heartbeat(now)
            case "STATUSTEXT":
                self._on_text(int(message["severity"]), str(message["text"]))

    def _on_heartbeat(self, now: float) -> None:
        state = self.vehicle.state
        if state.mode != self.mode:
            self.mode = state.mode
            self.listener(Note(f"mode {state.mode}", self.vehicle.name))
        if state.armed and not self.was_armed:
            self.was_armed, self.armed_at = True, now
        elif self.was_armed and state.armed is False and not self.done.is_set():
            self.disarmed_at = now
            self.listener(Note("landed and disarmed", self.vehicle.name))
            self.done.set()

    def _on_text(self, severity: int, text: str) -> None:
        warning = 4  # MAV_SEVERITY_WARNING; lower is worse
        if severity <= warning:
            self.texts.append(text)
            self.listener(Note(text, self.vehicle.name, "warning" if severity == warning else "error"))
