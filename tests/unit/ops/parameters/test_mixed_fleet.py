"""One 4.5 and two 4.7 in one fleet: set together, by meaning, and each returns at the height that was meant."""

from __future__ import annotations

import asyncio
import random

import pytest
from flying_fleet import fly_to
from seeded_pushes import items_of
from virtual_fleet import virtual_fleet
from virtual_network import run_virtually

from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import MissionType
from dronectl.ops.common.waiting import until
from dronectl.ops.items.transaction import commit_items
from dronectl.ops.orders import orders
from dronectl.ops.parameters.settings import read_setting

RELEASES = ("4.5", "4.7", "4.7")
HEIGHTS_M = {"drone1": 41.23, "drone2": 52.35, "drone3": 63.07}
AWAY, NEAR_HOME = GeoPoint(16.0529, 103.6518), 103.6509
"""160 m east of where all of them stand, and 60 m."""


def test_a_mixed_fleet_returns_at_the_heights_meant_to_a_centimetre() -> None:
    wanted = {name: {MissionType.RALLY: items[MissionType.RALLY]} for name, items in items_of(random.Random(5)).items()}
    settings = {
        name: {Setting.RETURN_ALTITUDE_M: height_m, Setting.RALLY_LIMIT_M: 10.0} for name, height_m in HEIGHTS_M.items()
    }

    async def return_of(link: VehicleLink) -> float:
        await fly_to(link, AWAY, height_m=30.0)
        await orders.set_mode(link, "RTL")
        await until(link, lambda: link.state.position is not None and link.state.position.lon_deg < NEAR_HOME, 200.0)
        assert link.state.relative_altitude_m is not None
        return link.state.relative_altitude_m

    async def main() -> tuple[list[object], ...]:
        async with virtual_fleet(3, seed=4, one_radio=False, releases=RELEASES) as (fleet, radios):
            links = list(fleet.vehicles.values())
            done = await commit_items(links, wanted, uids=dict.fromkeys(wanted), settings=settings)
            named = [
                (one.parameter, one.value)
                for name in HEIGHTS_M
                for one in done[name].settings
                if "RTL" in one.parameter
            ]
            read = [await read_setting(link, Setting.RETURN_ALTITUDE_M) for link in links]
            held = [radio.vehicles[0].copter.parameters["RTL_ALT"] for radio in radios]
            flown = await asyncio.gather(*map(return_of, links))
            return named, read, held, list(flown)

    named, read, held, flown = run_virtually(main(), limit_s=2000)
    wanted_m = list(HEIGHTS_M.values())
    assert named == [("RTL_ALT", 4123), ("RTL_ALT_M", pytest.approx(52.35)), ("RTL_ALT_M", pytest.approx(63.07))]
    assert read == wanted_m
    assert held == pytest.approx([100.0 * height_m for height_m in wanted_m], abs=0.01)
    assert flown == pytest.approx(wanted_m, abs=0.01)
