"""Where a sortie leads and about when: the mission's items as a line through places, heights and times.

Times are leg lengths over speeds, stretched so that the flight lasts as long as the plan says: good enough to move
a mark over a map, without wind, acceleration or corners.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from dronectl.geodesy.plane import LocalPlane
from dronectl.model.fleet import Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import FLOWN_TO, Command, Frame, MissionItem
from dronectl.model.plan.plan import DronePlan, Sortie

_AMSL_FRAMES = (Frame.GLOBAL, Frame.GLOBAL_INT)
_HOLDS_IN_PARAM1 = (Command.NAV_WAYPOINT, Command.NAV_LOITER_TIME, Command.NAV_DELAY)
_LONGEST_HOLD_S = 86_400.0
_HIGHEST_M = 100_000.0

_SLOWEST_M_S = 0.1
_CRUISE_M_S = 8.0
_CLIMB_M_S = 2.5
_DESCENT_M_S = 1.5


@dataclass(frozen=True, slots=True)
class Vertex:
    """A place on the way. ``photographed``: the camera is triggered on the leg that ends here."""

    item: int
    point: GeoPoint
    height_m: float
    """Above home; above ground for items in a terrain frame, as if the ground were flat."""
    t_s: float
    """After the start of the sortie's wave; approximate."""
    photographed: bool = False


def drawn_route(plan: DronePlan, sortie: Sortie, drone: Drone | None) -> tuple[Vertex, ...]:
    """The line from the ground at home on.

    Items that are no place on Earth, as a foreign file may hold, are passed over. ``drone`` gives the
    speeds; without it (a plan of another fleet) common ones are taken.
    """
    frame = LocalPlane(plan.home)
    speed_m_s = drone.cruise_speed_m_s if drone else _CRUISE_M_S
    climb_m_s = drone.climb_speed_m_s if drone else _CLIMB_M_S
    descent_m_s = drone.descent_speed_m_s if drone else _DESCENT_M_S
    line = [Vertex(0, plan.home, 0.0, 0.0)]
    triggering = False
    for seq, item in enumerate(sortie.mission.items[1:], start=1):
        if not item.is_finite() or abs(item.altitude_m) > _HIGHEST_M:
            continue
        if item.command == Command.DO_CHANGE_SPEED and item.param1 in (0.0, 1.0) and item.param2 >= _SLOWEST_M_S:
            speed_m_s = item.param2
        elif item.command == Command.DO_SET_CAM_TRIGG_DIST:
            triggering = item.param1 > 0.0
        for point, height_m in _targets(item, line[-1], plan):
            last = line[-1]
            (x0, y0), (x1, y1) = frame.to_xy(last.point), frame.to_xy(point)
            rise_m = height_m - last.height_m
            vertical_s = rise_m / climb_m_s if rise_m > 0.0 else -rise_m / descent_m_s
            leg_s = max(math.hypot(x1 - x0, y1 - y0) / speed_m_s, vertical_s)
            line.append(Vertex(seq, point, height_m, last.t_s + leg_s, triggering))
        hold_s = _hold_s(item, speed_m_s)
        if hold_s > 0.0:
            line.append(replace(line[-1], item=seq, t_s=line[-1].t_s + hold_s))
    return _timed(line, sortie)


def _targets(item: MissionItem, here: Vertex, plan: DronePlan) -> list[tuple[GeoPoint, float]]:
    if item.command == Command.NAV_RETURN_TO_LAUNCH:
        return [(plan.home, here.height_m), (plan.home, 0.0)]
    if item.command not in (*FLOWN_TO, Command.NAV_TAKEOFF, Command.NAV_LAND):
        return []
    height_m = item.altitude_m - (plan.home_amsl_m if item.frame in _AMSL_FRAMES else 0.0)
    if item.command == Command.NAV_TAKEOFF:
        return [(here.point, height_m)]  # a copter climbs where it stands
    if item.lat_e7 == 0 and item.lon_e7 == 0:
        point = here.point  # ArduPilot reads 0, 0 as "here"
    else:
        try:
            point = item.position
        except ValueError:
            return []
    if item.command == Command.NAV_LAND:
        return [(point, here.height_m), (point, 0.0)]
    return [(point, height_m)]


def _hold_s(item: MissionItem, speed_m_s: float) -> float:
    if item.command in _HOLDS_IN_PARAM1:
        seconds = item.param1
    elif item.command == Command.NAV_LOITER_TURNS:
        seconds = item.param1 * math.tau * abs(item.param3) / speed_m_s
    else:
        return 0.0
    return min(max(seconds, 0.0), _LONGEST_HOLD_S)


def _timed(line: list[Vertex], sortie: Sortie) -> tuple[Vertex, ...]:
    total_s = line[-1].t_s
    stretch = sortie.duration_s / total_s if total_s > 0.0 and sortie.duration_s > 0.0 else 1.0
    return tuple(replace(vertex, t_s=sortie.start_s + vertex.t_s * stretch) for vertex in line)
