"""What each rule looks for. Limits are stated here and nowhere else; times are the vehicle's own seconds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dronectl.model.alarm import AlarmSeverity
from dronectl.model.picture import Clearance, Outlook
from dronectl.model.telemetry import TelemetryKind
from dronectl.ops.alarms.expected import CRUISE_M_S, STRAIGHT, landing_s
from dronectl.ops.alarms.flight import HOLDS, FlightState
from dronectl.ops.alarms.forecast import DRAW_PCT_S, battery_at_landing_pct, time_left_s
from dronectl.ops.alarms.last_heard import last_heard_text
from dronectl.ops.alarms.local_plane import distance_to_leg
from dronectl.protocol.vehicle.ekf_status import ekf_words, is_ready
from dronectl.protocol.vehicle.liveness import LOST_AFTER_S

UNHEARD_CRITICAL_S = 15.0
MIN_GPS_FIX = 3
ON_GROUND_M = 3.0
"""No planned flight goes on so near to the height of home."""
STILL_S, STILL_M, STILL_UP_M = 8.0, 2.0, 1.0
"""Who moves less than that for so long does not move."""
LANDING_PLACE_M = 15.0
"""So far from its landing place a drone may come down."""
TILT_DEG = 60.0
"""Twice what a copter leans in flight."""
OFF_WAY_M, FAR_OFF_WAY_M = 15.0, 30.0
DRIFT_M, FAR_DRIFT_M = 10.0, 30.0
SINK_M = 5.0
OUTSIDE_M = 1.0
OVER_CEILING_M = 2.0
RETURN_LOOK_S, RETURN_NEARER_M, RETURN_CLIMB_M = 30.0, 5.0, 3.0
"""A return that came less than 5 m nearer in 30 s, and did not climb, does not return."""
RETURN_THERE_M = 20.0
FORECAST_MORE_PCT, FORECAST_SHARE = 5.0, 0.25
EMPTY_PCT = 3.0
FAILSAFES = frozenset({"ekf", "battery", "radio", "gcs", "terrain"})
"""Those with a rule of their own, as the vehicle names them."""
SAG_FORETOLD_S = 120.0
SOON_S = 10.0
"""What will happen so soon is grave."""
RESERVE_TOLERANCE_PCT = 2.0
"""So much below the reserve a forecast may be: the percent are whole ones."""


@dataclass(frozen=True, slots=True)
class AlarmFinding:
    """What a rule found: its figure, other values for its text, another severity than the rule's."""

    amount: float | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    severity: AlarmSeverity | None = None


def unheard(f: FlightState) -> AlarmFinding | None:
    age_s = f.state.age_s(TelemetryKind.ANYTHING, f.now_s)
    if age_s is None or age_s <= LOST_AFTER_S:
        return None
    grave = f.state.armed and age_s > UNHEARD_CRITICAL_S
    return AlarmFinding(
        age_s,
        {"last": last_heard_text(f), "failsafe": failsafe_text(f)},
        AlarmSeverity.CRITICAL if grave else AlarmSeverity.WARNING,
    )


def failsafe_text(f: FlightState) -> str:
    """What a vehicle that hears nothing either does by now."""
    if not f.state.armed:
        return ""
    known = f.expected.gcs_failsafe
    if known is None:
        return "; what it does without a ground station is not known"
    if known.action is None:
        return "; its ground station failsafe is off: it goes on as it was"
    age_s = f.state.age_s(TelemetryKind.ANYTHING, f.now_s) or 0.0
    acts = "has acted" if age_s > known.after_s else "will act"
    return f"; its ground station failsafe ({known.action} after {known.after_s:g} s) {acts} if it hears nothing either"


def gps(f: FlightState) -> AlarmFinding | None:
    fix = f.state.gps_fix
    if not f.is_armed or fix is None or fix >= MIN_GPS_FIX:
        return None
    return AlarmFinding(float(fix), {"satellites": f.state.satellites or 0})


def ekf(f: FlightState) -> AlarmFinding | None:
    flags = f.state.ekf_flags
    if not f.is_armed or flags is None or is_ready(flags):
        return None
    return AlarmFinding(None, {"lacks": ekf_words(flags)})


