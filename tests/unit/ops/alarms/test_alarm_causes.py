from __future__ import annotations

import pytest

from dronectl.model.alarm import Alarm, AlarmKind, AlarmSeverity
from dronectl.ops.alarms.cause import NAMES, cause_of, still_wrong


def clock(moment_s: float) -> str:
    return f"12:00:{moment_s:02.0f}"


def alarm(
    kind: AlarmKind, since_s: float, cleared_s: float | None = None, severity: AlarmSeverity = AlarmSeverity.CRITICAL
) -> Alarm:
    return Alarm(kind, severity, "bravo", "words", since_s, cleared_s=cleared_s)


GPS = alarm(AlarmKind.GPS, 2.0, 30.0)
EKF = alarm(AlarmKind.EKF, 3.0, 30.0)
EKF_FAILSAFE = alarm(AlarmKind.EKF_FAILSAFE, 10.0, 30.0)
MODE = alarm(AlarmKind.MODE, 10.5, severity=AlarmSeverity.WARNING)
FORECAST = alarm(AlarmKind.BATTERY_FORECAST, 1.0)


@pytest.mark.parametrize(
    ("history", "until_s", "cause"),
    [
        ([GPS, EKF, EKF_FAILSAFE, MODE], 10.0, "EKF failsafe at 12:00:10 after GPS loss at 12:00:02"),
        ([MODE], 10.5, "change of mode that was not ordered here at 12:00:10"),
        ([FORECAST, alarm(AlarmKind.THRUST, 20.0), alarm(AlarmKind.CRASH, 32.0)], None,
         "crash at 12:00:32 after loss of thrust at 12:00:20"),
        ([alarm(AlarmKind.BATTERY_FAILSAFE, 20.0), alarm(AlarmKind.NOT_NEARER, 50.0)], 20.0,
         "battery failsafe at 12:00:20"),
        ([alarm(AlarmKind.GPS, 2.0, 3.0), alarm(AlarmKind.RADIO_FAILSAFE, 90.0)], 90.0, "radio failsafe at 12:00:90"),
        ([], None, ""),
    ],
)  # fmt: skip
def test_the_cause_is_the_gravest_with_what_led_to_it(history: list[Alarm], until_s: float | None, cause: str) -> None:
    assert cause_of(history, clock, until_s=until_s) == cause


def test_what_stood_at_the_end_is_told_oldest_first() -> None:
    history = [
        alarm(AlarmKind.RADIO_FAILSAFE, 5.0),
        GPS,
        alarm(AlarmKind.NOT_NEARER, 40.0),
        alarm(AlarmKind.UNHEARD, 50.0),
    ]
    assert still_wrong(history, clock) == "radio failsafe at 12:00:05, return that came no nearer at 12:00:40"


def test_every_alarm_has_a_name_as_a_cause() -> None:
    assert set(NAMES) == set(AlarmKind)
