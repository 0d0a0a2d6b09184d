"""Nobody uploads or flies what the checks did not prove: no command, no script, not by editing what was proved."""

from __future__ import annotations

import ast
import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from package_source import READ_BY_ONE, package_trees
from proofs import proved

from dronectl.checks import ProvedItems, ProvedPlan
from dronectl.errors import InputError, RuleViolation
from dronectl.formats.plans.plan_folder import write_plan
from dronectl.link.fleet_link import FleetLink
from dronectl.model.plan.mission import Mission
from dronectl.model.plan.plan import DronePlan, Plan
from dronectl.model.rules import Rules
from dronectl.model.site import Site
from dronectl.ops.flight.fly import fly_sortie
from dronectl.ops.flight.readiness.ask import fleet_readiness
from dronectl.ops.items.one_list import upload_items
from dronectl.ops.items.push import push
from dronectl.ops.plans.flight_authorisation import (
    authorised_plan,
    items_proved_today,
    proved_for_upload,
    proved_today,
    require_proved,
)
from dronectl.site.local_time import today_at

NOBODY = dict.fromkeys(("alpha", "bravo", "charlie"))


def fleet(**system_ids: int) -> Any:
    """Drones that are known by name and system id; whatever else is asked of them fails the test."""
    known = system_ids or {"alpha": 1, "bravo": 2, "charlie": 3}
    return SimpleNamespace(vehicles={name: SimpleNamespace(name=name, system_id=n) for name, n in known.items()})


async def pushed(plan: ProvedPlan, field: FleetLink) -> object:
    return await push(field, plan, sortie=1, uids=NOBODY)


async def flown(plan: ProvedPlan, field: FleetLink) -> object:
    return await fly_sortie(field, plan, sortie=1, stop=asyncio.Event())


async def asked(plan: ProvedPlan, field: FleetLink) -> object:
    return await fleet_readiness(list(field.vehicles.values()), plan)


each_use = pytest.mark.parametrize("use", [pushed, flown, asked])
Use = Callable[[Any, Any], Awaitable[object]]


def raised(plan: Plan) -> Plan:
    """Alpha flies its patrol at three hundred metres, above every ceiling."""

    def high(drone: DronePlan) -> DronePlan:
        (sortie,) = drone.sorties
        items = tuple(replace(item, altitude_m=300.0) for item in sortie.mission.items)
        return replace(drone, sorties=(replace(sortie, mission=Mission(items)),))

    return replace(plan, drones=tuple(high(d) if d.name == "alpha" else d for d in plan.drones))


@each_use
def test_a_plan_that_is_only_held_is_refused(plan: Plan, use: Use) -> None:
    with pytest.raises(TypeError, match="a plan that was proved is wanted"):
        asyncio.run(cast(Any, use(plan, fleet())))


