"""One drone from arming to disarming, as its own messages tell it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from dronectl.link.fleet_link import VehicleLink
from dronectl.model.message import Message
from dronectl.model.mission import Command, Mission
from dronectl.model.plan import DronePlan
from dronectl.ops import orders
from dronectl.ops.events import Listener, Note, Progress
from dronectl.protocol.statustext import StatusTextAssembler

SILENCE_S = 180.0
"""A drone not heard for this long is given up; its mission and failsafes go on without us."""
WARN_SILENCE_S = 5.0
FRESH_S = 2.0
ALTITUDE_WAIT_S = 10.0
"""After a link was away, a drone may be heard to be disarmed before its altitude is; so long that is waited for."""
LANDED_WITHIN_M = 10.0
"""A drone that disarms higher than this above (or below) home has not landed: barometers drift by metres, not more."""


@dataclass(frozen=True, slots=True)
class DroneFlight:
    """How one drone's sortie went."""

    name: str
    system_id: int
    armed: bool
    """It was armed at all; else it stood all the time."""
    completed: bool
    """It reached the last place of its mission before it came back."""
    reached_item: int
    last_item: int
    landed: bool
    """It was seen to disarm on the ground after having been armed."""
    duration_s: float
    max_relative_altitude_m: float
    texts: tuple[str, ...]
    """What the vehicle said of warning level and above."""


def last_place(mission: Mission) -> int:
    """Sequence number of the last item to be reached: who reached it has flown the mission; the return follows."""
    ends = (Command.NAV_RETURN_TO_LAUNCH, Command.NAV_LAND)
    places = [seq for seq, item in enumerate(mission.items) if seq and item.command < 95 and item.command not in ends]
    return places[-1] if places else 0


def _now_s() -> float:
    """The loop's clock, which tests run ahead of the wall's."""
    return asyncio.get_running_loop().time()


@dataclass(slots=True)
class Follower:
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
    heard_at: float = field(default_factory=_now_s)
    warned: bool = False
    texts: list[str] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    clock_s: float = 0.0
    """Since the vehicle booted, as it said last."""
    clock_offset_s: float | None = None
    landed: bool = False
    unsubscribe: Callable[[], None] | None = None
    _assembler: StatusTextAssembler = field(default_factory=StatusTextAssembler)

    def __enter__(self) -> Follower:
        self.unsubscribe = self.vehicle.subscribe(self._on_message)
        return self

    def __exit__(self, *_: object) -> None:
        if self.unsubscribe is not None:
            self.unsubscribe()

    @property
    def last(self) -> int:
        flight = self.plan.sortie(self.sortie)
        return last_place(flight.mission) if flight else 0

    @property
    def start_s(self) -> float:
        """Its take-off in the plan's time."""
        flight = self.plan.sortie(self.sortie)
        return flight.start_s if flight else 0.0

    @property
    def plan_time_s(self) -> float:
        """The plan's time by the vehicle's own clock; before :meth:`set_plan_time` it stands still."""
        return self.clock_s + self.clock_offset_s if self.clock_offset_s is not None else float("-inf")

    def has_reached(self, plan_time_s: float) -> bool:
        return self.plan_time_s >= plan_time_s

    def set_plan_time(self, plan_time_s: float) -> None:
        self.clock_offset_s = plan_time_s - self.clock_s

    async def follow(self) -> DroneFlight:
        """Until disarmed after having been armed, or silent for too long."""
        if not self.was_armed:
            self.done.set()
        while not self.done.is_set():
            try:
                async with asyncio.timeout(1.0):
                    await self.done.wait()
            except TimeoutError:
                if self._given_up():
                    break
                if self.disarmed_at and _now_s() - self.disarmed_at > ALTITUDE_WAIT_S:
                    self._end(None)
        return DroneFlight(
            name=self.vehicle.name,
            system_id=self.vehicle.system_id,
            armed=self.was_armed,
            completed=self.was_armed and self.reached >= self.last,
            reached_item=self.reached,
            last_item=self.last,
            landed=self.landed,
            duration_s=round((self.disarmed_at or _now_s()) - self.armed_at, 1) if self.was_armed else 0.0,
            max_relative_altitude_m=round(self.max_altitude_m, 1),
            texts=tuple(self.texts),
        )

    def _given_up(self) -> bool:
        silent_s = _now_s() - self.heard_at
        if silent_s > SILENCE_S:
            text = f"not heard for {silent_s:.0f} s: it goes on by itself (mission, failsafes)"
            self.listener(Note(text, self.vehicle.name, "error"))
            return True
        if silent_s > WARN_SILENCE_S and not self.warned:
            self.warned = True
            self.listener(Note(f"not heard for {silent_s:.0f} s", self.vehicle.name, "warning"))
        return False

    def _on_message(self, message: Message) -> None:
        state, now = self.vehicle.state, _now_s()
        self.heard_at = now
        if self.warned:
            self.warned = False
            self.listener(Note("heard again", self.vehicle.name))
        self.max_altitude_m = max(self.max_altitude_m, state.relative_altitude_m or 0.0)
        match message.name:
            case "GLOBAL_POSITION_INT":
                self.clock_s = int(message["time_boot_ms"]) / 1000.0
            case "MISSION_ITEM_REACHED":
                self._on_reached(int(message["seq"]))
            case "MISSION_CURRENT" if int(message["seq"]) > self.last and state.mode == "AUTO" and self.was_armed:
                self._on_reached(self.last)  # a lossy link may have lost the message that said so
            case "HEARTBEAT":
                self._on_heartbeat(now)
            case "STATUSTEXT":
                for status in self._assembler.feed(message):
                    self._on_text(status.severity, status.text)

    def _on_reached(self, seq: int) -> None:
        if seq > self.reached:
            self.reached = seq
            self.listener(Progress(self.vehicle.name, "mission", min(seq, self.last), self.last))

    def _on_heartbeat(self, now: float) -> None:
        state = self.vehicle.state
        if state.mode != self.mode:
            self.mode = state.mode
            self.listener(Note(f"mode {state.mode}", self.vehicle.name))
        if state.armed and not self.was_armed:
            self.was_armed, self.armed_at = True, now
        elif self.was_armed and state.armed is False and not self.done.is_set():
            self.disarmed_at = self.disarmed_at or now
            if state.position_s is not None and (state.last_heartbeat_s or 0.0) - state.position_s < FRESH_S:
                self._end(state.relative_altitude_m)

    def _end(self, altitude_m: float | None) -> None:
        """Disarmed, ``altitude_m`` above home; None: it does not tell, and motors stop on the ground."""
        self.landed = abs(altitude_m or 0.0) <= LANDED_WITHIN_M
        flew = "landed and " if self.max_altitude_m > orders.ON_GROUND_M else ""
        text = f"{flew}disarmed" if self.landed else f"DISARMED {altitude_m:.0f} m above home: it may have fallen"
        self.listener(Note(text, self.vehicle.name, "info" if self.landed else "error"))
        self.done.set()

    def _on_text(self, severity: int, text: str) -> None:
        warning = 4  # MAV_SEVERITY_WARNING; lower is worse
        if severity <= warning:
            self.texts.append(text)
            self.listener(Note(text, self.vehicle.name, "warning" if severity == warning else "error"))
