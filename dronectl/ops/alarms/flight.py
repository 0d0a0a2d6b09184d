"""What is remembered of a drone's flight, so that rules can tell standing from hovering and going from drifting."""

from __future__ import annotations

import math
import re
from collections import deque
from dataclasses import dataclass, field

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.picture import Outlook
from dronectl.model.plan.mission import Command
from dronectl.model.telemetry import TelemetryKind
from dronectl.ops.alarms.consumption import Consumption
from dronectl.ops.alarms.expected import ExpectedFlight
from dronectl.ops.alarms.local_plane import NorthEast, distance_to_leg, north_east
from dronectl.ops.alarms.mission_progress import MissionProgress
from dronectl.ops.alarms.sag import Sag
from dronectl.protocol.vehicle.statustext import StatusText
from dronectl.protocol.vehicle.telemetry import VehicleState

FLOWN_M = 3.0
"""Who was so high above home since it was armed has left the ground."""
REMEMBERED_S = 90.0
SETTLED_M_S = 1.0
SETTLES_WITHIN_S = 10.0
"""Who is told to hold has come to rest by then."""
RETURNS = frozenset({"RTL", "SMART_RTL", "AUTO_RTL"})
HOLDS = frozenset({"BRAKE", "LOITER"})
_CRITICAL, _STANDBY, _ACTIVE = 5, 3, 4
_FAILSAFE = re.compile(r"^(?P<name>.*?)\s*failsafe\b(?P<rest>.*)$", re.IGNORECASE)
_LONGEST_STEP_S, _GAP_COUNTS_S = 30.0, 1.0
_HEARTBEATS_SAY_S = 3.0
_ON_THE_LEG_M = 25.0
"""Who is nearer to the place that it was sent to before has come by it, and not from elsewhere."""


@dataclass(frozen=True, slots=True)
class TimedPosition:
    """Where it was, when, on the flight's own clock."""

    t_s: float
    north_east: NorthEast
    up_m: float


