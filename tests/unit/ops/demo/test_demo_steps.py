"""Where the demo's simulated fleet listens; which steps of a demo are told, and what ends it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from proofs import proved

from dronectl.errors import InputError, Refused
from dronectl.model.plan.patrol import Patrol
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.ops.common.events import Listener, ignore
from dronectl.ops.demo.demo import Chosen, Flew, Pushed, Step, flown_demo
from dronectl.ops.demo.simulated_fleet import SimulatedFleet


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


@contextmanager
def unseen() -> Iterator[Listener]:
    yield ignore


class Job:
    """The parts of a demo, done by nobody: what was begun and what was told, in order."""

    def __init__(self, plan: Plan, site: Site, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
        self.happened: list[str] = []
        self.told: list[Step] = []
        self.fails = fails
        self.names = tuple(drone.name for drone in plan.drones)
        part = SimpleNamespace(items=20)
        pushed = SimpleNamespace(drones=[SimpleNamespace(mission=part) for _ in self.names], seconds=1.5)
        result = SimpleNamespace(drones=[SimpleNamespace(name=name) for name in self.names])
        flight = SimpleNamespace(result=result, recordings=("a.tlog",))
        module = "dronectl.ops.demo.demo"
        monkeypatch.setattr(f"{module}._proved", self.does("plan", proved(plan, site)))
        monkeypatch.setattr("dronectl.ops.items.push.push_to", self.does("push", pushed))
        monkeypatch.setattr("dronectl.ops.flight.recorded_flight.fly_and_record", self.does("fly", flight))
        monkeypatch.setattr("dronectl.ops.flight.recorded_flight.require_completed", self.does("complete", None))
        monkeypatch.setattr(f"{module}._export", self.does("export", (Path("tracks.kml"), None, 99.0)))
        monkeypatch.setattr("dronectl.ops.common.event_loop.run", lambda done: done)

    def does(self, what: str, result: object) -> Callable[..., Any]:
        def do(*_: object, **__: object) -> object:
            self.happened.append(what)
            if what == self.fails:
                raise Refused(f"no {what}")
            return result

        return do

    def tell(self, step: Step) -> None:
        self.happened.append(f"told {type(step).__name__}")
        self.told.append(step)

    def fleet(self) -> SimulatedFleet:
        @contextmanager
        def running(_site: Site) -> Iterator[None]:
            self.happened.append("start")
            yield
            self.happened.append("stop")

        return cast(SimulatedFleet, SimpleNamespace(on_free_ports=lambda site: site, running=running))


WHOLE = """plan, told Planned, start, told FleetUp, push, told Pushed, fly, complete, told Flew, export, stop"""


def test_every_step_of_a_demo_is_told_when_it_is_done(
    site: Site, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(plan, site, monkeypatch, fails="")
    with flown_demo(site, None, tmp_path, job.fleet(), tell=job.tell, view=unseen) as demo:
        assert "stop" not in job.happened, "the fleet is still up"
    assert ", ".join(job.happened) == f"told Chosen, {WHOLE}"
    assert job.told[0] == Chosen(demo_patrol(site))
    assert job.told[3:] == [Pushed(20 * len(job.names), 1.5), Flew(job.names)]
    assert (demo.kml, demo.recordings, demo.photographed_pct) == (Path("tracks.kml"), ("a.tlog",), 99.0)
    assert demo.links == {drone.name: (drone.link, *drone.further_links) for drone in site.drones}


@pytest.mark.parametrize("fails", ["plan", "push", "fly", "complete", "export"])
def test_a_step_that_fails_is_not_told_as_done_and_ends_the_demo(
    fails: str, site: Site, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(plan, site, monkeypatch, fails=fails)
    demo = flown_demo(site, None, tmp_path, job.fleet(), tell=job.tell, view=unseen)
    with pytest.raises(Refused, match=f"no {fails}"), demo:
        raise AssertionError("not flown")
    assert job.happened[-1] == fails
    assert f"told Chosen, {WHOLE}".startswith(", ".join(job.happened))


def demo_patrol(site: Site) -> Patrol:
    patrol = site.patrol("demo")
    assert patrol is not None
    return patrol


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
