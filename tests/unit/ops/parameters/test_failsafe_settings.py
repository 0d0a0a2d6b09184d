"""The height of a return and FENCE_* belong to the transaction: set as checked, read back, put back when it fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flying_field import Field, field_of
from proofs import proved
from virtual_network import run_virtually

from dronectl.checks.trajectory import returning
from dronectl.errors import InputError, Mismatch
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.model.plan.plan import Plan
from dronectl.model.rules import Rules
from dronectl.model.site import Site
from dronectl.ops.flight.readiness.ask import fleet_readiness
from dronectl.ops.items.push import push
from dronectl.ops.parameters.failsafe_settings import RALLY_INCLUDE_HOME, RALLY_LIMIT_M, failsafe_settings
from dronectl.ops.parameters.parameter_transaction import ParameterBackup
from dronectl.ops.parameters.settings import refuse_circle_fence, set_parameter
from dronectl.planning.rally import returns
from dronectl.sim.vehicle.firmware import FIRMWARES

pytestmark = pytest.mark.xdist_group("ops")

UIDS = {"alpha": None, "bravo": None, "charlie": None}
NAMES = ("RTL_ALT", "FENCE_TYPE", "FENCE_ALT_MAX", "FENCE_ACTION", "FENCE_ENABLE", "RALLY_LIMIT_KM", "RALLY_INCL_HOME")
"""In 4.5's terms, as the copter's own parts ask for them."""
BOTH = pytest.mark.parametrize(("release", "name"), [("4.5", "RTL_ALT"), ("4.7", "RTL_ALT_M")])
RULES = Rules(ceiling_m=90.0, battery_reserve_pct=0.0)


def held(field: Field) -> dict[str, list[float]]:
    """Read in the vehicles themselves."""
    return {
        name: [vehicle.copter.parameters[parameter] for parameter in NAMES]
        for name, vehicle in field.sim.vehicles.items()
    }


def all_as(release: str) -> dict[str, dict[str, object]]:
    return {name: {"firmware": FIRMWARES[release]} for name in UIDS}


async def push_it(field: Field, *, parameters: bool = True) -> Any:
    return await push(field.fleet, field.proved, sortie=1, uids=UIDS, parameters=parameters)


@BOTH
def test_a_push_sets_them_once_and_leaves_the_fence_as_it_is(site: Site, plan: Plan, release: str, name: str) -> None:
    async def main() -> None:
        async with field_of(site, plan, rules=RULES, changes=all_as(release)) as field:
            await set_parameter(field.fleet.vehicles["alpha"], "RALLY_LIMIT_KM", 5.0)
            await set_parameter(field.fleet.vehicles["alpha"], "RALLY_INCL_HOME", 0)
            first = await push_it(field)
            for drone in plan.drones:
                expected = [pytest.approx(drone.rtl_altitude_m * 100.0), 5.0, 90.0, 1.0, 0.0, pytest.approx(0.3), 1.0]
                assert held(field)[drone.name] == expected
            for vehicle in field.vehicles:
                await refuse_circle_fence(vehicle)  # does not: `fence enable` works now
            sent = {setting.parameter: setting for setting in first.drones[0].parameters}
            assert sent[name].sent
            assert sent[name].before != sent[name].value
            assert not sent["FENCE_ACTION"].sent  # it was 1 already
            again = await push_it(field)
            assert not any(setting.sent for drone in again.drones for setting in drone.parameters)
            none = await push_it(field, parameters=False)
            assert all(drone.parameters == () for drone in none.drones)

    run_virtually(main(), limit_s=3_600.0)


@BOTH
def test_a_drone_that_would_return_at_another_height_is_no_go(site: Site, plan: Plan, release: str, name: str) -> None:
    async def main() -> None:
        async with field_of(site, plan, rules=RULES, changes=all_as(release)) as field:
            await push_it(field)
            await set_parameter(field.fleet.vehicles["bravo"], name, 15.0 if name.endswith("_M") else 1500)
            answers = await fleet_readiness(field.vehicles, field.proved)
            returns = {answer.drone: next(c for c in answer.checks if name in c.name) for answer in answers}
            assert {name: check.ok for name, check in returns.items()} == {
                "alpha": True,
                "bravo": False,
                "charlie": True,
            }
            assert returns["bravo"].found == "15 m"

    run_virtually(main(), limit_s=3_600.0)


@pytest.mark.parametrize(
    ("name", "value", "found", "wanted"),
    [
        ("FENCE_TYPE", 7, "7", "5"),
        ("FENCE_ALT_MAX", 400, "400", "90"),
        ("FENCE_ACTION", 0, "0", "1"),
        ("RALLY_LIMIT_KM", 2.5, "2.5", "0.3"),
        ("RALLY_INCL_HOME", 0, "0", "1"),
    ],
)
def test_a_drone_whose_fence_or_return_is_not_the_proved_one_is_no_go(
    site: Site, plan: Plan, name: str, value: float, found: str, wanted: str
) -> None:
    async def main() -> None:
        async with field_of(site, plan, rules=RULES) as field:
            await push_it(field)
            for expected in (set(), {"charlie"}):
                answers = await fleet_readiness(field.vehicles, field.proved)
                checks = {answer.drone: next(c for c in answer.checks if c.name == name) for answer in answers}
                assert {drone for drone, check in checks.items() if not check.ok} == expected
                await set_parameter(field.fleet.vehicles["charlie"], name, value)
            assert (checks["charlie"].found, checks["charlie"].wanted) == (found, wanted)

    run_virtually(main(), limit_s=3_600.0)


def test_the_rally_settings_are_those_that_planner_and_checks_prove_returns_with() -> None:
    """The two share no code, and neither sets anything on board."""
    assert returns.RALLY_LIMIT_M == returning.RALLY_LIMIT_M == RALLY_LIMIT_M
    assert RALLY_INCLUDE_HOME == 1


def test_one_drone_that_keeps_its_value_gives_all_drones_theirs_back(
    site: Site, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ParameterBackup.set

    async def stubborn(backup: ParameterBackup, vehicle: VehicleLink, listener: Any) -> Any:
        done = await real(backup, vehicle, listener)
        if vehicle.name == "bravo":
            raise Mismatch("RTL_ALT stays at 1500 instead of 4000")
        return done

    monkeypatch.setattr(ParameterBackup, "set", stubborn)

    async def main() -> None:
        async with field_of(site, plan, rules=RULES) as field:
            before = held(field)
            with pytest.raises(Mismatch, match="RTL_ALT stays at 1500") as raised:
                await push_it(field)
            assert raised.value.message.endswith("every drone holds what it held before")
            assert held(field) == before
            assert all(len(vehicle.copter.mission) <= 1 for vehicle in field.sim.vehicles.values())

    run_virtually(main(), limit_s=3_600.0)


def test_a_value_that_does_not_fit_is_refused_before_anything_is_written(site: Site, plan: Plan) -> None:
    async def main() -> None:
        async with field_of(site, plan, rules=RULES, changes=all_as("4.5")) as field:
            high = replace(plan, drones=tuple(replace(drone, rtl_altitude_m=1e9) for drone in plan.drones))
            before = held(field)
            with pytest.raises(InputError, match="RTL_ALT"):
                await push(field.fleet, proved(high, site, RULES), sortie=1, uids=UIDS)
            assert held(field) == before
            assert all(len(vehicle.copter.mission) <= 1 for vehicle in field.sim.vehicles.values())

    run_virtually(main(), limit_s=3_600.0)


def test_polygons_are_watched_only_where_there_are_some(plan: Plan) -> None:
    drone = plan.drones[0]
    assert failsafe_settings(drone, RULES)[Setting.FENCE_KINDS] == 5
    assert {Setting.RALLY_LIMIT_M, Setting.RALLY_INCLUDE_HOME} <= failsafe_settings(drone, RULES).keys()
    no_items = {"fence": replace(drone.fence, items=()), "rally": replace(drone.rally, items=())}
    bare = replace(drone, rtl_altitude_m=0.0, **no_items)
    assert failsafe_settings(bare, RULES) == {
        Setting.FENCE_KINDS: 1,
        Setting.FENCE_ALTITUDE_MAX_M: 90.0,
        Setting.FENCE_ACTION: 1,
    }