def failsafe(name: str) -> Callable[[FlightState], AlarmFinding | None]:
    def find(f: FlightState) -> AlarmFinding | None:
        if name not in f.failsafes:
            return None
        return AlarmFinding(None, {"mode": f.mode}, None if f.is_armed else AlarmSeverity.WARNING)

    return find


def other_failsafe(f: FlightState) -> AlarmFinding | None:
    """One that has no rule of its own, or whose words were lost: the heartbeat tells of each."""
    named = f.failsafes.keys() - FAILSAFES
    critical = 5  # MAV_STATE_CRITICAL
    if not named and (f.failsafes or f.state.system_status != critical or not f.is_armed):
        return None
    return AlarmFinding(None, {"name": " and ".join(sorted(named)) or "some", "mode": f.mode})


def mode(f: FlightState) -> AlarmFinding | None:
    ordered = f.state.ordered_mode
    if not f.is_armed or ordered is None or f.mode in (f.accepted_mode, ordered):
        return None  # who never gave an order does not know of others' orders either
    return AlarmFinding(None, {"mode": f.mode, "before": f.accepted_mode or "unknown"})


def _is_still(f: FlightState) -> bool:
    moved = f.moved(STILL_S)
    return moved is not None and moved[0] < STILL_M and moved[1] < STILL_UP_M


def crash(f: FlightState) -> AlarmFinding | None:
    home_m = f.home_m()
    where = "" if home_m is None else f", {home_m:.0f} m from home"
    if said := f.said.get("crash"):
        return AlarmFinding(home_m, {"what": f'it says "{said}"{where}'})
    here = f.here
    if here is None or not f.is_flying or not _is_still(f):
        return None
    lies = (f.tilt_deg or 0.0) > TILT_DEG
    low = here.up_m < ON_GROUND_M and bool(f.landings) and f.nearest_m(f.landings) > LANDING_PLACE_M
    if not lies and not low:
        return None
    how = "on its side or upside down" if lies else "on the ground"
    return AlarmFinding(
        home_m, {"what": f"{how} and armed, {round(here.up_m)} m above home{where}, where no landing was planned"}
    )


def still_armed(f: FlightState) -> AlarmFinding | None:
    here = f.here
    low = here is not None and here.up_m < ON_GROUND_M / 2 and f.nearest_m(f.landings) <= LANDING_PLACE_M
    return AlarmFinding() if low and f.is_flying and _is_still(f) else None


def tilt(f: FlightState) -> AlarmFinding | None:
    tilt_deg = f.tilt_deg
    return AlarmFinding(tilt_deg) if f.is_armed and tilt_deg is not None and tilt_deg > TILT_DEG else None


def said(what: str) -> Callable[[FlightState], AlarmFinding | None]:
    def find(f: FlightState) -> AlarmFinding | None:
        return AlarmFinding(None, {"said": f.said[what]}) if what in f.said and f.is_armed else None

    return find


def off_way(f: FlightState) -> AlarmFinding | None:
    target = f.expected.targets.get(f.state.mission_item or -1)
    if f.mode != "AUTO" or f.here is None or f.came_from is None or target is None or target.command not in STRAIGHT:
        return None
    off_m = distance_to_leg(f.here.north_east, f.came_from.north_east, target.place)
    if off_m <= OFF_WAY_M:
        return None
    return AlarmFinding(
        off_m, {"item": f.state.mission_item}, AlarmSeverity.CRITICAL if off_m > FAR_OFF_WAY_M else None
    )


def outside(f: FlightState) -> AlarmFinding | None:
    if f.here is None or not f.is_flying:
        return None
    fence = f.outlook.fence
    outside_m = max(f.expected.fence.outside_m(f.here.north_east), -fence.now_m if fence is not None else 0.0)
    return AlarmFinding(outside_m) if outside_m > OUTSIDE_M else None


def ceiling(f: FlightState) -> AlarmFinding | None:
    if f.here is None or not f.is_flying:
        return None
    over_m = f.here.up_m - f.expected.ceiling_m
    return AlarmFinding(over_m, {"ceiling": f.expected.ceiling_m}) if over_m > OVER_CEILING_M else None


