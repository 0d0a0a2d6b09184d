"""What fixed cameras see: never more than they do."""

from __future__ import annotations

import hotspot_sites as hot
import numpy as np
import planning_sites as sites
import pytest
import shapely

from dronectl.planning.hotspots.cctv import cameras_of, sector, seen_by, seen_pct

EAST = hot.camera("east", 0, 0, bearing_deg=90, range_m=100, view_deg=60)


@pytest.mark.parametrize("view_deg", [1.0, 60.0, 180.0, 270.0, 359.0, 360.0])
@pytest.mark.parametrize("bearing_deg", [0.0, 90.0, 359.5])
def test_a_sector_is_inscribed_and_nearly_whole(view_deg: float, bearing_deg: float) -> None:
    area = sector(hot.camera("eye", 10, 20, bearing_deg=bearing_deg, range_m=80, view_deg=view_deg), sites.FRAME)
    assert area.is_valid
    corners = shapely.get_coordinates(area) - np.array([10.0, 20.0])
    assert np.hypot(*corners.T).max() <= 80.0 + 1e-3
    true_m2 = np.pi * 80.0**2 * view_deg / 360.0
    assert 0.999 * true_m2 <= area.area <= true_m2 * (1 + 1e-4)


@pytest.mark.parametrize(
    ("x_m", "y_m", "is_seen"),
    [(50, 0, True), (99, 0, True), (101, 0, False), (50, 28, True), (50, 30, False), (-1, 0, False), (0, 50, False)],
)
def test_range_bearing_and_field_of_view_decide(x_m: float, y_m: float, is_seen: bool) -> None:
    where = hot.site([hot.spot("shop", x_m, y_m)], cctv=[EAST])
    assert cameras_of(where.zones.points, where, sites.FRAME) == [("east",) if is_seen else ()]


def test_what_stands_in_the_way_hides_what_is_behind_it_and_nothing_else() -> None:
    mast = sites.obstacle("mast", 50, 0, 30.0, 5.0)
    seen = seen_by(EAST, [mast], sites.FRAME)
    rng = np.random.default_rng(4)
    places = rng.uniform((0, -60), (100, 60), (4000, 2))
    ways = shapely.linestrings(np.stack([np.zeros_like(places), places], axis=1))
    behind = shapely.distance(ways, shapely.Point(50, 0)) < 5.0
    in_sector = shapely.contains_xy(sector(EAST, sites.FRAME), places)
    told = shapely.contains_xy(seen, places)
    assert not (told & (behind | ~in_sector)).any()
    # Shadows are drawn a little too wide, by the corners of the circumscribed disc.
    assert (in_sector & ~behind & ~told).sum() < 0.02 * in_sector.sum()


def test_low_obstacles_and_the_mast_a_camera_hangs_on_hide_nothing() -> None:
    whole = sector(EAST, sites.FRAME)
    for obstacle in (sites.obstacle("kerb", 50, 0, 1.0, 5.0), sites.obstacle("pole", 0, 0, 20.0, 1.0)):
        assert seen_by(EAST, [obstacle], sites.FRAME).equals(whole)


def test_the_share_of_a_zone_seen_counts_overlaps_once() -> None:
    zone = sites.zone("square", sites.square(0, 0, 200))
    again = [hot.camera(f"eye_{k}", -100, 0, bearing_deg=90, range_m=90, view_deg=80) for k in range(3)]
    where = hot.site([hot.spot("shop", 0, 0)], cctv=again, zones=[zone])
    once = hot.site([hot.spot("shop", 0, 0)], cctv=again[:1], zones=[zone])
    share = seen_pct(zone, where, sites.FRAME)
    assert share == pytest.approx(100.0 * np.pi * 90.0**2 * 80.0 / 360.0 / 200.0**2, rel=1e-3)
    assert seen_pct(zone, once, sites.FRAME) == pytest.approx(share, rel=1e-6)
    assert seen_pct(zone, hot.site([]), sites.FRAME) == 0.0
