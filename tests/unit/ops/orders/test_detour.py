"""Flown around the tower on the virtual fleet: what was ordered, where it went, and how it ends when it ends early."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import pytest
import shapely
from flying_fleet import CORNERS, HEIGHT_M, airspace, around_the_tower, held_before_the_tower, load
from virtual_fleet import VirtualRadio
from virtual_network import run_virtually

from dronectl.checks.ways.way_ahead import Proof
from dronectl.errors import DronectlError, Interrupted, Refused, RuleViolation
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Mission, MissionItem
from dronectl.ops.common.events import Event, Note
from dronectl.ops.common.waiting import until
from dronectl.ops.items.transfer import put
from dronectl.ops.orders import orders, ways
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.fly_around import Detour, find_detour, fly_detour
from dronectl.ops.orders.mission_resume import resume_at_item
from dronectl.ops.orders.to_place import way_to
from dronectl.ops.orders.way_ahead import MakeWay, way_and_place
from dronectl.sim.vehicle.settings import LinkFaults

LAMP = GeoPoint(16.0545, 103.6520)


async def proof_of(link: VehicleLink, held: Airspace, make_way: MakeWay) -> Proof | None:
    found = await way_and_place(link, make_way)
    return None if found is None else held.prove(*found, link.name)


def looking() -> Mission:
    """Around the tower with a camera, at a speed of its own, the lamp looked at."""
    home, up, *corners, back = around_the_tower().items
    sets = (
        MissionItem(Command.DO_CHANGE_SPEED, param1=1, param2=4.0),
        MissionItem(Command.DO_SET_CAM_TRIGG_DIST, param1=15.0),
        MissionItem(Command.DO_SET_ROI, lat_e7=LAMP.lat_e7, lon_e7=LAMP.lon_e7, altitude_m=20.0),
    )
    return Mission((home, up, corners[0], *sets, *corners[1:], back))


@contextmanager
def tracked(radio: VirtualRadio) -> Iterator[list[tuple[float, float]]]:
    """Every place of the drone's simulated body, as latitude and longitude."""
    (vehicle,) = radio.vehicles
    track: list[tuple[float, float]] = []
    step = vehicle.step

    def noted(dt_s: float) -> list[bytes]:
        body = vehicle.copter.airframe
        lat_e7, lon_e7 = vehicle.copter.chart.to_e7(body.north_m, body.east_m)
        track.append((lat_e7 / 1e7, lon_e7 / 1e7))
        return step(dt_s)

    vehicle.step = noted  # type: ignore[method-assign]
    try:
        yield track
    finally:
        vehicle.step = step  # type: ignore[method-assign]


def nearest_to_the_tower_m(track: list[tuple[float, float]]) -> float:
    ground = airspace(3).ground
    (tower,) = [area for keep_out, area in ground.keep_outs if keep_out.id == "tower"]
    x, y = ground.frame.to_xy([lat for lat, _ in track], [lon for _, lon in track])
    return float(shapely.distance(tower, shapely.linestrings(list(zip(x, y, strict=True)))))


@asynccontextmanager
async def refused(seed: int = 1) -> AsyncIterator[tuple[VehicleLink, Detour, VirtualRadio]]:
    """A drone whose way on with its mission was refused, and the way around that was found."""
    async with held_before_the_tower(seed=seed) as (_, link, radio):
        proof = await proof_of(link, airspace(3), ways.on_with_mission)
        assert proof is not None
        assert [error.zone for error in proof.errors] == ["tower"]
        yield link, await find_detour(link, airspace(3), proof), radio


def test_the_way_around_is_flown_outside_of_everything_and_the_mission_goes_on() -> None:
    async def main() -> None:
        async with refused() as (link, detour, radio):
            with tracked(radio) as track:
                told: list[Event] = []
                await fly_detour(link, load, detour, told.append)
                assert link.state.mode == "GUIDED"
                await resume_at_item(link, detour.way)
                assert link.state.mode == "AUTO"
                assert await until(link, lambda: link.state.mission_item == 4, 200.0)
            assert nearest_to_the_tower_m(track) > airspace(3).site.rules.keep_out_margin_m - 0.5
            legs = [event.text for event in told if isinstance(event, Note)]
            assert len([leg for leg in legs if leg.startswith("leg ")]) == len(detour.stops)
            assert detour.length_m < 1.2 * 311.0, "the straight way is 311 m long"

    run_virtually(main(), limit_s=900.0)


