"""One wave of one run: every drone's flight, judged; and, where asked, what fails on each leg of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from dronectl.analysis.rehearsal.airspace import Airspace
from dronectl.analysis.rehearsal.apart import all_apart, apart_from_others
from dronectl.analysis.rehearsal.envelope import Line, line_of
from dronectl.analysis.rehearsal.kept import Kept, breach, judge_track
from dronectl.analysis.rehearsal.seen import Stays, seen_area, stays_of
from dronectl.checks import flights_and_ground
from dronectl.checks.failsafe_returns import crossed_zones
from dronectl.checks.flight import Flight, Ground
from dronectl.errors import Interrupted
from dronectl.model.plan.plan import Plan
from dronectl.model.rehearsal.flown import End, FlownSortie, Photographs, Track
from dronectl.model.rehearsal.found import Breach, FlightFigures, MomentFigures
from dronectl.model.rehearsal.settings import RehearsalSettings, Weight
from dronectl.model.site import Site
from dronectl.ops.rehearsal.stamp import BUILTIN
from dronectl.sim.rehearsal.board import Board
from dronectl.sim.rehearsal.conditions import Run, draw_run
from dronectl.sim.rehearsal.flying import fly_sortie
from dronectl.sim.rehearsal.moments import FailedFlight, Failure, fail_on_each_leg

Stopped = Callable[[], bool]
_NEVER_KEPT = 0.0
"""Of the margins, where something has failed: it must only not enter."""


@dataclass(frozen=True)
class Common:
    """What all runs share."""

    folder: Path
    plan: Plan
    site: Site
    boards: tuple[Board, ...]
    settings: RehearsalSettings
    seed: int
    day: date
    """On which dated areas are closed or not."""
    backend: str = BUILTIN

    def run(self, number: int) -> Run:
        """Its conditions."""
        rules = self.site.rules
        return draw_run(self.settings, number, seed=self.seed, wind_m_s=rules.wind_m_s, late_s=rules.separation_delay_s)

    def boards_of(self, sortie: int) -> list[Board]:
        """Of the drones that fly in a wave."""
        return [board for board in self.boards if board.sortie == sortie]


@dataclass(frozen=True, slots=True)
class WaveJob:
    """One wave of one run."""

    run: int
    sortie: int
    source: Path
    with_moments: bool = False


@dataclass(frozen=True, slots=True)
class Wave:
    """What came of it."""

    run: int
    sortie: int
    flights: tuple[FlightFigures, ...]
    breaches: tuple[Breach, ...]
    apart_m: float
    seen: tuple[object, ...]
    """Areas that photographs show, in the site's plane."""
    stays: Stays
    lines: tuple[tuple[str, Line], ...]
    """By drone, where it flew."""
    moments: tuple[MomentFigures, ...]


