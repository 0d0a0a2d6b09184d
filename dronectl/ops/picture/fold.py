"""The picture of a fleet as a pure fold: messages and time in, one value out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from dronectl.model.alarm import Alarm
from dronectl.model.message import Message
from dronectl.model.picture import DroneIdentity, DronePicture, FleetPicture, FlightPhase, Outlook
from dronectl.model.telemetry import TelemetryKind
from dronectl.model.traffic import ReceiverPicture
from dronectl.ops.alarms.flight import FlightState
from dronectl.ops.alarms.fold import AlarmFold
from dronectl.ops.alarms.forecast import battery_at_landing_pct, time_left_s
from dronectl.ops.alarms.last_heard import course_of
from dronectl.ops.picture.outlook import Ahead, look_ahead
from dronectl.ops.picture.people_below import PeopleBelow
from dronectl.ops.picture.phase import leg_of, phase_of
from dronectl.ops.picture.surroundings import Surroundings
from dronectl.ops.traffic.sky import Sky


@dataclass(slots=True)
class _Phase:
    """What a drone is doing, since when, and what it did before."""

    now: FlightPhase = FlightPhase.UNHEARD
    since_s: float | None = None
    before: FlightPhase = FlightPhase.UNHEARD


class FleetFold:
    """What is known of a fleet. ``folds``: each drone's alarms; whoever hears a drone gives them its messages.

    :meth:`look` is to be called a few times a second. Times are on one clock, that of the drones' states.
    """

    def __init__(self, folds: Sequence[AlarmFold], surroundings: Surroundings | None = None) -> None:
        self.folds = {fold.drone: fold for fold in folds}
        self._surroundings: Surroundings | None = None
        self._phases = {name: _Phase() for name in self.folds}
        self._ahead = {name: Ahead() for name in self.folds}
        self.sky = Sky()
        self.people = PeopleBelow()
        if surroundings is not None:
            self.know(surroundings)

    def know(self, surroundings: Surroundings) -> None:
        """What the drones are to keep away from, once that is known, and what the site's rules ask of them. The ceiling
        counts for those with a plan: who flies without one may have leave."""
        self._surroundings, rules = surroundings, surroundings.rules
        for fold in self.folds.values():
            expected = fold.flight.expected
            if not expected.reserve_pct:
                ceiling_m = rules.ceiling_m if expected.targets else expected.ceiling_m
                asked = replace(expected, reserve_pct=rules.battery_reserve_pct, ceiling_m=ceiling_m)
                fold.flight.expected = asked

    def hear(self, name: str, message: Message, now_s: float) -> None:
        """What a drone, or what it carries, says of other aircraft and of the air."""
        self.sky.on_message(message, name, self.folds[name].flight.state, now_s)

    def look(self, now_s: float) -> tuple[Alarm, ...]:
        """Takes in how all drones are at ``now_s``. What changed: alarms raised, become graver, or cleared."""
        flights = {name: fold.flight for name, fold in self.folds.items()}
        for flight in flights.values():
            flight.update(now_s)
        self._ahead = look_ahead(flights, now_s, self._surroundings, lambda drone: self.sky.nearest(drone, now_s))
        return tuple(alarm for name in self.folds for alarm in self._judge(name, now_s))

    def look_at(self, name: str, now_s: float) -> tuple[Alarm, ...]:
        """The same for one drone, of which something was heard; what it is near to stays as it was."""
        self.folds[name].flight.update(now_s)
        return self._judge(name, now_s)

    def _judge(self, name: str, now_s: float) -> tuple[Alarm, ...]:
        fold, phase = self.folds[name], self._phases[name]
        place = fold.flight.state.position
        below = None if place is None else self.people.below(place, now_s)
        fold.flight.outlook = replace(self._ahead[name].outlook, person=below)
        changes = fold.judge()
        if (found := phase_of(fold.flight)) is not phase.now or phase.since_s is None:
            self._phases[name] = _Phase(found, now_s, phase.now)
        return changes

    def see(self, names: Collection[str], now_s: float, by: str) -> None:
        """A person, ``by``, has seen the alarms of these drones."""
        for name in names:
            self.folds[name].see(now_s, by)

    @property
    def current_alarms(self) -> tuple[Alarm, ...]:
        """What is wrong now in the whole fleet, the gravest first."""
        alarms = [alarm for fold in self.folds.values() for alarm in fold.current_alarms]
        return tuple(sorted(alarms, key=lambda alarm: (not alarm.is_critical, alarm.since_s)))

    def picture(
        self,
        now_s: float,
        time_utc: str,
        identities: Mapping[str, DroneIdentity] | None = None,
        receivers: Sequence[ReceiverPicture] = (),
    ) -> FleetPicture:
        """How all of it is at ``now_s``, as far as that was looked at. ``time_utc``: the same moment, ISO 8601 with Z.
        ``identities``: which aircraft each is, as far as it said so; ``receivers``: those of transponders."""
        known = identities or {}
        drones = (self._drone(name, now_s, time_utc, known.get(name, DroneIdentity())) for name in self.folds)
        return FleetPicture(time_utc, now_s, tuple(drones), self.sky.picture(now_s, receivers), self.people.told)

    def _drone(self, name: str, now_s: float, time_utc: str, identity: DroneIdentity) -> DronePicture:
        fold, phase = self.folds[name], self._phases[name]
        f, state = fold.flight, fold.flight.state
        is_here = state.is_fresh(TelemetryKind.POSITION, now_s) and state.is_fresh(TelemetryKind.MODE, now_s)
        leg, legs = leg_of(f) if phase.now is FlightPhase.PATROL else (None, None)
        battery_is_known = is_here and state.is_fresh(TelemetryKind.BATTERY, now_s)
        ahead = self._ahead[name] if is_here else Ahead()
        return DronePicture(
            sample=state.sample(name, time_utc, now_s),
            identity=identity,
            phase=phase.now,
            phase_age_s=0.0 if phase.since_s is None else now_s - phase.since_s,
            phase_before=phase.before,
            leg=leg,
            legs=legs,
            horizontal_error_m=state.horizontal_error_m if is_here else None,
            vertical_error_m=state.vertical_error_m if is_here else None,
            climb_m_s=state.climb_m_s if is_here else None,
            course_deg=course_of(state) if is_here else None,
            progress_pct=_progress_pct(f, phase.now),
            time_left_s=time_left_s(f) if is_here else None,
            battery_at_landing_pct=battery_at_landing_pct(f) if battery_is_known else None,
            battery_reserve_pct=f.expected.reserve_pct or None,
            outlook=f.outlook if is_here else Outlook(),
            ahead=ahead.way,
            alarms=fold.told,
        )


def _progress_pct(f: FlightState, phase: FlightPhase) -> float | None:
    """All of it for one that has landed after its mission sent it home."""
    done_s, whole_s = f.progress.done_s, f.expected.seconds
    if done_s is None or not whole_s:
        return None
    if phase is FlightPhase.LANDED and done_s > f.expected.mission_seconds:
        return 100.0
    return min(100.0, 100.0 * done_s / whole_s)
