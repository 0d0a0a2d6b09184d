"""A flight that goes on without us, or otherwise than planned: picked up, changed on board, one start left out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from flying_field import Field, field_of
from virtual_network import run_virtually

from dronectl.errors import Interrupted, NotReady, Refused
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.plan.mission import Mission
from dronectl.model.plan.plan import DronePlan, Plan
from dronectl.model.site import Site
from dronectl.ops.common.events import Event, Note
from dronectl.ops.flight.drone_flight import FlightEnd
from dronectl.ops.flight.fly import FlightResult, fly_sortie
from dronectl.ops.items.push import push
from dronectl.ops.items.transfer import put
from dronectl.ops.orders import orders

pytestmark = pytest.mark.xdist_group("ops")

UIDS = {"alpha": None, "bravo": None, "charlie": None}


def silent(_text: str) -> None:
    """Nobody does anything."""


async def flown(
    field: Field, notes: list[str], *, stop: asyncio.Event | None = None, when: Callable[[str], None] = silent
) -> FlightResult:
    def listen(event: Event) -> None:
        if isinstance(event, Note):
            notes.append(f"{event.drone}: {event.text}" if event.drone else event.text)
            when(notes[-1])

    return await fly_sortie(
        field.fleet, field.proved, sortie=1, stop=stop or asyncio.Event(), ready_within_s=20.0, listener=listen
    )


async def left_alone_in_flight(field: Field) -> None:
    """Launched by a program that ended in flight."""
    await push(field.fleet, field.proved, sortie=1, uids=UIDS)
    launched = asyncio.Event()
    task = asyncio.create_task(flown(field, [], when=lambda text: launched.set() if "in AUTO" in text else None))
    await launched.wait()
    await asyncio.sleep(2.0)
    task.cancel()
    with pytest.raises(Interrupted, match="left to their missions and failsafes: alpha, bravo, charlie"):
        await task
    assert field.armed() == ["alpha", "bravo", "charlie"]


def test_a_flight_that_goes_on_is_followed_and_not_launched(site: Site, plan: Plan) -> None:
    async def main() -> None:
        async with field_of(site, plan) as field:
            await left_alone_in_flight(field)
            notes: list[str] = []
            result = await flown(field, notes)
            assert result.picked_up
            assert result.completed
            assert [drone.name for drone in result.drones] == ["alpha", "bravo", "charlie"]
            assert sum("flies this plan already (AUTO, item " in text for text in notes) == 3
            assert not any("GUIDED" in text for text in notes)
            assert not field.armed()

    run_virtually(main(), limit_s=3_600.0)


def test_who_stands_beside_a_flight_is_told_and_who_flies_something_else_is_refused(site: Site, plan: Plan) -> None:
    async def main() -> None:
        async with field_of(site, plan) as field:
            await push(field.fleet, field.proved, sortie=1, uids=UIDS)
            bravo = field.fleet.vehicles["bravo"]
            await orders.start(bravo)
            notes: list[str] = []
            stop = asyncio.Event()
            result = await flown(field, notes, stop=stop, when=lambda text: stop.set() if "followed" in text else None)
            assert [drone.name for drone in result.drones] in ([], ["bravo"])
            assert "alpha: stands on the ground: not launched, and not followed" in notes
            await orders.start(bravo)
            await put(bravo, changed(field.plan.drone("bravo")))
            with pytest.raises(NotReady, match="bravo is in the air with another mission on board: item 3"):
                await flown(field, notes)
            assert field.armed() == ["bravo"]

    run_virtually(main(), limit_s=3_600.0)


def changed(planned: DronePlan | None) -> Mission:
    """As many items, one of them a metre higher."""
    assert planned is not None
    items = list(planned.sorties[0].mission.items)
    items[3] = replace(items[3], altitude_m=items[3].altitude_m + 1.0, param1=items[3].param1 + 1.0)
    return Mission(tuple(items))


def test_a_mission_that_somebody_changes_in_flight_is_told(site: Site, plan: Plan) -> None:
    async def main() -> None:
        async with field_of(site, plan, speedup=8.0) as field:
            await push(field.fleet, field.proved, sortie=1, uids=UIDS)
            notes: list[str] = []
            stop = asyncio.Event()
            others: set[asyncio.Task[object]] = set()
            bravo = field.fleet.vehicles["bravo"]
            own = field.plan.drone("bravo")
            assert own is not None

            def act(text: str) -> None:
                if "in AUTO" in text:
                    others.add(asyncio.create_task(put(bravo, own.sorties[0].mission)))
                elif text == "bravo: its mission was uploaded anew, and is the plan's":
                    others.add(asyncio.create_task(put(bravo, changed(own))))
                elif "CHANGED" in text:
                    stop.set()

            result = await flown(field, notes, stop=stop, when=act)
            told = [text for text in notes if "CHANGED" in text]
            assert len(told) == 1
            assert told[0].startswith("bravo: somebody CHANGED ITS MISSION on board, it flies the plan no more: item 3")
            assert {drone.name: bool(drone.mission_changed) for drone in result.drones} == {
                "alpha": False, "bravo": True, "charlie": False,
            }  # fmt: skip

    run_virtually(main(), limit_s=3_600.0)


def test_one_of_a_later_start_that_fails_is_left_out_and_the_others_go_on(
    site: Site, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_mode = orders.set_mode

    async def refusing(vehicle: VehicleLink, name: str) -> None:
        if (vehicle.name, name) == ("bravo", "AUTO"):
            raise Refused("Mode change to AUTO failed: init failed")
        await set_mode(vehicle, name)

    monkeypatch.setattr(orders, "set_mode", refusing)
    later = tuple(
        replace(one, sorties=(replace(one.sorties[0], start_s=30.0),)) if one.name == "bravo" else one
        for one in plan.drones
    )

    async def main() -> None:
        async with field_of(site, replace(plan, drones=later)) as field:
            await push(field.fleet, field.proved, sortie=1, uids=UIDS)
            notes: list[str] = []
            modes: list[str | None] = []
            stop = asyncio.Event()

            def look_and_end(text: str) -> None:
                if text.endswith("bravo returns to launch; the others go on"):
                    modes.extend(field.fleet.vehicles[name].state.mode for name in ("alpha", "charlie"))
                    stop.set()

            result = await flown(field, notes, stop=stop, when=look_and_end)
            assert modes == ["AUTO", "AUTO"]
            (bravo,) = [drone for drone in result.drones if drone.name == "bravo"]
            assert bravo.ended is FlightEnd.LANDED
            assert bravo.cause == "bravo: Mode change to AUTO failed: init failed"
            assert not field.armed()

    run_virtually(main(), limit_s=3_600.0)
