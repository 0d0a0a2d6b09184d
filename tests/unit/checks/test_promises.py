"""A drone that leaves a hot-spot patrol: which points are then alone for longer than promised."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import hotspot_sites as hotspots
import pytest

from dronectl.checks.promises import broken_promises
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site


@cache
def planned() -> tuple[Plan, Site]:
    """One drone, three shops, twelve minutes, none left alone for longer than ten minutes."""
    points = [hotspots.spot(f"shop_{n}", 60.0 * n, 80.0) for n in range(3)]
    where = hotspots.site(points, drones=1)
    what = hotspots.patrol(hotspots.hotspot(720.0, max_idleness_s=600.0))
    return hotspots.planned(where, what), where


def broken(reached: int, away_s: float | None) -> dict[str, float]:
    plan, where = planned()
    found = broken_promises(plan, where, plan.drones[0].name, 1, reached, away_s)
    assert all(one.promised_s == 600.0 < one.alone_s for one in found)
    return {one.point: one.alone_s for one in found}


def test_a_drone_that_never_comes_back_leaves_its_points_alone_and_one_that_does_for_so_long() -> None:
    plan, where = planned()
    assert broken(3, 0.0) == {}, "as planned"
    never = broken(3, None)
    assert len(never) >= 2
    late = broken(3, 900.0)
    assert late
    assert late == never, "its rest comes after the period"
    assert broken(3, 300.0) == {}
    (name,) = [drone.name for drone in plan.drones]
    worst = broken_promises(plan, where, name, 1, 3, None)
    assert [one.alone_s for one in worst] == sorted((one.alone_s for one in worst), reverse=True)
    assert worst[0].words() == f"{worst[0].point} {worst[0].alone_s / 60.0:.0f} min (promised 10)"
    assert worst[0].as_json()["promised_s"] == 600.0


def test_other_drones_sorties_and_plans_without_a_promise_change_nothing() -> None:
    plan, where = planned()
    assert broken_promises(plan, where, "nobody", 1, 3, None) == ()
    assert broken_promises(plan, where, plan.drones[0].name, 99, 3, None) == ()
    assert broken_promises(replace(plan, hotspots=()), where, plan.drones[0].name, 1, 3, None) == ()


@pytest.mark.parametrize("reached", [0, 5])
def test_the_earlier_it_leaves_the_longer_they_are_alone(reached: int) -> None:
    assert sum(broken(reached, None).values()) >= sum(broken(12, None).values())
