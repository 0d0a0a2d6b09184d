"""Plan, check, push, fly, record, export: each step is told as a value when it is done."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dronectl.errors import InputError, NoAnswer, RuleViolation
from dronectl.ops.common.events import Listener, Note
from dronectl.ops.demo.simulated_fleet import SimulatedFleet

if TYPE_CHECKING:
    from dronectl.analysis.flown import FlownReport
    from dronectl.checks import ProvedPlan
    from dronectl.model.fleet import Drone
    from dronectl.model.plan.patrol import Patrol
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site
    from dronectl.ops.flight.readiness.asked import Operator

READY_WAIT_S = 30.0
"""How long the simulated autopilots may take to settle (GPS, EKF), in wall time."""
_ANSWERS = "the demo"
"""For what nobody is asked."""
_BUDGET_S = 0.05
"""A short search: a demo is to show something soon."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which patrol is flown."""

    patrol: Patrol


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan that breaks no rule."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class FleetUp:
    """The simulated fleet answers."""

    drones: int
    fleet: SimulatedFleet


@dataclass(frozen=True, slots=True)
class Pushed:
    """The plan is on board, read back and equal."""

    items: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Flew:
    """These drones flew to the end, landed and disarmed."""

    drones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Demo:
    """All of it: what was planned, what was flown, and where everything lies."""

    plan: Plan
    folder: Path
    kml: Path
    recordings: tuple[str, ...]
    flown: FlownReport
    photographed_pct: float | None
    elapsed_s: float
    links: dict[str, tuple[str, ...]]
    """Where each drone of the fleet is heard."""

    @property
    def plan_folder(self) -> Path:
        return self.folder / "plan"

    def as_json(self) -> dict[str, object]:
        return {
            "plan": str(self.plan_folder),
            "recordings": list(self.recordings),
            "kml": str(self.kml),
            "coverage_pct": self.plan.coverage_pct,
            "planned_min_separation_m": self.plan.min_separation_m,
            "photographed_pct": self.photographed_pct,
            "flown": self.flown.as_json(),
            "violations": [finding.as_json() for finding in self.plan.findings],
            "elapsed_s": round(self.elapsed_s, 1),
        }

    def outside(self) -> RuleViolation | None:
        """What is wrong with the flight, where a track is not inside the fence and outside of every keep-out."""
        if self.flown.inside:
            return None
        return RuleViolation(
            "a flown track left the fence or entered a keep-out",
            hint=f"look at {self.kml}",
            details=self.flown.as_json(),
        )


Step = Chosen | Planned | FleetUp | Pushed | Flew | Note
View = Callable[[], AbstractContextManager[Listener]]
"""Opens a listener for one use case."""


def example_workspace() -> Path:
    """A temporary folder with the workspace that ``dronectl init`` makes."""
    from dronectl.site.making.workspace import make_workspace

    root = Path(tempfile.mkdtemp(prefix="dronectl-demo-"))
    make_workspace(root)
    return root


@contextmanager
def flown_demo(
    site: Site, mission: str | None, folder: Path, fleet: SimulatedFleet, *, tell: Callable[[Step], None], view: View
) -> Iterator[Demo]:
    """The whole job; within, the simulated fleet is still up. ``tell`` hears of every step that is done.

    Raises:
        RuleViolation: the plan breaks a rule. DronectlError: a step failed, and which one it says.
    """
    from dronectl.ops.common import event_loop
    from dronectl.ops.flight.recorded_flight import fly_and_record, require_completed
    from dronectl.ops.items.push import push_to

    began = time.monotonic()
    site = fleet.on_free_ports(site)
    patrol = _patrol(site, mission)
    tell(Chosen(patrol))
    proved = _proved(site, patrol, folder / "plan")
    tell(Planned(proved.plan))
    drones = _flying(proved)
    with fleet.running(site):
        tell(FleetUp(len(site.drones), fleet))
        with view() as listener:
            pushed = event_loop.run(push_to(drones, proved, sortie=1, unrehearsed_by=_ANSWERS, listener=listener))
        tell(Pushed(sum(drone.mission.items for drone in pushed.drones), pushed.seconds))
        with view() as listener:
            flight = event_loop.run(
                fly_and_record(
                    proved,
                    drones,
                    sortie=1,
                    folder=folder,
                    listener=listener,
                    ready_within_s=READY_WAIT_S,
                    operator=_by_night_too(site),
                )
            )
        require_completed(flight)
        tell(Flew(tuple(drone.name for drone in flight.result.drones)))
        kml, flown, photographed = _export(site, proved.plan, patrol, folder, flight.recordings, tell)
        elapsed_s = time.monotonic() - began
        links = {drone.name: drone.links for drone in site.drones}
        yield Demo(proved.plan, folder, kml, flight.recordings, flown, photographed, elapsed_s, links)


