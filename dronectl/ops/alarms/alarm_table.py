"""The rules: what raises an alarm, how grave it is, for how long it must hold, and its text.

A rule is asked only while the values that it needs are fresh; else its alarm stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dronectl.model.alarm import AlarmKind, AlarmSeverity
from dronectl.model.telemetry import TelemetryKind
from dronectl.ops.alarms import finders
from dronectl.ops.alarms.finders import AlarmFinding
from dronectl.ops.alarms.flight import FlightState

Finder = Callable[[FlightState], AlarmFinding | None]


@dataclass(frozen=True, slots=True)
class AlarmRule:
    kind: AlarmKind
    severity: AlarmSeverity
    find: Finder
    needs: tuple[TelemetryKind, ...]
    template: str
    """With ``{amount}`` and the values of :class:`AlarmFinding`."""
    unit: str | None = None
    raise_after_s: float = 0.0
    clear_after_s: float = 3.0


_C, _W = AlarmSeverity.CRITICAL, AlarmSeverity.WARNING
_HEARD = (TelemetryKind.MODE,)
_PLACE = (TelemetryKind.MODE, TelemetryKind.POSITION)
_ON_ITS_WAY = (*_PLACE, TelemetryKind.MISSION)
_BY_ITSELF = "it acts by itself ({mode})"

RULES: tuple[AlarmRule, ...] = (
    AlarmRule(AlarmKind.CRASH, _C, finders.crash, _PLACE, "CRASHED? {what}", "m", 2.0),
    AlarmRule(
        AlarmKind.TILT, _C, finders.tilt, (*_HEARD, TelemetryKind.ATTITUDE),
        "tilted by {amount:.0f}°: it falls, or lies on its side", "deg", 1.0,
    ),
    AlarmRule(AlarmKind.THRUST, _C, finders.said("thrust"), _HEARD, 'a motor may have failed: it says "{said}"'),
    AlarmRule(
        AlarmKind.EKF_FAILSAFE, _C, finders.failsafe("ekf"), _HEARD,
        f"EKF failsafe: it has no good position; {_BY_ITSELF}",
    ),
    AlarmRule(AlarmKind.BATTERY_FAILSAFE, _C, finders.failsafe("battery"), _HEARD, f"battery failsafe: {_BY_ITSELF}"),
    AlarmRule(
        AlarmKind.RADIO_FAILSAFE, _C, finders.failsafe("radio"), _HEARD,
        f"radio failsafe: it does not hear its transmitter; {_BY_ITSELF}",
    ),
    AlarmRule(
        AlarmKind.GCS_FAILSAFE, _C, finders.failsafe("gcs"), _HEARD,
        f"ground station failsafe: it did not hear this one; {_BY_ITSELF}",
    ),
    AlarmRule(
        AlarmKind.TERRAIN_FAILSAFE, _C, finders.failsafe("terrain"), _HEARD,
        f"terrain failsafe: it does not know the ground; {_BY_ITSELF}",
    ),
    AlarmRule(
        AlarmKind.OTHER_FAILSAFE, _C, finders.other_failsafe, _HEARD,
        f"{{name}} failsafe: {_BY_ITSELF}", raise_after_s=2.0,
    ),
    AlarmRule(
        AlarmKind.FENCE, _C, finders.fence, (*_HEARD, TelemetryKind.BATTERY), "it has left the fence that it carries"
    ),
    AlarmRule(
        AlarmKind.GPS, _C, finders.gps, (*_HEARD, TelemetryKind.GPS),
        "GPS lost: fix {amount:.0f}, {satellites} satellites", raise_after_s=1.0,
    ),
    AlarmRule(
        AlarmKind.EKF, _C, finders.ekf, (*_HEARD, TelemetryKind.EKF),
        "it does not know its position (EKF: {lacks})", raise_after_s=1.0,
    ),
    AlarmRule(
        AlarmKind.NOT_NEARER, _C, finders.not_nearer, _PLACE,
        "in {mode}, but {how}: {amount:.0f} m from where it lands", "m", 2.0,
    ),
    AlarmRule(
        AlarmKind.BATTERY_HOME, _C, finders.battery_home, (*_PLACE, TelemetryKind.BATTERY),
        "battery {amount:.0f} %: {way}", "%", 2.0,
    ),
    AlarmRule(
        AlarmKind.SINKING, _C, finders.sinking, _PLACE,
        "sinking in {mode}: {up:.0f} m above home where {meant:.0f} m is meant", "m", 2.0,
    ),
    AlarmRule(
        AlarmKind.SEPARATION, _C, finders.too_near, _PLACE,
        "{amount:.0f} m from {what}; at least {allowed:g} m is meant", "m", 1.0,
    ),
    AlarmRule(AlarmKind.TRAFFIC, _C, finders.traffic, _PLACE, "aircraft {what}", "s", 1.5, 5.0),
    AlarmRule(AlarmKind.KEEP_OUT, _C, finders.inside_keep_out, _PLACE, "{amount:.0f} m inside {what}", "m", 1.0),
    AlarmRule(
        AlarmKind.OFFICER, _C, finders.over_officer, _PLACE,
        "{who}: {amount:.0f} m from under it, {how}", "m", 1.0, 5.0,
    ),
    AlarmRule(AlarmKind.OUTSIDE, _C, finders.outside, _PLACE, "{amount:.0f} m outside of where it may fly", "m", 1.0),
    AlarmRule(
        AlarmKind.CEILING, _C, finders.ceiling, _PLACE, "{amount:.0f} m above the ceiling of {ceiling:g} m", "m", 1.0
    ),
    AlarmRule(
        AlarmKind.DRIFT, _W, finders.drift, _PLACE, "drifting in {mode}: {amount:.0f} m from where it held", "m", 2.0
    ),
    AlarmRule(
        AlarmKind.OFF_WAY, _W, finders.off_way, _ON_ITS_WAY, "{amount:.0f} m off its way to item {item}", "m", 3.0
    ),
    AlarmRule(
        AlarmKind.UNHEARD, _W, finders.unheard, (), "not heard for {amount:.0f} s; last {last}{failsafe}", "s",
        clear_after_s=1.0,
    ),
    AlarmRule(
        AlarmKind.MODE, _W, finders.mode, _HEARD, "in {mode}, which was not ordered here (before: {before})",
        clear_after_s=0.0,
    ),
    AlarmRule(
        AlarmKind.STILL_ARMED, _W, finders.still_armed, _PLACE, "has landed and is still armed", raise_after_s=12.0
    ),
    AlarmRule(AlarmKind.VIBRATION, _W, finders.said("vibration"), _HEARD, 'it says "{said}"'),
    AlarmRule(
        AlarmKind.SEPARATION_AHEAD, _W, finders.ahead(lambda outlook: outlook.drone), _PLACE,
        "in {amount:.0f} s nearer than {allowed:g} m to {what}, at the nearest {least:.0f} m", "s", 1.0,
    ),
    AlarmRule(
        AlarmKind.KEEP_OUT_AHEAD, _W, finders.ahead(lambda outlook: outlook.keep_out), _PLACE,
        "enters {what} in {amount:.0f} s if it goes on", "s", 1.0,
    ),
    AlarmRule(
        AlarmKind.FENCE_AHEAD, _W, finders.ahead(lambda outlook: outlook.fence), _PLACE,
        "leaves {what} in {amount:.0f} s if it goes on", "s", 1.0,
    ),
    AlarmRule(
        AlarmKind.BATTERY_VOLTAGE, _W, finders.battery_voltage, (*_HEARD, TelemetryKind.BATTERY),
        "battery {amount:.1f} V and sinking: its failsafe, at {low:g} V, acts in about {seconds:.0f} s", "V", 2.0,
    ),
    AlarmRule(
        AlarmKind.BATTERY_RESERVE, _W, finders.below_reserve, (*_PLACE, TelemetryKind.BATTERY),
        "battery: about {amount:.0f} % {how}, reserve {reserve:.0f} %", "%", 4.0,
    ),
    AlarmRule(
        AlarmKind.BATTERY_FORECAST, _W, finders.battery_forecast, (*_ON_ITS_WAY, TelemetryKind.BATTERY),
        "battery {battery:.0f} %, below forecast: about {landing:.0f} % at landing, reserve {reserve:.0f} %", "%", 4.0,
    ),
)  # fmt: skip
"""The gravest causes first, as :class:`AlarmKind` has them."""
