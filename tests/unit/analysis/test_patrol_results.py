"""Zones photographed and hot spots visited, on flights whose figures a hand works out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from flown_plans import START, drone_plan, flights, item, knots, mission, shipped_site, track_along

from dronectl.analysis.flight_comparison import Comparison, compare_track
from dronectl.analysis.patrol_results import idleness, photographed, pictures_meant
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.geo import GeoPolygon
from dronectl.model.ground.zone import Zone, ZoneCategory
from dronectl.model.plan.hotspot import HotspotFigures, SpotFigures
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem
from dronectl.model.site import Site
from dronectl.model.track.photograph import Photograph
from dronectl.model.track.track import EventKind, Track, TrackEvent

HEIGHT_M, DISTANCE_M = 44.0, 20.0
LINE = ((0.0, 50.0), (200.0, 50.0))


@pytest.fixture(scope="module")
def site() -> Site:
    """With one zone of 100 m by 20 m under the line, free of keep-outs, that the patrol 'demo' photographs."""
    shipped = shipped_site()
    corners = np.array([(50.0, 40.0), (150.0, 40.0), (150.0, 60.0), (50.0, 60.0)])
    shape = GeoPolygon(tuple(LocalFrame(shipped.home).to_points(corners)))
    strip = Zone("strip", "แถบ", False, "test", shape, ZoneCategory.PARK)
    zones = replace(shipped.zones, zones=(*shipped.zones.zones, strip), keep_outs=(), obstacles=())
    patrol = shipped.patrol("demo")
    assert patrol is not None
    return replace(shipped, zones=zones, patrols=(replace(patrol, zones=("strip",), gsd_cm=None),))


def photo_mission(site: Site) -> Mission:
    trigger = MissionItem(Command.DO_SET_CAM_TRIGG_DIST, frame=Frame.GLOBAL, param1=DISTANCE_M)
    items = list(mission(site, LINE, HEIGHT_M).items)
    items.insert(3, trigger)
    items.insert(5, replace(trigger, param1=0.0))
    return Mission(tuple(items))


def flown(site: Site, track: Track | None = None) -> Comparison:
    (planned,) = flights(site, photo_mission(site), patrol="demo")
    return compare_track(track or track_along(site, *knots(planned)), [planned], LocalFrame(site.home))


def test_without_reports_the_plan_sets_the_camera_off_by_distance(site: Site) -> None:
    one = flown(site)
    pictures = list(pictures_meant(one, site))
    x_m, _ = LocalFrame(site.home).to_xy([p.lat_deg for p in pictures], [p.lon_deg for p in pictures])
    # 10 samples a second at up to 8 m/s: each photograph up to 0.8 m late.
    assert len(pictures) == 9
    assert x_m[0] == pytest.approx(DISTANCE_M, abs=1.0)
    assert (np.diff(x_m) >= DISTANCE_M - 1e-3).all()
    assert (np.diff(x_m) <= DISTANCE_M + 1.0).all()
    (area,) = photographed([one], site)
    assert (area.source, area.pictures, area.zones) == ("plan", 9, ("strip",))
    assert area.photographed_pct == pytest.approx(100.0, abs=0.01)
    assert area.at_gsd_pct == pytest.approx(100.0, abs=0.01)
    camera = one.planned.drone.camera
    assert area.wanted_gsd_m == pytest.approx(camera.gsd_m(HEIGHT_M), rel=1e-6)


def test_the_cameras_reports_count_before_the_plan(site: Site) -> None:
    """One photograph in the middle of the strip: as much of it as the footprint is long, and no more."""
    track = flown(site).track
    (place,) = LocalFrame(site.home).to_points(np.array([[100.0, 50.0]]))
    photograph = Photograph(
        START, 1, place.lat_deg, place.lon_deg, HEIGHT_M + site.ground_elevation_m, HEIGHT_M, 0.0, 0.0, 90.0
    )
    (area,) = photographed([flown(site, replace(track, photographs=(photograph,)))], site)
    assert (area.source, area.pictures) == ("camera", 1)
    drone = site.drone("alpha")
    assert drone is not None
    _, along_m = drone.camera.footprint_m(HEIGHT_M)
    assert area.photographed_pct == pytest.approx(along_m, rel=1e-3), "of 100 m"
    across_north = replace(photograph, yaw_deg=0.0)
    (turned,) = photographed([flown(site, replace(track, photographs=(across_north,)))], site)
    across_m, _ = drone.camera.footprint_m(HEIGHT_M)
    assert turned.photographed_pct == pytest.approx(min(across_m, 100.0), rel=1e-3)


def test_photographs_from_too_high_do_not_count_at_the_wanted_gsd(site: Site) -> None:
    track = flown(site).track
    (place,) = LocalFrame(site.home).to_points(np.array([[100.0, 50.0]]))
    high_m = HEIGHT_M * 1.2
    photograph = Photograph(
        START, 1, place.lat_deg, place.lon_deg, high_m + site.ground_elevation_m, high_m, 0.0, 0.0, 90.0
    )
    (area,) = photographed([flown(site, replace(track, photographs=(photograph,)))], site)
    assert area.photographed_pct > 0.0
    assert area.at_gsd_pct == 0.0
    within_m = HEIGHT_M * 1.04
    within = replace(photograph, amsl_altitude_m=within_m + site.ground_elevation_m, relative_altitude_m=within_m)
    (near,) = photographed([flown(site, replace(track, photographs=(within,)))], site)
    assert near.at_gsd_pct == near.photographed_pct > 0.0


def test_a_camera_without_a_gimbal_sees_what_it_leans_to(site: Site) -> None:
    """The nose is so far down that the picture begins 12 m behind the aircraft, where the strip ends at 10 m."""
    drones = tuple(replace(drone, camera=replace(drone.camera, stabilised=False)) for drone in site.drones)
    fixed = replace(site, drones=drones)
    track = flown(site).track
    (place,) = LocalFrame(site.home).to_points(np.array([[100.0, 50.0]]))
    heights_m = HEIGHT_M + site.ground_elevation_m, HEIGHT_M
    photograph = Photograph(START, 1, place.lat_deg, place.lon_deg, *heights_m, 0.0, -42.0, 0.0)
    (steady,) = photographed([flown(site, replace(track, photographs=(photograph,)))], site)
    (leaning,) = photographed([flown(site, replace(track, photographs=(photograph,)))], fixed)
    assert steady.photographed_pct > 40.0
    assert leaning.photographed_pct == 0.0


def test_events_without_a_place_are_placed_by_the_track(site: Site) -> None:
    one = flown(site)
    frame = LocalFrame(site.home)
    x_m, y_m = frame.to_xy(one.track.lat_deg, one.track.lon_deg)
    middle = int(np.argmin(np.hypot(x_m - 100.0, y_m - 50.0)))
    event = TrackEvent(one.track.time_utc[middle], EventKind.PHOTO, "photo 1")
    (area,) = photographed([flown(site, replace(one.track, events=(*one.track.events, event)))], site)
    assert (area.source, area.pictures) == ("camera", 1)
    _, along_m = one.planned.drone.camera.footprint_m(HEIGHT_M)
    assert area.photographed_pct == pytest.approx(along_m, rel=0.01)


def test_patrols_that_do_not_photograph_have_no_area(site: Site) -> None:
    (planned,) = flights(site, photo_mission(site), patrol="of nobody")
    one = compare_track(track_along(site, *knots(planned)), [planned], LocalFrame(site.home))
    assert photographed([one], site) == ()


PERIOD_S, STAY_S, STANDOFF_M = 1_000.0, 30.0, 25.0


def hotspot_flight(site: Site) -> tuple[HotspotFigures, Comparison]:
    """One stay at the standoff of the first point of interest, in a period of a thousand seconds."""
    point = site.zones.points[0]
    x_m, y_m = LocalFrame(site.home).point_to_xy(point.position)
    items = list(mission(site, ((x_m, y_m - STANDOFF_M),), HEIGHT_M).items)
    items[2] = item(site, Command.NAV_LOITER_TIME, x_m, y_m - STANDOFF_M, HEIGHT_M, param1=STAY_S)
    (planned,) = flights(site, Mission(tuple(items)), patrol="rounds")
    spot = SpotFigures(point.id, 1.0, 1.0, (), STANDOFF_M, 1, STAY_S, 0.0, 0.0)
    other = SpotFigures(site.zones.points[1].id, 1.0, 1.0, (), STANDOFF_M, 1, STAY_S, 0.0, 0.0)
    figures = HotspotFigures("rounds", PERIOD_S, 600.0, 0, 0, 0, 0, None, None, (0.0,), 1, (spot, other))
    return figures, compare_track(track_along(site, *knots(planned)), [planned], LocalFrame(site.home))


def test_idleness_is_of_the_visits_that_were_flown(site: Site) -> None:
    figures, one = hotspot_flight(site)
    (found,) = idleness([figures], 3, [one], site)
    assert (found.sorties_flown, found.sorties_planned) == (1, 3)
    visited, alone = found.spots
    arrive_s = one.legs[1].planned_s
    before_s, after_s = arrive_s, PERIOD_S - arrive_s - STAY_S
    assert visited.visits == 1
    assert visited.stay_s == pytest.approx(STAY_S, abs=0.5)
    assert visited.worst_idleness_s == pytest.approx(max(before_s, after_s), abs=1.0)
    assert visited.mean_idleness_s == pytest.approx((before_s**2 + after_s**2) / (2 * PERIOD_S), abs=1.0)
    assert (alone.visits, alone.worst_idleness_s, alone.mean_idleness_s) == (0, PERIOD_S, PERIOD_S / 2.0)


def test_patrols_of_which_nothing_was_flown_are_left_out(site: Site) -> None:
    figures, one = hotspot_flight(site)
    assert idleness([replace(figures, patrol="another")], 1, [one], site) == ()
    assert drone_plan(site).sorties == ()
