"""Flown tracks held against the site: inside, apart, photographed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dronectl.analysis.flown import flown_report
from dronectl.analysis.footprints import photographed_pct
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.site import Site
from dronectl.model.track.track import EventKind, PositionSource, Track, TrackEvent

START = np.datetime64("2026-11-23T02:00:00", "us")


def track(
    site: Site, name: str, xy: np.ndarray, height_m: float, *, delay_s: float = 0.0, photos: bool = False
) -> Track:
    """One sample a second along ``xy`` (local metres)."""
    drone = site.drone(name)
    assert drone is not None
    lat, lon = LocalFrame(site.home).to_geo(xy[:, 0], xy[:, 1])
    seconds = np.arange(len(xy)) + delay_s
    time_utc = START + (seconds * 1e6).astype("timedelta64[us]")
    step = np.diff(xy, axis=0, append=xy[-1:] + (xy[-1:] - xy[-2:-1]))
    heading = np.degrees(np.arctan2(step[:, 0], step[:, 1])) % 360.0
    events = tuple(TrackEvent(t, EventKind.PHOTO, "photo") for t in time_utc) if photos else ()
    heights = np.full(len(xy), height_m)
    return Track(
        name=name,
        system_id=drone.system_id,
        source=PositionSource.EKF,
        time_utc=time_utc,
        lat_deg=lat,
        lon_deg=lon,
        amsl_altitude_m=heights + site.ground_elevation_m,
        relative_altitude_m=heights,
        ground_speed_m_s=np.full(len(xy), 8.0),
        heading_deg=heading,
        events=events,
    )


def straight(start: tuple[float, float], end: tuple[float, float], count: int) -> np.ndarray:
    return np.linspace(start, end, count)


def test_a_track_between_home_and_lake_is_inside(site: Site) -> None:
    report = flown_report([track(site, "alpha", straight((-50, 0), (50, 0), 20), 40.0)], site)
    assert report.inside
    assert report.max_height_m == pytest.approx(40.0)
    assert report.min_separation_m is None


def test_a_track_that_leaves_the_fence_is_told_by_how_much(site: Site) -> None:
    fence = site.zones.fence_of("alpha")
    assert fence is not None
    polygon = LocalFrame(site.home).polygon_to_xy(fence.polygon)
    x, y = polygon.exterior.coords[0]
    outside = np.array([x, y]) / np.hypot(x, y) * (np.hypot(x, y) + 100.0)
    report = flown_report([track(site, "alpha", straight((0, 0), tuple(outside), 200), 40.0)], site)
    assert not report.inside
    assert report.fence_clearance_m < -20


def test_a_keep_out_counts_only_between_its_heights(site: Site) -> None:
    tower = next(zone for zone in site.zones.keep_outs if zone.id == "tower")
    frame = LocalFrame(site.home)
    centre = np.asarray(frame.polygon_to_xy(tower.polygon).centroid.coords[0])
    aside = np.array([60.0, 0.0])
    xy = straight(tuple(centre - aside), tuple(centre + aside), 60)
    through = flown_report([track(site, "alpha", xy, 50.0)], site)
    assert not through.inside
    assert through.keep_out == "tower"
    assert through.keep_out_clearance_m is not None
    assert through.keep_out_clearance_m < -10
    low = replace(tower, floor_m=0.0, ceiling_m=30.0)
    others = tuple(low if zone.id == "tower" else zone for zone in site.zones.keep_outs)
    lowered = replace(site, zones=replace(site.zones, keep_outs=others, obstacles=()))
    over = flown_report([track(lowered, "alpha", xy, 50.0)], lowered)
    assert over.inside


def test_separation_is_taken_at_the_same_moment(site: Site) -> None:
    there = straight((-100, 0), (100, 0), 50)
    a = track(site, "alpha", there, 40.0)
    crossing = track(site, "bravo", there[::-1], 52.0)
    assert flown_report([a, crossing], site).min_separation_m == pytest.approx(12.0, abs=0.2)
    later = track(site, "bravo", there, 40.0, delay_s=10.0)
    step_m = 200 / 49
    assert flown_report([a, later], site).min_separation_m == pytest.approx(10 * step_m, abs=0.1)
    never_together = track(site, "bravo", there, 40.0, delay_s=1000.0)
    assert flown_report([a, never_together], site).min_separation_m is None


def test_photographs_cover_what_lies_below_them(site: Site) -> None:
    zone = site.zones.zone("city_hall")
    assert zone is not None
    polygon = LocalFrame(site.home).polygon_to_xy(zone.polygon)
    x0, y0, x1, y1 = polygon.bounds
    drone = site.drone("alpha")
    assert drone is not None
    across_m, _ = drone.camera.footprint_m(60.0)
    lines = np.arange(x0 + across_m / 2, x1 + across_m / 2, across_m)
    passes = [straight((x, y0 - 20), (x, y1 + 20), 30) for x in lines]
    everything = [track(site, "alpha", xy, 60.0, delay_s=100.0 * i, photos=True) for i, xy in enumerate(passes)]
    full = photographed_pct(everything, site, ["city_hall"])
    assert full == pytest.approx(100.0, abs=0.01)
    one = photographed_pct(everything[:1], site, ["city_hall"])
    assert one is not None
    assert 100.0 / len(passes) * 0.5 < one < 100.0 / len(passes) * 1.6
    assert photographed_pct([track(site, "alpha", passes[0], 60.0)], site, ["city_hall"]) is None
