"""Where the demo's simulated fleet listens, and what ends a demo before anything is started."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from dronectl.errors import InputError
from dronectl.model.site import Site
from dronectl.ops.common.events import Listener, ignore
from dronectl.ops.demo.demo import flown_demo
from dronectl.ops.demo.simulated_fleet import SimulatedFleet

SITL_PORTS = [5760 + 10 * instance for instance in range(20, 220)]
"""Where SITL's instances listen, but for those that a developer starts by hand."""


def ports(site: Site) -> list[int]:
    return [int(drone.link.rpartition(":")[2]) for drone in site.drones]


def can_be_taken(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def test_each_drone_gets_a_free_port_of_its_own_and_no_other_link(site: Site) -> None:
    drones = tuple(replace(drone, further_links=("udpin://:1",), uid="00") for drone in site.drones)
    moved = SimulatedFleet().on_free_ports(replace(site, drones=drones))
    assert [drone.name for drone in moved.drones] == [drone.name for drone in site.drones]
    assert len(set(ports(moved))) == len(site.drones)
    assert all(can_be_taken(port) for port in ports(moved))
    assert {(drone.further_links, drone.uid) for drone in moved.drones} == {((), None)}


def test_sitl_gets_ports_that_its_instances_listen_on_and_none_that_is_taken(site: Site) -> None:
    sitl = SimulatedFleet("ardupilot")
    first = ports(sitl.on_free_ports(site))
    assert set(first) <= set(SITL_PORTS)
    assert len(set(first)) == len(site.drones)
    with socket.create_server(("127.0.0.1", first[0])):
        assert first[0] not in ports(sitl.on_free_ports(site))


@contextmanager
def unseen() -> Iterator[Listener]:
    yield ignore


@pytest.mark.parametrize(
    ("mission", "is_empty", "says"), [(None, True, "no patrol in missions/"), ("nowhere", False, "no patrol 'nowhere'")]
)
def test_without_the_patrol_nothing_is_planned_and_nothing_starts(
    mission: str | None, is_empty: bool, says: str, site: Site, tmp_path: Path
) -> None:
    site = replace(site, patrols=()) if is_empty else site
    told: list[object] = []
    demo = flown_demo(site, mission, tmp_path / "demo", SimulatedFleet(), tell=told.append, view=unseen)
    with pytest.raises(InputError, match=says), demo:
        raise AssertionError("nothing to fly")
    assert (told, (tmp_path / "demo").exists()) == ([], False)
