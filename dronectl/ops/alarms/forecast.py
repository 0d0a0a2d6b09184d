"""When a drone will have landed, and what its battery will hold then, by what is measured in flight."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dronectl.ops.alarms.expected import CLIMB_M_S, CRUISE_M_S, landing_s
from dronectl.ops.alarms.flight import FlightState
from dronectl.ops.alarms.local_plane import NorthEast
from dronectl.ops.alarms.local_plane import course_rad as direction

DRAW_PCT_S = 0.08
"""Of the battery, a second, where no plan tells it: twenty minutes of flight."""
RETURN_ALTITUDE_M = 15.0
"""ArduCopter's default, where no plan tells the altitude of the return."""
RALLY_LIMIT_M = 300.0
"""To a rally point farther away it does not return; ArduCopter's default, and what a push sets."""
THERE_M = 20.0
STRAIGHT_RAD = math.radians(30.0)
"""A return flies straight at its goal, but for the wind and its first turn."""
MOVES_M_S = 2.0
"""Who is slower climbs, turns or comes down: its speed tells nothing of the way."""


def time_left_s(f: FlightState) -> float | None:
    """Seconds of the vehicle until its motors stop by what it does now; None: nothing makes it land, or not known."""
    here = f.here
    if here is None or not f.is_flying:
        return None
    if f.lands_here and f.mode == "LAND":
        return landing_s(here.up_m)
    if f.is_returning:
        return way_home_s(f)
    done_s = f.progress.done_s
    if f.mode != "AUTO" or done_s is None or not f.expected.seconds:
        return None
    e = f.expected
    mission_s = max(0.0, e.mission_seconds - done_s) * f.progress.pace(e.usual_pace)
    return mission_s + e.seconds - max(e.mission_seconds, min(done_s, e.seconds))


def way_home_s(f: FlightState) -> float | None:
    """Seconds from here up, over its goal and down, if it returns; None: where to is not known."""
    here, goal = f.here, return_goal(f)
    if here is None or goal is None:
        return None
    climb_m = max(0.0, (f.expected.return_altitude_m or RETURN_ALTITUDE_M) - here.up_m)
    left_m = math.dist(here.north_east, goal)
    if left_m < MOVES_M_S:
        climb_m = 0.0  # it comes down already
    return climb_m / CLIMB_M_S + left_m / return_speed_m_s(f) + landing_s(here.up_m + climb_m)


def return_goal(f: FlightState) -> NorthEast | None:
    """Where the return that it is on, or would begin here, leads: by where it goes, and before it does by the rule."""
    here = f.here
    if here is None or not f.goals:
        return None
    goals = f.goals if f.is_returning else ()
    at = [goal for goal in goals if math.dist(here.north_east, goal) < THERE_M]
    if at:
        return at[0]
    if goals and (f.state.ground_speed_m_s or 0.0) > MOVES_M_S:
        course_rad = math.atan2(f.state.velocity_east_m_s or 0.0, f.state.velocity_north_m_s or 0.0)
        off = {goal: abs(math.remainder(direction(here.north_east, goal) - course_rad, math.tau)) for goal in goals}
        ahead = min(off, key=off.__getitem__)
        if off[ahead] < STRAIGHT_RAD:
            return ahead
    return goal_from(f.goals, (f.returning_from or here).north_east)


def goal_from(goals: Sequence[NorthEast], place: NorthEast) -> NorthEast:
    """Home, the first of the goals, or the nearest rally point where that is nearer, and not too far."""
    home, *rally = goals
    near = min(rally, key=lambda goal: math.dist(place, goal), default=home)
    return near if math.dist(place, near) < min(math.dist(place, home), RALLY_LIMIT_M) else home


def return_speed_m_s(f: FlightState) -> float:
    """As it flies home now, against the wind or with it; before that a common speed."""
    speed_m_s = f.state.ground_speed_m_s or 0.0
    return speed_m_s if f.is_returning and speed_m_s > MOVES_M_S else CRUISE_M_S


def battery_at_landing_pct(f: FlightState) -> float | None:
    """Percent left when its motors stop; of one that nothing makes land, if it turned home at once."""
    battery_pct, left_s = f.state.battery_pct, time_left_s(f)
    if left_s is None:
        left_s = way_home_s(f)
    if battery_pct is None or left_s is None or not f.is_flying:
        return None
    e = f.expected
    expected_pct_s = e.battery_pct / e.duration_s if e.battery_pct and e.duration_s else DRAW_PCT_S
    return max(0.0, battery_pct - left_s * f.consumption.pct_s(expected_pct_s))