@each_use
def test_a_proof_of_another_day_is_none(plan: Plan, site: Site, use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = proved_today(plan, site)
    tomorrow = today_at(site) + timedelta(days=1)
    monkeypatch.setattr("dronectl.ops.plans.flight_authorisation.today_at", lambda _site: tomorrow)
    monkeypatch.setattr("dronectl.site.local_time.today_at", lambda _site: tomorrow)
    with pytest.raises(RuleViolation, match=f"it is {tomorrow.isoformat()} at the site"):
        asyncio.run(cast(Any, use(ticket, fleet())))


@each_use
@pytest.mark.parametrize("part", ["plan", "drones", "rules"])
def test_what_was_edited_after_its_proof_is_not_proved(plan: Plan, site: Site, use: Use, part: str) -> None:
    ticket = proved_today(plan, site)
    match part:
        case "plan":
            object.__setattr__(ticket, "plan", raised(plan))
        case "drones":
            ticket = proved_today(replace(plan), site)
            object.__setattr__(ticket.plan, "drones", raised(plan).drones)
        case _:
            object.__setattr__(ticket, "site", replace(site, rules=Rules(ceiling_m=500.0)))
    with pytest.raises(RuleViolation, match="changed after it was proved"):
        asyncio.run(cast(Any, use(ticket, fleet())))


@each_use
def test_it_is_for_the_drones_that_it_was_proved_for(plan: Plan, site: Site, use: Use) -> None:
    ticket = proved_today(plan, site)
    with pytest.raises(InputError, match="nothing for delta"):
        asyncio.run(cast(Any, use(ticket, fleet(delta=1))))
    with pytest.raises(InputError, match="knows alpha as system 1"):
        asyncio.run(cast(Any, use(ticket, fleet(alpha=7))))


def test_a_plan_goes_on_board_the_evening_before_and_is_flown_on_its_own_day(plan: Plan, site: Site) -> None:
    tomorrow = today_at(site) + timedelta(days=1)
    ticket = proved_for_upload(replace(plan, day=tomorrow), site)
    assert ticket.day == tomorrow
    assert require_proved(ticket, upload=True) == ticket.plan
    with pytest.raises(RuleViolation, match="was proved for"):
        require_proved(ticket)


def test_nobody_but_the_checks_makes_a_proof(plan: Plan, site: Site) -> None:
    ticket, day = proved_today(plan, site), today_at(site)
    alpha = site.drones[0]
    for make in (
        lambda: ProvedPlan(plan, site, day, (), object()),
        lambda: ProvedPlan(plan, site, day, (), None),
        lambda: ProvedItems(Mission(()), alpha, site, day, (), object()),
    ):
        with pytest.raises(TypeError, match="only the checks"):
            make()
    with pytest.raises((TypeError, ValueError)):
        replace(ticket, plan=raised(plan))


def test_an_unlawful_plan_and_one_proved_by_other_rules_get_no_proof(plan: Plan, site: Site) -> None:
    with pytest.raises(RuleViolation, match="the plan breaks"):
        proved_today(raised(plan), site)
    with pytest.raises(RuleViolation, match="the plan breaks"):
        proved_today(plan, replace(site, rules=replace(site.rules, ceiling_m=10.0)))
    with pytest.raises(InputError, match="changed since it was checked last: alpha"):
        proved_today(replace(plan, edited=("alpha.waypoints",)), site)
    assert proved(raised(plan), site).plan.drones == raised(plan).drones, "a named person answers for it"


def test_who_has_no_such_sortie_stays_or_is_an_error_where_each_is_to_fly(
    plan: Plan, site: Site, tmp_path: Path
) -> None:
    folder = tmp_path / "two"
    left_out = tuple(replace(drone, sorties=()) if drone.name == "bravo" else drone for drone in plan.drones)
    write_plan(replace(plan, drones=left_out), folder, None)
    _, flying = authorised_plan(folder, site, sortie=1, drones=site.drones, each_flies=False)
    assert [drone.name for drone in flying] == ["alpha", "charlie"]
    with pytest.raises(InputError, match=r"^the plan has no sortie 1 for bravo$") as told:
        authorised_plan(folder, site, sortie=1, drones=site.drones, each_flies=True)
    assert told.value.hint.startswith("its sorties: ")


def test_plans_are_read_as_their_files_are_now(plan: Plan, site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    write_plan(plan, folder, None)
    ticket, flying = authorised_plan(folder, site, sortie=1, drones=site.drones, each_flies=False)
    assert [drone.name for drone in flying] == ["alpha", "bravo", "charlie"]
    assert ticket.plan.drone("alpha") is not None

    with pytest.raises(InputError, match=r"^the plan has no sortie 9$") as none:
        authorised_plan(folder, site, sortie=9, drones=site.drones, each_flies=False)
    assert none.value.hint == "its sorties: 1"

    document = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    document["drones"][0]["rally"].pop()
    (folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match="changed since it was checked last: plan"):
        authorised_plan(folder, site, sortie=1, drones=site.drones, each_flies=False)


def test_a_single_list_passes_the_same_gate(plan: Plan, site: Site) -> None:
    alpha, bravo = site.drones[:2]
    planned = plan.drone("alpha")
    assert planned is not None
    mission, high = planned.sorties[0].mission, raised(plan).drones[0].sorties[0].mission
    with pytest.raises(RuleViolation) as refused:
        items_proved_today(high, site, alpha, fence=planned.fence, rally=planned.rally)
    assert refused.value.message.startswith("ceiling: 300.0 m above ground")
    assert {one["rule"] for one in refused.value.details["violations"]} == {"ceiling"}
    with pytest.raises(TypeError, match="items that were proved are wanted"):
        asyncio.run(cast(Any, upload_items(fleet().vehicles["alpha"], cast(Any, mission))))
    ticket = items_proved_today(mission, site, alpha, fence=planned.fence, rally=planned.rally)
    with pytest.raises(InputError, match=f"proved for alpha, not for {bravo.name}"):
        asyncio.run(cast(Any, upload_items(fleet().vehicles["bravo"], ticket)))
    object.__setattr__(ticket, "mission", high)
    with pytest.raises(RuleViolation, match="changed after it was proved"):
        asyncio.run(cast(Any, upload_items(fleet().vehicles["alpha"], ticket)))


@READ_BY_ONE
def test_no_command_uploads_past_the_gate() -> None:
    """What writes items without asking is for the use cases alone."""
    beneath = {("dronectl.ops.items.transaction", "commit_items"), ("dronectl.ops.items.transfer", "put")}
    beneath |= {
        ("dronectl.protocol.mission.upload", "ItemUpload"),
        ("dronectl.protocol.mission.verified_upload", "VerifiedUpload"),
    }
    used: dict[str, set[str]] = {}
    for path, tree in package_trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if (node.module, alias.name) in beneath:
                        used.setdefault(alias.name, set()).add(path.as_posix())
    assert used == {
        # An errand, and the patrol that is given back, are proved from where the drone then hovers or stands.
        "commit_items": {"ops/dispatch/sending.py", "ops/items/one_list.py", "ops/items/push.py"},
        "put": {"ops/dispatch/give_back.py", "ops/dispatch/sending.py", "ops/items/transaction.py"},
        # Rehearsals put them onto simulated copters alone.
        "VerifiedUpload": {"ops/items/transfer.py", "ops/rehearsal/loading.py", "ops/rehearsal/sitl/flight.py"},
        "ItemUpload": {"protocol/mission/verified_upload.py"},
    }
