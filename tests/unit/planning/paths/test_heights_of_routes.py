"""Over what is low, around what is high: the same places at 60 m and at 40 m."""

from __future__ import annotations

import numpy as np
import planning_sites as sites
import pytest
import shapely

from dronectl.geodesy.frame import FloatArray
from dronectl.model.site import Site
from dronectl.planning.paths.routing import Router
from dronectl.planning.paths.space import flyable
from dronectl.planning.rally.returns import Legs, leg_returns

WEST, EAST = np.array([-300.0, 0.0]), np.array([300.0, 0.0])
BUILDING = sites.keep_out("building", sites.square(-100, 0, 60), 0.0, 40.0)
TOWER = sites.obstacle("tower", 100, 0, 101.0, 20.0)


def space(site: Site, altitude_m: float) -> shapely.Geometry:
    return flyable(site, sites.FRAME, site.drones[0], altitude_m, site.drones)


def way(site: Site, altitude_m: float) -> FloatArray:
    return Router(space(site, altitude_m)).path(WEST, EAST)


def test_over_a_building_of_40_m_at_60_m_and_around_a_tower_of_101_m() -> None:
    site = sites.site(keep_outs=[BUILDING], obstacles=[TOWER])
    line = shapely.LineString(way(site, 60.0))
    assert line.crosses(shapely.box(-130, -30, -70, 30))
    assert line.distance(shapely.Point(100, 0)) >= 20.0 + site.rules.keep_out_margin_m
    assert line.length < 610.0


def test_around_both_at_40_m() -> None:
    site = sites.site(keep_outs=[BUILDING], obstacles=[TOWER])
    line = shapely.LineString(way(site, 40.0))
    assert line.distance(shapely.box(-130, -30, -70, 30)) >= site.rules.keep_out_margin_m


def test_an_obstacle_of_40_m_is_flown_over_at_60_m() -> None:
    low = sites.obstacle("low", 0, 0, 40.0, 20.0)
    assert len(way(sites.site(obstacles=[low]), 60.0)) == 2


@pytest.mark.parametrize(("altitude_m", "free"), [(60.0, True), (40.0, False)])
def test_returns_over_the_building_are_free_at_60_m(altitude_m: float, free: bool) -> None:
    site = sites.site(keep_outs=[BUILDING])
    home = np.array([-100.0, -300.0])
    behind = Legs(space(site, altitude_m), np.array([[-140.0, 200.0]]), np.array([[-60.0, 200.0]]), 14.0)
    blocked_m = leg_returns([behind], home, np.empty((0, 2))).blocked_m(())
    assert blocked_m == (0.0 if free else pytest.approx(80.0, abs=0.01))
