"""A fence that cannot be switched on is told with its kinds, and where to look."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from dronectl.errors import Refused
from dronectl.ops.flight.readiness.board import fence_checks
from dronectl.ops.items.fence import enable_fence


class Refusing:
    """A vehicle on which no kind of fence can act."""

    name = "alpha"

    def __init__(self, *, armed: bool = False) -> None:
        self.state = SimpleNamespace(armed=armed)

    async def run(self, _machine: object) -> None:
        raise Refused("the vehicle refused it")


@pytest.fixture
def polygons_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async def read(*_: object) -> float:
        return 4.0

    monkeypatch.setattr("dronectl.ops.items.fence.read_setting", read)


@pytest.mark.usefixtures("polygons_alone")
def test_a_fence_without_a_kind_that_can_act_is_told_with_what_it_wants() -> None:
    with pytest.raises(Refused) as told:
        asyncio.run(enable_fence(Refusing()))  # type: ignore[arg-type]
    assert told.value.message == "alpha: none of its fence can act (uploaded fences): the vehicle refused it"
    assert told.value.hint == "'dronectl fence download --drone alpha' shows what is uploaded"


@pytest.mark.parametrize(
    ("prearm_ok", "breached", "found"),
    [(None, None, []), (True, False, [True]), (False, True, [True]), (True, None, [False])],
)
def test_whether_an_enabled_fence_acts_is_asked_only_where_it_can_be_seen(
    prearm_ok: bool | None, breached: bool | None, found: list[bool]
) -> None:
    vehicle: Any = SimpleNamespace(state=SimpleNamespace(prearm_ok=prearm_ok, fence_breached=breached))
    assert [check.ok for check in fence_checks(vehicle)] == found
