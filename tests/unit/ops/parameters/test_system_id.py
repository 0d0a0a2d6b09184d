from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dronectl.errors import InputError, NoAnswer
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.site import Site
from dronectl.ops.common.events import Event, Note
from dronectl.ops.parameters.system_id import require_free, set_system_id
from dronectl.protocol.param.parameters import Parameter


@dataclass
class Drone:
    """One whose id changes at once (4.7), or after a restart. ``heard``: all that speak on its link."""

    at_once: bool
    heard: set[int] = field(default_factory=lambda: {3})
    name: str = "bravo"

    @property
    def paths(self) -> SimpleNamespace:
        return SimpleNamespace(systems_heard=frozenset(self.heard))

    async def run(self, machine: Any) -> Parameter:
        if self.at_once:
            self.heard.add(int(machine._value))
            raise NoAnswer("no answer about parameter MAV_SYSID after it was set", details={"sent": True})
        return Parameter("SYSID_THISMAV", int(machine._value), 4)


@pytest.mark.parametrize(("at_once", "when"), [(True, "from now on"), (False, "once it was switched off and on")])
def test_a_drone_that_takes_a_new_system_id_is_said_to_have_it_and_what_to_write(at_once: bool, when: str) -> None:
    notes: list[Event] = []
    drone = cast(VehicleLink, Drone(at_once))
    found = asyncio.run(set_system_id(drone, "MAV_SYSID", 7, notes.append))
    assert found.value == 7
    (note,) = notes
    assert isinstance(note, Note)
    assert note.text.startswith(f"speaks as system 7 {when}")


def test_a_silent_drone_is_not_said_to_have_it() -> None:
    for heard in ({3, 7}, {3}):  # somebody else spoke as 7 before; nobody does
        drone = Drone(at_once=True, heard=heard)
        if heard == {3}:
            drone.heard = _Deaf({3})
        with pytest.raises(NoAnswer):
            asyncio.run(set_system_id(cast(VehicleLink, drone), "MAV_SYSID", 7))


class _Deaf(set[int]):
    def add(self, element: int) -> None:
        pass


def test_no_two_drones_are_given_one_system_id(site: Site) -> None:
    alpha, bravo, charlie = site.drones
    require_free(9, [alpha], site.drones)
    require_free(alpha.system_id, [alpha], site.drones)
    for given_to in ([alpha, bravo], [charlie]):
        with pytest.raises(InputError, match="obey one order"):
            require_free(bravo.system_id, given_to, site.drones)