def fence(f: FlightState) -> AlarmFinding | None:
    return AlarmFinding() if f.is_flying and f.state.fence_breached else None


def not_nearer(f: FlightState) -> AlarmFinding | None:
    here, before = f.here, f.at(f.t_s - RETURN_LOOK_S)
    if not (f.is_flying and f.is_returning and f.mode != "SMART_RTL" and here and before and f.goals):
        return None
    if f.returning_from is None or f.t_s - f.returning_from.t_s < RETURN_LOOK_S:
        return None
    left_m = f.nearest_m(f.goals)
    nearer_m = max(math.dist(before.north_east, goal) - math.dist(here.north_east, goal) for goal in f.return_goals)
    if left_m < RETURN_THERE_M or here.up_m - before.up_m > RETURN_CLIMB_M or nearer_m > RETURN_NEARER_M:
        return None
    how = f"going away at {-nearer_m / RETURN_LOOK_S:.1f} m/s" if nearer_m < -RETURN_NEARER_M else "not coming nearer"
    return AlarmFinding(left_m, {"how": how, "mode": f.mode})


def drift(f: FlightState) -> AlarmFinding | None:
    if f.mode not in HOLDS or f.here is None or f.anchor is None or not f.is_flying:
        return None
    off_m = math.dist(f.here.north_east, f.anchor.north_east)
    if off_m <= DRIFT_M:
        return None
    return AlarmFinding(off_m, {"mode": f.mode}, AlarmSeverity.CRITICAL if off_m > FAR_DRIFT_M else None)


def sinking(f: FlightState) -> AlarmFinding | None:
    meant_m = _meant_up_m(f)
    if f.here is None or not f.is_flying or meant_m is None:
        return None
    low_m = meant_m - f.here.up_m
    if f.here.up_m < ON_GROUND_M:
        return None  # it sinks no more
    return AlarmFinding(low_m, {"up": f.here.up_m, "meant": meant_m, "mode": f.mode}) if low_m > SINK_M else None


def _meant_up_m(f: FlightState) -> float | None:
    """The lowest height that its order allows here; None: it may come down, or that is not known."""
    if f.mode in HOLDS:
        return f.anchor.up_m if f.anchor else None
    if f.is_returning:
        far = bool(f.expected.goals) and f.nearest_m(f.goals) > RETURN_THERE_M
        return f.entered.up_m if f.mode == "RTL" and f.entered and far else None
    target = f.expected.targets.get(f.state.mission_item or -1)
    if f.mode != "AUTO" or f.came_from is None or target is None or target.command not in STRAIGHT or f.lands_here:
        return None
    return min(target.altitude_m, f.came_from.up_m)


def inside_keep_out(f: FlightState) -> AlarmFinding | None:
    near = f.outlook.keep_out
    if near is None or not f.is_flying or near.now_m >= 0.0:
        return None
    return AlarmFinding(-near.now_m, {"what": near.what})


def too_near(f: FlightState) -> AlarmFinding | None:
    near = f.outlook.drone
    if near is None or not f.is_flying or near.now_m >= near.allowed_m:
        return None
    return AlarmFinding(near.now_m, {"what": near.what, "allowed": near.allowed_m})


def ahead(of: Callable[[Outlook], Clearance | None]) -> Callable[[FlightState], AlarmFinding | None]:
    """What it will come too near to, and is not yet."""

    def find(f: FlightState) -> AlarmFinding | None:
        near = of(f.outlook)
        if near is None or not f.is_flying or near.breach_in_s is None or near.now_m < near.allowed_m:
            return None
        values = {"what": near.what, "least": max(0.0, near.least_m), "allowed": near.allowed_m}
        grave = near.breach_in_s <= SOON_S
        return AlarmFinding(near.breach_in_s, values, AlarmSeverity.CRITICAL if grave else None)

    return find


def traffic(f: FlightState) -> AlarmFinding | None:
    """Another aircraft that comes too near, if both go on as they do."""
    near = f.outlook.aircraft
    if near is None or not f.is_flying or near.breach_in_s is None:
        return None
    return AlarmFinding(near.breach_in_s, {"what": near.words()})


