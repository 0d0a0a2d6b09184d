"""What was heard long ago arms nobody."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest
from virtual_fleet import virtual_fleet
from virtual_network import run_virtually

from dronectl.model.telemetry import TelemetryKind
from dronectl.ops.flight.readiness.ask import fleet_readiness
from dronectl.ops.flight.readiness.present import present_state
from dronectl.ops.telemetry.status import fleet_status
from dronectl.sim.vehicle.settings import LinkFaults


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        (TelemetryKind.GPS, "GPS"),
        (TelemetryKind.EKF, "EKF"),
        (TelemetryKind.BATTERY, "pre-arm"),
        (TelemetryKind.MODE, "on the ground"),
    ],
)
def test_an_old_value_is_no_go_and_says_how_old_it_is(kind: TelemetryKind, check: str) -> None:
    async def main() -> None:
        async with virtual_fleet(1, seed=1, one_radio=True) as (fleet, _):
            (link,) = fleet.vehicles.values()
            await asyncio.sleep(30.0)
            (now,) = await fleet_readiness([link])
            assert now.go, now.reasons()
            link.state.heard_s[kind] -= 20.0
            old = present_state(link, None, sortie=1, reserve_pct=0.0)
            assert [one.name for one in old.checks if not one.ok] == [check]
            assert re.search(r", 2[01] s ago \(wanted ", old.reasons())

    run_virtually(main(), limit_s=200.0)


def test_a_weak_link_is_no_reason_for_no_go() -> None:
    async def main() -> None:
        async with virtual_fleet(1, seed=1, one_radio=True) as (fleet, (radio,)):
            (link,) = fleet.vehicles.values()
            await asyncio.sleep(30.0)
            radio.set_faults(LinkFaults(loss=0.2, latency_ms=150.0, baud=57_600))
            for _ in range(20):
                (answer,) = await fleet_readiness([link])
                assert answer.go, answer.reasons()
                await asyncio.sleep(3.0)

    run_virtually(main(), limit_s=900.0)


def test_status_tells_at_first_sight_what_is_wrong() -> None:
    async def main() -> None:
        async with virtual_fleet(1, seed=1, one_radio=True) as (fleet, (radio,)):
            (link,) = fleet.vehicles.values()
            await asyncio.sleep(30.0)
            copter = radio.vehicles[0].copter
            copter.is_armed = True
            copter.settings = replace(copter.settings, faults=replace(copter.settings.faults, gps_loss_at_s=0.0))
            await asyncio.sleep(2.0)
            (status,) = await fleet_status([link], {}, timeout_s=5.0)
            alarms = status.as_json()["alarms"]
            assert isinstance(alarms, list)
            assert "gps" in {alarm["kind"] for alarm in alarms}

    run_virtually(main(), limit_s=200.0)
