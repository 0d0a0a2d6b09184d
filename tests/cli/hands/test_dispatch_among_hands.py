"""A drone called out of a flight that another process flies and follows, through the links that that one holds, over
one radio that loses frames; and its patrol given back."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from dispatching import dispatch_of, proposed
from running_fleet import copy_workspace, demo_plan
from virtual_commands import beside_commands, virtual_fleet_behind
from waiting import until

from dronectl.cli.main import run
from dronectl.link.fleet_link import FleetLink, open_fleet
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import IncidentEvent
from dronectl.ops.dispatch.give_back import GiveBack
from dronectl.ops.orders import motions, orders
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.proved_order import Movement, order_proved
from dronectl.sim.vehicle.settings import LinkFaults
from dronectl.site.workspace import load_drones, load_site

MARKET = GeoPoint(16.0526, 103.6581)


async def in_auto(fleet: FleetLink) -> None:
    await until(lambda: fleet.vehicles["alpha"].state.mode == "AUTO")


def test_it_is_called_away_while_another_process_flies_it_and_given_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copy_workspace(tmp_path / "site")
    demo_plan(root)
    monkeypatch.chdir(root)
    seen: dict[str, object] = {}

    async def dispatcher() -> None:
        """Another terminal, which joins the links of the one that flies."""
        await asyncio.sleep(25.0)
        airspace = Airspace.of(load_site(root))
        async with open_fleet(load_drones(root)) as fleet:
            assert not fleet.shares[0].is_ours
            await in_auto(fleet)
            job = dispatch_of(root, airspace, MARKET, stay_s=30.0)
            looked = await proposed(job, fleet)
            alpha = next(one for one in looked.proposal.options if one.name == "alpha")
            assert alpha.can_go, alpha.why
            sent = await job.send(looked, alpha, fleet.vehicles)
            await job.until(IncidentEvent.IN_SIGHT, sent, sent.option.arrives_s)
            seen.update(job.seconds)
            assert sent.left is not None
            back = GiveBack(root / "flights")
            move = Movement(back.way, along=back.fly, around=True, around_by="patrol resume", motion=motions.flies_on)
            given = await order_proved(fleet, ["alpha"], move, airspace)
            seen["first"] = given.proofs["alpha"].way.first == sent.left.item
            assert fleet.vehicles["alpha"].state.mode == "AUTO"
            await orders.rtl(fleet.vehicles["alpha"])

    faults = LinkFaults(loss=0.05, latency_ms=20.0)
    with virtual_fleet_behind(root, speedup=1.0, link=faults):
        assert run(["push", "plans/demo", "--drone", "alpha"]) == 0, capsys.readouterr().err
        capsys.readouterr()
        with beside_commands(dispatcher):
            code = run(["fly", "plans/demo", "--drone", "alpha", "--yes", "--json"])
        told = json.loads(capsys.readouterr().out)
    assert seen["first"] is True
    assert IncidentEvent.IN_SIGHT in seen
    (drone,) = told["error"]["drones"]
    assert (code, drone["landed"], drone["completed"]) == (5, True, False)