@dataclass
class Judges:
    """What flights are held against, worked out once in each process."""

    common: Common
    ground: Ground = field(init=False)
    flights: dict[tuple[str, int], Flight] = field(init=False)
    airspaces: dict[tuple[str, int], Airspace] = field(init=False)
    _known: dict[tuple[str, int], frozenset[tuple[str, int]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        flights, self.ground = flights_and_ground(self.common.plan, self.common.site, self.common.day)
        self.flights = {(flight.drone.name, flight.sortie): flight for flight in flights}
        self.airspaces = {key: Airspace.of(flight, self.ground) for key, flight in self.flights.items()}

    def known(self, key: tuple[str, int]) -> frozenset[tuple[str, int]]:
        """What the checks warn of: zones that returns from items of this flight would cross."""
        if key not in self._known:
            self._known[key] = crossed_zones(self.flights[key], self.ground)
        return self._known[key]


_judges: Judges | None = None


def judges_of(common: Common) -> Judges:
    """The same ones for all jobs of a process."""
    global _judges
    if _judges is None or _judges.common is not common:
        _judges = Judges(common)
    return _judges


def fly_wave(job: WaveJob, common: Common, stopped: Stopped) -> Wave:
    """Flies and judges one wave on built-in copters.

    Raises:
        Interrupted: ``stopped`` became true.
    """
    run, boards = common.run(job.run), common.boards_of(job.sortie)
    flights = []
    for board in boards:
        _stop_if(stopped)
        flights.append(fly_sortie(board, run.of(board.settings.name, board.sortie)) or refused(board))
    failed = _failing(boards, flights, common, run, stopped) if job.with_moments else ()
    return judged_wave(job, common, flights, failed)


def judged_wave(job: WaveJob, common: Common, flights: Sequence[FlownSortie], failed: Iterable[FailedFlight]) -> Wave:
    """One wave that was flown, with the flights of its drones on which something failed."""
    judges = judges_of(common)
    breaches = []
    kept = [_judged(flown, judges) for flown in flights]
    for flown, one in zip(flights, kept, strict=True):
        breaches += [*one.breaches, *_battery(flown, common)]
    airspaces = {name: airspace for (name, sortie), airspace in judges.airspaces.items() if sortie == job.sortie}
    least_m = common.site.rules.separation_m * common.settings.judgement.separation_kept_share
    apart_m, near = all_apart(flights, airspaces, least_m)
    frame = judges.ground.frame
    keys = [(flown.drone, flown.sortie) for flown in flights]
    return Wave(
        run=job.run,
        sortie=job.sortie,
        flights=tuple(_figures(*pair) for pair in zip(flights, kept, strict=True)),
        breaches=(*breaches, *near),
        apart_m=apart_m,
        seen=tuple(
            seen_area(flown, judges.flights[key].drone.camera, frame) for key, flown in zip(keys, flights, strict=True)
        ),
        stays=tuple(
            stay
            for key, flown in zip(keys, flights, strict=True)
            for stay in stays_of(flown, judges.flights[key], common.plan.hotspots, judges.ground)
        ),
        lines=tuple((flown.drone, line_of(flown.track, frame)) for flown in flights),
        moments=tuple(_moment(one, flights, judges, job.run, airspaces) for one in failed),
    )


def flown_again(common: Common, run: int, sortie: int) -> list[FlownSortie]:
    """The flights of one wave, which are what they were."""
    conditions = common.run(run)
    flights = (fly_sortie(board, conditions.of(board.settings.name, sortie)) for board in common.boards_of(sortie))
    return [flown for flown in flights if flown is not None]


def failures_tried(settings: RehearsalSettings) -> tuple[Failure, ...]:
    """All but those that are off."""
    weights = weights_of(settings)
    return tuple(failure for failure in Failure if weights[failure] is not Weight.OFF)


def weights_of(settings: RehearsalSettings) -> Mapping[Failure, Weight]:
    """What each failure counts for."""
    return {failure: getattr(settings.moments, failure) for failure in Failure}


def _judged(flown: FlownSortie, judges: Judges) -> Kept:
    judgement = judges.common.settings.judgement
    airspace = judges.airspaces[flown.drone, flown.sortie]
    return judge_track(flown, airspace, judgement, margin_share=judgement.margin_kept_share)


def _battery(flown: FlownSortie, common: Common) -> Iterator[Breach]:
    """Too little left after landing."""
    least_pct = common.site.rules.battery_reserve_pct * common.settings.judgement.reserve_kept_share
    if flown.end is End.LANDED and flown.left_pct < least_pct:
        words = f"{flown.left_pct:.1f} % of the battery left after landing; {least_pct:g} % to be left"
        yield breach("battery-reserve", flown, -1, least_pct - flown.left_pct, words)


def _figures(flown: FlownSortie, kept: Kept) -> FlightFigures:
    return FlightFigures(
        drone=flown.drone,
        sortie=flown.sortie,
        start_s=round(flown.start_s, 3),
        duration_s=round(flown.duration_s, 3),
        left_pct=round(flown.left_pct, 3),
        fence_m=round(kept.fence_m, 3),
        keep_out_m=round(kept.keep_out_m, 3),
        highest_m=round(kept.highest_m, 3),
        photographs=len(flown.photographs.lat_deg),
    )


def refused(board: Board) -> FlownSortie:
    """A drone that stays on the ground, with its reason."""
    home = board.settings.home
    column = np.zeros(1)
    track = Track(
        column + board.start_s, column + home.lat_deg, column + home.lon_deg, column, np.zeros(1, np.int32),
        column + 100.0,
    )  # fmt: skip
    none = np.zeros(0)
    name = board.settings.name
    return FlownSortie(name, board.sortie, track, Photographs(none, none, none, none), board.start_s, End.REFUSED)


def _failing(
    boards: Sequence[Board], flights: Sequence[FlownSortie], common: Common, run: Run, stopped: Stopped
) -> Iterator[FailedFlight]:
    failures = failures_tried(common.settings)
    for board, flown in zip(boards, flights, strict=True):
        conditions = run.of(board.settings.name, board.sortie)
        for failed in fail_on_each_leg(board, conditions, flown, failures):
            _stop_if(stopped)
            yield failed


def _moment(
    failed: FailedFlight, flights: Sequence[FlownSortie], judges: Judges, run: int, airspaces: Mapping[str, Airspace]
) -> MomentFigures:
    common, flown = judges.common, failed.flown
    judgement, key = common.settings.judgement, (flown.drone, flown.sortie)
    others = [other for other in flights if other.drone != flown.drone]
    kept = judge_track(flown, judges.airspaces[key], judgement, margin_share=_NEVER_KEPT)
    least_m = common.site.rules.separation_m * judgement.separation_kept_share
    breaches = (*kept.breaches, *apart_from_others(flown, others, airspaces, least_m))
    warned = judges.known(key) if breaches else frozenset()
    return MomentFigures(
        run=run,
        failure=str(failed.failure),
        drone=flown.drone,
        sortie=flown.sortie,
        item=failed.item,
        at_s=round(failed.at_s, 2),
        end=str(flown.end),
        lasts_s=round(float(flown.track.time_s[-1]) - failed.at_s, 2),
        left_pct=round(flown.left_pct, 2),
        said=flown.said,
        breaches=breaches,
        known=bool(breaches) and all((one.zone or "", failed.item) in warned for one in breaches),
    )


def _stop_if(stopped: Stopped) -> None:
    if stopped():
        raise Interrupted("stopped by the user")
