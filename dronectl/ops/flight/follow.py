"""One drone from arming to disarming, as its own messages tell it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from dronectl.link.fleet_link import VehicleLink
from dronectl.model.alarm import Alarm, AlarmKind
from dronectl.model.message import Message
from dronectl.model.plan.plan import DronePlan
from dronectl.model.telemetry import TelemetryKind
from dronectl.ops.alarms.cause import Clock, cause_of, still_wrong
from dronectl.ops.alarms.finders import failsafe_text
from dronectl.ops.alarms.fold import AlarmFold
from dronectl.ops.alarms.last_heard import last_heard, last_heard_text
from dronectl.ops.common.events import Listener, Note, Progress
from dronectl.ops.flight.drone_flight import DroneFlight, FlightEnd, last_place
from dronectl.ops.orders import orders
from dronectl.protocol.vehicle.statustext import WARNING_SEVERITY, StatusText, StatusTextAssembler

SILENCE_S = 180.0
"""A drone not heard for this long is given up; its mission and failsafes go on without us."""
CRASHED_S = 30.0
"""A drone that lies on the ground, armed, where no landing was planned, is told of at once; so many of its own seconds
later it is waited for no more."""
STILL_ARMED_S = 60.0
"""So long one that has landed may leave its motors running."""
ALTITUDE_WAIT_S = 10.0
"""After a link was away, a drone may be heard to be disarmed before its altitude is; so long that is waited for."""
HEARD_AGAIN_S = 5.0
"""A change of mode that shows so soon after a silence happened in it."""
LANDED_WITHIN_M = 10.0
"""A drone that disarms higher than this above (or below) home has not landed: barometers drift by metres, not more."""


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
    alarms: AlarmFold
    """Watched by somebody else."""
    clock: Clock
    """The time of day of a moment of the event loop."""
    called_back_s: float | None = None
    """When it was ordered home from here."""
    reached: int = 0
    was_armed: bool = False
    max_altitude_m: float = 0.0
    mode: str | None = None
    armed_at: float = 0.0
    disarmed_at: float = 0.0
    heard_at: float = field(default_factory=_now_s)
    left_s: float | None = None
    """When it left its mission, and did not take it up again."""
    ordered: str = ""
    """Which mode another command here took it out of its mission by; empty: none did."""
    texts: list[StatusText] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    clock_s: float = 0.0
    """Since the vehicle booted, as it said last."""
    clock_offset_s: float | None = None
    ended: FlightEnd = FlightEnd.NEVER_ARMED
    not_launched: str = ""
    """Why it was left out of the launch."""
    mission_changed: str = ""
    """How the mission on board differs from the plan's since somebody changed it."""
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

    @property
    def has_crashed(self) -> bool:
        """It lies on the ground, armed, where no landing was planned."""
        return self.alarms.active(AlarmKind.CRASH) is not None

    def pick_up(self) -> None:
        """It is in the air already; what lies before its present item was flown."""
        self.was_armed, self.armed_at, self.mode = True, _now_s(), self.vehicle.state.mode
        self._on_reached(min((self.vehicle.state.mission_item or 1) - 1, self.last))

    async def follow(self) -> DroneFlight:
        """Until disarmed after having been armed, lying there as a wreck, or silent for too long."""
        if not self.was_armed:
            self.done.set()
        while not self.done.is_set():
            try:
                async with asyncio.timeout(1.0):
                    await self.done.wait()
            except TimeoutError:
                self._look()
        now_s = _now_s()
        return DroneFlight(
            name=self.vehicle.name,
            system_id=self.vehicle.system_id,
            armed=self.was_armed,
            completed=self.was_armed and self.reached >= self.last and not self.mission_changed,
            reached_item=self.reached,
            last_item=self.last,
            landed=self.ended is FlightEnd.LANDED,
            duration_s=round((self.disarmed_at or now_s) - self.armed_at, 1) if self.was_armed else 0.0,
            max_relative_altitude_m=round(self.max_altitude_m, 1),
            texts=tuple(text.text for text in self.texts),
            ended=self.ended,
            cause=self.cause,
            end=self.end,
            last=last_heard(self.alarms.flight).as_json(),
            alarms=tuple(alarm.as_json(now_s) for alarm in self.alarms.history),
            mission_changed=self.mission_changed,
        )

    @property
    def cause(self) -> str:
        """Why it did not go as planned, the true cause before what followed from it."""
        if self.not_launched or self.ended is FlightEnd.NEVER_ARMED:
            return self.not_launched
        if self.ended is FlightEnd.LANDED and self.mission_changed:
            return f"somebody changed its mission on board: {self.mission_changed}"
        if self.ended is FlightEnd.LANDED and self.reached >= self.last:
            return ""
        called_s, left_s = self.called_back_s, self.left_s
        if called_s is not None and (left_s is None or called_s <= left_s):
            left_s = called_s
            if self.ended is FlightEnd.LANDED:
                return f"called back from here at {self.clock(called_s)}"
        history = [alarm for alarm in self.alarms.history if alarm.kind is not AlarmKind.UNHEARD]
        history += [alarm for alarm in self.alarms.history if self._changed_unheard(alarm)]
        known = cause_of(history, self.clock, until_s=left_s if self.ended is FlightEnd.LANDED else None)
        if self.ended is FlightEnd.LANDED and self.ordered:
            return f"{self.ordered} after {known}" if known else self.ordered
        said = min((text for text in self.texts if "clear" not in text.text.lower()), key=_severity, default=None)
        return known or (f'it said "{said.text}"' if said else "it did not say why")

    def _changed_unheard(self, silence: Alarm) -> bool:
        """When it was heard again it was in another mode: the silence comes first, whatever came of it."""
        if silence.kind is not AlarmKind.UNHEARD or silence.cleared_s is None:
            return False
        changes = [alarm.since_s for alarm in self.alarms.history if alarm.kind is AlarmKind.MODE]
        return any(abs(since_s - silence.cleared_s) <= HEARD_AGAIN_S for since_s in changes)

    def mission_differs(self, how: str) -> None:
        """What it flies is the plan's no more: nothing is expected of its way either."""
        self.mission_changed = how
        self.alarms.flight.forget_mission()

    @property
    def end(self) -> str:
        """How it ended, in words."""
        flight, cause = self.alarms.flight, self.cause
        where = last_heard_text(flight)
        match self.ended:
            case FlightEnd.LANDED if self.mission_changed:
                return f"landed, not by the plan: {cause}"
            case FlightEnd.LANDED:
                return f"landed early, item {self.reached} of {self.last}: {cause}" if cause else "landed"
            case FlightEnd.CRASHED:
                return f"CRASHED: {cause}; it lies there armed: {where}"
            case FlightEnd.FELL:
                return f"FELL: {cause}; its motors stopped: {where}"
            case FlightEnd.STILL_ARMED:
                return f"landed and is STILL ARMED: {where}"
            case FlightEnd.UNHEARD:
                return f"NOT HEARD: {self.seen_last}{failsafe_text(flight)}"
            case FlightEnd.NEVER_ARMED:
                return f"never armed: {cause}" if cause else "never armed"

    @property
    def seen_last(self) -> str:
        """Where it was when it was heard last, how long ago that is, and what was wrong then."""
        flight = self.alarms.flight
        age_s = flight.state.age_s(TelemetryKind.ANYTHING, _now_s()) or 0.0
        wrong = still_wrong(self.alarms.history, self.clock)
        heard = f"heard last at {self.clock(_now_s() - age_s)}, {age_s:.0f} s ago"
        return f"{heard}: {last_heard_text(flight)}" + (f"; wrong then: {wrong}" if wrong else "")

    def _look(self) -> None:
        now_s = _now_s()
        if now_s - self.heard_at > SILENCE_S:
            self._close(FlightEnd.UNHEARD, "it goes on by itself (mission, failsafes); 'dronectl watch' looks for it")
        elif self.alarms.active_s(AlarmKind.CRASH) > CRASHED_S:
            self._close(FlightEnd.CRASHED, f"'dronectl disarm --drone {self.vehicle.name}' stops its motors")
        elif self.alarms.active_s(AlarmKind.STILL_ARMED) > STILL_ARMED_S:
            self._close(FlightEnd.STILL_ARMED, f"'dronectl disarm --drone {self.vehicle.name}' stops its motors")
        elif self.disarmed_at and now_s - self.disarmed_at > ALTITUDE_WAIT_S:
            self._end(None)

    def _close(self, ended: FlightEnd, advice: str) -> None:
        self.ended = ended
        self.listener(Note(f"{self.end}; {advice}", self.vehicle.name, "error"))
        self.done.set()

    def _on_message(self, message: Message) -> None:
        state, now = self.vehicle.state, _now_s()
        self.heard_at = now
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
                for text in self._assembler.feed(message):
                    self._on_text(text)

    def _on_reached(self, seq: int) -> None:
        if seq > self.reached:
            self.reached = seq
            self.listener(Progress(self.vehicle.name, "mission", min(seq, self.last), self.last))

    def _on_heartbeat(self, now: float) -> None:
        state = self.vehicle.state
        if state.mode != self.mode:
            if state.armed and "AUTO" in (self.mode, state.mode):
                self.left_s = None if state.mode == "AUTO" else now
            if state.mode == state.ordered_mode:
                by = f"{state.mode} ordered by {state.ordered_by} at {self.clock(now)}" if state.ordered_by else ""
                self.ordered = "" if state.mode == "AUTO" else by
            self.mode = state.mode
            self.listener(Note(f"mode {state.mode}", self.vehicle.name))
        if state.armed and not self.was_armed:
            self.was_armed, self.armed_at = True, now
        elif self.was_armed and state.armed is False and not self.done.is_set():
            self.disarmed_at = self.disarmed_at or now
            if state.is_fresh(
                TelemetryKind.POSITION, now if state.last_heartbeat_s is None else state.last_heartbeat_s
            ):
                self._end(state.relative_altitude_m)

    def _end(self, altitude_m: float | None) -> None:
        """Disarmed, ``altitude_m`` above home; None: it does not tell, and motors stop on the ground."""
        flew = "landed and " if self.max_altitude_m > orders.ON_GROUND_M else ""
        fell = abs(altitude_m or 0.0) > LANDED_WITHIN_M
        crashed = any(self.alarms.active(kind) for kind in (AlarmKind.CRASH, AlarmKind.TILT))
        if fell:
            text = f"DISARMED {altitude_m:.0f} m above home: it may have fallen"
        elif crashed:
            text = f"disarmed after a crash: {last_heard_text(self.alarms.flight)}"
        else:
            text = f"{flew}disarmed"
        self.ended = FlightEnd.FELL if fell or crashed else FlightEnd.LANDED
        if self.ended is FlightEnd.LANDED and flew and self.cause:
            how = "landed, not by the plan, and" if self.mission_changed else "landed early and"
            text = f"{how} disarmed: {self.cause}"
        self.listener(Note(text, self.vehicle.name, "info" if self.ended is FlightEnd.LANDED else "error"))
        self.done.set()

    def _on_text(self, text: StatusText) -> None:
        if text.severity <= WARNING_SEVERITY:
            self.texts.append(text)
            level = "warning" if text.severity == WARNING_SEVERITY else "error"
            self.listener(Note(text.text, self.vehicle.name, level))


def _severity(text: StatusText) -> int:
    return text.severity
