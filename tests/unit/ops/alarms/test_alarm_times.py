"""How long something must be wrong before it is an alarm, and be well before it is none; and whose seconds count."""

from __future__ import annotations

import pytest

from dronectl.model.alarm import AlarmKind, AlarmSeverity
from dronectl.ops.alarms.alarm_table import AlarmRule
from dronectl.ops.alarms.expected import ExpectedFlight
from dronectl.ops.alarms.finders import AlarmFinding
from dronectl.ops.alarms.flight import FlightState
from dronectl.ops.alarms.fold import AlarmFold
from dronectl.protocol.vehicle.telemetry import VehicleState

STEP_S = 0.5


def changes(
    monkeypatch: pytest.MonkeyPatch, *wrong_s: tuple[float, float], until_s: float = 20.0
) -> list[tuple[float, float, float | None]]:
    """(when it was told, since when, cleared when) of all changes, with something wrong from … to …."""
    now_s = 0.0

    def find(_flight: FlightState) -> AlarmFinding | None:
        return AlarmFinding() if any(begin <= now_s < end for begin, end in wrong_s) else None

    rule = AlarmRule(AlarmKind.GPS, AlarmSeverity.CRITICAL, find, (), "GPS lost", raise_after_s=2.0, clear_after_s=3.0)
    monkeypatch.setattr("dronectl.ops.alarms.fold.RULES", (rule,))
    fold = AlarmFold("alpha", VehicleState())
    told = []
    while now_s < until_s:
        told += [(now_s, alarm.since_s, alarm.cleared_s) for alarm in fold.update(now_s)]
        now_s += STEP_S
    return told


def test_it_comes_after_its_time_and_goes_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert changes(monkeypatch, (1.0, 6.0)) == [(3.0, 1.0, None), (9.0, 1.0, 9.0)]


def test_what_is_wrong_for_a_moment_is_none_and_what_is_well_for_a_moment_stays_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert changes(monkeypatch, (1.0, 2.5), (3.0, 4.5)) == []
    assert changes(monkeypatch, (1.0, 6.0), (8.5, 12.0), until_s=14.0) == [(3.0, 1.0, None)]


@pytest.mark.parametrize(
    ("steps_s", "lasted_s"),
    [
        ((0.5, 0.25), 0.75),
        ((29.5,), 29.5),
        ((30.0,), 1.0),  # it was away: so long counts as a second
        ((-0.5, 0.5), 0.5),  # the clock moved by a little
        ((-1.0,), 1.0),  # it was restarted
    ],
)
def test_a_step_of_the_clock_counts_unless_it_is_too_long(steps_s: tuple[float, ...], lasted_s: float) -> None:
    flight, now_s = FlightState(VehicleState(), ExpectedFlight(), now_s=100.0), 100.0
    for step_s in steps_s:
        now_s += step_s
        flight.update(now_s)
    assert flight.t_s == lasted_s
