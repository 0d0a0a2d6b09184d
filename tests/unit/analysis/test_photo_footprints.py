"""The ground on photographs: corners that a hand works out, for every heading, lean, height and side of the Earth."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from flown_plans import START, shipped_site, track_along

from dronectl.analysis.footprints import Picture, corners_m, footprints, pictures_taken
from dronectl.model.fleet import Camera
from dronectl.model.ground.terrain import Terrain, Tile
from dronectl.model.site import Site
from dronectl.model.track.footprint import Footprint, GroundBy
from dronectl.model.track.photograph import Photograph
from dronectl.model.track.track import Track

CAMERA = Camera(13.2, 8.8, 8.8, 5472, 3648, 2.0)
"""From 40 m it sees 60 m across and 40 m along the track; half of that is 36.87° and 26.57° off its axis."""
HEIGHT_M = 40.0
ACROSS_DEG, ALONG_DEG = math.degrees(math.atan(0.75)), math.degrees(math.atan(0.5))
LAT, LON = 16.0531, 103.6503
NAN = math.nan


@pytest.fixture(scope="module")
def site() -> Site:
    return shipped_site()


def fixed(site: Site) -> Site:
    """The same fleet without gimbals."""
    drones = (replace(drone, camera=replace(drone.camera, stabilised=False)) for drone in site.drones)
    return replace(site, drones=tuple(drones))


def flight(site: Site, *photographs: Photograph, name: str = "alpha") -> Track:
    """Northwards, so that heading 0 is where the track leads."""
    track = track_along(site, np.array([0.0, 10.0]), np.array([(0.0, 0.0, 30.0), (0.0, 80.0, 30.0)]), name=name)
    return replace(track, photographs=photographs)


def photograph(**changes: object) -> Photograph:
    fields = {"time_utc": START, "number": 7, "lat_deg": LAT, "lon_deg": LON, "amsl_altitude_m": 185.0}
    angles = {"roll_deg": 0.0, "pitch_deg": 0.0, "yaw_deg": 0.0}
    return Photograph(**(fields | {"relative_altitude_m": HEIGHT_M} | angles | changes))  # type: ignore[arg-type]


def offsets_m(one: Footprint) -> np.ndarray:
    """East and north of the photograph, by the radii of curvature of WGS 84 at its latitude."""
    lat = math.radians(one.photograph.lat_deg)
    w2 = 1.0 - 6.694379990141316e-3 * math.sin(lat) ** 2
    meridian_m, normal_m = 6_378_137.0 * (1.0 - 6.694379990141316e-3) / w2**1.5, 6_378_137.0 / math.sqrt(w2)
    north = [math.radians(corner.lat_deg - one.photograph.lat_deg) * meridian_m for corner in one.corners]
    steps = [(corner.lon_deg - one.photograph.lon_deg + 180.0) % 360.0 - 180.0 for corner in one.corners]
    east = [math.radians(step) * normal_m * math.cos(lat) for step in steps]
    return np.column_stack([east, north])


@pytest.mark.parametrize(
    ("heading_deg", "corners"),
    [
        (0.0, [(-30, 20), (-30, -20), (30, -20), (30, 20)]),
        (90.0, [(20, 30), (-20, 30), (-20, -30), (20, -30)]),
        (180.0, [(30, -20), (30, 20), (-30, 20), (-30, -20)]),
        (45.0, [(-7.0711, 35.3553), (-35.3553, 7.0711), (7.0711, -35.3553), (35.3553, -7.0711)]),
        (-315.0, [(-7.0711, 35.3553), (-35.3553, 7.0711), (7.0711, -35.3553), (35.3553, -7.0711)]),
    ],
)
def test_level_flight(heading_deg: float, corners: list[tuple[float, float]], site: Site) -> None:
    (one,) = footprints([flight(site, photograph(yaw_deg=heading_deg))], site)
    assert offsets_m(one) == pytest.approx(np.array(corners), abs=1e-3)
    assert one.heading_deg == heading_deg % 360.0
    assert one.gsd_m == pytest.approx(HEIGHT_M * 13.2 / (8.8 * 5472))
    assert (one.height_m, one.ground_by) == (HEIGHT_M, GroundBy.HOME)


def at(angle_deg: float) -> float:
    """How far off a ray meets the ground that leaves the vertical by an angle."""
    return HEIGHT_M * math.tan(math.radians(angle_deg))


def beside(tangent: float, other: float, angle_deg: float) -> float:
    """How far a ray lies beside the middle line: ``tangent`` across where ``other`` is that of its row."""
    return tangent / math.hypot(1.0, other) * HEIGHT_M / math.cos(math.radians(angle_deg))


def test_a_fixed_camera_looks_ahead_when_the_nose_is_up_and_back_when_it_is_down(site: Site) -> None:
    (up, down) = footprints([flight(site, photograph(pitch_deg=20.0), photograph(pitch_deg=-20.0))], fixed(site))
    far, near = at(20.0 + ALONG_DEG), at(20.0 - ALONG_DEG)
    far_half, near_half = beside(0.75, 0.5, 20.0 + ALONG_DEG), beside(0.75, 0.5, 20.0 - ALONG_DEG)
    ahead = [(-far_half, far), (-near_half, near), (near_half, near), (far_half, far)]
    assert offsets_m(up) == pytest.approx(np.array(ahead), abs=2e-3)
    back = [(-near_half, -near), (-far_half, -far), (far_half, -far), (near_half, -near)]
    assert offsets_m(down) == pytest.approx(np.array(back), abs=2e-3)
    slant_m = HEIGHT_M / math.cos(math.radians(20.0))
    assert up.gsd_m == pytest.approx(CAMERA.gsd_m(slant_m))
    assert not up.stabilised


def test_a_fixed_camera_looks_to_the_left_when_the_right_side_is_down(site: Site) -> None:
    """Flown to the east: the left is north."""
    (one,) = footprints([flight(site, photograph(roll_deg=15.0, yaw_deg=90.0))], fixed(site))
    left, right = at(15.0 + ACROSS_DEG), at(15.0 - ACROSS_DEG)
    left_half, right_half = beside(0.5, 0.75, 15.0 + ACROSS_DEG), beside(0.5, 0.75, 15.0 - ACROSS_DEG)
    corners = [(left_half, left), (-left_half, left), (-right_half, right), (right_half, right)]
    assert offsets_m(one) == pytest.approx(np.array(corners), abs=2e-3)


def test_a_gimbal_keeps_the_camera_straight_down_however_the_aircraft_leans(site: Site) -> None:
    (level,) = footprints([flight(site, photograph())], site)
    (leaning,) = footprints([flight(site, photograph(roll_deg=12.0, pitch_deg=-30.0))], site)
    assert leaning.corners == level.corners
    assert leaning.stabilised


def test_attitudes_that_are_not_told_are_level_and_headings_the_tracks(site: Site) -> None:
    (one,) = footprints([flight(site, photograph(roll_deg=NAN, pitch_deg=5.0, yaw_deg=NAN))], fixed(site))
    assert offsets_m(one) == pytest.approx(np.array([(-30, 20), (-30, -20), (30, -20), (30, 20)]), abs=1e-3)
    assert one.heading_deg == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("lean", [{"roll_deg": 44.0}, {"pitch_deg": -85.0}, {"roll_deg": 180.0}])
def test_a_picture_with_the_horizon_is_no_footprint(lean: dict[str, float], site: Site) -> None:
    track = flight(site, photograph(**lean))
    assert footprints([track], fixed(site)) == []
    (picture,) = pictures_taken(track, fixed(site))
    assert np.isnan(corners_m([picture], CAMERA)).all()


def test_heights_are_above_the_elevation_files_where_they_know_the_ground(site: Site) -> None:
    west = Terrain((Tile("west", 16.0, 103.0, 0.1, 0.6503 + 1e-4, np.full((2, 2), 135.0)),))
    hilly = replace(site, terrain=west)
    here, beyond = photograph(), photograph(number=8, lon_deg=LON + 0.01)
    first, second = footprints([flight(site, here, beyond)], hilly)
    assert (first.height_m, first.ground_by) == (50.0, GroundBy.TERRAIN)
    assert (second.height_m, second.ground_by) == (HEIGHT_M, GroundBy.HOME)
    assert offsets_m(first)[3] == pytest.approx([37.5, 25.0], abs=1e-3)
    (homeless,) = footprints([flight(site, photograph(relative_altitude_m=NAN))], site)
    assert (homeless.height_m, homeless.ground_by) == (185.0 - site.ground_elevation_m, GroundBy.SITE)


def test_what_compare_counts_is_what_is_drawn(site: Site) -> None:
    """The same pictures, by the same heights."""
    taken = list(pictures_taken(flight(site, photograph(yaw_deg=45.0)), site))
    assert taken == [Picture(LAT, LON, HEIGHT_M, 45.0, ground_by=GroundBy.HOME)]


@pytest.mark.parametrize("lon_deg", [180.0, -180.0, 179.9999, -179.9999])
@pytest.mark.parametrize("lat_deg", [0.0, -64.0, 80.0])
def test_on_the_antimeridian_and_far_from_the_site(lat_deg: float, lon_deg: float, site: Site) -> None:
    (one,) = footprints([flight(site, photograph(lat_deg=lat_deg, lon_deg=lon_deg))], site)
    assert offsets_m(one) == pytest.approx(np.array([(-30, 20), (-30, -20), (30, -20), (30, 20)]), abs=5e-3)
    assert {math.copysign(1.0, corner.lon_deg) for corner in one.corners} == {-1.0, 1.0}


@pytest.mark.parametrize(
    "wrong",
    [
        {"relative_altitude_m": 0.0},
        {"relative_altitude_m": -3.0},
        {"relative_altitude_m": 1e6},
        {"lat_deg": 89.9},
        {"relative_altitude_m": NAN, "amsl_altitude_m": NAN},
    ],
)
def test_no_ground_no_footprint(wrong: dict[str, float], site: Site) -> None:
    assert footprints([flight(site, photograph(**wrong))], site) == []


def test_only_of_drones_whose_camera_the_workspace_knows(site: Site) -> None:
    known, strange = flight(site, photograph()), replace(flight(site, photograph(number=9)), name="system 9")
    assert [one.photograph.number for one in footprints([strange, known], site)] == [7]
    assert footprints([flight(site)], site) == []
