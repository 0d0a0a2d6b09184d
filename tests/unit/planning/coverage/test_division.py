"""An area divided among cameras that see unequally wide."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import planning_sites as sites
import pytest

from dronectl.checks import check_plan
from dronectl.model.fleet import Camera, Drone
from dronectl.model.plan.finding import Severity
from dronectl.model.plan.plan import Plan
from dronectl.planning.build import build_plan
from dronectl.planning.coverage.division import groups_of

LONG_LENS = Camera(36.0, 24.0, 85.0, 8000, 5333, 0.7)
WIDE = Camera(6.4, 4.8, 4.5, 640, 512, 1.0)
PATROL = sites.patrol(relative_altitude_m=50.0, layer_step_m=14.0, frontlap_pct=60.0)


def fleet(*cameras: Camera) -> list[Drone]:
    drones = sites.drones(len(cameras), apart_m=40.0, y_m=-150.0)
    return [replace(drone, camera=camera) for drone, camera in zip(drones, cameras, strict=True)]


def plan_of(drones: list[Drone], width_m: float = 400.0, names: list[str] | None = None) -> Plan:
    half = width_m / 2.0
    park = sites.zone("park", [(-half, -50.0), (half, -50.0), (half, 250.0), (-half, 250.0)])
    pond = sites.keep_out("pond", sites.square(60.0, 120.0, 30.0))
    site = sites.site(zones=[park], keep_outs=[pond], fleet=drones)
    plan = build_plan(site, [PATROL], name="t", created_utc="", rounds=0, drones=names)
    assert not [one for one in check_plan(plan, site, day=date(2026, 11, 23)) if one.severity is Severity.ERROR]
    assert plan.coverage_pct == pytest.approx(100.0, abs=0.4)
    return plan


def test_swaths_that_are_nearly_alike_are_one_group() -> None:
    assert [group.drones for group in groups_of([30.0, 45.0, 31.0, 44.0])] == [(1, 3), (0, 2)]
    assert [group.swath_m for group in groups_of([30.0, 45.0, 31.0, 44.0])] == [44.0, 30.0]


@pytest.mark.parametrize("width_m", [400.0, 550.0])
def test_another_drone_never_makes_a_plan_slower(width_m: float) -> None:
    """As reported: 8:08 with three, one of them with a long lens, and 6:01 with the two others."""
    drones = fleet(sites.CAMERA, LONG_LENS, WIDE)
    three = plan_of(drones, width_m)
    two = plan_of(drones, width_m, names=["alpha", "charlie"])
    assert three.makespan_s <= two.makespan_s + 1e-6
    if width_m == 400.0:
        assert three.makespan_s <= 361.0


def test_who_sees_wider_flies_lines_farther_apart() -> None:
    plan = plan_of(fleet(sites.CAMERA, sites.CAMERA, WIDE), 700.0)
    flown_m = {drone.name: sum(sortie.distance_m for sortie in drone.sorties) for drone in plan.drones}
    assert set(flown_m) == {"alpha", "bravo", "charlie"}
    (least,) = plan.least
    flights, flight_s = plan.flown_for("patrol")
    assert least.flights <= flights
    assert least.flight_s <= flight_s


def test_equal_swaths_are_not_divided() -> None:
    plan = plan_of(fleet(sites.CAMERA))
    assert plan.swath_m == pytest.approx(52.5)
