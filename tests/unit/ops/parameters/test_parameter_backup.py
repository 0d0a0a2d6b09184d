"""Parameters of a transaction: never touched on an armed vehicle, neither to set them nor to put them back."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from dronectl.errors import NotReady
from dronectl.model.ardupilot.vehicle_settings import Setting
from dronectl.ops.common.events import Event, Progress, ignore
from dronectl.ops.parameters.parameter_transaction import ParameterBackup
from dronectl.protocol.param.parameters import Parameter

HELD = {"A": 1.0, "B": 2.0, "C": 3.0}


@pytest.fixture
def on_board(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """What a vehicle holds, set and read without a link."""
    held = dict(HELD)

    async def get(_vehicle: object, name: str, *_: object) -> Parameter:
        return Parameter(name, held[name], 9)

    async def put(_vehicle: object, name: str, value: float, *_: object) -> Parameter:
        held[name] = value
        return await get(_vehicle, name)

    async def wire(_vehicle: object, _setting: Setting, *_: object) -> tuple[object, Parameter]:
        return SimpleNamespace(name="C", value=lambda value: value * 100.0), await get(_vehicle, "C")

    module = "dronectl.ops.parameters.parameter_transaction"
    monkeypatch.setattr(f"{module}.get_parameter", get)
    monkeypatch.setattr(f"{module}.set_parameter", put)
    monkeypatch.setattr(f"{module}.read_wire", wire)
    return held


def vehicle(*, armed: bool = False) -> Any:
    return SimpleNamespace(name="alpha", state=SimpleNamespace(armed=armed))


def read(backup: ParameterBackup) -> list[Progress]:
    told: list[Event] = []
    asyncio.run(backup.read(vehicle(), told.append))
    return [one for one in told if isinstance(one, Progress)]


def test_what_is_wanted_by_name_and_by_meaning_is_read_set_and_put_back(on_board: dict[str, float]) -> None:
    backup = ParameterBackup({next(iter(Setting)): 0.05}, {"A": 1.0, "B": 20.0})
    assert [(one.done, one.total) for one in read(backup)] == [(1, 3), (2, 3), (3, 3)]
    transfers = asyncio.run(backup.set(vehicle(), ignore))
    assert on_board == {"A": 1.0, "B": 20.0, "C": 5.0}
    assert [one.sent for one in transfers] == [False, True, True]
    asyncio.run(backup.put_back(vehicle()))
    assert on_board == HELD
    assert backup.touched == set()


def test_an_armed_vehicle_keeps_what_it_has(on_board: dict[str, float]) -> None:
    backup = ParameterBackup({}, {"A": 10.0})
    read(backup)
    with pytest.raises(NotReady):
        asyncio.run(backup.set(vehicle(armed=True), ignore))
    assert (on_board, backup.touched) == (HELD, set())
    asyncio.run(backup.set(vehicle(), ignore))
    with pytest.raises(NotReady):
        asyncio.run(backup.put_back(vehicle(armed=True)))
    assert on_board["A"] == 10.0
    assert backup.touched == {"A"}
