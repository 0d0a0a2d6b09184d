"""What a launch and a flight do when something goes wrong, or somebody presses Ctrl-C, at each of their stages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from flying_field import Field, field_of
from virtual_network import run_virtually
from waiting import until

from dronectl.errors import DronectlError, Interrupted, NotReady, Refused
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.message import Message
from dronectl.model.plan.mission import Command
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.ops.common.events import Event, Note
from dronectl.ops.flight.drone_flight import DroneFlight
from dronectl.ops.flight.fly import FlightResult, fly_sortie
from dronectl.ops.items.push import push
from dronectl.ops.orders import orders
from dronectl.protocol.vehicle.command import CommandLong

pytestmark = pytest.mark.xdist_group("ops")

UIDS = {"alpha": None, "bravo": None, "charlie": None}


async def pushed_and_flown(
    field: Field, *, stop: asyncio.Event | None = None, on_note: Callable[[str], None] = lambda _text: None
) -> tuple[FlightResult, list[str]]:
    notes: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, Note):
            notes.append(event.text)
            on_note(event.text)

    await push(field.fleet, field.proved, sortie=1, uids=UIDS)
    result = await fly_sortie(
        field.fleet,
        field.proved,
        sortie=1,
        stop=stop or asyncio.Event(),
        ready_within_s=20.0,
        listener=listen,
    )
    return result, notes


def when_higher(vehicle: VehicleLink, metres: float, act: Callable[[], None]) -> None:
    def on_message(message: Message) -> None:
        if message.name == "GLOBAL_POSITION_INT" and message["relative_alt"] > metres * 1000:
            act()

    vehicle.subscribe(on_message)


def test_a_stop_while_getting_ready_arms_nobody_and_does_not_wait(site: Site, plan: Plan) -> None:
    async def main() -> None:
        never = {"gps_lock_s": 1e6}
        async with field_of(site, plan, changes=dict.fromkeys(UIDS, never)) as field:
            stop = asyncio.Event()
            asyncio.get_running_loop().call_later(1.5, stop.set)
            began = asyncio.get_running_loop().time()
            with pytest.raises(Interrupted, match="before anything was armed"):
                await pushed_and_flown(field, stop=stop)
            assert asyncio.get_running_loop().time() - began < 10
            assert not field.armed()

    run_virtually(main(), limit_s=3_600.0)


def test_a_stop_while_arming_disarms_all_at_once(site: Site, plan: Plan) -> None:
    async def main() -> None:
        async with field_of(site, plan, speedup=5.0) as field:
            stop = asyncio.Event()
            result, notes = await pushed_and_flown(
                field, stop=stop, on_note=lambda text: stop.set() if text == "mode GUIDED" else None
            )
            assert result.interrupted
            assert not field.armed()
            assert all(vehicle.copter.airframe.up_m < 0.1 for vehicle in field.sim.vehicles.values())
            assert any("alpha is disarmed" in text for text in notes)

    run_virtually(main(), limit_s=3_600.0)


def test_a_stop_while_climbing_calls_all_back_before_any_flies_its_mission(site: Site, plan: Plan) -> None:
    async def main() -> None:
        async with field_of(site, plan, speedup=8.0) as field:
            stop = asyncio.Event()
            when_higher(field.fleet.vehicles["alpha"], 0.3, stop.set)
            result, notes = await pushed_and_flown(field, stop=stop)
            assert result.interrupted
            assert not result.missing
            assert not field.armed()
            assert "mode AUTO" not in notes
            assert any("returns to launch" in text for text in notes)

    run_virtually(main(), limit_s=3_600.0)


def test_a_drone_that_does_not_go_on_its_mission_brings_all_home_and_is_told(
    site: Site, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_mode = orders.set_mode

    async def refusing(vehicle: VehicleLink, name: str) -> None:
        if (vehicle.name, name) == ("bravo", "AUTO"):
            raise Refused("Mode change to AUTO failed: init failed")
        await set_mode(vehicle, name)

    monkeypatch.setattr(orders, "set_mode", refusing)

    async def main() -> None:
        async with field_of(site, plan) as field:
            with pytest.raises(Refused) as raised:
                await pushed_and_flown(field)
            assert "bravo: Mode change to AUTO failed" in raised.value.message
            assert "bravo returns to launch" in raised.value.message
            assert "NOT seen" not in raised.value.message
            assert not field.armed(), "it is followed until it has landed, then the failure is raised"
            assert raised.value.details["completed"] is False

    run_virtually(main(), limit_s=3_600.0)


def test_what_changed_since_go_is_seen_before_anything_is_armed(
    site: Site, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def all_said_go(*_: object, **__: object) -> tuple[()]:
        return ()

    monkeypatch.setattr("dronectl.ops.flight.fly.fleet_readiness", all_said_go)

    async def main() -> None:
        async with field_of(site, plan, changes={"bravo": {"battery_pct": 30.0}}) as field:
            with pytest.raises(NotReady, match="bravo: battery 30 %"):
                await pushed_and_flown(field)
            assert not field.armed()

    run_virtually(main(), limit_s=3_600.0)


def test_a_drone_whose_link_is_away_when_all_are_called_home_comes_when_it_is_back(site: Site, plan: Plan) -> None:
    async def main() -> None:
        async with field_of(site, plan, speedup=20.0) as field:
            stop = asyncio.Event()
            heal = asyncio.get_running_loop().call_later

            def cut() -> None:
                if not stop.is_set():
                    field.proxies["bravo"].cut()
                    stop.set()
                    heal(1.0, field.proxies["bravo"].heal)

            when_higher(field.fleet.vehicles["bravo"], 25.0, cut)
            result, notes = await pushed_and_flown(field, stop=stop)
            assert result.interrupted
            assert not result.missing
            assert any("bravo" in text and "ordered again until it comes" in text for text in notes)
            bravo = next(drone for drone in result.drones if drone.name == "bravo")
            assert not bravo.completed

    run_virtually(main(), limit_s=3_600.0)


def test_a_second_stop_leaves_the_drones_to_themselves_and_says_who_flies(site: Site, plan: Plan) -> None:
    async def main() -> None:
        async with field_of(site, plan) as field:
            task = asyncio.current_task()
            assert task is not None
            when_higher(field.fleet.vehicles["charlie"], 30.0, task.cancel)
            with pytest.raises(Interrupted, match="left to their missions and failsafes: alpha, bravo, charlie"):
                await pushed_and_flown(field)
            assert field.armed() == ["alpha", "bravo", "charlie"]

    run_virtually(main(), limit_s=3_600.0)


def test_later_starts_wait_in_the_vehicles_own_time(site: Site, plan: Plan) -> None:
    late_s = 40.0
    drones = tuple(
        replace(
            drone, sorties=tuple(replace(s, start_s=late_s if drone.name == "charlie" else 0.0) for s in drone.sorties)
        )
        for drone in plan.drones
    )

    async def main() -> None:
        async with field_of(site, replace(plan, drones=drones), speedup=20.0) as field:
            stop = asyncio.Event()
            lifted: dict[str, float] = {}

            def watch(name: str) -> None:
                lifted.setdefault(name, field.sim.vehicles[name].now_s)
                if len(lifted) == 3:
                    stop.set()

            for vehicle in field.vehicles:
                when_higher(vehicle, 1.0, partial(watch, vehicle.name))
            result, _ = await pushed_and_flown(field, stop=stop)
            assert not result.missing
            assert late_s - 5 < lifted["charlie"] - lifted["alpha"] < late_s + 60

    run_virtually(main(), limit_s=3_600.0)


def test_a_drone_that_is_armed_but_not_yet_known_to_be_is_disarmed(site: Site, plan: Plan) -> None:
    async def main() -> None:
        async with field_of(site, plan) as field:
            bravo = field.fleet.vehicles["bravo"]
            for _ in range(100):
                await asyncio.sleep(0.1)
                try:
                    await orders.set_mode(bravo, "GUIDED")
                    await bravo.run(CommandLong(Command.COMPONENT_ARM_DISARM, 1))
                    break
                except DronectlError:
                    continue
            assert field.armed() == ["bravo"]
            bravo.state.armed = False  # what its last heartbeat said
            assert await orders.abort_launch(bravo) == "bravo is disarmed"
            assert not field.armed()

    run_virtually(main(), limit_s=3_600.0)


def test_telemetry_flows_again_after_the_link_was_away(site: Site, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    from dronectl.ops.telemetry import streams

    monkeypatch.setattr(streams, "STALE_S", 0.5)

    async def main() -> None:
        async with field_of(site, plan, speedup=1.0) as field:
            bravo = field.fleet.vehicles["bravo"]
            async with streams.kept_streams([bravo], 10.0):
                await until(lambda: bravo.state.position_s is not None)
                # As after a restart: it has forgotten what it was asked for.
                await bravo.run(CommandLong(Command.SET_MESSAGE_INTERVAL, 33, -1))
                forgotten_s = asyncio.get_running_loop().time()
                async with asyncio.timeout(20.0):
                    await until(lambda: (bravo.state.position_s or 0.0) > forgotten_s + streams.STALE_S)

    run_virtually(main(), limit_s=3_600.0)


def test_the_result_names_who_was_not_seen_to_land() -> None:
    def drone(name: str, *, armed: bool, landed: bool) -> DroneFlight:
        return DroneFlight(name, 1, armed, landed, 3, 3, landed, 1.0, 10.0, ())

    flights = (
        drone("a", armed=True, landed=True),
        drone("b", armed=True, landed=False),
        drone("c", armed=False, landed=False),
    )
    assert FlightResult(1, flights).missing == ("b",)
