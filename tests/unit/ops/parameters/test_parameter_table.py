from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dronectl.errors import IdentityError, InputErrors, Interrupted, Mismatch, NoAnswer, NotReady
from dronectl.link.fleet_link import VehicleLink
from dronectl.link.sharing.lease import DroneLease
from dronectl.ops.common.events import Event, Note
from dronectl.ops.parameters.parameter_table import changes_to_set, read_table, set_changes
from dronectl.protocol.ftp.read import FtpRead
from dronectl.protocol.param.changes import ParameterChange, compare_parameters
from dronectl.protocol.param.parameters import Parameter, ParameterSet
from dronectl.sim.services.parameter_pack import pack_parameters

CHANGES = [
    ParameterChange("RTL_ALT", 1500, 2000, 6),
    ParameterChange("FENCE_ENABLE", 0, 1, 2),
    ParameterChange("WPNAV_SPEED", 500.0, 800.0, 9),
]


@dataclass
class FakeVehicle:
    """Keeps no link: says what each machine ends with."""

    refuses: str = ""
    deaf_after: str = ""
    hangs_on: str = ""
    armed: bool | None = False
    packed: bytes | Exception = b""
    arms_after: int = 99
    sets: int = 0
    name: str = "alpha"
    firmware: str | None = None

    @property
    def lease(self) -> DroneLease:
        return DroneLease(self.name, 1, [])

    @property
    def state(self) -> Any:
        return SimpleNamespace(armed=self.armed)

    @property
    def paths(self) -> Any:
        return SimpleNamespace(full=asyncio.Lock())

    async def run(self, machine: Any, _progress: Any = None) -> Any:
        if isinstance(machine, FtpRead):
            if isinstance(self.packed, Exception):
                raise self.packed
            return self.packed
        if isinstance(machine, ParameterSet):
            return await self._set(machine._name, machine._value)
        return {"A": Parameter("A", 1.0, 9)}

    async def _set(self, name: str, value: float) -> Parameter:
        if name == self.hangs_on:
            await asyncio.sleep(60)
        if name == self.refuses:
            raise Mismatch(f"{name} stays at 0 instead of {value:g}")
        if name == self.deaf_after:
            raise NoAnswer(f"no answer about parameter {name} after it was set", details={"sent": True})
        self.sets += 1
        self.armed = self.sets >= self.arms_after
        return Parameter(name, value, 9)

    def link(self) -> VehicleLink:
        return cast(VehicleLink, self)


def test_all_changes_are_set_and_come_back_in_order() -> None:
    done = asyncio.run(set_changes(FakeVehicle().link(), CHANGES))
    assert [parameter.name for parameter in done] == ["RTL_ALT", "FENCE_ENABLE", "WPNAV_SPEED"]


def test_a_refusal_is_named_and_what_is_set_is_told() -> None:
    with pytest.raises(Mismatch) as caught:
        asyncio.run(set_changes(FakeVehicle(refuses="FENCE_ENABLE").link(), CHANGES))
    assert caught.value.message == ("alpha: 2 of 3 parameters set and read back; FENCE_ENABLE stays at 0 instead of 1")
    assert caught.value.details == {"set": ["RTL_ALT", "WPNAV_SPEED"], "failed": ["FENCE_ENABLE"], "unknown": []}


@pytest.mark.parametrize("armed", [True, None])
def test_nothing_is_sent_to_a_drone_that_is_armed_or_not_known_to_be_disarmed(armed: bool | None) -> None:
    vehicle = FakeVehicle(armed=armed)
    with pytest.raises(NotReady):
        asyncio.run(set_changes(vehicle.link(), CHANGES))
    assert vehicle.sets == 0


def test_what_was_sent_without_an_answer_is_not_counted_as_not_set() -> None:
    with pytest.raises(NoAnswer) as caught:
        asyncio.run(set_changes(FakeVehicle(deaf_after="FENCE_ENABLE").link(), CHANGES))
    assert caught.value.message.startswith(
        "alpha: 2 of 3 parameters set and read back; 1 more sent, of which it is not known whether they are set"
    )
    assert caught.value.details["unknown"] == ["FENCE_ENABLE"]


def test_a_drone_that_is_armed_meanwhile_gets_no_more() -> None:
    vehicle = FakeVehicle(arms_after=4)
    many = [ParameterChange(f"P_{number}", 0, 1, 9) for number in range(50)]
    with pytest.raises(NotReady, match=r"4 of 50 parameters set and read back; alpha is armed"):
        asyncio.run(set_changes(vehicle.link(), many))


def test_an_interruption_says_how_far_it_came() -> None:
    async def interrupted() -> None:
        task = asyncio.create_task(set_changes(FakeVehicle(hangs_on="WPNAV_SPEED").link(), CHANGES))
        await asyncio.sleep(0.05)
        task.cancel()
        await task

    with pytest.raises(Interrupted, match="stopped after 2 of 3"):
        asyncio.run(interrupted())


def test_the_packed_set_is_preferred() -> None:
    vehicle = FakeVehicle(packed=pack_parameters([("RTL_ALT", 1500.0, 6)], 239))
    table = asyncio.run(read_table(vehicle.link()))
    assert (table.parameters, table.source) == ({"RTL_ALT": Parameter("RTL_ALT", 1500, 6)}, "ftp")


@pytest.mark.parametrize("packed", [NoAnswer("silence"), b"", b"\x1b\x67\x01\0\x02\0"])
def test_a_broken_or_missing_file_is_no_obstacle_and_is_told(packed: bytes | Exception) -> None:
    said: list[Event] = []
    table = asyncio.run(read_table(FakeVehicle(packed=packed).link(), said.append))
    assert (list(table.parameters), table.source) == (["A"], "classic")
    assert isinstance(said[0], Note)
    assert said[0].text.endswith("asking for each parameter instead")


def test_a_second_aircraft_is_no_reason_to_try_another_way() -> None:
    with pytest.raises(IdentityError):
        asyncio.run(read_table(FakeVehicle(packed=IdentityError("two aircraft")).link()))


def test_everything_that_cannot_be_set_is_said_at_once() -> None:
    on_board = {"FENCE_ENABLE": Parameter("FENCE_ENABLE", 0, 2), "RTL_ALT": Parameter("RTL_ALT", 1500, 6)}
    comparison = compare_parameters({"FENCE_ENABLE": 0.5, "Q_ENABLE": 1.0, "RTL_ALT": 2000.0}, on_board)
    with pytest.raises(InputErrors) as caught:
        changes_to_set(comparison, drone="alpha", skip_unknown=False, calibration=False)
    assert caught.value.problems == ("FENCE_ENABLE is a whole number, 0.5 is not", "Q_ENABLE is not on board")
