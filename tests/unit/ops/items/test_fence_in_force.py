"""What was proved is what acts: since ArduCopter 4.6 a kind that is added to a fence in force does nothing alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from seeded_pushes import items_of
from virtual_fleet import virtual_fleet
from virtual_network import run_virtually

from dronectl.errors import Refused
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.model.plan.mission import MissionType
from dronectl.ops.items.fence import disable_fence, enable_fence
from dronectl.ops.items.transaction import commit_items
from dronectl.ops.parameters.settings import set_parameter
from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.vehicle.firmware import FIRMWARES

ALTITUDE, POLYGONS = 1, 4
FENCE = {MissionType.FENCE: items_of(random.Random(5))["drone1"][MissionType.FENCE]}
BOTH = {Setting.FENCE_KINDS: float(ALTITUDE | POLYGONS)}
either = pytest.mark.parametrize("release", ["4.5", "4.7"])


def of_one(release: str, work: Callable[[VehicleLink, Vehicle], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        async with virtual_fleet(1, seed=3, one_radio=False, firmware=FIRMWARES[release]) as (fleet, (radio,)):
            (link,), (vehicle,) = fleet.vehicles.values(), radio.vehicles
            await set_parameter(link, "FENCE_TYPE", ALTITUDE)
            await work(link, vehicle)

    run_virtually(main(), limit_s=300)


async def push_fence(link: VehicleLink) -> None:
    await commit_items([link], {link.name: FENCE}, uids={link.name: None}, settings={link.name: BOTH})


@either
def test_what_is_pushed_to_a_fence_that_is_on_acts_at_once(release: str) -> None:
    async def work(link: VehicleLink, vehicle: Vehicle) -> None:
        fence = vehicle.copter.fence
        await enable_fence(link)
        assert fence.types == ALTITUDE
        await push_fence(link)
        assert fence.types == ALTITUDE | POLYGONS

    of_one(release, work)


@either
def test_a_fence_that_is_uploaded_without_settings_acts_at_once_as_well(release: str) -> None:
    async def work(link: VehicleLink, vehicle: Vehicle) -> None:
        fence = vehicle.copter.fence
        await enable_fence(link)
        await set_parameter(link, "FENCE_TYPE", ALTITUDE | POLYGONS)
        await commit_items([link], {link.name: FENCE}, uids={link.name: None})
        assert fence.types == ALTITUDE | POLYGONS

    of_one(release, work)


@either
def test_a_push_does_not_enable_a_fence_that_is_off(release: str) -> None:
    async def work(link: VehicleLink, vehicle: Vehicle) -> None:
        await push_fence(link)
        assert not vehicle.copter.fence.is_enabled

    of_one(release, work)


def test_a_fence_that_is_not_enabled_again_ends_the_push_and_says_so() -> None:
    async def work(link: VehicleLink, vehicle: Vehicle) -> None:
        await enable_fence(link)
        vehicle.copter.fence.can_enable = lambda types: False  # type: ignore[method-assign]
        with pytest.raises(Refused, match="on but may not act on all of: greatest altitude, uploaded fences") as raised:
            await push_fence(link)
        assert "every drone holds what it held before" in raised.value.message
        assert "dronectl fence enable --drone drone1" in raised.value.hint
        assert vehicle.copter.parameters["FENCE_TYPE"] == ALTITUDE

    of_one("4.7", work)


@either
@pytest.mark.parametrize("parameter", [0.0, 1.0])
def test_enabling_puts_all_kinds_in_force_and_disabling_none(release: str, parameter: float) -> None:
    """Whatever the parameter was: the order alone, or it alone, may have been given before."""

    async def work(link: VehicleLink, vehicle: Vehicle) -> None:
        fence, parameters = vehicle.copter.fence, vehicle.copter.parameters
        await commit_items([link], {link.name: FENCE}, uids={link.name: None})
        await set_parameter(link, "FENCE_ENABLE", parameter)
        await set_parameter(link, "FENCE_TYPE", ALTITUDE | POLYGONS)
        assert await enable_fence(link) == ALTITUDE | POLYGONS
        assert (fence.is_enabled, fence.types, parameters["FENCE_ENABLE"]) == (True, ALTITUDE | POLYGONS, 1.0)
        if not parameter and release != "4.5":
            parameters.set("FENCE_ENABLE", 0.0)
            fence.order(enable=True)
        await disable_fence(link)
        assert (fence.is_enabled, parameters["FENCE_ENABLE"]) == (False, 0.0)

    of_one(release, work)