def _by_night_too(site: Site) -> Operator:
    """Nothing real flies: the hour does not matter, nobody has walked around an aircraft, and this is a rehearsal."""
    from dronectl.ops.flight.readiness import daylight, rehearsal
    from dronectl.ops.flight.readiness.asked import Operator

    waived = dict.fromkeys((daylight.ID, daylight.HOURS_ID, rehearsal.ID), _ANSWERS)
    return Operator(checked=frozenset(item.id for item in site.checklist), waived=waived)


def _patrol(site: Site, name: str | None) -> Patrol:
    if not site.patrols:
        raise InputError(f"{site.root}: no patrol in missions/", hint="write one, see 'dronectl init'")
    if name is None:
        return site.patrol("demo") or site.patrols[0]
    patrol = site.patrol(Path(name).stem)
    if patrol is None:
        raise InputError(f"no patrol '{name}'", hint=f"missions/ has: {', '.join(known.id for known in site.patrols)}")
    return patrol


def _proved(site: Site, patrol: Patrol, folder: Path) -> ProvedPlan:
    """Plans and checks; an error of the check ends the demo, as it would end a push."""
    from dronectl.ops.plans.building import BuildSettings, build_to_folder
    from dronectl.ops.plans.flight_authorisation import proved_today

    built = build_to_folder(site, [patrol], folder, BuildSettings(timed=False, budget_s=_BUDGET_S))
    return proved_today(built.plan, site)


def _flying(proved: ProvedPlan) -> list[Drone]:
    """The drones that fly in sortie 1."""
    flying = {drone.name for drone in proved.plan.drones if drone.sortie(1)}
    return [drone for drone in proved.site.drones if drone.name in flying]


def _export(
    site: Site, plan: Plan, patrol: Patrol, folder: Path, recordings: tuple[str, ...], tell: Callable[[Step], None]
) -> tuple[Path, FlownReport, float | None]:
    from dronectl.analysis.flown import flown_report
    from dronectl.analysis.footprints import footprints, photographed_pct
    from dronectl.formats.kml.document import render
    from dronectl.formats.recordings.recording import read_recording
    from dronectl.formats.tracks.track_document import TrackDocument
    from dronectl.ops.recordings.deviations import deviations
    from dronectl.storage.files import write_atomic

    names = {drone.system_id: drone.name for drone in site.drones}
    colours = {drone.name: drone.colour for drone in site.drones}
    tracks = [track for path in recordings for track in read_recording(Path(path), names=names).tracks]
    if not tracks:
        raise NoAnswer("the recordings hold no flight", hint=f"look at {folder}")
    kml = folder / "tracks.kml"
    drawn = TrackDocument(
        plan.name,
        tracks,
        plan=plan,
        zones=site.zones,
        colours=colours,
        deviations=deviations(tracks, plan, site, lambda words: tell(Note(words))),
        footprints=footprints(tracks, site),
    )
    write_atomic(kml, render(drawn))
    return kml, flown_report(tracks, site), photographed_pct(tracks, site, patrol.zones)
