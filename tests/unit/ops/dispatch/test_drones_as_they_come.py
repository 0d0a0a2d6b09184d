"""Drones that are not as a plan leaves them: without a mission, without a battery monitor, with rally points of an
earlier plan; and persons who press Ctrl-C while one is sent."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from unittest.mock import patch

import pytest
from dispatching import dispatch_of, proposed, sent
from effort import seeds
from flying_fleet import SOUTH_WEST, airspace, around_the_tower, fly_to
from test_sending import LIMIT_S, PLACE, on_board, on_patrol
from virtual_fleet import virtual_fleet
from virtual_network import run_virtually

from dronectl.errors import Interrupted
from dronectl.formats.missions.item_hash import items_sha256
from dronectl.model.incidents.incident import IncidentEvent
from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType
from dronectl.ops.dispatch.look import chosen
from dronectl.ops.dispatch.sending import Sent
from dronectl.ops.items.transfer import put


def test_one_that_hovers_without_a_mission_is_sent_and_left_none(tmp_path: Path) -> None:
    async def main() -> None:
        async with virtual_fleet(1, seed=2, one_radio=True) as (fleet, (radio,)):
            (link,) = fleet.vehicles.values()
            await fly_to(link, SOUTH_WEST)
            done = await sent(dispatch_of(tmp_path, airspace(1), PLACE), fleet)
            assert (done.option.state, done.left) == ("flying", None)
            assert done.option.errand is not None
            assert on_board(radio) == items_sha256(done.option.errand.mission)
            assert radio.vehicles[0].pilot.mode.name == "AUTO"

    run_virtually(main(), limit_s=LIMIT_S)


@pytest.mark.parametrize("flying", [False, True])
def test_one_that_does_not_tell_its_battery_is_not_sent_and_nobody_waits_for_it(
    tmp_path: Path, *, flying: bool
) -> None:
    async def main() -> None:
        async with virtual_fleet(1, seed=3, one_radio=True) as (fleet, (radio,)):
            (link,) = fleet.vehicles.values()
            if flying:
                await fly_to(link, SOUTH_WEST)
            else:
                await asyncio.sleep(60.0)
            with patch.object(type(radio.vehicles[0].copter.battery), "remaining_pct", -1):
                await asyncio.sleep(3.0)
                looked = await proposed(dispatch_of(tmp_path, airspace(1), PLACE), fleet)
            (option,) = looked.proposal.options
            assert option.why == "does not tell how full its battery is: has it a monitor, and is that on?"
            assert looked.took_s < 2.0

    run_virtually(main(), limit_s=LIMIT_S)


def test_from_the_ground_rally_points_of_an_earlier_plan_go(tmp_path: Path) -> None:
    """The errand's plan has none: it returns to where it took off, which is what was proved."""

    async def main() -> None:
        async with virtual_fleet(1, seed=4, one_radio=True) as (fleet, (radio,)):
            (link,) = fleet.vehicles.values()
            await asyncio.sleep(60.0)
            away = MissionItem(Command.RALLY_POINT, lat_e7=SOUTH_WEST.lat_e7, lon_e7=SOUTH_WEST.lon_e7, altitude_m=30.0)
            await put(link, Mission((away,), MissionType.RALLY))
            assert len(radio.vehicles[0].copter.rally) == 1
            done = await sent(dispatch_of(tmp_path, airspace(1), PLACE), fleet)
            assert done.option.state == "standing"
            assert len(radio.vehicles[0].copter.rally) == 0
            assert radio.vehicles[0].copter.is_armed

    run_virtually(main(), limit_s=LIMIT_S)


@pytest.mark.parametrize("flying", [False, True])
@pytest.mark.parametrize("seed", seeds(4))
def test_ctrl_c_while_it_is_sent_leaves_a_state_that_is_said(tmp_path: Path, seed: int, *, flying: bool) -> None:
    """Whenever: its patrol is on board, or the errand and its patrol kept; the book tells that it ended."""
    draw = random.Random(seed)

    async def main() -> None:
        async with virtual_fleet(1, seed=seed, one_radio=True) as (fleet, (radio,)):
            (link,) = fleet.vehicles.values()
            if flying:
                await on_patrol(link)
            else:
                await asyncio.sleep(60.0)
            job = dispatch_of(tmp_path, airspace(1), PLACE)
            looked = await proposed(job, fleet)
            job.confirm_who(looked.proposal, fleet.vehicles)
            sending = asyncio.create_task(job.send(looked, chosen(looked.proposal), fleet.vehicles))
            await asyncio.sleep(draw.uniform(0.05, 6.5))
            sending.cancel()
            (ended,) = await asyncio.gather(sending, return_exceptions=True)
            if isinstance(ended, Interrupted):
                assert ended.exit_code == 130
                assert f"it is in {link.state.mode}" in ended.message
                job.written()
                assert job.book.find(job.incident.key).notes[-1].event is IncidentEvent.FAILED
            else:
                assert isinstance(ended, Sent), "it was on its way already"
            await asyncio.sleep(30.0)
            vehicle, patrol = radio.vehicles[0], items_sha256(around_the_tower())
            if not flying:
                assert vehicle.pilot.mode.name in ("STABILIZE", "GUIDED", "AUTO", "RTL")
                return
            kept = list((tmp_path / "flights").glob("*/left-patrol.json"))
            assert on_board(radio) == patrol or kept
            if on_board(radio) == patrol and vehicle.pilot.mode.name == "AUTO":
                assert not kept, "nothing was begun"

    run_virtually(main(), limit_s=LIMIT_S)
