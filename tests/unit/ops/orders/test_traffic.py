"""Other drones in the way, on the virtual fleet: who hovers there, who flies there, who is not heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from flying_fleet import HEIGHT_M, SOUTH_WEST, airspace, around_the_tower, fly_to, load
from virtual_fleet import Cut, VirtualRadio, virtual_fleet
from virtual_network import run_virtually

from dronectl.checks.ways.way_ahead import Proof
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.geo import GeoPoint
from dronectl.ops.common.events import Event, Note
from dronectl.ops.items.transfer import put
from dronectl.ops.orders import orders, ways
from dronectl.ops.orders.fly_around import find_detour, fly_detour
from dronectl.ops.orders.immediate_order import order_immediately
from dronectl.ops.orders.to_place import way_to
from dronectl.ops.orders.traffic import Traffic
from dronectl.ops.orders.way_ahead import ways_and_places

MIDDLE, SOUTH = GeoPoint(16.0529, 103.6512), GeoPoint(16.0522, 103.6512)
"""On the way straight south from the first drone."""


@asynccontextmanager
async def two_drones() -> AsyncIterator[tuple[VehicleLink, VehicleLink, list[VirtualRadio]]]:
    """The first one hovers in the north of the other."""
    async with virtual_fleet(2, seed=5, one_radio=False) as (fleet, radios):
        first, second = fleet.vehicles.values()
        await asyncio.gather(fly_to(first, SOUTH_WEST), fly_to(second, MIDDLE))
        yield first, second, radios


async def proved(first: VehicleLink, traffic: Traffic, place: GeoPoint, height_m: float) -> Proof:
    shared = await traffic.around(airspace(3))
    return (shared.prove_all(await ways_and_places([first], way_to(place, height_m, airspace(3).site))))[first.name]


def nearest_m(first: VehicleLink, second: VehicleLink, seen: list[float]) -> None:
    here, there = first.state.position, second.state.position
    if here is not None and there is not None:
        xy = airspace(3).ground.frame.points_to_xy([here, there])
        seen.append(float(((xy[0] - xy[1]) ** 2).sum() ** 0.5))


def test_a_way_through_a_drone_that_hovers_is_refused_and_led_around_it() -> None:
    async def main() -> None:
        async with two_drones() as (first, second, _):
            traffic = Traffic([first, second])
            proof = await proved(first, traffic, SOUTH, HEIGHT_M)
            (error,) = proof.errors
            assert (error.rule, error.zone) == ("separation", "drone2")
            assert "m from drone2 on the way ahead; at least 9 m required" in error.message
            assert (await proved(first, traffic, SOUTH, 70.0)).errors == ()
            shared = await traffic.around(airspace(3))
            detour = await find_detour(first, shared, proof)
            apart: list[float] = []
            unsubscribe = first.subscribe(lambda _message: nearest_m(first, second, apart))
            await fly_detour(first, lambda: traffic.around(airspace(3)), detour)
            await orders.goto(first, SOUTH, HEIGHT_M)
            await asyncio.sleep(30.0)
            unsubscribe()
            assert min(apart) > 9.0

    run_virtually(main(), limit_s=900.0)


def test_where_a_drone_in_its_mission_will_be_is_looked_at() -> None:
    async def main() -> None:
        async with two_drones() as (first, second, radios):
            await put(second, around_the_tower())
            radios[1].vehicles[0].pilot.run.set_current(4)
            traffic = Traffic([first, second])
            ahead = GeoPoint(16.0529, 103.6520)
            assert (await proved(first, traffic, ahead, HEIGHT_M)).errors == ()
            await orders.resume(second)
            (error,) = (await proved(first, traffic, ahead, HEIGHT_M)).errors
            assert (error.rule, error.zone) == ("separation", "drone2")
            assert "s from now" in error.message

    run_virtually(main(), limit_s=900.0)


def test_drones_of_one_order_are_held_against_each_other() -> None:
    async def main() -> None:
        async with two_drones() as (first, second, _):
            proofs = airspace(3).prove_all(
                await ways_and_places([first, second], way_to(SOUTH, HEIGHT_M, airspace(3).site))
            )
            assert all(proof.errors[0].rule == "separation" for proof in proofs.values())

    run_virtually(main(), limit_s=900.0)


def test_returns_that_would_meet_are_told() -> None:
    async def main() -> None:
        async with two_drones() as (first, second, _):
            found = await order_immediately([first, second], orders.rtl, ways.way_back, load)
            assert "m from drone2" in found["drone1"].warning(), "both have the same home here"
            assert "m from drone1" in found["drone2"].warning()
            assert first.state.mode == second.state.mode == "RTL"

    run_virtually(main(), limit_s=900.0)


@pytest.mark.parametrize("silent", [True, False])
def test_who_is_not_heard_or_goes_nobody_knows_where_is_told_once(silent: bool) -> None:
    async def main() -> None:
        async with two_drones() as (first, second, radios):
            told: list[Event] = []
            traffic = Traffic([first, second], told.append)
            await traffic.around(airspace(3))
            assert told == []
            if silent:
                radios[1].cuts.append(Cut(0.0, 1e6, closes=False))
                await asyncio.sleep(8.0)
            else:
                await orders.goto(second, SOUTH, HEIGHT_M)
                await asyncio.sleep(4.0)
            proof = await proved(first, traffic, SOUTH, HEIGHT_M)
            await traffic.around(airspace(3))
            (note,) = [event for event in told if isinstance(event, Note)]
            expected = "drone2 is not heard any more" if silent else "drone2 moves in GUIDED: where to is not known"
            assert expected in note.text
            assert proof.errors, "where it was last, or may be by now, stays closed"

    run_virtually(main(), limit_s=900.0)
