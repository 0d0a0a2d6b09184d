"""Where failsafe returns go, from which parts of a route they are free, and which rally points a drone carries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, combinations

import numpy as np
import planning_sites as sites
import pytest
import shapely
from effort import seeds

from dronectl.geodesy.frame import FloatArray
from dronectl.model.site import Site
from dronectl.planning import build
from dronectl.planning.rally import rally_points, rally_sets, returns
from dronectl.planning.rally.rally_points import Routes
from dronectl.planning.rally.returns import LegReturns, Legs, leg_returns

HOME = np.array([0.0, -200.0])
TOWER = shapely.box(-40, -40, 40, 40)
FREE = shapely.box(-400, -400, 400, 400) - TOWER


def legs(*points: tuple[float, float], region: shapely.Geometry = FREE, stop_m: float = 0.0) -> Legs:
    xy = np.array(points, dtype=float)
    return Legs(region, xy[:-1], xy[1:], stop_m)


def of(flown: Legs, *rallies: tuple[float, float]) -> LegReturns:
    return leg_returns([flown], HOME, np.array(rallies, dtype=float).reshape(-1, 2))


def sampled_blocked_m(flown: Legs, rallies: FloatArray, step_m: float = 0.25) -> float:
    """The rule of the autopilot, at every quarter metre."""
    blocked_m = 0.0
    for start, end in zip(flown.starts, flown.ends, strict=True):
        count = int(np.ceil(np.hypot(*(end - start)) / step_m))
        at = start + ((np.arange(count) + 0.5) / count)[:, None] * (end - start)
        goal = np.broadcast_to(HOME, at.shape).copy()
        if len(rallies):
            away = np.hypot(*np.moveaxis(at[:, None] - rallies[None], -1, 0))
            least = away.min(axis=1)
            goes = (least <= 300.0) & (least < np.hypot(*(at - HOME).T))
            goal[goes] = rallies[away.argmin(axis=1)][goes]
        lines = shapely.linestrings(np.stack([at, goal], axis=1))
        blocked_m += (~shapely.covers(flown.region, lines)).sum() * np.hypot(*(end - start)) / count
    return float(blocked_m)


class TestReturns:
    def test_a_tower_casts_a_shadow_as_long_as_similar_triangles_say(self) -> None:
        """The near corners (±40, -40), 160 m from home, hide ±100 m of a line 400 m from home."""
        assert of(legs((-300, 200), (300, 200))).blocked_m(()) == pytest.approx(200.0, abs=0.05)

    def test_a_copter_needs_some_way_to_stop(self) -> None:
        assert of(legs((-300, 200), (300, 200), stop_m=14.0)).blocked_m(()) == pytest.approx(214.0, abs=0.05)
        assert returns.stopping_m(8.0, 2.5) == pytest.approx(14.05)

    def test_a_leg_in_line_with_home_is_blocked_behind_the_tower_alone(self) -> None:
        assert of(legs((0, -100), (0, -41))).blocked_m(()) == 0.0
        assert of(legs((0, 41), (0, 200))).blocked_m(()) == pytest.approx(159.0, abs=0.05)

    def test_the_nearest_is_chosen_and_home_beyond_the_limit(self) -> None:
        found = of(legs((0, 100), (390, 390)), (0, 110), (350, 350))
        assert set(found.goals((1, 2)).tolist()) == {1, 2}
        assert set(found.goals(()).tolist()) == {0}
        far = of(legs((-390, 390), (-390, 380)), (0, 390))
        assert far.goals((1,)).tolist() == [0] * len(far.length_m)

    def test_a_point_that_is_not_free_itself_frees_nothing(self) -> None:
        found = of(legs((-100, 200), (100, 200)), (0, 0))
        assert found.blocked_m((1,)) == pytest.approx(200.0, abs=0.1)

    @pytest.mark.parametrize("seed", seeds(4))
    def test_as_sampled_by_quarter_metres(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        blocks = [shapely.Point(rng.uniform(-250, 250, 2)).buffer(rng.uniform(5, 50), 3) for _ in range(6)]
        region = shapely.box(-400, -400, 400, 400) - shapely.union_all(blocks, grid_size=1e-4)
        flown = legs(*rng.uniform(-390, 390, (6, 2)).tolist(), region=region)
        rallies = rng.uniform(-390, 390, (4, 2))
        rallies = rallies[shapely.contains_xy(region, *rallies.T)]
        found = leg_returns([flown], HOME, rallies)
        length_m = np.hypot(*(flown.ends - flown.starts).T).sum()
        assert found.length_m.sum() == pytest.approx(length_m)
        for size in range(len(rallies) + 1):
            for carried in combinations(range(len(rallies)), size):
                wanted_m = sampled_blocked_m(flown, rallies[list(carried)])
                exact_m = found.blocked_m([column + 1 for column in carried])
                assert exact_m == pytest.approx(wanted_m, abs=4.0)
                every = rally_sets.blocked_by_set(found, 5)
                if len(every) > 1:
                    assert every[tuple(column + 1 for column in carried)] == pytest.approx(exact_m, abs=1e-6)

    def test_the_search_finds_what_trying_every_set_finds(self) -> None:
        rng = np.random.default_rng(5)
        flown = legs(*rng.uniform(-390, 390, (12, 2)).tolist())
        found = leg_returns([flown], HOME, rng.uniform(-390, 390, (9, 2)))
        every = chain.from_iterable(combinations(range(1, 10), size) for size in range(6))
        least_m = min(found.blocked_m(chosen) for chosen in every)
        assert min(rally_sets.blocked_by_set(found, 5).values()) == pytest.approx(least_m, abs=1e-6)
        assert least_m < found.blocked_m(())


def routes(site: Site, *names: str, points: Sequence[tuple[float, float]]) -> list[Routes]:
    region = shapely.box(-590, -590, 590, 590) - shapely.box(-60, -60, 60, 60)
    made = []
    for drone in site.drones:
        if drone.name in names:
            home = np.array(sites.FRAME.point_to_xy(drone.home))
            made.append(Routes(drone, home, 40.0, (legs(*points, region=region),)))
    return made


BEHIND = [(-100.0, 200.0), (100.0, 200.0)]
KEEP_OUT = sites.keep_out("tower", sites.square(0, 0, 100))


class TestChoice:
    def test_a_point_is_carried_where_it_frees_returns_and_only_there(self) -> None:
        north, aside = sites.rally("north", 0, 250, 40.0), sites.rally("aside", 500, -300, 40.0)
        site = sites.site(keep_outs=[KEEP_OUT], rally_points=[aside, north])
        choice = rally_points.choose(site, sites.FRAME, routes(site, "alpha", points=BEHIND))
        assert [point.id for point in choice.carried["alpha"]] == ["north"]
        assert choice.advice == ()
        free = rally_points.choose(site, sites.FRAME, routes(site, "alpha", points=[(-100, -300), (100, -300)]))
        assert free.carried["alpha"] == ()

    def test_each_drone_has_its_own_where_there_are_enough(self) -> None:
        two = [sites.rally("one", 0, 250, 40.0), sites.rally("two", 20, 290, 40.0)]
        site = sites.site(keep_outs=[KEEP_OUT], rally_points=two)
        choice = rally_points.choose(site, sites.FRAME, routes(site, "alpha", "bravo", points=BEHIND))
        assert {point.id for points in choice.carried.values() for point in points} == {"one", "two"}
        assert choice.advice == ()

    def test_one_for_two_is_said(self) -> None:
        site = sites.site(keep_outs=[KEEP_OUT], rally_points=[sites.rally("one", 0, 250, 40.0)])
        choice = rally_points.choose(site, sites.FRAME, routes(site, "alpha", "bravo", points=BEHIND))
        (advice,) = choice.advice
        assert "alpha and bravo may return to the same rally point 'one'" in advice

    def test_where_none_suffices_a_place_is_proposed_that_does(self) -> None:
        site = sites.site(keep_outs=[KEEP_OUT])
        (flown,) = routes(site, "alpha", points=BEHIND)
        choice = rally_points.choose(site, sites.FRAME, [flown])
        assert choice.carried["alpha"] == ()
        (advice,) = choice.advice
        assert "would free all of them" in advice
        proposed = [(float(lat), float(lon)) for lat, lon in re.findall(r"(\d+\.\d+),(\d+\.\d+)", advice)]
        places = np.column_stack(sites.FRAME.to_xy(*zip(*proposed, strict=True)))
        points = [sites.rally(f"new{number}", x, y, 30.0) for number, (x, y) in enumerate(places.tolist())]
        declared = sites.site(keep_outs=[KEEP_OUT], rally_points=points)
        again = rally_points.choose(declared, sites.FRAME, [flown])
        assert again.carried["alpha"] == tuple(points)
        assert again.advice == ()

    def test_no_point_on_what_stands_below_the_route(self) -> None:
        """Free to fly over at 40 m, but not to land on."""
        roof = sites.obstacle("roof", 0, 250, 20.0, 30.0)
        site = sites.site(keep_outs=[KEEP_OUT], obstacles=[roof], rally_points=[sites.rally("roof_top", 0, 250, 40.0)])
        choice = rally_points.choose(site, sites.FRAME, routes(site, "alpha", points=BEHIND))
        assert choice.carried["alpha"] == ()


class TestPlan:
    def test_each_drone_returns_in_a_layer_of_its_own(self) -> None:
        site = sites.site(
            zones=[sites.zone("park", sites.square(0, 100, 300))],
            rally_points=[sites.rally("high", 0, 300, 90.0)],
        )
        plan = build.build_plan(site, [sites.patrol()], name="x", created_utc="2026-01-01T00:00:00Z")
        heights = {drone.name: drone.rtl_altitude_m for drone in plan.drones}
        assert len(set(heights.values())) == len(plan.drones) == 3
        for drone in plan.drones:
            assert drone.rtl_altitude_m == min(sortie.work_altitude_m for sortie in drone.sorties)
            assert all(item.altitude_m <= drone.rtl_altitude_m for item in drone.rally.items)