@pytest.mark.parametrize("loss", [0.0, 0.1])
def test_camera_speed_and_roi_are_set_again_by_the_item_that_is_flown_to(loss: float) -> None:
    async def main() -> None:
        async with held_before_the_tower() as (_, link, radio):
            (vehicle,) = radio.vehicles
            await put(link, looking())
            vehicle.pilot.run.set_current(6)
            radio.set_faults(LinkFaults(loss=loss, latency_ms=100.0))
            proof = await proof_of(link, airspace(3), ways.on_with_mission)
            assert proof is not None
            assert proof.errors[0].message.endswith("on the way from here to item 6")
            with tracked(radio) as track:
                detour = await find_detour(link, airspace(3), proof)
                await fly_detour(link, load, detour)
                await resume_at_item(link, detour.way)
            assert nearest_to_the_tower_m(track) > airspace(3).site.rules.keep_out_margin_m - 0.5
            run = vehicle.pilot.run
            assert (vehicle.pilot.mode.name, run.current_seq) == ("AUTO", 6)
            assert run._speed_m_s == 4.0
            assert run._roi is not None
            assert vehicle._aircraft.camera._every_m == 15.0

    run_virtually(main(), limit_s=900.0)


def test_a_drone_that_is_taken_over_is_left_to_whoever_did() -> None:
    async def main() -> None:
        async with refused() as (link, detour, radio):
            (vehicle,) = radio.vehicles
            flying = asyncio.create_task(fly_detour(link, load, detour))
            await asyncio.sleep(6.0)
            vehicle.pilot.set_mode(5)
            with pytest.raises(Refused, match="it is in LOITER now"):
                await flying
            assert vehicle.pilot.mode.name == "LOITER"

    run_virtually(main(), limit_s=600.0)


def test_a_command_that_ends_early_leaves_it_at_a_place_that_was_proved() -> None:
    async def main() -> None:
        async with refused() as (link, detour, radio):
            flying = asyncio.create_task(fly_detour(link, load, detour))
            await asyncio.sleep(6.0)
            flying.cancel()
            with tracked(radio) as track:
                with pytest.raises(Interrupted, match=r"flies on to .* which was proved, and hovers there"):
                    await flying
                await asyncio.sleep(60.0)
            assert link.state.mode == "GUIDED"
            assert nearest_to_the_tower_m(track) > airspace(3).site.rules.keep_out_margin_m - 0.5

    run_virtually(main(), limit_s=600.0)


def test_each_leg_is_proved_from_where_the_drone_then_is() -> None:
    async def main() -> None:
        async with refused() as (link, detour, _):
            first, *_ = detour.stops
            beyond = replace(first, place=CORNERS[1])
            with pytest.raises(RuleViolation, match=r"tower.*it hovers"):
                await fly_detour(link, load, replace(detour, stops=(first, beyond)))
            assert link.state.mode == "GUIDED"
            assert (link.state.relative_altitude_m or 0.0) > HEIGHT_M - 1.0

    run_virtually(main(), limit_s=600.0)


def test_where_no_way_is_lawful_none_is_offered() -> None:
    async def main() -> None:
        async with held_before_the_tower() as (_, link, radio):
            proof = await proof_of(link, airspace(3), way_to(LAMP, HEIGHT_M, airspace(3).site))
            assert proof is not None
            with pytest.raises(DronectlError, match=r"tower.*; no lawful way around was found \(at \d+ m: .+\)$"):
                await find_detour(link, airspace(3), proof)
            assert radio.vehicles[0].pilot.mode.name == "GUIDED"
            with pytest.raises(DronectlError):
                await orders.goto(link, LAMP, 1.0)

    run_virtually(main(), limit_s=600.0)
