"""Of what the hand that still holds a drone has put on board just now, only what it will fly is read once more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flying_field import field_of
from virtual_network import run_virtually

from dronectl.model.plan.mission import Mission, MissionType
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.ops.common.events import Event, Progress
from dronectl.ops.flight.readiness.ask import fleet_readiness
from dronectl.ops.flight.readiness.check import Readiness
from dronectl.ops.items.transaction import Committed, commit_items
from dronectl.ops.items.transfer import put
from dronectl.ops.plans.flight_authorisation import plans_of
from dronectl.ops.plans.wanted_items import wanted_items

pytestmark = pytest.mark.xdist_group("ops")


def of_board(answer: Readiness) -> dict[str, bool]:
    return {check.name: check.ok for check in answer.checks if check.name.endswith("on board")}


def test_fence_and_rally_points_that_were_read_back_are_not_read_again_and_the_mission_is(
    site: Site, plan: Plan
) -> None:
    told = list[Event]()

    async def main() -> None:
        async with field_of(site, plan) as field:
            alpha = [field.fleet.vehicles["alpha"]]
            wanted = wanted_items(plans_of(field.proved, alpha)["alpha"], 1)
            done = await commit_items(alpha, {"alpha": wanted}, uids={"alpha": None})
            (answer,) = await fleet_readiness(alpha, field.proved, listener=told.append, committed=done)
            assert of_board(answer) == {"mission on board": True, "fence on board": True, "rally on board": True}
            assert {one.stage for one in told if isinstance(one, Progress)} == {"compare mission"}

            other = without_a_fence(done["alpha"])
            (answer,) = await fleet_readiness(alpha, field.proved, committed={"alpha": other})
            assert of_board(answer) == {"mission on board": True, "fence on board": False, "rally on board": True}

            await put(alpha[0], Mission(wanted[MissionType.MISSION].items[:-1]))  # by another ground station
            (answer,) = await fleet_readiness(alpha, field.proved, committed=done)
            assert of_board(answer) == {"mission on board": False, "fence on board": True, "rally on board": True}

    run_virtually(main(), limit_s=3_600.0)


def without_a_fence(done: Committed) -> Committed:
    return replace(done, lists={**done.lists, MissionType.FENCE: Mission((), MissionType.FENCE)})
