"""All or none: whatever ends an upload, every drone gets back what it held, and it is said who does not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from flying_field import Field, field_of
from virtual_network import run_virtually

from dronectl.errors import DronectlError, Interrupted, NoAnswer, NotReady, Refused
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.plan.mission import Mission, MissionType
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.ops.common.events import Event, Note, Progress
from dronectl.ops.items import transaction
from dronectl.ops.items.push import push
from dronectl.ops.items.transfer import Transfer, download, put
from dronectl.ops.plans.wanted_items import wanted_items
from dronectl.protocol.mission.canonical import same_items

pytestmark = pytest.mark.xdist_group("ops")

UIDS = {"alpha": None, "bravo": None, "charlie": None}


def old_mission(plan: Plan) -> Mission:
    alpha = plan.drone("alpha")
    assert alpha is not None
    return Mission(alpha.sorties[0].mission.items[:5])


async def hold_old(field: Field) -> None:
    for vehicle in field.vehicles:
        await put(vehicle, old_mission(field.plan))


async def assert_all_hold_old(field: Field) -> None:
    for vehicle in field.vehicles:
        assert same_items(old_mission(field.plan), await download(vehicle, MissionType.MISSION)), vehicle.name
        for mission_type in (MissionType.FENCE, MissionType.RALLY):
            assert not len(await download(vehicle, mission_type)), f"{vehicle.name} had no {mission_type.name}"


async def push_all(field: Field, listener: Any = lambda _event: None) -> None:
    await push(field.fleet, field.proved, sortie=1, uids=UIDS, listener=listener)


def test_a_link_that_falls_and_comes_back_leaves_everything_as_it_was(site: Site, plan: Plan) -> None:
    async def main() -> None:
        async with field_of(site, plan) as field:
            await hold_old(field)
            cuts: list[str] = []

            def cut(event: Event) -> None:
                if (
                    isinstance(event, Progress)
                    and event.stage == "upload fence"
                    and event.drone == "bravo"
                    and not cuts
                ):
                    cuts.append(event.drone)
                    field.proxies["bravo"].cut()
                    asyncio.get_running_loop().call_later(1.0, field.proxies["bravo"].heal)

            with pytest.raises(NoAnswer) as raised:
                await push_all(field, cut)
            assert "link to bravo closed" in raised.value.message
            assert "every drone holds what it held before" in raised.value.message
            assert raised.value.details["committed"] is False
            await assert_all_hold_old(field)

    run_virtually(main(), limit_s=3_600.0)


def test_a_second_ctrl_c_does_not_stop_the_putting_back(site: Site, plan: Plan) -> None:
    async def main() -> None:
        async with field_of(site, plan) as field:
            await hold_old(field)
            loop, task = asyncio.get_running_loop(), asyncio.current_task()
            assert task is not None
            stages: set[str] = set()

            def interrupt(event: Event) -> None:
                if isinstance(event, Progress) and event.stage in ("upload mission", "put back mission"):
                    if event.stage not in stages:
                        loop.call_soon(task.cancel)
                    stages.add(event.stage)

            with pytest.raises(Interrupted, match="every drone holds what it held before"):
                await push_all(field, interrupt)
            assert len(stages) == 2
            await assert_all_hold_old(field)

    run_virtually(main(), limit_s=3_600.0)


def test_ctrl_c_while_it_is_being_read_says_that_nothing_was_written(site: Site, plan: Plan) -> None:
    async def main() -> None:
        async with field_of(site, plan) as field:
            await hold_old(field)
            task = asyncio.current_task()
            assert task is not None

            def interrupt(event: Event) -> None:
                if isinstance(event, Progress) and event.stage == "backup fence":
                    task.cancel()

            with pytest.raises(Interrupted) as raised:
                await push_all(field, interrupt)
            assert raised.value.message == "stopped by the user; nothing was written"
            await assert_all_hold_old(field)

    run_virtually(main(), limit_s=3_600.0)


def test_a_fault_of_ours_puts_back_too(site: Site, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    async def faulty(vehicle: VehicleLink, mission: Mission, *rest: Any) -> Transfer:
        if vehicle.name == "bravo" and mission.mission_type is MissionType.FENCE and rest[-1] != "put back":
            raise ValueError("a value that does not fit")
        return await put(vehicle, mission, *rest)

    monkeypatch.setattr(transaction, "put", faulty)

    async def main() -> None:
        async with field_of(site, plan) as field:
            await hold_old(field)
            with pytest.raises(ValueError, match="does not fit") as raised:
                await push_all(field)
            assert raised.value.__notes__ == ["every drone holds what it held before"]
            await assert_all_hold_old(field)

    run_virtually(main(), limit_s=3_600.0)


def test_a_fault_on_one_drones_way_back_keeps_nobody_else_from_it(
    site: Site, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """alpha's old items meet a fault of ours, and so does whoever listens; bravo is why they are put back."""

    async def faulty(vehicle: VehicleLink, mission: Mission, *rest: Any) -> Transfer:
        if rest[-1] == "put back" and vehicle.name == "alpha":
            raise ValueError("a value that does not fit")
        if rest[-1] != "put back" and vehicle.name == "bravo" and mission.mission_type is MissionType.RALLY:
            raise Refused("the vehicle refused the rally points")
        return await put(vehicle, mission, *rest)

    def deaf(event: Event) -> None:
        if isinstance(event, Note) or event.stage.startswith("put back"):
            raise RuntimeError("the terminal is gone")

    monkeypatch.setattr(transaction, "put", faulty)

    async def main() -> None:
        async with field_of(site, plan) as field:
            await hold_old(field)
            with pytest.raises(Refused, match=r"^bravo: .* rally points; NOT restored: ") as raised:
                await push_all(field, deaf)
            said = raised.value.message
            assert "alpha may hold a mixture of its old and new mission and fence and rally points" in said
            assert "(ValueError: a value that does not fit)" in said
            assert said.endswith("bravo, charlie hold what was there before")
            for vehicle in field.vehicles[1:]:
                assert same_items(old_mission(field.plan), await download(vehicle, MissionType.MISSION)), vehicle.name

    run_virtually(main(), limit_s=3_600.0)


