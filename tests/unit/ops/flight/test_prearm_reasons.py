"""A drone that would not arm says why, now: asked for, not remembered; also over links that lose frames."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from virtual_fleet import VirtualRadio, virtual_fleet
from virtual_network import run_virtually

from dronectl.link.fleet_link import FleetLink, VehicleLink
from dronectl.ops.common.events import Event, Note
from dronectl.ops.flight.readiness.ask import fleet_readiness
from dronectl.ops.flight.readiness.check import ReadinessCheck
from dronectl.ops.flight.readiness.present import present_state
from dronectl.protocol.vehicle.prearm import PrearmReasons
from dronectl.sim.fleet.vehicle import Vehicle
from dronectl.sim.vehicle.settings import LinkFaults


@asynccontextmanager
async def settled(
    faults: LinkFaults, refuses: str = "Compass not healthy"
) -> AsyncIterator[tuple[FleetLink, VehicleLink, Vehicle, VirtualRadio]]:
    """One drone that has its position, told nobody yet why it would not arm, and has just told it unasked."""
    async with virtual_fleet(1, seed=1, one_radio=False) as (fleet, (radio,)):
        (vehicle,) = radio.vehicles
        await asyncio.sleep(40.0)
        refuse(vehicle, refuses)
        await asyncio.sleep(2.0)  # the next unasked text comes in half a minute
        (link,) = fleet.vehicles.values()
        link.state.prearm_reasons_s.clear()
        radio.set_faults(faults)
        yield fleet, link, vehicle, radio


def refuse(vehicle: Vehicle, why: str) -> None:
    settings = vehicle.copter.settings
    vehicle.copter.settings = replace(settings, faults=replace(settings.faults, refuse_arm=why))


async def prearm(link: VehicleLink, notes: list[str] | None = None) -> ReadinessCheck:
    def listen(event: Event) -> None:
        if notes is not None and isinstance(event, Note):
            notes.append(event.text)

    (answer,) = await fleet_readiness([link], listener=listen)
    return next(check for check in answer.checks if check.name == "pre-arm")


def test_it_is_asked_at_once_and_is_good_when_it_is() -> None:
    async def main() -> None:
        async with settled(LinkFaults(latency_ms=20.0)) as (_, link, vehicle, _radio):
            check = await prearm(link)
            assert (check.ok, check.found) == (False, "PreArm: Compass not healthy")
            refuse(vehicle, "")
            await asyncio.sleep(3.0)
            check = await prearm(link)
            assert (check.ok, check.found) == (True, "good")
            assert link.state.prearm_reasons_s == {}, "they are none any more"

    run_virtually(main(), limit_s=300.0)


@pytest.mark.parametrize(
    "faults", [LinkFaults(loss=0.1, latency_ms=300.0, baud=57_600), LinkFaults(loss=0.2, latency_ms=100.0)]
)
def test_a_question_or_an_answer_that_is_lost_is_made_up_for(faults: LinkFaults) -> None:
    async def main() -> None:
        async with settled(faults) as (_, link, _vehicle, _radio):
            for _ in range(40):
                assert await link.run(PrearmReasons()) == ("PreArm: Compass not healthy",)
            assert (await prearm(link)).found == "PreArm: Compass not healthy"

    run_virtually(main(), limit_s=600.0)


def test_yesterdays_reason_is_not_given_for_todays() -> None:
    async def main() -> None:
        async with settled(LinkFaults()) as (_, link, vehicle, _radio):
            assert (await prearm(link)).found == "PreArm: Compass not healthy"
            refuse(vehicle, "Logging failed")
            assert (await prearm(link)).found == "PreArm: Logging failed"
            told = present_state(link, None, sortie=1, reserve_pct=0.0)
            assert "Compass" in told.reasons(), "not asked: what was said lately"
            link.state.prearm_reasons_s = dict.fromkeys(
                link.state.prearm_reasons_s, asyncio.get_running_loop().time() - 36.0
            )
            assert present_state(link, None, sortie=1, reserve_pct=0.0).reasons().startswith("pre-arm failing")

    run_virtually(main(), limit_s=300.0)


def test_a_vehicle_that_cannot_be_asked_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with settled(LinkFaults()) as (_, link, vehicle, _radio):
            vehicle._commands._table.pop(401)  # as a firmware that does not know the command
            notes: list[str] = []
            began_s = asyncio.get_running_loop().time()
            assert (await prearm(link, notes)).found == "PreArm: Compass not healthy"
            assert notes == ["waiting for the vehicle to say why it would not arm"]
            assert 5.0 < asyncio.get_running_loop().time() - began_s < 35.0

    run_virtually(main(), limit_s=300.0)


def test_checks_that_are_switched_off_are_no_reasons() -> None:
    async def main() -> None:
        async with settled(LinkFaults()) as (_, link, vehicle, _radio):
            vehicle.copter.outbox.text(7, "PreArm: Fence is off")  # ArduPilot tells those as DEBUG
            await asyncio.sleep(1.0)
            assert link.state.prearm_reasons_s == {}
            assert (await prearm(link)).found == "PreArm: Compass not healthy"

    run_virtually(main(), limit_s=300.0)
