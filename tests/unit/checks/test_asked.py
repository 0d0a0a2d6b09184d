"""What is flown otherwise than asked is said: the demo's plan, held against missions that ask for something else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dronectl.checks import otherwise_than_asked
from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.model.plan.patrol import CameraAction, Patrol
from dronectl.model.plan.pattern_settings import (
    CorridorSettings,
    CoverageSettings,
    OrbitSettings,
    PatternSettings,
    PerimeterSettings,
    TourSettings,
)
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site


@pytest.fixture(scope="module")
def demo(site: Site) -> Patrol:
    found = site.patrol("demo")
    assert found is not None
    return found


def told(plan: Plan, site: Site, patrol: Patrol, **other: object) -> list[str]:
    return list(otherwise_than_asked(plan, site, [replace(patrol, **other)]))  # type: ignore[arg-type]


def test_a_plan_as_asked_has_nothing_to_tell(plan: Plan, site: Site, demo: Patrol) -> None:
    assert told(plan, site, demo) == []


def test_altitudes_that_were_lowered(plan: Plan, site: Site, demo: Patrol) -> None:
    (note,) = told(plan, site, demo, relative_altitude_m=62.0)
    assert note == (
        "demo: flown 4 m lower than asked, from 58 m up, not from 62 m: the layers of 3 drones, 14 m apart, end at "
        "the ceiling of 90 m (alpha 58 m, bravo 72 m, charlie 86 m)"
    )
    (note,) = told(plan, site, demo, relative_altitude_m=None, gsd_cm=4.0)
    assert "flown lower than 4 cm a pixel need, for 2.29 cm at most" in note


def test_a_drone_without_work(plan: Plan, site: Site, demo: Patrol) -> None:
    two = replace(plan, drones=plan.drones[:2])
    assert told(two, site, demo)[0] == "demo: charlie has nothing to fly: the whole of it is flown by alpha, bravo"
    assert not any("nothing to fly" in note for note in told(two, site, demo, drones=("alpha", "bravo")))
    one = otherwise_than_asked(replace(plan, drones=plan.drones[:1]), site, [demo], ["alpha"])
    assert not any("nothing to fly" in note for note in one)
    assert "% of zone lake_park is seen" in one[0]


def test_speeds_that_were_lowered(plan: Plan, site: Site, demo: Patrol) -> None:
    (note,) = told(plan, site, demo, speed_m_s=12.0)
    assert (
        note == "demo: alpha and bravo and charlie fly at 8 m/s, not at 12 m/s: as fast as its camera takes photographs"
    )
    (note,) = told(plan, site, demo, speed_m_s=12.0, camera=CameraAction.VIDEO)
    assert note.endswith("8 m/s, not at 12 m/s: faster it cannot")


def test_a_zone_that_is_left_out(plan: Plan, site: Site, demo: Patrol) -> None:
    assert told(plan, site, demo, zones=("lake_park", "wat_burapha")) == [
        "demo: zone wat_burapha is left out: nothing of it is seen (16.9 % in or next to keep-outs)"
    ]


def test_why_a_part_is_not_seen(plan: Plan, site: Site, demo: Patrol) -> None:
    """With the fence drawn in to the lake's middle, what lies beyond it is the reason."""
    (fence,) = [one for one in site.zones.fences if not one.drones]
    corners = site.zones.zones[0].polygon.exterior
    north = sum(corner.lat_deg for corner in corners) / len(corners)
    drawn_in = tuple(GeoPoint(min(one.lat_deg, north), one.lon_deg) for one in fence.polygon.exterior)
    smaller = replace(site, zones=replace(site.zones, fences=(replace(fence, polygon=GeoPolygon(drawn_in)),)))
    one_drone = replace(plan, drones=plan.drones[:1])
    (note,) = [one for one in told(one_drone, smaller, demo) if "lake_park" in one]
    assert " % at the fence or beyond it" in note
    (before,) = [one for one in told(one_drone, site, demo) if "lake_park" in one]
    assert "fence" not in before


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (PerimeterSettings(inset_m=5.0), " % of the edge of zone lake_park is flown along"),
        (OrbitSettings(points=("tower_foot",), radius_m=60.0), "the circle around point tower_foot is "),
        (
            CorridorSettings(corridors=("thewaphiban_road",)),
            "corridor thewaphiban_road is left out",
        ),
        (TourSettings(categories=("school", "bank")), "no point of category school in geofences/"),
    ],
)
def test_what_other_patterns_leave_out(
    plan: Plan, site: Site, demo: Patrol, settings: PatternSettings, words: str
) -> None:
    notes = told(plan, site, demo, settings=settings)
    assert any(words in note for note in notes), notes


def test_a_rally_point_that_is_carried_lower(plan: Plan, site: Site, demo: Patrol) -> None:
    carried = {(item.lat_e7, item.lon_e7) for drone in plan.drones for item in drone.rally.items}
    higher = tuple(replace(one, relative_altitude_m=80.0) for one in site.zones.rally_points)
    lifted = replace(site, zones=replace(site.zones, rally_points=higher))
    notes = told(plan, lifted, demo)
    assert carried
    assert len(notes) >= 2, "alpha's and bravo's layers are below 80 m"
    assert all("not at 80 m: no return climbs above its drone's own layer" in note for note in notes)


def test_settings_of_another_pattern_are_no_trouble(plan: Plan, site: Site, demo: Patrol) -> None:
    assert told(plan, site, demo, settings=CoverageSettings(), zones=()) == []
