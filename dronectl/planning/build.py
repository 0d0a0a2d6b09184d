"""Patrols to a plan: who flies what, when, how high, and the mission items of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely

from dronectl.errors import InputError
from dronectl.geodesy.frame import LocalFrame
from dronectl.model.ardupilot.stored_items import MISSION_CAPACITY
from dronectl.model.fleet import Drone
from dronectl.model.ground.zone import RallyPoint
from dronectl.model.plan.hotspot import HotspotFigures
from dronectl.model.plan.patrol import CameraAction, Patrol
from dronectl.model.plan.pattern_settings import HotspotSettings
from dronectl.model.plan.plan import DronePlan, Least, Plan, Search, Sortie
from dronectl.model.site import Site
from dronectl.planning.assignment import many_flights
from dronectl.planning.assignment.allocation import (
    DEFAULT_ROUNDS,
    Worker,
    WorkerRoute,
    allocate,
    too_long_for_a_battery,
    useful_rounds,
)
from dronectl.planning.assignment.batteries import within_batteries
from dronectl.planning.assignment.pace import Pace, worker
from dronectl.planning.assignment.participants import PLANNED_SHARE, CrewMember, crew_of, participants
from dronectl.planning.assignment.patrol_task import DivisionOfCrew, PartOfCrew, PatrolTask, Work
from dronectl.planning.assignment.runs import SPARE_ITEMS, in_sorties, repeated
from dronectl.planning.assignment.wave_order import waves_of
from dronectl.planning.coverage import coverage
from dronectl.planning.coverage.least_flights import LeastFlights, least_flights
from dronectl.planning.deconfliction import separation
from dronectl.planning.hotspots import figures
from dronectl.planning.mission.compile import compile_mission
from dronectl.planning.mission.fence_items import fence_mission, rally_mission
from dronectl.planning.mission.route import steps_of
from dronectl.planning.paths.space import both, minus, union
from dronectl.planning.performance import energy
from dronectl.planning.performance.energy import Timeline
from dronectl.planning.rally import rally_points as rally
from dronectl.planning.registry import lay_out
from dronectl.planning.work import Piece, Step

ProgressListener = Callable[[str, float], None]

_ROUNDS_A_REPORT = 500
_MOST_CAUTIONS = 4
"""So often work is shared again with more caution, before it gets one sortie more."""


_FEW_PIECES, _MOST_TRIED = 40, 2
"""Of work in more pieces so many divisions are tried, the most promising."""
_BALANCED = 1
_MUCH_SHORTER = 0.9
"""Of lines for all: where work in many pieces is divided into lines so much shorter, the same lines by all are not
tried."""
_SAVED = 0.98
"""Of what flights draw that were not searched for yet: what those draw that are found."""
_FULL = 0.95
"""Parts of work are balanced so that batteries are as full as that on the mean, if that saves flights."""


@dataclass(frozen=True, slots=True, eq=False)
class _SeenArea:
    """What a patrol over an area looked for and saw, in square metres."""

    swath_m: float
    wanted_m2: float
    seen_m2: float


@dataclass(slots=True)
class _SearchDone:
    """Rounds of search done, by patrol."""

    rounds: dict[str, int] = field(default_factory=dict)
    stopped: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Wave:
    """One sortie number: for each drone that flies in it its steps, sortie and flight."""

    routes: Sequence[tuple[CrewMember, list[Step]]]
    sorties: dict[str, Sortie]
    flights: dict[str, Timeline]

    @property
    def duration_s(self) -> float:
        return max(sortie.start_s + sortie.duration_s for sortie in self.sorties.values())

    @property
    def separation_m(self) -> float:
        starts = [self.sorties[name].start_s for name in self.flights]
        return separation.least_of_wave_m(list(self.flights.values()), starts)


@dataclass(slots=True)
class _RoundReports:
    """Tells of the rounds done: a search is asked before each of them whether it is to stop."""

    report: ProgressListener
    stage: str
    begun: float
    share: float
    rounds: int
    done: int = 0

    def counting(self, stop: Callable[[], bool] | None) -> Callable[[], bool]:
        def ask() -> bool:
            self.done += 1
            if self.done % _ROUNDS_A_REPORT == 0:
                self.report(self.stage, self.begun + self.share * min(1.0, self.done / max(1, self.rounds)))
            return stop is not None and stop()

        return ask


def build_plan(
    site: Site,
    patrols: Sequence[Patrol],
    *,
    name: str,
    created_utc: str,
    drones: Sequence[str] | None = None,
    on_progress: ProgressListener | None = None,
    rounds: int = DEFAULT_ROUNDS,
    stop: Callable[[], bool] | None = None,
) -> Plan:
    """The whole plan of some patrols; the same input always gives the same plan. The rules are left to the checks.

    ``drones`` (names) limits who takes part. ``on_progress`` hears of each stage and the share of the work done.
    ``rounds`` of search for the shortest flights are shared among the patrols by their size; once ``stop`` says yes,
    the best found so far is the plan.

    Raises:
        InputError: the work cannot be planned: nobody takes part, a zone or home cannot be flown to, the layers do not
            fit under the ceiling, a piece of work exceeds every battery. The message names what and where.
    """
    if not patrols:
        raise InputError("no patrol was given to plan", hint="name at least one file of missions/")
    frame = LocalFrame(site.home)
    waves: list[_Wave] = []
    seen: list[_SeenArea] = []
    hotspots: list[HotspotFigures] = []
    least: list[Least] = []
    searched = _SearchDone()
    report = on_progress or (lambda _stage, _share: None)
    laid_out = []
    for index, patrol in enumerate(patrols):
        report(f"{patrol.id}: free space, routes and work", 0.4 * index / len(patrols))
        laid_out.append(_best_laid_out(site, frame, patrol, drones))
    pieces = sum(len(work.pieces) for _, work in laid_out if work.shares is None)
    for index, (task, work) in enumerate(laid_out):
        begun = 0.4 + 0.6 * index / len(patrols)
        report(f"{task.patrol.id}: sharing {len(work.pieces)} pieces among {len(task.crew)} drones", begun)
        own_rounds = rounds * len(work.pieces) // max(1, pieces)
        stage = f"{task.patrol.id}: looking for shorter flights"
        reports = _RoundReports(report, stage, begun, 0.5 / len(patrols), own_rounds)
        new_waves = _waves(task, work, len(waves) + 1, searched, own_rounds, reports.counting(stop))
        report(f"{task.patrol.id}: checking what is seen", begun + 0.5 / len(patrols))
        if work.divisible:
            least.append(_least(task, work))
        if work.area is not None:
            seen.append(_seen_area(task, work.area, new_waves))
        if isinstance(task.patrol.settings, HotspotSettings):
            hotspots.append(_hotspot_figures(task, task.patrol.settings, work, new_waves, len(waves) + 1))
        waves += new_waves
    report("done", 1.0)

    wanted_m2 = sum(part.wanted_m2 for part in seen)
    apart_m = min(wave.separation_m for wave in waves)
    flights = [_flights_of(drone, waves) for drone in site.drones if _flies(drone, waves)]
    choice = rally.choose(site, frame, [rally.routes_of(flown) for flown in flights])
    return Plan(
        name=name,
        created_utc=created_utc,
        drones=tuple(
            _drone_plan(site, drone, waves, choice.carried[drone.name]) for drone in site.drones if _flies(drone, waves)
        ),
        sources=dict(site.sources),
        makespan_s=sum(wave.duration_s for wave in waves),
        coverage_pct=100.0 * sum(part.seen_m2 for part in seen) / wanted_m2 if wanted_m2 > 0.0 else None,
        swath_m=min((part.swath_m for part in seen), default=None),
        min_separation_m=apart_m if np.isfinite(apart_m) else None,
        hotspots=tuple(hotspots),
        search=Search(searched.rounds, searched.stopped),
        least=tuple(least),
        advice=choice.advice,
    )


def _flies(drone: Drone, waves: Sequence[_Wave]) -> bool:
    return any(drone.name in wave.sorties for wave in waves)


def _flights_of(drone: Drone, waves: Sequence[_Wave]) -> list[tuple[CrewMember, list[Step]]]:
    return [(member, steps) for wave in waves for member, steps in wave.routes if member.drone.name == drone.name]


def _drone_plan(site: Site, drone: Drone, waves: Sequence[_Wave], rally_points: Sequence[RallyPoint]) -> DronePlan:
    """It returns in the lowest of its own layers, so that no two drones return at one height in any sortie."""
    rtl_altitude_m = min(member.altitude_m for member, _ in _flights_of(drone, waves))
    return DronePlan(
        name=drone.name,
        system_id=drone.system_id,
        home=drone.home,
        home_amsl_m=site.ground_elevation_m,
        sorties=tuple(wave.sorties[drone.name] for wave in waves if drone.name in wave.sorties),
        fence=fence_mission(site, drone),
        rally=rally_mission(rally_points, rtl_altitude_m),
        rtl_altitude_m=rtl_altitude_m,
    )


def _lay_out(site: Site, frame: LocalFrame, patrol: Patrol, drones: Sequence[str] | None) -> tuple[PatrolTask, Work]:
    crew = crew_of(site, frame, patrol, participants(site, patrol, drones))
    common = crew[0].router.region
    for member in crew[1:]:
        common = both(common, member.router.region)
    swath_m = min(member.footprint_m for member in crew) * (1.0 - patrol.sidelap_pct / 100.0)
    task = PatrolTask(site, frame, patrol, crew, common, swath_m)
    return task, lay_out(task)


def _least(task: PatrolTask, work: Work) -> Least:
    """Of the layout that is flown, each part by its own drones; where several may be, of the one that needs least."""
    everybody = tuple(range(len(task.crew)))
    layouts: list[Sequence[PartOfCrew]] = [division.parts for division in work.divisions]
    if not layouts:
        layouts = [[PartOfCrew(everybody, task.swath_m, one)] for one in (work.pieces, *work.alternatives)]
    found = [[_least_of(task, part) for part in parts] for parts in layouts]
    return Least(
        task.patrol.id,
        min(sum(one.flights for one in parts) for parts in found),
        min(sum(one.flight_s for one in parts) for parts in found),
    )


def _least_of(task: PatrolTask, part: PartOfCrew) -> LeastFlights:
    paces = task.paces()
    lines = np.array([piece.path_xy for piece in part.pieces])
    return least_flights(lines, [paces[drone] for drone in part.drones], task.site.rules.wind_m_s)


def _hotspot_figures(
    task: PatrolTask, settings: HotspotSettings, work: Work, waves: Sequence[_Wave], first_number: int
) -> HotspotFigures:
    names = [[member.drone.name for member, _ in wave.routes] for wave in waves]
    flights = [
        [(wave.sorties[name].start_s, wave.flights[name]) for name in flown]
        for wave, flown in zip(waves, names, strict=True)
    ]
    return figures.figures_of(task, settings, work, flights, first_number)


def _best_laid_out(
    site: Site, frame: LocalFrame, patrol: Patrol, drones: Sequence[str] | None
) -> tuple[PatrolTask, Work]:
    """The work of a patrol, divided as it is soonest done; who sees less than half as wide as others stays at home
    where it is sooner done without it, as the others then fly in lower layers."""
    task, work = _lay_out(site, frame, patrol, drones)
    if not work.divisions:
        return task, work
    lasting_s, work = _divided(task, work)
    swaths = task.swaths_m()
    slow = {member.drone.name for member, swath_m in zip(task.crew, swaths, strict=True) if 2.0 * swath_m < max(swaths)}
    if slow:
        others = [member.drone.name for member in task.crew if member.drone.name not in slow]
        fewer, their_work = _lay_out(site, frame, patrol, others)
        their_s, their_work = _divided(fewer, their_work)
        if their_s < lasting_s:
            return fewer, their_work
    return task, work


def _divided(task: PatrolTask, work: Work) -> tuple[float, Work]:
    """Parts for parts of the crew where they are done sooner than the same lines by all, and how long that lasts,
    before any search."""
    many = len(work.pieces) > _FEW_PIECES
    ways = [replace(work, divisions=(division,)) for division in work.divisions[: _MOST_TRIED if many else None]]
    if not (many and ways and all(_flown_m(way) < _MUCH_SHORTER * _flown_m(work) for way in ways)):
        ways.insert(0, replace(work, divisions=()))
    lasting_s, best, flown = min((_tried(task, way) for way in ways), key=lambda tried: tried[0])
    for _ in range(_BALANCED):
        again = best.divisions[0].otherwise(_wider(task, best.divisions[0], flown)) if best.divisions else None
        if again is None:
            break
        found = _tried(task, replace(work, divisions=(again,)))
        if found[0] >= lasting_s - 1e-6:
            break
        lasting_s, best, flown = found
    return lasting_s, best


def _flown_m(work: Work) -> float:
    """The lines of all parts, of divided work."""
    parts = [part.pieces for part in work.divisions[0].parts] if len(work.divisions) == 1 else [work.pieces]
    return sum(piece.length_m for pieces in parts for piece in pieces)


def _tried(task: PatrolTask, work: Work) -> tuple[float, Work, Sequence[_Wave]]:
    """Work shared out without any search, and how long it would last once a search has filled the batteries; each
    flight counts for the time that changing its battery takes the crew."""
    waves = _waves(task, work, 1, _SearchDone(), 0, None)
    turnaround_s = 60.0 * task.site.rules.turnaround_min
    flights = [
        math.ceil(sum(_drawn_share(task.site, member, wave) for wave in waves) * _SAVED - 1e-9) for member in task.crew
    ]
    flown_s = [
        sum(wave.sorties[name].start_s + wave.sorties[name].duration_s for wave in waves if name in wave.sorties)
        for name in (member.drone.name for member in task.crew)
    ]
    lasting_s = max(s + turnaround_s * max(0, count - 1) for s, count in zip(flown_s, flights, strict=True))
    return lasting_s + turnaround_s * (sum(flights) / len(flights) - 1.0), work, waves


def _wider(task: PatrolTask, division: DivisionOfCrew, waves: Sequence[_Wave]) -> list[float]:
    """How many times as large each part should be, so that batteries are as full as they can be in few flights."""
    drawn = [
        sum(_drawn_share(task.site, task.crew[drone], wave) for wave in waves for drone in part.drones)
        for part in division.parts
    ]
    drones = [len(part.drones) for part in division.parts]
    flights = math.ceil(sum(drawn) / _FULL)
    each, more = divmod(flights, sum(drones))
    wanted = [float(each * count) for count in drones]
    for part in sorted(range(len(drawn)), key=lambda part: -drawn[part] / drones[part]):
        taken = min(more, drones[part])
        wanted[part] += taken
        more -= taken
    return [one / max(now, 1e-9) for one, now in zip(wanted, drawn, strict=True)]


def _waves_of_parts(
    task: PatrolTask,
    parts: Sequence[PartOfCrew],
    first_number: int,
    searched: _SearchDone,
    rounds: int,
    stop: Callable[[], bool] | None,
) -> list[_Wave]:
    """Each part of the crew does its own; sortie k of all of them is flown at the same time."""
    together: list[dict[str, tuple[CrewMember, list[Step]]]] = []
    pieces = sum(len(part.pieces) for part in parts)
    done = 0
    for part in parts:
        crew = [task.crew[drone] for drone in part.drones]
        own = replace(task, crew=crew, swath_m=part.swath_m)
        share = rounds * len(part.pieces) // pieces
        waves = _waves(own, Work(part.pieces, divisible=True), first_number, searched, share, stop)
        done += searched.rounds.get(task.patrol.id, 0)
        for number, wave in enumerate(waves):
            if number == len(together):
                together.append({})
            together[number].update({member.drone.name: (member, steps) for member, steps in wave.routes})
    searched.rounds[task.patrol.id] = done
    return [
        _wave(
            task.site,
            task.frame,
            task.patrol,
            [routes[member.drone.name] for member in task.crew if member.drone.name in routes],
            number,
        )
        for number, routes in enumerate(together, start=first_number)
    ]


def _waves(
    task: PatrolTask,
    work: Work,
    first_number: int,
    searched: _SearchDone,
    rounds: int,
    stop: Callable[[], bool] | None,
) -> list[_Wave]:
    """The work shared out; with one sortie more when what was laid out needs more than its estimate."""
    site, patrol, crew, pieces = task.site, task.patrol, task.crew, work.pieces
    if work.shares is not None:
        return _fly(task, pieces, work.shares, first_number)

    if work.divisions:
        return _waves_of_parts(task, work.divisions[0].parts, first_number, searched, rounds, stop)

    paces = task.paces()
    if work.divisible:
        lines = np.array([piece.path_xy for piece in pieces])
        most_pieces = max(1, (MISSION_CAPACITY - SPARE_ITEMS) // _items_per_piece(patrol, crew, pieces))
        if many_flights.estimate(lines, paces, most_pieces).flights > len(crew):
            return _many_waves(task, work, first_number, paces, most_pieces, searched, rounds, stop)

    def workers_of(parts: Sequence[Piece]) -> list[Worker]:
        return [worker(pace, parts) for pace in paces]

    # Rounds are cut by their own flights, in order: their pieces stay as they are.
    pieces, workers = within_batteries(pieces, workers_of) if work.rounds == 1 else (pieces, workers_of(pieces))
    sorties, caution, tries = 1, 1.0, 0
    while True:
        allocation = allocate(
            [one.drawing(caution) for one in workers],
            [piece.name for piece in pieces],
            items_per_piece=_items_per_piece(patrol, crew, pieces),
            item_capacity=MISSION_CAPACITY - SPARE_ITEMS,
            seed=patrol.seed,
            fewest_sorties=sorties,
            rounds=rounds,
            stop=stop,
        )
        shares = allocation.waves
        searched.rounds[patrol.id] = allocation.rounds
        searched.stopped |= allocation.stopped
        if work.rounds > 1:
            shares = in_sorties(task, pieces, repeated(shares, len(crew), work.rounds))
            return _fly(task, pieces, shares, first_number)
        waves = _fly(task, pieces, shares, first_number)
        if all(_fits(site, member, wave) for wave in waves for member in crew):
            return waves
        overdrawn = max(_drawn_share(site, member, wave) for wave in waves for member in crew)
        tries += 1
        if overdrawn > 1.0 and tries <= _MOST_CAUTIONS and _can_be_done(workers, caution * overdrawn, len(pieces)):
            caution *= 1.002 * overdrawn
        else:
            sorties = max(sorties, len(shares)) + 1


def _many_waves(
    task: PatrolTask,
    work: Work,
    first_number: int,
    paces: Sequence[Pace],
    most_pieces: int,
    searched: _SearchDone,
    rounds: int,
    stop: Callable[[], bool] | None,
) -> list[_Wave]:
    known: dict[tuple[int, int, tuple[int, ...]], tuple[Sequence[Piece], Timeline]] = {}

    def flown(drone: int, pieces: Sequence[Piece], entries: Sequence[int]) -> Timeline:
        key = drone, id(pieces), tuple(entries)
        if key not in known:  # the pieces are kept, or others might get their id
            known[key] = pieces, laid_out(drone, pieces, entries)
        return known[key][1]

    def laid_out(drone: int, pieces: Sequence[Piece], entries: Sequence[int]) -> Timeline:
        member = task.crew[drone]
        steps = steps_of(member.router, member.home_xy, pieces, entries)
        return energy.predict_flight(
            member.drone, member.home_xy, member.altitude_m, steps, member.speeds, task.site.rules.wind_m_s
        )

    shared = many_flights.share(
        (work.pieces, *work.alternatives),
        paces,
        lambda drone, pieces, entries: flown(drone, pieces, entries).windy_energy_wh,
        most_pieces=most_pieces,
        seed=task.patrol.seed,
        rounds=min(rounds, useful_rounds(len(work.pieces))),
        stop=stop,
    )
    searched.rounds[task.patrol.id] = shared.rounds
    searched.stopped |= shared.stopped

    def lasts(drone: int, entries: Sequence[int]) -> tuple[float, bool]:
        flight = flown(drone, shared.pieces, entries)
        return flight.duration_s, flight.windy_energy_wh <= paces[drone].budget_wh

    shares = [
        [WorkerRoute(flight.drone, flight.entries) for flight in wave]
        for wave in waves_of(shared.flights, len(task.crew), lasts)
    ]
    return _fly(task, shared.pieces, shares, first_number)


def _fly(
    task: PatrolTask, pieces: Sequence[Piece], shares: Sequence[Sequence[WorkerRoute]], first_number: int
) -> list[_Wave]:
    """What is shared out as flights, wave after wave."""
    waves = []
    for number, share in enumerate(shares, start=first_number):
        routes = []
        for route in share:
            member = task.crew[route.worker]
            routes.append((member, steps_of(member.router, member.home_xy, pieces, route.entries)))
        waves.append(_wave(task.site, task.frame, task.patrol, routes, number))
    return waves


def _items_per_piece(patrol: Patrol, crew: Sequence[CrewMember], pieces: Sequence[Piece]) -> int:
    """Mission items that one piece takes at most, one corner on the way to it included."""
    longest = max(len(piece.path_xy) for piece in pieces)
    camera = 2 * int(patrol.camera is CameraAction.PHOTOS) + int(any(piece.look_at is not None for piece in pieces))
    changes_speed = any(member.speeds.work_m_s != member.speeds.transit_m_s for member in crew)
    return longest + 1 + camera + 2 * changes_speed


def _wave(
    site: Site, frame: LocalFrame, patrol: Patrol, routes: Sequence[tuple[CrewMember, list[Step]]], number: int
) -> _Wave:
    flights = {
        member.drone.name: energy.predict_flight(
            member.drone, member.home_xy, member.altitude_m, steps, member.speeds, site.rules.wind_m_s
        )
        for member, steps in routes
    }
    starts_s = separation.staggered_starts_s(list(flights.values()), site.rules.separation_m)
    sorties = {}
    for (member, steps), start_s in zip(routes, starts_s, strict=True):
        drone = member.drone
        flight = flights[drone.name]
        sorties[drone.name] = Sortie(
            number=number,
            patrol=patrol.id,
            mission=compile_mission(
                drone,
                frame,
                site.ground_elevation_m,
                member.altitude_m,
                steps,
                member.speeds,
                member.trigger,
                films=patrol.camera is CameraAction.VIDEO,
            ),
            start_s=start_s,
            distance_m=flight.distance_m,
            duration_s=flight.duration_s,
            battery_pct=100.0 * flight.energy_wh / drone.battery.capacity_wh,
            work_altitude_m=member.altitude_m,
            windy_duration_s=flight.windy_duration_s,
            windy_battery_pct=100.0 * flight.windy_energy_wh / drone.battery.capacity_wh,
        )
    return _Wave(routes, sorties, flights)


def _fits(site: Site, member: CrewMember, wave: _Wave) -> bool:
    """Whether battery and mission memory suffice for what was really laid out, not only for its estimate."""
    name = member.drone.name
    if name not in wave.sorties:
        return True
    return _drawn_share(site, member, wave) <= 1.0 and len(wave.sorties[name].mission) - 1 <= MISSION_CAPACITY


def _drawn_share(site: Site, member: CrewMember, wave: _Wave) -> float:
    """Of what a drone may draw in one sortie, by what was laid out for it."""
    if member.drone.name not in wave.flights:
        return 0.0
    usable_wh = PLANNED_SHARE * energy.usable_energy_wh(member.drone, site.rules.battery_reserve_pct)
    return wave.flights[member.drone.name].windy_energy_wh / max(usable_wh, 1e-9)


def _can_be_done(workers: Sequence[Worker], caution: float, pieces: int) -> bool:
    """Whether every piece alone is within a battery, if all draws so much more than reckoned."""
    return not too_long_for_a_battery([one.drawing(1.002 * caution) for one in workers], pieces)


def _seen_area(task: PatrolTask, area: shapely.Geometry, waves: Sequence[_Wave]) -> _SeenArea:
    """What working legs saw (by footprint, nothing past line ends) of its area less what stands in the flights."""
    wanted = minus(area, task.obstructions())
    swaths = []
    for member, steps in (route for wave in waves for route in wave.routes):
        points = np.vstack([member.home_xy, *(step.xy for step in steps)])
        legs = np.stack([points[:-1], points[1:]], axis=1)[[step.working for step in steps]]
        if len(legs):
            swaths.append(coverage.seen_area(legs, member.footprint_m))
    covered = both(union(swaths), wanted)
    return _SeenArea(swath_m=task.swath_m, wanted_m2=float(wanted.area), seen_m2=float(covered.area))
