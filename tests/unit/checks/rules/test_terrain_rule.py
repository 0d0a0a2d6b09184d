"""Heights above the ground of elevation files: exact along legs, for ceiling, clearance, obstacles and keep-outs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from checks_site import (
    DAY,
    FRAME,
    GROUND_M,
    ORIGIN,
    SITE,
    at,
    box,
    found,
    item,
    patrol_of,
    through,
    warnings,
    waypoint,
)
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.checks.flight import Flight, Ground, flight_of_mission
from dronectl.checks.trajectory.leg import LegKind
from dronectl.checks.trajectory.terrain_profile import Relief
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.ground.terrain import Terrain, Tile
from dronectl.model.ground.zone import KeepOut, Obstacle
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.mission import Command, Frame, Mission
from dronectl.model.rules import Rules
from dronectl.model.site import Site

STEP_DEG = 1 / 1200
POINTS = 61
SOUTH, WEST = ORIGIN.lat_deg - 30 * STEP_DEG, ORIGIN.lon_deg - 30 * STEP_DEG
SEA_M = 200.0
"""The files need not agree with the site's own elevation of 145 m: only differences to home count."""


def terrain(height_m: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Terrain:
    """A grid of 3″ around the home, from heights above home at metres east and north."""
    rows, columns = np.mgrid[0:POINTS, 0:POINTS]
    x_m, y_m = FRAME.to_xy(SOUTH + rows * STEP_DEG, WEST + columns * STEP_DEG)
    values = SEA_M + height_m(x_m, y_m)
    return Terrain((Tile("hill.hgt", SOUTH, WEST, STEP_DEG, STEP_DEG, values.astype(np.float32)),))


def hill(x_m: np.ndarray, y_m: np.ndarray) -> np.ndarray:
    """40 m high in the east, level with home within 300 m of it."""
    return np.where(x_m > 450, 40.0, 0.0)


def on(ground: Terrain, **changes: object) -> Site:
    open_zones = replace(SITE.zones, keep_outs=(), obstacles=())
    return replace(SITE, **{"zones": open_zones, "terrain": ground, **changes})  # type: ignore[arg-type]


HILL = on(terrain(hill))


def flown(mission: Mission, site: Site) -> Flight:
    return flight_of_mission(mission, site.drones[0], Ground(site, DAY, LocalFrame(site.home)))


class TestClearance:
    def test_a_leg_into_the_hill_names_place_and_depth(self) -> None:
        (one,) = found(through((600, 0), (600, 100)), HILL, rule="terrain")
        assert (one.severity, one.unit) == (Severity.ERROR, "m")
        assert one.amount == pytest.approx(30.0, abs=0.01), "30 m above home, 40 m of hill, 20 m to be kept"
        assert "10.0 m below ground on " in one.message
        assert one.fix is not None
        assert "to 60 m" in one.fix.description

    @pytest.mark.parametrize(("z_m", "breaks"), [(60.0, False), (59.9, True)])
    def test_the_clearance_itself_is_kept(self, z_m: float, breaks: bool) -> None:
        assert bool(found(through((600, 0), (600, 100), z_m=z_m), HILL, rule="terrain")) is breaks

    def test_a_hill_between_two_good_places_is_found(self) -> None:
        ridge = on(terrain(lambda x, y: np.where(np.abs(x - 300) < 60, 35.0, 0.0)))
        (one,) = found(through((600, 0), (600, 100)), ridge, rule="terrain")
        assert one.item in (2, 4), "there or back"
        assert one.lat_deg is not None
        assert one.lon_deg is not None
        x_m, _ = FRAME.point_to_xy(replace(ORIGIN, lat_deg=one.lat_deg, lon_deg=one.lon_deg))
        assert 200 < x_m < 400

    def test_the_return_is_held_against_the_ground_too(self) -> None:
        ridge = on(terrain(lambda x, y: np.where((np.abs(x - 300) < 60) & (y < 100), 35.0, 0.0)))
        route = patrol_of(waypoint(0, 300), waypoint(600, 300), waypoint(600, 0))
        assert [one.item for one in found(route, ridge, rule="terrain")] == [5]

    def test_take_off_and_landing_may_be_near_the_ground(self) -> None:
        assert found(through((100, 0)), HILL, rule="terrain") == []

    def test_ground_that_no_file_knows_is_an_error(self) -> None:
        values = np.full((POINTS, POINTS), SEA_M, dtype=np.float32)
        values[:, 33:] = np.nan
        unknown = on(Terrain((Tile("x", SOUTH, WEST, STEP_DEG, STEP_DEG, values),)))
        (one,) = found(through((600, 0)), unknown, rule="terrain")
        assert "not in the elevation files" in one.message
        (outside,) = found(through((0, -990.0), (950, -990.0)), on(terrain(hill)), rule="terrain")[:1]
        assert outside.item is not None

    def test_on_flat_ground_only_a_leg_below_it_is_an_error(self) -> None:
        flat = replace(SITE, zones=HILL.zones)
        low = patrol_of(replace(waypoint(100, 0, GROUND_M - 5), frame=int(Frame.GLOBAL)))
        (one,) = found(low, flat, rule="terrain")
        assert "5.0 m below ground" in one.message
        assert found(through((100, 0), z_m=2.0), flat, rule="terrain") == []


class TestFrames:
    def test_an_altitude_above_terrain_follows_the_ground(self) -> None:
        slope = on(terrain(lambda x, y: np.maximum(0.0, x) * 0.1))
        follows = patrol_of(
            replace(waypoint(0, 100, 30.0), frame=int(Frame.GLOBAL_TERRAIN_ALT)),
            replace(waypoint(600, 100, 30.0), frame=int(Frame.GLOBAL_TERRAIN_ALT_INT)),
        )
        flight = flown(follows, slope)
        legs = [index for index, leg in enumerate(flight.distinct) if leg.item == 3]
        assert len(legs) >= 40, "in pieces"
        assert flight.profiles.least_m[legs].min() == pytest.approx(30, abs=0.6)
        assert flight.profiles.greatest_m[legs].max() == pytest.approx(30, abs=0.6)
        assert flight.distinct[legs[-1]].end.height_m == pytest.approx(90, abs=0.5)
        for leg in (flight.distinct[index] for index in legs):
            assert (leg.from_item, leg.words().english) == (2, "leg 2→3")
            assert leg.end.y_m == pytest.approx(100, abs=0.01)
            assert leg.end.height_m == pytest.approx(30 + 0.1 * leg.end.x_m, abs=0.6)
        assert found(follows, slope, rule="terrain") == []

    @pytest.mark.parametrize(("from_m", "to_m"), [(30.0, 60.0), (60.0, 30.0)])
    def test_between_two_heights_above_terrain_it_changes_evenly(self, from_m: float, to_m: float) -> None:
        slope = on(terrain(lambda x, y: np.maximum(0.0, x) * 0.1))
        frame = int(Frame.GLOBAL_TERRAIN_ALT)
        places = (replace(waypoint(x_m, 100, z_m), frame=frame) for x_m, z_m in ((0, from_m), (600, to_m)))
        legs = [leg for leg in flown(patrol_of(*places), slope).distinct if leg.item == 3]
        assert len(legs) >= 40
        for leg in legs:
            above_m = from_m + (to_m - from_m) * leg.end.x_m / 600
            assert leg.end.height_m - 0.1 * leg.end.x_m == pytest.approx(above_m, abs=0.6)

    def test_splines_above_terrain_follow_the_ground_too(self) -> None:
        """What is as high above the ground at its ends is so between them, however it comes and goes on."""
        slope = on(terrain(lambda x, y: np.maximum(0.0, x) * 0.1))
        frame = int(Frame.GLOBAL_TERRAIN_ALT)
        line = replace(waypoint(100, 100), frame=frame)
        curves = [replace(waypoint(x, 100), frame=frame, command=Command.NAV_SPLINE_WAYPOINT) for x in (300, 600)]
        flight = flown(patrol_of(replace(waypoint(0, 100), frame=frame), line, *curves, line), slope)
        legs = [leg for leg in flight.distinct if leg.item in (4, 5)]
        assert len(legs) >= 10
        for leg in legs:
            assert leg.end.height_m == pytest.approx(30 + 0.1 * leg.end.x_m, abs=0.6)

    def test_above_terrain_without_files_is_a_warning(self) -> None:
        flat = replace(SITE, zones=HILL.zones)
        mission = patrol_of(replace(waypoint(100, 0), frame=int(Frame.GLOBAL_TERRAIN_ALT)))
        assert any("no elevation file" in one.message for one in warnings(mission, flat))

    def test_a_home_on_a_hill_lifts_its_own_altitudes(self) -> None:
        up = replace(HILL.drones[0], home=at(600, 0))
        flight = flown(through((600, 200)), replace(HILL, drones=(up,)))
        assert flight.legs[0].start.height_m == pytest.approx(40, abs=0.01)
        climb = [leg for leg in flight.legs if leg.kind is LegKind.TAKE_OFF]
        assert climb[-1].end.height_m == pytest.approx(70, abs=0.01)

    def test_altitudes_above_the_sea_count_from_the_sites_own_elevation(self) -> None:
        mission = patrol_of(replace(waypoint(600, 0, GROUND_M + 70), frame=int(Frame.GLOBAL)))
        flight = flown(mission, HILL)
        index = next(i for i, leg in enumerate(flight.distinct) if leg.item == 2)
        assert flight.profiles.least_m[index] <= 30.01

    def test_a_landing_on_the_hill_ends_on_the_hill(self) -> None:
        legs = flown(patrol_of(item(Command.NAV_LAND, 600, 0), z_m=80.0), HILL).legs
        assert legs[-1].kind is LegKind.DESCENT
        assert legs[-1].end.height_m == pytest.approx(40, abs=0.01)


class TestOtherRules:
    @pytest.mark.parametrize(("z_m", "breaks"), [(90.0, False), (90.1, True)])
    def test_the_ceiling_follows_the_ground_down(self, z_m: float, breaks: bool) -> None:
        valley = on(terrain(lambda x, y: np.where(x > 450, -30.0, 0.0)))
        assert bool(found(through((100, 0), z_m=z_m), valley, rule="ceiling")) is breaks
        over = found(through((600, 0), z_m=80.0), valley, rule="ceiling")
        assert [one.amount for one in over] == [pytest.approx(20, abs=0.05)]

    def test_an_obstacle_stands_on_its_own_ground(self) -> None:
        mast = Obstacle("mast", "เสา", True, "g", at(600, 0), 30.0, 3.0)
        zones = replace(HILL.zones, obstacles=(mast,))
        high = through((500, 0), (700, 0), z_m=65.0)
        assert found(high, replace(HILL, zones=zones), rule="obstacle") != []
        assert "30 m tall" in found(high, replace(HILL, zones=zones), rule="obstacle")[0].message
        assert found(high, replace(HILL, zones=zones, terrain=None), rule="obstacle") == []

    def test_a_keep_outs_ceiling_is_above_the_highest_ground_below_it(self) -> None:
        roof = KeepOut("roof", "หลังคา", True, "g", box(550, -50, 650, 50), 0.0, 30.0)
        site = replace(HILL, zones=replace(HILL.zones, keep_outs=(roof,)))
        over = through((500, 0), (700, 0), z_m=65.0)
        assert [one.rule for one in found(over, site, rule="keep-out")][:1] == ["keep-out"]
        assert found(through((500, 0), (700, 0), z_m=71.0), site, rule="keep-out") == []


corners = st.tuples(st.floats(-1100, 1100), st.floats(-1100, 1100), st.floats(0, 120))


@examples(25)
@given(st.integers(0, 2**32 - 1), corners, corners)
def test_the_extremes_of_a_leg_are_exact(
    seed: int, start: tuple[float, float, float], end: tuple[float, float, float]
) -> None:
    """Against 4,000 samples on rough ground: never missed, and by no more than the sampling can miss itself.

    It is as steep as 130 %: a millimetre of place is more than one of height.
    """
    rough = np.random.default_rng(seed).uniform(-60, 60, (POINTS, POINTS))
    ground = Terrain((Tile("x", SOUTH, WEST, STEP_DEG, STEP_DEG, rough.astype(np.float32)),))
    relief = Relief.of(FRAME, ORIGIN, ground)
    profiles = relief.profiles(np.array([start]), np.array([end]))
    shares = np.linspace(0, 1, 4001)[:, None]
    points = np.array(start) + shares * (np.array(end) - np.array(start))
    heights = points[:, 2] - relief.heights_m(points[:, :2])
    missed_m = 120 / 90 * math.dist(start, end) / 4000 + 0.01
    assert heights.min() - missed_m <= profiles.least_m[0] <= heights.min() + 5e-3
    assert heights.max() - 5e-3 <= profiles.greatest_m[0] <= heights.max() + missed_m
    where = np.array(start) + profiles.least_at[0] * (np.array(end) - np.array(start))
    assert where[2] - relief.at(*where[:2]) == pytest.approx(profiles.least_m[0], abs=5e-3)


def test_every_leg_on_level_terrain_is_as_on_flat_ground() -> None:
    level = on(terrain(lambda x, y: np.zeros_like(x)), rules=Rules(terrain_clearance_m=0.0))
    flat = replace(level, terrain=None)
    for mission in (through((100, 0), (200, 300)), through((100, 0), z_m=95.0)):
        assert found(mission, level) == found(mission, flat)
