"""Emergency orders on the virtual fleet: out at once, and what they will cross is told after."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from flying_fleet import CORNERS, SOUTH_WEST, fly_to, held_before_the_tower, load
from virtual_fleet import virtual_fleet
from virtual_network import run_virtually

from dronectl.errors import InputErrors, NoAnswer
from dronectl.link.codec import FrameParser
from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.common.events import Event, Note
from dronectl.ops.orders import orders, ways
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.immediate_order import PathForecast, order_immediately
from dronectl.ops.orders.way_ahead import MakeWay
from dronectl.sim.vehicle.settings import LinkFaults

OURS = ("HEARTBEAT", "TIMESYNC")
Give = Callable[[VehicleLink], Coroutine[Any, Any, None]]


def test_what_is_not_known_of_the_way_is_no_proof_and_no_verdict() -> None:
    nothing = {"proved": True, "lawful": True, "unknown": None, "violations": []}
    assert PathForecast().as_json() == nothing
    assert PathForecast().warning() == ""
    unknown = PathForecast(unknown="its place is not known")
    assert unknown.as_json() == {**nothing, "proved": False, "lawful": None, "unknown": "its place is not known"}
    assert unknown.warning() == "what it will cross is not known: its place is not known"


@pytest.mark.parametrize(
    ("give", "way", "mode"),
    [
        (orders.rtl, ways.way_back, "RTL"),
        (orders.land, ways.straight_down, "LAND"),
        (orders.hold, ways.stop_here, "BRAKE"),
        (lambda vehicle: orders.set_mode(vehicle, "SMART_RTL"), ways.way_of_mode("SMART_RTL"), "SMART_RTL"),
    ],
)
def test_the_order_is_the_first_byte_and_the_warning_comes_after_it(give: Give, way: MakeWay, mode: str) -> None:
    async def main() -> None:
        async with held_before_the_tower() as (fleet, link, _):
            sent: list[str] = []
            parser = FrameParser()

            def tap(_name: str, frame: bytes, _when_s: float, outgoing: bool) -> None:
                if outgoing:
                    sent.extend(one.message().name for one in parser.feed(frame))  # type: ignore[union-attr]

            async def load_now() -> Airspace:
                sent.append("load")
                return await load()

            fleet.add_tap(tap)
            await order_immediately([link], give, way, load_now)
            said = [name for name in sent if name not in OURS]
            assert said[0] == "COMMAND_LONG"
            assert "load" in said[1:]
            assert link.state.mode == mode

    run_virtually(main(), limit_s=400.0)


def test_a_return_through_the_tower_is_told_and_flown() -> None:
    async def main() -> None:
        async with virtual_fleet(1, seed=3, one_radio=True) as (fleet, _):
            (link,) = fleet.vehicles.values()
            await fly_to(link, SOUTH_WEST, CORNERS[0], CORNERS[1])
            told: list[Event] = []
            found = await order_immediately([link], orders.rtl, ways.way_back, load, listener=told.append)
            words = found["drone1"].warning()
            assert words.endswith("on the straight return")
            assert "m inside keep-out 'tower'" in words
            assert [note.text for note in told if isinstance(note, Note)] == [words]
            assert found["drone1"].as_json()["lawful"] is False
            assert link.state.mode == "RTL"

    run_virtually(main(), limit_s=600.0)


def test_what_cannot_be_known_holds_up_no_order_and_is_said() -> None:
    async def broken() -> Airspace:
        raise InputErrors("the workspace has 1 problem", ["geofences/site.geojson: no JSON"])

    async def main() -> None:
        async with held_before_the_tower() as (_, link, radio):
            found = await order_immediately([link], orders.hold, ways.stop_here, broken)
            assert found["drone1"].warning() == "what it will cross is not known: the workspace has 1 problem"
            assert link.state.mode == "BRAKE"
            radio.set_faults(LinkFaults(loss=0.97))
            loop = asyncio.get_running_loop()
            begun_s = loop.time()
            try:
                found = await order_immediately([link], orders.rtl, ways.way_back, load)
            except NoAnswer:
                pass
            else:
                assert found["drone1"].unknown
            assert loop.time() - begun_s < 40.0

    run_virtually(main(), limit_s=600.0)


def test_a_drone_on_the_ground_crosses_nothing() -> None:
    async def main() -> None:
        async with virtual_fleet(1, seed=3, one_radio=True) as (fleet, _):
            (link,) = fleet.vehicles.values()
            found = await order_immediately([link], orders.rtl, ways.way_back, load)
            assert found["drone1"].warning() == ""

    run_virtually(main(), limit_s=100.0)


def test_what_an_emergency_order_needs_imports_no_geometry() -> None:
    modules = (
        "dronectl.cli.vehicle.giving.orders, dronectl.ops.orders.immediate_order, dronectl.ops.orders.order, "
        "dronectl.link.fleet_link"
    )
    code = f"import sys, {modules}; print({{'numpy', 'shapely', 'pyproj', 'rich'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
