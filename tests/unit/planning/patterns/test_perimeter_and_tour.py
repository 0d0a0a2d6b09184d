"""Patrols along an edge and rounds of points: what they hand to the allocation."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import planning_sites as sites
import pytest
import shapely

from dronectl.errors import InputError
from dronectl.model.ground.zone import PoiCategory
from dronectl.model.plan.patrol import CameraAction, Patrol
from dronectl.model.plan.pattern_settings import PerimeterSettings, TourSettings
from dronectl.model.site import Site
from dronectl.planning.assignment.patrol_task import PatrolTask
from dronectl.planning.patterns import perimeter, tour
from dronectl.planning.patterns.viewpoints import points_to_visit
from dronectl.planning.work import Piece

AREA = shapely.box(0, 0, 400, 300)
EVERYWHERE = shapely.box(-1000, -1000, 1000, 1000)


def total_m(pieces: list[Piece]) -> float:
    return sum(piece.length_m for piece in pieces)


def test_the_edge_moves_inward_by_the_inset() -> None:
    pieces = perimeter.pieces("park", AREA, EVERYWHERE, PerimeterSettings(inset_m=20.0), drone_count=1)
    assert total_m(pieces) == pytest.approx(2 * (360 + 260))
    ring = shapely.box(20, 20, 380, 280).exterior
    assert all(ring.buffer(1e-6).covers(shapely.LineString(piece.path_xy)) for piece in pieces)


def test_holes_have_no_edge_to_patrol_unless_it_is_asked_for() -> None:
    holed = shapely.Polygon(AREA.exterior, [shapely.box(100, 100, 200, 200).exterior])
    pieces = perimeter.pieces("park", holed, EVERYWHERE, PerimeterSettings(inset_m=10.0), drone_count=2)
    assert total_m(pieces) == pytest.approx(2 * (380 + 280))
    edge = PerimeterSettings(inset_m=10.0, hole_edges=True)
    pieces = perimeter.pieces("park", holed, EVERYWHERE, edge, drone_count=2)
    assert total_m(pieces) == pytest.approx(2 * (380 + 280) + 4 * 120)


def test_stretches_inside_a_keep_out_are_left_out() -> None:
    allowed = EVERYWHERE.difference(shapely.box(150, -50, 250, 50))
    pieces = perimeter.pieces("park", AREA, allowed, PerimeterSettings(inset_m=10.0), drone_count=1)
    assert total_m(pieces) == pytest.approx(2 * (380 + 280) - 100, abs=0.01)
    assert all(allowed.buffer(1e-3).covers(shapely.LineString(piece.path_xy)) for piece in pieces)


def test_an_inset_wider_than_the_area_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="zone park is too narrow for inset_m = 200"):
        perimeter.pieces("park", AREA, EVERYWHERE, PerimeterSettings(inset_m=200.0), drone_count=1)


def test_an_edge_nowhere_free_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="no part of the edge of zone park"):
        perimeter.pieces("park", AREA, shapely.box(150, 100, 250, 200), PerimeterSettings(inset_m=0.0), drone_count=1)


BANK = sites.point("bank", 100, 100)
SHOP = sites.point("shop", -200, 50, PoiCategory.GOLD_SHOP)
FAR = sites.point("far", 500, 500)
SITE = sites.site(points=[BANK, SHOP, FAR], zones=[sites.zone("park", sites.square(0, 0, 600))])
TOUR = sites.patrol(
    settings=TourSettings(points=("bank",), dwell_s=12.3, standoff_m=30.0), zones=(), camera=CameraAction.LOOK
)


def task_of(patrol: Patrol, allowed: shapely.Geometry = EVERYWHERE, site: Site = SITE) -> PatrolTask:
    """One drone at 40 m, its home in the south."""
    member = SimpleNamespace(home_xy=np.array([0.0, -400.0]), altitude_m=40.0)
    return PatrolTask(site, sites.FRAME, patrol, [member], allowed, swath_m=20.0)  # type: ignore[list-item]


def viewpoints(patrol: Patrol = TOUR, allowed: shapely.Geometry = EVERYWHERE, site: Site = SITE) -> list[Piece]:
    assert isinstance(patrol.settings, TourSettings)
    work = tour.lay_out(task_of(patrol, allowed, site), patrol.settings)
    return list(work.pieces)


def test_a_point_is_looked_at_from_its_standoff_on_the_near_side() -> None:
    (view,) = viewpoints()
    offset = view.path_xy[0] - np.array([100.0, 100.0])
    assert float(np.hypot(*offset)) == pytest.approx(30.0, abs=1e-3)
    assert offset[1] < -25.0
    assert view.look_at == BANK.position


def test_a_stay_is_whole_seconds_and_never_shorter_than_asked() -> None:
    (view,) = viewpoints()
    assert view.dwell_s == 13.0


def test_what_a_point_says_itself_comes_first() -> None:
    site = replace(SITE, zones=replace(SITE.zones, points=(replace(BANK, dwell_s=60.0, standoff_m=80.0),)))
    (view,) = viewpoints(site=site)
    assert view.dwell_s == 60.0
    assert float(np.hypot(*(view.path_xy[0] - np.array([100.0, 100.0])))) == pytest.approx(80.0, abs=1e-3)


def test_a_camera_that_does_not_look_gets_no_region_of_interest() -> None:
    (view,) = viewpoints(replace(TOUR, camera=CameraAction.NONE))
    assert view.look_at is None


def test_a_blocked_near_side_is_looked_at_from_elsewhere() -> None:
    (view,) = viewpoints(allowed=EVERYWHERE.difference(shapely.box(50, 0, 150, 100)))
    assert view.path_xy[0, 1] >= 100.0 - 1e-3


def test_a_point_with_no_free_viewpoint_is_named() -> None:
    with pytest.raises(InputError, match="point bank cannot be looked at from 30 m away"):
        viewpoints(allowed=EVERYWHERE.difference(shapely.box(0, 0, 200, 200)))


@pytest.mark.parametrize(
    ("points", "categories", "zones", "ids"),
    [
        ((), ("gold_shop",), (), ["shop"]),
        (("far",), ("gold_shop",), (), ["shop", "far"]),
        ((), (), ("park",), ["bank", "shop"]),
        ((), ("bank",), ("park",), ["bank"]),
    ],
)
def test_points_are_chosen_by_id_category_and_zone(
    points: tuple[str, ...], categories: tuple[str, ...], zones: tuple[str, ...], ids: list[str]
) -> None:
    settings = TourSettings(points=points, categories=categories)
    found = points_to_visit(task_of(replace(TOUR, settings=settings, zones=zones)), settings)
    assert [point.id for point in found] == ids


def test_an_unknown_point_is_named_with_those_there_are() -> None:
    with pytest.raises(InputError, match="no point of interest 'bnak'") as caught:
        viewpoints(sites.told(TOUR, points=("bnak",)))
    assert "bank, shop, far" in caught.value.hint


def test_a_tour_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="the tour has no points"):
        viewpoints(sites.told(TOUR, points=(), categories=("market",)))