def over_officer(f: FlightState) -> AlarmFinding | None:
    """An officer walked under it, or may still be there."""
    below = f.outlook.person
    if below is None or not f.is_flying:
        return None
    grave = AlarmSeverity.CRITICAL if below.is_known else AlarmSeverity.WARNING
    return AlarmFinding(below.away_m, {"who": below.who, "how": below.how}, grave)


def below_reserve(f: FlightState) -> AlarmFinding | None:
    """What is measured in flight leaves less than the reserve at landing, or at home if it turned home now."""
    landing_pct, reserve_pct, here = battery_at_landing_pct(f), f.expected.reserve_pct, f.here
    if landing_pct is None or here is None or here.up_m < ON_GROUND_M:
        return None
    if landing_pct >= reserve_pct - RESERVE_TOLERANCE_PCT:
        return None
    grave = landing_pct < reserve_pct / 3
    how = "at landing" if time_left_s(f) is not None else "at home if it returns now"
    values = {"how": how, "reserve": reserve_pct}
    return AlarmFinding(landing_pct, values, AlarmSeverity.CRITICAL if grave else None)


def battery_forecast(f: FlightState) -> AlarmFinding | None:
    """More drawn on its way than the plan has by here, or less left at landing than the reserve."""
    e, item, battery_pct, here = f.expected, f.state.mission_item, f.state.battery_pct, f.here
    if f.mode != "AUTO" or not f.is_flying or not e.battery_pct or item is None or battery_pct is None or here is None:
        return None
    if here.up_m < ON_GROUND_M:
        return None
    done_s = f.progress.done_s
    if done_s is None:
        return None
    share = done_s / e.seconds
    by_plan_pct = share * e.battery_pct
    more_pct = f.drawn_pct - by_plan_pct
    known = min(1.0, share / FORECAST_SHARE)  # a pace seen over a short way says little of the rest
    pace = 1.0 + known * (f.drawn_pct / max(by_plan_pct, 1.0) - 1.0) if more_pct > FORECAST_MORE_PCT else 1.0
    landing_pct = battery_pct - (1.0 - share) * e.battery_pct * pace
    if more_pct <= FORECAST_MORE_PCT and landing_pct >= e.reserve_pct - RESERVE_TOLERANCE_PCT:
        return None
    grave = landing_pct < e.reserve_pct / 3
    values = {"battery": battery_pct, "landing": max(0.0, landing_pct), "reserve": e.reserve_pct}
    return AlarmFinding(battery_pct, values, AlarmSeverity.CRITICAL if grave else None)


def battery_voltage(f: FlightState) -> AlarmFinding | None:
    """It sinks so fast that the failsafe acts before it has landed, whatever the percentage says."""
    low_v, volts = f.expected.low_battery_v, f.state.battery_v
    if not low_v or volts is None or not f.is_flying or "battery" in f.failsafes:
        return None
    seconds, left_s = f.sag.seconds_to(low_v), time_left_s(f)
    if seconds is None or seconds > min(SAG_FORETOLD_S, SAG_FORETOLD_S if left_s is None else left_s):
        return None
    values = {"low": low_v, "seconds": seconds}
    return AlarmFinding(volts, values, AlarmSeverity.CRITICAL if seconds <= SOON_S else None)


def battery_home(f: FlightState) -> AlarmFinding | None:
    battery_pct, home_m, here = f.state.battery_pct, f.home_m(), f.here
    if battery_pct is None or here is None or not f.is_flying or here.up_m < ON_GROUND_M:
        return None
    if battery_pct <= EMPTY_PCT:
        return AlarmFinding(battery_pct, {"way": "empty in the air"})
    if home_m is None:
        return None
    e = f.expected
    pct_s = e.battery_pct / e.duration_s if e.battery_pct and e.duration_s else DRAW_PCT_S
    need_pct = pct_s * (f.nearest_m(f.goals) / CRUISE_M_S + landing_s(here.up_m))
    if battery_pct >= need_pct:
        return None
    return AlarmFinding(
        battery_pct, {"way": f"not enough for the way home, {home_m:.0f} m and down, about {need_pct:.0f} %"}
    )
