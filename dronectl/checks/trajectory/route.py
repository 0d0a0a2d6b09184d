"""A mission's items as the path they make: straight legs with heights and times.

Written for checking and apart from the planner. Positions are metres in the site's frame, heights are above the level
of the ground at the site's home.
"""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.checks.trajectory.defaults import RALLY_LIMIT_M, RETURN_ALTITUDE_M
from dronectl.checks.trajectory.flying import NAVIGATION, Flying, Stretch
from dronectl.checks.trajectory.item_order import Problem, flown_order
from dronectl.checks.trajectory.leg import HERE, Leg, LegKind, Position, Route
from dronectl.checks.trajectory.terrain_profile import Relief
from dronectl.checks.trajectory.timing import Timing, timed
from dronectl.checks.wording import Form
from dronectl.model.fleet import Drone
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.fix import Fix, deleted
from dronectl.model.plan.mission import Command, Mission
from dronectl.model.text.number_ranges import number_ranges

__all__ = ["RETURN_ALTITUDE_M", "Leg", "LegKind", "Position", "Route", "trace"]


def trace(
    mission: Mission,
    drone: Drone,
    *,
    home: GeoPoint,
    home_height_m: float,
    relief: Relief,
    ground_elevation_m: float,
    rally: Mission,
    rtl_altitude_m: float = RETURN_ALTITUDE_M,
    rally_limit_m: float = RALLY_LIMIT_M,
    rally_includes_home: bool = True,
    climb_min_m: float = 0.0,
    cone_slope: float = 0.0,
    start: Position | None = None,
    first: int = 1,
) -> Route:
    """The path that ``mission`` makes for ``drone`` standing at ``home``, with these rally points on board.

    With ``start`` it is in the air there, and goes on with item ``first``: its first legs are ``HERE``'s.

    Raises:
        InputError: home is not at this site.
    """
    order, problems = flown_order(mission, first)
    stands = Position(*relief.frame.point_to_xy(home), home_height_m)
    flying = Flying(mission, drone, stands, relief, rally, ground_elevation_m)
    flying.rtl_altitude_m = rtl_altitude_m
    flying.rally_limit_m, flying.rally_includes_home = rally_limit_m, rally_includes_home
    flying.climb_min_m, flying.cone_slope = climb_min_m, cone_slope
    if start is not None:
        flying.at, flying.item, flying.airborne = start, HERE, True
    rally_points = tuple(flying.rally_points())
    navigation = [index for index, seq in enumerate(order) if mission.items[seq].command in NAVIGATION]
    passed = 0
    for index, seq in enumerate(order):
        while passed < len(navigation) and navigation[passed] <= index:
            passed += 1
        flying.fly(seq, [order[later] for later in navigation[passed : passed + 2]])
        if flying.over:
            problems += _left_over(mission, order[: index + 1], order[index + 1 :])
            break
    return Route(tuple(_legs(flying.stretches, drone)), tuple(problems + flying.problems), rally_points)


_LEFT_OVER = Form("{count} items after {command} are never flown", "{count} รายการหลัง {command} จะไม่ถูกบิน")


def _left_over(mission: Mission, flown: Sequence[int], rest: Sequence[int]) -> list[Problem]:
    """A word on the items after the one that ends the flight."""
    last = mission.items[flown[-1]]
    unflown = sorted(set(rest) - set(flown))
    if not unflown or last.command not in (Command.NAV_RETURN_TO_LAUNCH, Command.NAV_LAND):
        return []
    message = _LEFT_OVER(count=len(unflown), command=last.command_name())
    fix = Fix(f"take out items {number_ranges(unflown, range(len(mission)))}", tuple(deleted(seq) for seq in unflown))
    return [Problem(unflown[0], Severity.WARNING, message, fix)]


def _legs(stretches: Sequence[Stretch], drone: Drone) -> list[Leg]:
    times = timed(
        [
            Timing(
                dx_m=stretch.end.x_m - stretch.start.x_m,
                dy_m=stretch.end.y_m - stretch.start.y_m,
                dz_m=stretch.end.height_m - stretch.start.height_m,
                speed_m_s=stretch.speed_m_s,
                hold_s=stretch.hold_s,
                takes_off=stretch.kind is LegKind.TAKE_OFF,
                lands=stretch.kind is LegKind.DESCENT,
                from_rest=stretch.kind is LegKind.RETURN,
            )
            for stretch in stretches
        ],
        drone,
    )
    legs: list[Leg] = []
    now_s = 0.0
    for one, duration_s in zip(stretches, times, strict=True):
        ends_s = now_s + duration_s
        legs.append(
            Leg(one.kind, one.from_item, one.item, one.start, one.end, now_s, ends_s, one.camera_on, one.curved)
        )
        now_s = ends_s
    return legs
