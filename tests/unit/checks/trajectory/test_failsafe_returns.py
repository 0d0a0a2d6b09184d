"""Failsafe returns by the check's own code: goals, heights, thin things, and the same verdict as the planner's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from checks_site import DAY, MAST, SITE, at, item, patrol_of, through, waypoint

from dronectl.checks import check_mission
from dronectl.checks.trajectory.returning import sweeps_of
from dronectl.model.plan.finding import Finding, Severity
from dronectl.model.plan.mission import Command, Mission, MissionType
from dronectl.model.site import Site
from dronectl.planning.rally.returns import Legs, leg_returns


def rally(*places: tuple[float, float], z_m: float = 30.0) -> Mission:
    return Mission(tuple(item(Command.RALLY_POINT, x, y, z_m) for x, y in places), MissionType.RALLY)


def warned(mission: Mission, on_board: Mission, site: Site = SITE) -> list[Finding]:
    findings = check_mission(mission, site, site.drones[0], day=DAY, rally=on_board)
    return [one for one in findings if one.severity is Severity.WARNING]


BEHIND_THE_TOWER = through((200, 200), (450, 100), (450, -100), (200, -200))


def test_a_rally_point_behind_the_tower_makes_its_returns_free() -> None:
    assert [one.zone for one in warned(BEHIND_THE_TOWER, rally())] == ["tower"]
    assert warned(BEHIND_THE_TOWER, rally((500, 0), (300, 180))) == []


def test_a_rally_point_on_the_wrong_side_makes_free_ones_cross() -> None:
    beside = through((100, 150), (300, 150), (300, 100), (100, 150))
    assert warned(beside, rally()) == []
    assert [one.zone for one in warned(beside, rally((310, -100)))] == ["tower"]


def test_one_beyond_the_limit_helps_nobody() -> None:
    assert [one.zone for one in warned(BEHIND_THE_TOWER, rally((900, 0)))] == ["tower"]


def test_a_mast_of_a_hand_s_breadth_is_not_missed_between_samples() -> None:
    thin = replace(MAST, position=at(0, 300), radius_m=0.1)
    site = replace(SITE, zones=replace(SITE.zones, keep_outs=(), obstacles=(thin,)))
    (one,) = warned(patrol_of(waypoint(-61.37, 400), waypoint(71.93, 400), waypoint(60, 100)), rally(), site)
    assert (one.rule, one.zone) == ("obstacle", "mast")


@pytest.mark.parametrize(("z_m", "zones"), [(30.0, ["roof"]), (45.0, [])])
def test_over_a_roof_of_40_m_returns_are_free_at_45_m(z_m: float, zones: list[str]) -> None:
    route = through((-200, 200), (-450, 200), (-450, -200), (-200, -200), z_m=z_m)
    assert [one.zone for one in warned(route, rally())] == zones


def test_a_climb_past_the_roof_is_judged_where_it_is_below() -> None:
    """The leg climbs from 20 m to 60 m: only its first half returns into the roof of 40 m."""
    low = patrol_of(waypoint(-200, 200, 20.0), waypoint(-450, 120, 20.0), waypoint(-450, -100, 60.0), z_m=20.0)
    high = patrol_of(waypoint(-200, 200, 20.0), waypoint(-450, 150, 60.0), waypoint(-450, -100, 60.0), z_m=20.0)
    assert [one.zone for one in warned(low, rally())] == ["roof"]
    assert warned(high, rally()) == []


@pytest.mark.parametrize("seed", range(8))
def test_planner_and_check_agree_on_any_site(seed: int) -> None:
    """Two ways to the same answer: shadows on legs, and triangles on the map."""
    rng = np.random.default_rng(seed)
    blocks = shapely.union_all(
        [shapely.Point(rng.uniform(-300, 300, 2)).buffer(rng.uniform(2, 40), 3) for _ in range(5)], grid_size=1e-4
    )
    free = shapely.box(-2000, -2000, 2000, 2000) - blocks
    points, goals = rng.uniform(-400, 400, (30, 2)), rng.uniform(-400, 400, (5, 2))
    goals = goals[shapely.contains_xy(free, *goals.T)]
    planned = leg_returns([Legs(free, points[:-1], points[1:], 14.0)], goals[0], goals[1:])
    every = range(1, len(goals))
    high = np.full((len(points), 1), 30.0)
    swept = sweeps_of(
        np.hstack([points, high])[:-1],
        np.hstack([points, high])[1:],
        goals=np.hstack([goals, high[: len(goals)]]),
        rtl_m=15.0,
        levels_m=[],
        stop_m=14.0,
    )
    crossing = shapely.intersects(shapely.buffer(blocks, -0.01), swept.shapes())
    blocked_m = np.zeros(len(points) - 1)
    pieces = planned.blocked(every)
    lines = shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1))
    nearest = shapely.distance(shapely.points(planned.middles)[:, None], lines[None]).argmin(axis=1)
    np.add.at(blocked_m, nearest[pieces], planned.length_m[pieces])
    by_check = np.isin(np.arange(len(points) - 1), swept.legs[crossing])
    assert ((blocked_m > 0.5) <= by_check).all()
    assert (by_check <= (blocked_m > 0.0)).all()
    assert by_check.any()
