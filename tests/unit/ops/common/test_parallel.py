from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, cast

import pytest
from virtual_network import run_virtually

from dronectl.errors import IdentityError, Interrupted, NoAnswer, Refused
from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.common.parallel import named, on_each, to_the_end


@dataclass
class Named:
    name: str


FLEET = cast("list[VehicleLink]", [Named("alpha"), Named("bravo")])


def test_every_failure_is_told_and_every_action_ends() -> None:
    ended: list[str] = []

    async def act(vehicle: VehicleLink) -> None:
        await asyncio.sleep(0.01 if vehicle.name == "alpha" else 0.03)
        ended.append(vehicle.name)
        raise NoAnswer("silent") if vehicle.name == "alpha" else Refused("no")

    with pytest.raises(NoAnswer, match=r"^alpha: silent; bravo: no$"):
        run_virtually(on_each(FLEET, act))
    assert ended == ["alpha", "bravo"]


def test_the_wrong_aircraft_leads_whoever_failed_first() -> None:
    async def act(vehicle: VehicleLink) -> None:
        raise NoAnswer("silent") if vehicle.name == "alpha" else IdentityError("another one", hint="look which it is")

    with pytest.raises(IdentityError, match=r"^bravo: another one; alpha: silent$") as raised:
        run_virtually(on_each(FLEET, act))
    assert raised.value.hint == "look which it is"
    assert raised.value.exit_code == 5


def test_the_first_failure_can_stop_the_others() -> None:
    async def act(vehicle: VehicleLink) -> None:
        if vehicle.name == "bravo":
            await asyncio.sleep(60)
        raise Refused("no")

    with pytest.raises(Refused) as raised:
        run_virtually(on_each(FLEET, act, stop_at_first_failure=True))
    assert raised.value.message == "alpha: no"


def test_a_cancellation_waits_for_what_is_cleaned_up_and_says_it() -> None:
    cleaned: list[str] = []

    async def act(vehicle: VehicleLink) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0.02)
            cleaned.append(vehicle.name)
            raise Interrupted(f"{vehicle.name} is disarmed") from None

    async def main() -> None:
        task = asyncio.create_task(on_each(FLEET, act))
        for _ in range(3):  # an impatient person
            await asyncio.sleep(0.005)
            task.cancel()
        await task

    with pytest.raises(Interrupted, match="alpha is disarmed; bravo is disarmed"):
        run_virtually(main())
    assert cleaned == ["alpha", "bravo"]


def test_work_goes_to_its_end_however_often_it_is_cancelled() -> None:
    async def main() -> list[Any]:
        task = asyncio.create_task(to_the_end(asyncio.sleep(0.05, "done")))
        for _ in range(3):
            await asyncio.sleep(0.005)
            task.cancel()
        return [await task]

    assert run_virtually(main()) == ["done"]


@pytest.mark.parametrize(
    ("message", "drone", "told"),
    [
        ("link to alpha closed", "alpha", "link to alpha closed"),
        ("link closed", "alpha", "alpha: link closed"),
        ("no answer from d10", "d1", "d1: no answer from d10"),
    ],
)
def test_a_failure_names_its_drone_once(message: str, drone: str, told: str) -> None:
    assert named(NoAnswer(message), drone).message == told
