"""Why a flight ended as it did: not the last text heard, but what the alarms say, by gravity and time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dronectl.model.alarm import Alarm, AlarmKind

Clock = Callable[[float], str]
"""A time of day of a moment on the alarms' clock."""

NAMES: dict[AlarmKind, str] = {
    AlarmKind.CRASH: "crash",
    AlarmKind.TILT: "turning over",
    AlarmKind.THRUST: "loss of thrust",
    AlarmKind.EKF_FAILSAFE: "EKF failsafe",
    AlarmKind.BATTERY_FAILSAFE: "battery failsafe",
    AlarmKind.RADIO_FAILSAFE: "radio failsafe",
    AlarmKind.GCS_FAILSAFE: "ground station failsafe",
    AlarmKind.TERRAIN_FAILSAFE: "terrain failsafe",
    AlarmKind.OTHER_FAILSAFE: "failsafe",
    AlarmKind.FENCE: "breach of the fence on board",
    AlarmKind.GPS: "GPS loss",
    AlarmKind.EKF: "loss of position",
    AlarmKind.NOT_NEARER: "return that came no nearer",
    AlarmKind.BATTERY_HOME: "battery too low for the way home",
    AlarmKind.SINKING: "sinking",
    AlarmKind.SEPARATION: "too near to another drone",
    AlarmKind.TRAFFIC: "another aircraft",
    AlarmKind.KEEP_OUT: "flight in a keep-out",
    AlarmKind.OFFICER: "flight over an officer",
    AlarmKind.OUTSIDE: "leaving its area",
    AlarmKind.CEILING: "flight above the ceiling",
    AlarmKind.DRIFT: "drift",
    AlarmKind.OFF_WAY: "flight off its way",
    AlarmKind.UNHEARD: "loss of the link",
    AlarmKind.MODE: "change of mode that was not ordered here",
    AlarmKind.STILL_ARMED: "motors that did not stop",
    AlarmKind.VIBRATION: "vibration",
    AlarmKind.SEPARATION_AHEAD: "way too near to another drone",
    AlarmKind.KEEP_OUT_AHEAD: "way into a keep-out",
    AlarmKind.FENCE_AHEAD: "way out of its area",
    AlarmKind.BATTERY_VOLTAGE: "voltage that sank",
    AlarmKind.BATTERY_RESERVE: "battery short of its reserve",
    AlarmKind.BATTERY_FORECAST: "battery below forecast",
}
"""As a cause of what came then."""
_GRAVITY = {kind: place for place, kind in enumerate(AlarmKind)}
_ROOTS = frozenset(
    {
        AlarmKind.THRUST,
        AlarmKind.VIBRATION,
        AlarmKind.GPS,
        AlarmKind.EKF,
        AlarmKind.EKF_FAILSAFE,
        AlarmKind.BATTERY_FAILSAFE,
        AlarmKind.BATTERY_HOME,
        AlarmKind.BATTERY_VOLTAGE,
        AlarmKind.RADIO_FAILSAFE,
        AlarmKind.GCS_FAILSAFE,
        AlarmKind.TERRAIN_FAILSAFE,
        AlarmKind.OTHER_FAILSAFE,
        AlarmKind.FENCE,
    }
)
"""What makes other things happen; the rest only shows that something has."""
_TOGETHER_S = 5.0
"""What is raised so soon after a mode was left was still its reason: words and values come at their own pace."""
_RECENT_S = 60.0
"""What was cleared longer before is another story."""


def cause_of(history: Sequence[Alarm], clock: Clock, *, until_s: float | None = None) -> str:
    """``EKF failsafe at 12:03:10 after GPS loss at 12:03:02``; empty when no alarm tells.

    ``until_s``: when the drone left what it was told to do; alarms raised later are its consequences.
    """
    told = [alarm for alarm in history if until_s is None or alarm.since_s <= until_s + _TOGETHER_S]
    if not told:
        return ""
    decisive = min(told, key=lambda alarm: (not alarm.is_critical, _GRAVITY[alarm.kind], alarm.since_s))
    words = _at(decisive, clock)
    earlier = [
        alarm
        for alarm in told
        if alarm.kind in _ROOTS
        and alarm.since_s < decisive.since_s
        and (alarm.cleared_s is None or decisive.since_s - alarm.cleared_s < _RECENT_S)
    ]
    if earlier:
        words += f" after {_at(min(earlier, key=lambda alarm: (alarm.since_s, _GRAVITY[alarm.kind])), clock)}"
    return words


def still_wrong(history: Sequence[Alarm], clock: Clock) -> str:
    """The grave alarms that stood at the end, oldest first: ``loss of thrust at 12:03:10, drift at 12:04:00``."""
    grave = [
        alarm for alarm in history if alarm.is_active and alarm.is_critical and alarm.kind is not AlarmKind.UNHEARD
    ]
    return ", ".join(_at(alarm, clock) for alarm in grave)


def _at(alarm: Alarm, clock: Clock) -> str:
    return f"{NAMES[alarm.kind]} at {clock(alarm.since_s)}"
