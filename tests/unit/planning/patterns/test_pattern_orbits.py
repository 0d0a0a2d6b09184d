"""Circles and stares: the camera on the point, the circle closed, cut where it is not free."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import planning_sites as sites
import pytest
import shapely

from dronectl.checks import check_plan
from dronectl.errors import InputError
from dronectl.model.plan.mission import Command, Mission
from dronectl.model.plan.patrol import CameraAction, Patrol
from dronectl.model.plan.pattern_settings import Direction, OrbitSettings, StareSettings
from dronectl.model.site import Site
from dronectl.planning.build import build_plan
from dronectl.planning.patterns import orbit

EVERYWHERE = shapely.box(-1000, -1000, 1000, 1000)
STATUE = replace(sites.point("statue", 100.0, 100.0), height_m=34.567)
CENTRE = np.array([100.0, 100.0])
HOME = np.array([0.0, -400.0])
SITE = sites.site(points=[STATUE])
ORBITS = sites.patrol(
    settings=OrbitSettings(60.0, turns=2, points=("statue",)),
    zones=(),
    drones=("alpha",),
    camera=CameraAction.VIDEO,
)
STARES = sites.patrol(
    settings=StareSettings(points=("statue",), dwell_s=90.0, standoff_m=50.0, sides=3),
    zones=(),
    camera=CameraAction.NONE,
    layer_step_m=15.0,
)


def missions_of(site: Site, patrol: Patrol) -> list[Mission]:
    plan = build_plan(site, [patrol], name="t", created_utc="")
    found = check_plan(plan, site, day=date(2026, 3, 1))
    assert [finding.message for finding in found if finding.severity == "error"] == []
    return [sortie.mission for drone in plan.drones for sortie in drone.sorties]


def signed_area(path: np.ndarray) -> float:  # type: ignore[type-arg]
    """Positive when it goes round against the clock."""
    x, y = path.T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2.0)


@pytest.mark.parametrize(("direction", "sign"), [(Direction.CLOCKWISE, -1), (Direction.ANTICLOCKWISE, 1)])
def test_a_circle_closes_at_the_radius_in_the_direction_asked_from_either_end(direction: Direction, sign: int) -> None:
    (piece,) = orbit.pieces(STATUE, OrbitSettings(60.0, direction=direction), sites.FRAME, EVERYWHERE, HOME)
    for reverse in (False, True):
        path = piece.flown(reverse=reverse)
        assert np.allclose(path[0], path[-1])
        away = np.hypot(*(path - CENTRE).T)
        assert np.allclose(away, 60.0, atol=1e-3)
        assert sign * signed_area(path - CENTRE) > 0.9 * np.pi * 60.0**2
    sides = shapely.LineString(piece.path_xy)
    assert sides.distance(shapely.Point(CENTRE)) >= 0.97 * 60.0
    near = piece.path_xy[0] - CENTRE
    assert near @ (HOME - CENTRE) > 0.99 * np.hypot(*near) * np.hypot(*(HOME - CENTRE)), "begun on the near side"


def test_every_turn_is_work_of_its_own() -> None:
    assert len(orbit.pieces(STATUE, OrbitSettings(60.0, turns=4), sites.FRAME, EVERYWHERE, HOME)) == 4


def test_an_arc_goes_from_bearing_to_bearing() -> None:
    (piece,) = orbit.pieces(STATUE, OrbitSettings(60.0, arc_deg=(300.0, 60.0)), sites.FRAME, EVERYWHERE, HOME)
    ends = piece.ends() - CENTRE
    assert np.degrees(np.arctan2(ends[:, 0], ends[:, 1])) % 360.0 == pytest.approx([300.0, 60.0], abs=1e-3)
    assert (piece.path_xy[:, 1] > CENTRE[1]).all(), "over north"
    assert not piece.one_way


def test_a_circle_that_is_not_free_is_cut_to_its_arcs() -> None:
    free = EVERYWHERE.difference(shapely.box(150, 0, 200, 200))
    pieces = orbit.pieces(STATUE, OrbitSettings(60.0), sites.FRAME, free, HOME)
    assert len(pieces) == 1, "one arc, whole over the place where the circle begins"
    assert not pieces[0].one_way
    assert free.buffer(0.01).covers(shapely.LineString(pieces[0].path_xy))
    assert 200.0 < pieces[0].length_m < 2 * np.pi * 60.0


def test_a_circle_nowhere_free_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="no part of the circle of 60 m around point statue"):
        orbit.pieces(STATUE, OrbitSettings(60.0), sites.FRAME, shapely.box(-1000, -1000, 0, 0), HOME)


def test_an_orbit_points_the_camera_before_it_begins_and_lets_it_go_before_the_return() -> None:
    (mission,) = missions_of(SITE, ORBITS)
    commands = [item.command for item in mission.items]
    rois = [item for item in mission.items if item.command == Command.DO_SET_ROI]
    assert [roi.altitude_m for roi in rois] == [34.56, 0.0]
    assert (rois[0].lat_e7, rois[0].lon_e7) == (STATUE.position.lat_e7, STATUE.position.lon_e7)
    assert (rois[1].lat_e7, rois[1].lon_e7) == (0, 0)
    first_roi, last_roi = (
        commands.index(Command.DO_SET_ROI),
        len(commands) - 1 - commands[::-1].index(Command.DO_SET_ROI),
    )
    start, stop = commands.index(Command.VIDEO_START_CAPTURE), commands.index(Command.VIDEO_STOP_CAPTURE)
    circle = [
        seq
        for seq, item in enumerate(mission.items)
        if item.command == Command.NAV_WAYPOINT
        and seq > 1
        and abs(float(np.hypot(*(np.array(sites.FRAME.point_to_xy(item.position)) - CENTRE))) - 60.0) < 0.05
    ]
    assert len(circle) == 2 * orbit.SIDES + 1
    assert first_roi < circle[0]
    assert start < circle[0]
    assert last_roi > circle[-1]
    assert stop > circle[-1]
    assert commands[-1] == Command.NAV_RETURN_TO_LAUNCH


def test_three_drones_stare_from_three_sides_at_once() -> None:
    missions = missions_of(SITE, STARES)
    assert len(missions) == 3
    bearings = []
    for mission in missions:
        (stay,) = [item for item in mission.items if item.command == Command.NAV_LOITER_TIME]
        assert stay.param1 == 90.0
        away = np.array(sites.FRAME.point_to_xy(stay.position)) - CENTRE
        assert float(np.hypot(*away)) == pytest.approx(50.0, abs=0.05)
        bearings.append(float(np.degrees(np.arctan2(*away))) % 360.0)
        assert sum(item.command == Command.DO_SET_ROI for item in mission.items) == 2
    gaps = np.diff(sorted([*bearings, min(bearings) + 360.0]))
    assert np.allclose(gaps, 120.0, atol=5.1)


def test_a_stare_says_how_long_whatever_the_point_says() -> None:
    site = replace(SITE, zones=replace(SITE.zones, points=(replace(STATUE, dwell_s=5.0, standoff_m=80.0),)))
    (mission, *_) = missions_of(site, sites.told(STARES, sides=1))
    (stay,) = [item for item in mission.items if item.command == Command.NAV_LOITER_TIME]
    assert stay.param1 == 90.0


def test_a_side_that_cannot_be_flown_is_named() -> None:
    wall = sites.keep_out("wall", shapely.box(60, 110, 300, 400))
    with pytest.raises(InputError, match="point statue cannot be looked at from 4 sides"):
        build_plan(
            replace(SITE, zones=replace(SITE.zones, keep_outs=(wall,))),
            [sites.told(STARES, sides=4)],
            name="t",
            created_utc="",
        )


def test_a_viewpoint_has_free_sight_where_one_is_known() -> None:
    """A mast between home and the point: the viewpoint moves aside until nothing hides the point."""
    mast = sites.obstacle("mast", 95.0, 80.0, 35.0, 4.0)
    bank = replace(STATUE, height_m=0.0)
    stare = replace(sites.told(STARES, sides=1), relative_altitude_m=50.0, drones=("alpha",))

    def seen_from(obstacles: tuple[object, ...]) -> shapely.LineString:
        site = replace(SITE, zones=replace(SITE.zones, points=(bank,), obstacles=obstacles))  # type: ignore[arg-type]
        (mission,) = missions_of(site, stare)
        (stay,) = [item for item in mission.items if item.command == Command.NAV_LOITER_TIME]
        return shapely.LineString([sites.FRAME.point_to_xy(stay.position), CENTRE])

    trunk = shapely.Point(95.0, 80.0).buffer(4.0)
    assert seen_from(()).intersects(trunk)
    assert not seen_from((mast,)).intersects(trunk)
