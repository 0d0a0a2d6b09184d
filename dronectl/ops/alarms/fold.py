"""Raising and clearing: rules over one drone's state, with hysteresis, in whatever time it is told."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dronectl.model.alarm import Alarm, AlarmKind
from dronectl.model.message import Message
from dronectl.model.picture import alarm_order
from dronectl.model.telemetry import TelemetryKind
from dronectl.ops.alarms.alarm_table import RULES, AlarmRule
from dronectl.ops.alarms.expected import ExpectedFlight
from dronectl.ops.alarms.finders import AlarmFinding
from dronectl.ops.alarms.flight import FlightState
from dronectl.protocol.vehicle.statustext import StatusTextAssembler
from dronectl.protocol.vehicle.telemetry import VehicleState

MOST_UNSEEN = 20
"""Of one drone: so many alarms that are over wait to be seen."""


@dataclass(slots=True)
class _Watched:
    """One rule on its way from finding to alarm and back."""

    since_t_s: float | None = None
    """Since when it finds (while no alarm stands) or finds no more (while one does), on the flight's clock."""
    first_s: float = 0.0
    """The same moment on the clock of ``now_s``."""
    alarm: Alarm | None = None
    raised_t_s: float = 0.0
    """When it was raised, on the flight's clock."""


class AlarmFold:
    """The alarms of one drone. ``update`` is to be called a few times a second, and whenever something was heard."""

    def __init__(self, drone: str, state: VehicleState, expected: ExpectedFlight | None = None) -> None:
        self.drone = drone
        self.flight = FlightState(state, expected or ExpectedFlight())
        self._watched = {rule.kind: _Watched() for rule in RULES}
        self._texts = StatusTextAssembler()
        self.cleared: list[Alarm] = []
        """Those that stood once, in the order in which they were cleared."""

    @property
    def current_alarms(self) -> tuple[Alarm, ...]:
        """What is wrong now, the gravest and oldest first."""
        alarms = [watched.alarm for watched in self._watched.values() if watched.alarm is not None]
        return tuple(sorted(alarms, key=lambda alarm: (not alarm.is_critical, alarm.since_s)))

    @property
    def history(self) -> tuple[Alarm, ...]:
        """All alarms, also those that were cleared, in the order in which they were raised."""
        return tuple(sorted((*self.cleared, *self.current_alarms), key=lambda alarm: alarm.since_s))

    @property
    def told(self) -> tuple[Alarm, ...]:
        """What a screen has to show: what is wrong now, and what was and nobody has seen."""
        unseen = [alarm for alarm in self.cleared if not alarm.is_seen][-MOST_UNSEEN:]
        return tuple(sorted((*self.current_alarms, *unseen), key=alarm_order))

    def see(self, now_s: float, by: str) -> None:
        """A person has seen all of them. One that becomes graver is to be seen again."""
        for watched in self._watched.values():
            if watched.alarm is not None and not watched.alarm.is_seen:
                watched.alarm = replace(watched.alarm, seen_s=now_s, seen_by=by)
        self.cleared = [c if c.is_seen else replace(c, seen_s=now_s, seen_by=by) for c in self.cleared]

    def active(self, kind: AlarmKind) -> Alarm | None:
        return self._watched[kind].alarm

    def active_s(self, kind: AlarmKind) -> float:
        """For how many of the vehicle's own seconds this alarm has stood; 0 while it does not."""
        watched = self._watched[kind]
        return self.flight.t_s - watched.raised_t_s if watched.alarm is not None else 0.0

    def on_message(self, message: Message) -> None:
        """A message of the drone's autopilot; the state has taken it in already."""
        if message.name == "STATUSTEXT":
            for text in self._texts.feed(message):
                self.flight.on_text(text)

    def update(self, now_s: float) -> tuple[Alarm, ...]:
        """What changed by ``now_s``: alarms that were raised, became graver, or were cleared."""
        self.flight.update(now_s)
        return self.judge()

    def judge(self) -> tuple[Alarm, ...]:
        """The same for how things were when the flight was updated last."""
        changes = []
        fresh = self._fresh()
        for rule in RULES:
            if fresh.issuperset(rule.needs):
                change = self._judge(rule, self._watched[rule.kind], rule.find(self.flight))
                if change is not None:
                    changes.append(change)
        return tuple(changes)

    def snapshot(self, now_s: float) -> tuple[Alarm, ...]:
        """What is wrong at first sight, once the flight was updated: nothing that only time can tell."""
        fresh = self._fresh()
        found = ((rule, rule.find(self.flight)) for rule in RULES if fresh.issuperset(rule.needs))
        return tuple(self._alarm(rule, what, now_s) for rule, what in found if what is not None)

    def _fresh(self) -> set[TelemetryKind]:
        """What may be concluded from: asked once for all rules, which need the same few kinds."""
        return {kind for kind in TelemetryKind if self.flight.state.is_fresh(kind, self.flight.now_s)}

    def _judge(self, rule: AlarmRule, watched: _Watched, found: AlarmFinding | None) -> Alarm | None:
        t_s, now_s = self.flight.t_s, self.flight.now_s
        before = watched.alarm
        if (found is None) == (before is None):  # nothing is on its way to change
            watched.since_t_s = None
        elif watched.since_t_s is None:
            watched.since_t_s, watched.first_s = t_s, now_s
        if found is None:
            if before is None or watched.since_t_s is None or t_s - watched.since_t_s < rule.clear_after_s:
                return None
            gone = replace(before, cleared_s=now_s)
            self._watched[rule.kind] = _Watched()
            self.cleared.append(gone)
            return gone
        if before is None and watched.since_t_s is not None and t_s - watched.since_t_s < rule.raise_after_s:
            return None
        since_s = before.since_s if before is not None else watched.first_s
        alarm = self._alarm(rule, found, since_s)
        if before is not None and before.is_critical:
            alarm = replace(alarm, severity=before.severity)  # it may be less grave for a moment: no reason to flap
        became_graver = before is not None and alarm.is_critical and not before.is_critical
        if before is not None and not became_graver:
            alarm = replace(alarm, seen_s=before.seen_s, seen_by=before.seen_by)
        watched.alarm = alarm
        watched.since_t_s = None
        watched.raised_t_s = t_s if before is None else watched.raised_t_s
        return alarm if before is None or became_graver else None

    def _alarm(self, rule: AlarmRule, found: AlarmFinding, since_s: float) -> Alarm:
        message = rule.template.format(amount=found.amount, **found.values)
        severity = found.severity or rule.severity
        return Alarm(rule.kind, severity, self.drone, message, since_s, found.amount, rule.unit)