def test_a_drone_that_is_armed_while_being_read_is_not_written_to(
    site: Site, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def armed_meanwhile(vehicle: VehicleLink, mission_type: MissionType, *rest: Any) -> Mission:
        held = await download(vehicle, mission_type, *rest)
        vehicle.state.armed = vehicle.name == "bravo"
        return held

    monkeypatch.setattr(transaction, "download", armed_meanwhile)

    async def main() -> None:
        async with field_of(site, plan) as field:
            monkeypatch.setattr("dronectl.protocol.vehicle.telemetry._HANDLERS", {})  # no heartbeat takes it back
            with pytest.raises(NotReady, match="bravo: armed"):
                await push_all(field)
            for vehicle in field.vehicles:
                assert len(await download(vehicle, MissionType.MISSION)) <= 1

    run_virtually(main(), limit_s=3_600.0)


def test_it_is_said_which_drone_holds_a_mixture_of_what(
    site: Site, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refusing(vehicle: VehicleLink, mission: Mission, *rest: Any) -> Transfer:
        if vehicle.name == "bravo" and mission.mission_type is MissionType.FENCE:
            raise Refused("the vehicle refused the fence")
        return await put(vehicle, mission, *rest)

    monkeypatch.setattr(transaction, "put", refusing)

    async def main() -> None:
        async with field_of(site, plan) as field:
            with pytest.raises(DronectlError) as raised:
                await push_all(field)
            said = raised.value.message
            assert "NOT restored: bravo may hold a mixture of its old and new fence (the vehicle refused" in said
            assert said.endswith("alpha, charlie hold what was there before")

    run_virtually(main(), limit_s=3_600.0)


def test_what_is_on_board_already_is_not_sent(site: Site, plan: Plan) -> None:
    async def main() -> None:
        async with field_of(site, plan) as field:
            await push_all(field)
            stages: set[str] = set()
            await push_all(field, lambda event: stages.add(event.stage) if isinstance(event, Progress) else None)
            assert stages
            assert all(stage.startswith("backup") for stage in stages)
            bravo = plan.drone("bravo")
            assert bravo is not None
            for mission_type, wanted in wanted_items(bravo, 1).items():
                assert same_items(wanted, await download(field.fleet.vehicles["bravo"], mission_type))

    run_virtually(main(), limit_s=3_600.0)
