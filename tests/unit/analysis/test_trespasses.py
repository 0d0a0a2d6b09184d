"""Where flights were not to be: outside the fence, in a keep-out at its heights, above the ceiling."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sample_tracks import make_track

from dronectl.analysis.trespasses import trespasses
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.geo import GeoPolygon
from dronectl.model.ground.zone import Fence, KeepOut, ZoneSet
from dronectl.model.site import Site
from dronectl.model.text.shown_time import utc_of_us
from dronectl.model.track.track import Track
from dronectl.model.track.trespass import Bound
from dronectl.model.validity import Validity


def flown(site: Site, east_m: np.ndarray, height_m: float | np.ndarray) -> Track:
    """From west to east through home, a fix a quarter of a second."""
    lat, lon = LocalFrame(site.home).to_geo(east_m, np.zeros(len(east_m)))
    heights = np.zeros(len(east_m)) + height_m
    amsl = heights + site.ground_elevation_m
    return make_track(samples=len(east_m), lat_deg=lat, lon_deg=lon, relative_altitude_m=heights, amsl_altitude_m=amsl)


def square(site: Site, west_m: float, east_m: float) -> GeoPolygon:
    frame = LocalFrame(site.home)
    corners = [(west_m, -50.0), (east_m, -50.0), (east_m, 50.0), (west_m, 50.0)]
    return GeoPolygon(tuple(frame.to_points(np.array(corners))))


@pytest.fixture
def where(site: Site) -> Site:
    """A fence from -100 to 100 m, a keep-out from -10 to 20 m at 20 to 60 m."""
    common = (False, "x#0")
    fence = Fence("f", "the fence", *common, square(site, -100.0, 100.0))
    keep_out = KeepOut("k", "the school", *common, square(site, -10.0, 20.0), 20.0, 60.0)
    return replace(site, zones=ZoneSet(fences=(fence,), keep_outs=(keep_out,)))


EAST = np.arange(-120.0, 81.0, 1.0)


def test_each_stretch_with_its_time_depth_and_place(where: Site) -> None:
    track = flown(where, EAST, 40.0)
    fence, keep_out = trespasses([track], where)
    assert (fence.bound, fence.name, keep_out.bound, keep_out.name) == (
        Bound.FENCE,
        "the fence",
        Bound.KEEP_OUT,
        "the school",
    )
    assert fence.beyond_m == pytest.approx(20.0, abs=0.05)
    assert fence.begin_utc == track.time_utc[0]
    assert fence.duration_s == pytest.approx(19 * 0.25, abs=0.3)
    assert keep_out.beyond_m == pytest.approx(15.0, abs=0.05)
    assert keep_out.duration_s == pytest.approx(29 * 0.25, abs=0.6)
    assert keep_out.lon_deg == pytest.approx(track.lon_deg[list(EAST).index(5.0)])


@pytest.mark.parametrize("height_m", [10.0, 70.0])
def test_a_keep_out_holds_at_its_heights_alone(where: Site, height_m: float) -> None:
    assert [one.bound for one in trespasses([flown(where, EAST, height_m)], where)] == [Bound.FENCE]


def test_twice_is_two(where: Site) -> None:
    there_and_back = np.concatenate([np.arange(-50.0, 51.0), np.arange(50.0, -51.0, -1.0)])
    assert [one.bound for one in trespasses([flown(where, there_and_back, 40.0)], where)] == [Bound.KEEP_OUT] * 2


def test_above_the_ceiling(where: Site) -> None:
    heights = np.where(np.abs(EAST) < 5.0, where.rules.ceiling_m + 7.0, 10.0)
    (found,) = [one for one in trespasses([flown(where, EAST, heights)], where) if one.bound is Bound.CEILING]
    assert found.beyond_m == pytest.approx(7.0)


def test_what_is_not_known_and_what_is_of_another_site_oversteps_nothing(where: Site) -> None:
    inside = np.arange(-50.0, 51.0)
    assert trespasses([flown(where, inside, np.nan)], where) == []
    assert trespasses([replace(flown(where, inside, 40.0), lat_deg=np.full(101, -35.0))], where) == []


@pytest.mark.parametrize(("north_deg", "east_deg"), [(0.95, 0.0), (0.7, 0.7), (3.0, 3.0), (0.0, 100.0)])
def test_a_flight_of_elsewhere_oversteps_nothing_however_far_it_is(
    where: Site, north_deg: float, east_deg: float
) -> None:
    near = flown(where, EAST, 40.0)
    far = replace(near, lat_deg=near.lat_deg + north_deg, lon_deg=near.lon_deg + east_deg)
    assert [(one.flight, one.bound) for one in trespasses([far, near], where)] == [
        (1, Bound.FENCE),
        (1, Bound.KEEP_OUT),
    ]


@pytest.mark.parametrize("wild_deg", [18.5, 60.0, 200.0])
def test_one_wild_fix_hides_nothing_and_is_nothing_itself(where: Site, wild_deg: float) -> None:
    track = flown(where, EAST, 40.0)
    lat_deg = track.lat_deg.copy()
    lat_deg[150] = wild_deg
    assert trespasses([replace(track, lat_deg=lat_deg)], where) == trespasses([track], where)


@pytest.mark.parametrize(("from_fix", "closed"), [(0, True), (190, False)])
def test_a_dated_keep_out_holds_while_it_is_closed(where: Site, from_fix: int, *, closed: bool) -> None:
    track = flown(where, EAST, 40.0)
    begins = utc_of_us(int(track.time_utc[from_fix].astype(np.int64)))
    (keep_out,) = where.zones.keep_outs
    dated = replace(keep_out, validity=Validity(begins=begins))
    site = replace(where, zones=replace(where.zones, keep_outs=(dated,)))
    assert (Bound.KEEP_OUT in [one.bound for one in trespasses([track], site)]) is closed


def test_a_gap_in_the_recording_counts_for_nobody(where: Site) -> None:
    track = flown(where, np.zeros(40), 40.0)
    time_utc = track.time_utc.copy()
    time_utc[20:] += np.timedelta64(60, "s")
    first, second = trespasses([replace(track, time_utc=time_utc)], where)
    assert first.duration_s + second.duration_s < 12.0