@dataclass(slots=True)
class FlightState:
    """``t_s`` is a clock of the vehicle's own seconds: it runs as a simulated vehicle's does, and stands while nothing
    is heard, so that nothing is concluded from silence."""

    state: VehicleState
    expected: ExpectedFlight
    now_s: float = 0.0
    t_s: float = 0.0
    flown: bool = False
    """It has been in the air since it was armed."""
    track: deque[TimedPosition] = field(default_factory=deque)
    mode_since_s: float = 0.0
    accepted_mode: str | None = None
    """The mode that it is meant to be in: the first one heard, or one that was ordered here."""
    anchor: TimedPosition | None = None
    """Where it came to rest after it was told to hold."""
    entered: TimedPosition | None = None
    """Where it was when it entered its mode."""
    came_from: TimedPosition | None = None
    """Where the leg that it is on began."""
    arrived_s: float | None = None
    """When it came to the place of its item."""
    returning_from: TimedPosition | None = None
    """Where, and when, its return began."""
    drawn_pct: float = 0.0
    """Of the battery, on the way of its mission."""
    failsafes: dict[str, float] = field(default_factory=dict)
    """Those that it spoke of and has not cleared, and when: ``radio``, ``gcs``, ``battery``, ``ekf``, ``terrain``, …"""
    said: dict[str, str] = field(default_factory=dict)
    """Other words that stand until it is disarmed: ``crash``, ``thrust``, ``vibration``."""
    consumption: Consumption = field(default_factory=Consumption)
    sag: Sag = field(default_factory=Sag)
    progress: MissionProgress = field(default_factory=MissionProgress)
    outlook: Outlook = field(default_factory=Outlook)
    """What it is near to, or will be, as whoever knows all drones and the ground has found it last."""
    _plane: LocalPlane | None = None
    _clock_s: float | None = None
    _mode: str | None = None
    _armed: bool | None = None
    _item: int | None = None
    _battery_pct: float | None = None

    # What happens

    def on_text(self, text: StatusText) -> None:
        """What the vehicle says."""
        words = text.text.strip()
        plain = words.lower()
        if match := _FAILSAFE.match(words):
            name = match["name"].strip().lower() or "other"
            if "clear" in match["rest"].lower():
                self.failsafes.pop(name, None)
            elif not plain.startswith(("prearm", "arm:")):
                self.failsafes[name] = self.t_s
        elif plain.startswith("crash"):
            self.said["crash"] = words
        elif "thrust loss" in plain or "yaw imbalance" in plain:
            self.said["thrust"] = words
        elif plain.startswith("vibration compensation"):
            if plain.endswith("off"):
                self.said.pop("vibration", None)
            else:
                self.said["vibration"] = words

    def update(self, now_s: float) -> None:
        """Takes in how things are at ``now_s``, on the clock of the state."""
        self._advance(now_s)
        self._look_at_mode()
        if self.state.is_fresh(TelemetryKind.POSITION, now_s):
            self._look_at_place()
        if self.state.is_fresh(TelemetryKind.BATTERY, now_s):
            self._look_at_battery()

    def forget_mission(self) -> None:
        """It flies another one than the plan's."""
        self.expected, self.progress = self.expected.without_mission(), MissionProgress()

    def _advance(self, now_s: float) -> None:
        clock_s, before_s = self.state.clock_s, self._clock_s
        step_s = now_s - self.now_s if clock_s is None else 0.0 if before_s is None else clock_s - before_s
        self.now_s, self._clock_s = now_s, clock_s
        if not -1.0 < step_s < _LONGEST_STEP_S:  # it was restarted, or away: what was remembered is of another time
            self.track.clear()
            self.anchor = None
            step_s = _GAP_COUNTS_S
        self.t_s += max(step_s, 0.0)

    def _look_at_mode(self) -> None:
        state = self.state
        if not state.is_fresh(TelemetryKind.MODE, self.now_s):
            return
        if state.armed and not self._armed:
            self.flown, self.drawn_pct = False, 0.0
            self.consumption, self.progress, self.sag = Consumption(), MissionProgress(), Sag()
            self.said.clear()
        if not state.armed:
            self.accepted_mode = state.mode
        if state.system_status in (_STANDBY, _ACTIVE):
            # Its heartbeats say that all is well, also when the words that said so were lost.
            self.failsafes = {name: t_s for name, t_s in self.failsafes.items() if self.t_s - t_s < _HEARTBEATS_SAY_S}
        self._armed = state.armed
        if state.mode != self._mode:
            self._mode, self.mode_since_s = state.mode, self.t_s
            self.anchor = self.entered = self.came_from = self.arrived_s = None
            if self.accepted_mode is None or state.mode == state.ordered_mode:
                self.accepted_mode = state.mode

    def _look_at_place(self) -> None:
        state = self.state
        if state.position is None or state.relative_altitude_m is None:
            return
        if self._plane is None:
            self._plane = self.expected.plane or LocalPlane(state.position)
        where = TimedPosition(self.t_s, north_east(self._plane, state.position), state.relative_altitude_m)
        if not self.track or where.t_s > self.track[-1].t_s:
            self.track.append(where)
        while self.track and self.track[0].t_s < self.t_s - REMEMBERED_S:
            self.track.popleft()
        self.flown = self.flown or (bool(state.armed) and where.up_m > FLOWN_M)
        self.entered = self.entered or where
        if self.anchor is None and self.mode in HOLDS:
            settled = (state.ground_speed_m_s or 0.0) < SETTLED_M_S
            if settled or self.in_mode_s > SETTLES_WITHIN_S:
                self.anchor = where
        self._look_at_leg(where)

    def _look_at_leg(self, where: TimedPosition) -> None:
        self.returning_from = (self.returning_from or where) if self.is_returning else None
        item = self.state.mission_item
        if self.mode != "AUTO" or item is None:
            return
        if self.came_from is None:
            self.came_from = self._planned_start(item, where) or where
        elif item != self._item:
            before = self.expected.targets.get(self._item or -1)
            by_plan = before is not None and math.dist(before.place, where.north_east) < _ON_THE_LEG_M
            self.came_from = TimedPosition(self.t_s, before.place, before.altitude_m) if before and by_plan else where
        if item != self._item:
            self.arrived_s = None
        target = self.expected.targets.get(item)
        if self.arrived_s is None and target and math.dist(where.north_east, target.place) < target.reach_m:
            self.arrived_s = self.t_s
        self._item = item
        done_s = self.expected.seconds_done(
            item, self.came_from.north_east, where.north_east, where.up_m, self.stayed_s
        )
        self.progress.update(self.t_s, done_s, is_mission=target is not None)

    def _planned_start(self, item: int, where: TimedPosition) -> TimedPosition | None:
        """Where its leg began, of one that is found on it; None: it is elsewhere, or no plan knows the leg."""
        targets = self.expected.targets
        earlier = [number for number in targets if number < item]
        if item not in targets or not earlier:
            return None
        before = targets[max(earlier)]
        is_on_it = distance_to_leg(where.north_east, before.place, targets[item].place) < _ON_THE_LEG_M
        return TimedPosition(where.t_s, before.place, before.altitude_m) if is_on_it else None

    def _look_at_battery(self) -> None:
        battery_pct = self.state.battery_pct
        if battery_pct is not None and self._battery_pct is not None and self.mode == "AUTO":
            self.drawn_pct += max(0.0, self._battery_pct - battery_pct)
        self._battery_pct = battery_pct
        if battery_pct is not None and self.is_flying:
            self.consumption.update(self.t_s, battery_pct)
        if self.state.battery_v is not None and self.is_flying:
            self.sag.update(self.t_s, self.state.battery_v)

    # What rules ask

    @property
    def mode(self) -> str:
        return self.state.mode or ""

    @property
    def plane(self) -> LocalPlane | None:
        """On which its places are; None before it tells one, without a plan."""
        return self._plane

    @property
    def in_mode_s(self) -> float:
        return self.t_s - self.mode_since_s

    @property
    def stayed_s(self) -> float:
        """How long it has been at the place of its item."""
        return 0.0 if self.arrived_s is None else self.t_s - self.arrived_s

    @property
    def is_armed(self) -> bool:
        return self.state.armed is True

    @property
    def is_flying(self) -> bool:
        """Armed, and has been in the air."""
        return self.is_armed and self.flown

    @property
    def here(self) -> TimedPosition | None:
        return self.track[-1] if self.track else None

    @property
    def goals(self) -> tuple[NorthEast, ...]:
        """Where a return may lead; without a plan its home, where it told that."""
        if self.expected.goals or self.state.home is None or self._plane is None:
            return self.expected.goals
        return (north_east(self._plane, self.state.home),)

    @property
    def return_goals(self) -> tuple[NorthEast, ...]:
        """Where the return that it is on may lead: home, or the rally point nearest to where it began."""
        if self.returning_from is None or not self.goals:
            return self.goals
        began, (home, *rally) = self.returning_from.north_east, self.goals
        return (home, min(rally, key=lambda point: math.dist(began, point))) if rally else (home,)

    @property
    def landings(self) -> tuple[NorthEast, ...]:
        return self.expected.landings or self.goals

    @property
    def is_returning(self) -> bool:
        of_mission = self.mode == "AUTO" and self.state.mission_item is not None
        return self.mode in RETURNS or (of_mission and self.state.mission_item == self.expected.return_item)

    @property
    def lands_here(self) -> bool:
        """It is told to come down where it is, or at the end of its mission."""
        target = self.expected.targets.get(self.state.mission_item or -1)
        at_the_end = self.mode == "AUTO" and target is not None and target.command == Command.NAV_LAND
        return self.mode == "LAND" or at_the_end

    def home_m(self) -> float | None:
        """Metres to its home on the map; None: it is not known."""
        if self.here is None or not self.goals:
            return None
        return math.dist(self.here.north_east, self.goals[0])

    def nearest_m(self, places: tuple[NorthEast, ...]) -> float:
        if self.here is None or not places:
            return math.inf
        return min(math.dist(self.here.north_east, place) for place in places)

    def at(self, t_s: float) -> TimedPosition | None:
        """Where it was at a time on the flight's clock; None: not remembered, or not heard about that time."""
        return next((where for where in self.track if t_s <= where.t_s <= t_s + 5.0), None)

    def moved(self, for_s: float) -> tuple[float, float] | None:
        """How far and how high it strayed in the last seconds from where it is; None: it was not heard so long."""
        if self.here is None or self.at(self.t_s - for_s) is None:
            return None
        late = [where for where in self.track if where.t_s >= self.t_s - for_s]
        far = max(math.dist(where.north_east, self.here.north_east) for where in late)
        return far, max(abs(where.up_m - self.here.up_m) for where in late)

    @property
    def tilt_deg(self) -> float | None:
        roll, pitch = self.state.roll_deg, self.state.pitch_deg
        if roll is None or pitch is None or not self.state.is_fresh(TelemetryKind.ATTITUDE, self.now_s):
            return None
        upright = math.cos(math.radians(roll)) * math.cos(math.radians(pitch))
        return math.degrees(math.acos(min(1.0, max(-1.0, upright))))
