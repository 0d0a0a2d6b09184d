"""A hot-spot patrol laid out: drones in waves over a period, at random and yet never too late, held against the flights
as they are worked out and not only against the estimates that the draw uses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from dronectl.errors import InputError
from dronectl.model.ardupilot.stored_items import MISSION_CAPACITY
from dronectl.model.ground.zone import PointOfInterest
from dronectl.model.plan.pattern_settings import HotspotSettings
from dronectl.planning.assignment.allocation import Worker, WorkerRoute
from dronectl.planning.assignment.pace import pace_of, worker
from dronectl.planning.assignment.participants import CrewMember
from dronectl.planning.assignment.patrol_task import PatrolTask, Work
from dronectl.planning.deconfliction import separation
from dronectl.planning.hotspots.cctv import cameras_of
from dronectl.planning.hotspots.idleness import Visit, order_entropy, worst_s
from dronectl.planning.hotspots.random_rounds import Beat, Call, Flyer, draw, fall_back_of
from dronectl.planning.hotspots.visits import visits_of
from dronectl.planning.mission.route import steps_of
from dronectl.planning.patterns import tour
from dronectl.planning.patterns.viewpoints import points_to_visit
from dronectl.planning.performance import energy
from dronectl.planning.performance.energy import Timeline
from dronectl.planning.work import Piece, Step

TRIES = 3
"""Draws of which the least foreseeable is taken."""

_LARGE = 1500
"""Points times sorties from which on one draw has to do: each then takes seconds."""

_CAUTIONS = (0, 1, 2, 3, 5, 8)
"""How far, in steps, the draw stays below what is allowed, until the flights themselves keep it."""

_MINUTES_MORE = (0, 1, 2, 4, 8, 15)
"""Beyond what the fall-back keeps by estimate: promises tried, to say which one can be kept."""

_IDLENESS_STEP_S = 20.0
_BUDGET_STEP = 0.01
_WAY_STEP = 0.01
_WAVE_SLACK_S = 10.0
"""A wave has so much more time than its longest flight is estimated to need."""

_ITEMS_PER_VISIT = 3
_OTHER_ITEMS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """A point to be visited: where from, how long, and what it weighs once cameras are counted."""

    point: PointOfInterest
    view: Piece
    stay_s: tuple[int, int]
    """Least and longest, whole seconds as the vehicle counts them."""
    cctv: tuple[str, ...]
    weight: float
    standoff_m: float


def lay_out(task: PatrolTask, hotspot: HotspotSettings) -> Work:
    """Visits as pieces, shared out by wave, with the start of each wave.

    Raises:
        InputError: a point is unknown or cannot be looked at, a stay is more than every battery, or the points cannot
            all be visited as often as promised: it says how often they can.
    """
    spots = spots_of(task, hotspot)
    crew = _Crew(task, spots)
    work = _found(crew, hotspot, task.patrol.seed)
    if work is None:
        raise _out_of_reach(crew, hotspot, task)
    return work


def _found(crew: _Crew, hotspot: HotspotSettings, seed: int, tries: int = TRIES) -> Work | None:
    """The least foreseeable of a few draws that the flights themselves keep; None when there is none."""
    for caution in _CAUTIONS:
        beat = crew.beat(hotspot, caution)
        factor, least_s = fall_back_of(beat)
        if least_s > beat.max_idleness_s:
            return None
        beat, factor = _with_pauses(beat, factor, np.random.default_rng([seed, TRIES]))
        count = 1 if _is_large(beat) else tries
        draws = [draw(beat, factor, np.random.default_rng([seed, attempt])) for attempt in range(count)]
        drawn = [calls for calls in draws if calls is not None]
        for calls in sorted(drawn, key=lambda calls: -(order_entropy([call.point for call in calls]) or 0.0)):
            work = crew.work(beat, calls)
            if crew.proves(work, hotspot):
                return work
    return None


def spots_of(task: PatrolTask, hotspot: HotspotSettings) -> list[Spot]:
    """The patrol's points, each with its viewpoint, stay and weight: less the CCTV discount where a camera sees it.

    Raises:
        InputError: a point is unknown, or there is none, or one cannot be looked at; named.
    """
    site, frame = task.site, task.frame
    points = points_to_visit(task, hotspot)
    views = tour.viewpoints_of(task, hotspot)
    cameras = cameras_of(points, site, frame)
    spots = []
    for point, view, seen_by in zip(points, views, cameras, strict=True):
        look_s = max(1, math.ceil(view.dwell_s))
        stay_s = (look_s, look_s)
        if hotspot.stay_s is not None and (not hotspot.stay_at or point.id in hotspot.stay_at):
            least_s = math.ceil(hotspot.stay_s[0])
            stay_s = (least_s, max(least_s, math.floor(hotspot.stay_s[1])))
        weight = point.weight * (1.0 - hotspot.cctv_discount if seen_by else 1.0)
        off = view.path_xy[0] - np.array(frame.point_to_xy(point.position))
        spots.append(Spot(point, view, stay_s, seen_by, weight, round(float(np.hypot(*off)), 3)))
    return spots


class _Crew:
    """The drones of a patrol: what the draw is told of them, and the flights that they make of what was drawn."""

    def __init__(self, task: PatrolTask, spots: Sequence[Spot]) -> None:
        self._task, self._spots = task, spots
        views = [Piece(spot.view.name, spot.view.path_xy) for spot in spots]
        rules = task.site.rules
        self._turnaround_s = math.ceil(60.0 * rules.turnaround_min)
        self._workers = [
            worker(pace_of(member, rules.battery_reserve_pct, rules.wind_m_s, one_axis=True), views)
            for member in task.crew
        ]

    def beat(self, hotspot: HotspotSettings, caution: int) -> Beat:
        """The patrol as the draw is told of it, its waves evenly spread over the period.

        Raises:
            InputError: some point cannot be visited for as long as asked by any drone; named with what can be.
        """
        flyers = [_flyer(member, own, caution) for member, own in zip(self._task.crew, self._workers, strict=True)]
        self._refuse_too_long(flyers, hotspot.period_s)
        longest_s = max(flyer.budget_ws / min(flyer.cruise_power_w, flyer.hover_power_w) for flyer in flyers)
        slot_s = min(math.ceil(longest_s + _WAVE_SLACK_S), math.floor(hotspot.period_s))
        turnaround_s = self._turnaround_s
        waves = 1 + int((hotspot.period_s - slot_s) // (slot_s + turnaround_s))
        waves = min(waves, hotspot.most_sorties or waves)
        spare_s = hotspot.period_s - slot_s - (waves - 1) * (slot_s + turnaround_s)
        step_s = slot_s + turnaround_s + (math.floor(spare_s / (waves - 1)) if waves > 1 else 0)
        return Beat(
            flyers=flyers,
            weights=[spot.weight for spot in self._spots],
            stays_s=[spot.stay_s for spot in self._spots],
            wave_starts_s=[float(step_s * wave) for wave in range(waves)],
            wave_s=slot_s,
            wave_step_s=slot_s + turnaround_s,
            period_s=hotspot.period_s,
            max_idleness_s=hotspot.max_idleness_s - _IDLENESS_STEP_S * (1 + caution),
            most_visits=(MISSION_CAPACITY - _OTHER_ITEMS) // (_ITEMS_PER_VISIT + caution),
        )

    def work(self, beat: Beat, calls: Sequence[Call]) -> Work:
        """Each visit as a piece of its own."""
        pieces: list[Piece] = []
        entries: dict[tuple[int, int], list[int]] = {}
        for call in calls:
            view = self._spots[call.point].view
            entries.setdefault((call.wave, call.flyer), []).append(2 * len(pieces))
            pieces.append(Piece(view.name, view.path_xy, float(call.stay_s), view.look_at))
        waves = sorted({wave for wave, _ in entries})
        shares = [
            [WorkerRoute(flyer, tuple(own)) for (wave, flyer), own in sorted(entries.items()) if wave == number]
            for number in waves
        ]
        return Work(pieces, shares, tuple(beat.wave_starts_s[wave] for wave in waves))

    def proves(self, work: Work, hotspot: HotspotSettings) -> bool:
        """Whether the flights themselves keep batteries, turnarounds, the period and the promise."""
        assert work.shares is not None
        assert work.wave_starts_s is not None
        task = self._task
        index = {spot.point.id: number for number, spot in enumerate(self._spots)}
        visits: list[Visit] = []
        latest_s = 0.0
        """By how much wind makes any visit later than in still air, at most."""
        ready_s = [0.0] * len(task.crew)
        for begins_s, share in zip(work.wave_starts_s, work.shares, strict=True):
            routes = [(route.worker, self._steps(work.pieces, route)) for route in share]
            flights = [self._fly(number, steps) for number, steps in routes]
            starts_s = separation.staggered_starts_s(flights, task.site.rules.separation_m)
            for (number, steps), flight, late_s, route in zip(routes, flights, starts_s, share, strict=True):
                takes_off_s = begins_s + late_s
                lands_s = takes_off_s + flight.windy_duration_s
                latest_s = max(latest_s, flight.windy_duration_s - flight.duration_s)
                if (
                    flight.windy_energy_wh > self._workers[number].budget_wh
                    or 2 * len(steps) + _OTHER_ITEMS > MISSION_CAPACITY
                    or begins_s < ready_s[number]
                    or lands_s > hotspot.period_s
                ):
                    return False
                ready_s[number] = lands_s + self._turnaround_s
                flown = [work.pieces[entry >> 1] for entry in route.entries]
                visits += visits_of(flight, takes_off_s, [(index[piece.name], piece) for piece in flown])
        allowed_s = hotspot.max_idleness_s - latest_s
        return len(visits) == len(work.pieces) and _keeps(visits, len(index), hotspot.period_s, allowed_s)

    def _steps(self, pieces: Sequence[Piece], route: WorkerRoute) -> list[Step]:
        member = self._task.crew[route.worker]
        return steps_of(member.router, member.home_xy, pieces, route.entries)

    def _fly(self, number: int, steps: Sequence[Step]) -> Timeline:
        member = self._task.crew[number]
        wind_m_s = self._task.site.rules.wind_m_s
        return energy.predict_flight(member.drone, member.home_xy, member.altitude_m, steps, member.speeds, wind_m_s)

    def _refuse_too_long(self, flyers: Sequence[Flyer], period_s: float) -> None:
        source = self._task.patrol.source
        for number, spot in enumerate(self._spots):
            longest_s = max(_longest_stay_s(flyer, number, period_s) for flyer in flyers)
            if longest_s >= spot.stay_s[0]:
                continue
            name, least = spot.point.id, _clock(spot.stay_s[0])
            if longest_s < 1.0:
                raise InputError(
                    f"{source}: no drone can reach point {name} and come back on one battery",
                    hint="move a home nearer, open a way around the keep-outs, or leave the point out",
                )
            raise InputError(
                f"{source}: no drone can stay at point {name} for {least}: with the way there and back and the reserve "
                f"kept, its battery lasts for {_clock(longest_s)}",
                hint="ask for shorter stays (dwell_min), for fewer of them (dwell_at), or use larger batteries",
            )


def _keeps(visits: Sequence[Visit], points: int, period_s: float, allowed_s: float) -> bool:
    """Whether every point is visited, never by two drones at once, and none is left alone for too long."""
    for point in range(points):
        own = sorted(visit for visit in visits if visit.point == point)
        together = any(second.arrive_s < first.leave_s for first, second in pairwise(own))
        if not own or together or worst_s(own, period_s) > allowed_s:
            return False
    return True


def _flyer(member: CrewMember, own: Worker, caution: int) -> Flyer:
    rise = energy.predict_flight(member.drone, member.home_xy, member.altitude_m, [Step(member.home_xy)], member.speeds)
    aloft = int(np.flatnonzero(rise.xyz_m[:, 2] >= member.altitude_m - 0.05)[0])
    take_off_s = float(rise.t_s[aloft])
    return Flyer(
        way_s=(own.way_s[::2, ::2] * (1.0 + _WAY_STEP * caution)).tolist(),
        take_off_s=take_off_s,
        landing_s=max(0.0, own.fixed_s - take_off_s) + _WAVE_SLACK_S / 2.0,
        cruise_power_w=own.cruise_power_w,
        hover_power_w=own.hover_power_w,
        fixed_ws=3600.0 * own.fixed_wh,
        budget_ws=3600.0 * own.budget_wh * (1.0 - _BUDGET_STEP * caution),
    )


def _longest_stay_s(flyer: Flyer, point: int, period_s: float) -> float:
    """At one point, flown to from home and straight back."""
    way_s = flyer.way_s[-1][point] + flyer.way_s[point][-1]
    hover_ws = flyer.budget_ws - flyer.fixed_ws - way_s * flyer.cruise_power_w
    return min(hover_ws / flyer.hover_power_w, period_s - 1.0 - way_s - flyer.take_off_s - flyer.landing_s)


def _with_pauses(beat: Beat, factor: float, rng: np.random.Generator) -> tuple[Beat, float]:
    """The time left over between waves shared out at random, or half at random, if the promise can be kept so; and the
    fall-back's factor for it."""
    even = np.array(beat.wave_starts_s)
    earliest = beat.wave_step_s * np.arange(len(even))
    spare_s = beat.period_s - beat.wave_s - earliest[-1]
    shares = rng.dirichlet(np.ones(len(even)))
    random = earliest + np.concatenate([[0.0], np.cumsum(shares[:-1])]) * spare_s
    for evenness in (0.0, 0.5):
        starts_s = np.floor(evenness * even + (1.0 - evenness) * random)
        paused = replace(beat, wave_starts_s=[float(start_s) for start_s in starts_s])
        own_factor, idleness_s = fall_back_of(paused)
        if idleness_s <= beat.max_idleness_s:
            return paused, own_factor
    return beat, factor


def _is_large(beat: Beat) -> bool:
    return len(beat.weights) * len(beat.wave_starts_s) * len(beat.flyers) > _LARGE


def _out_of_reach(crew: _Crew, hotspot: HotspotSettings, task: PatrolTask) -> InputError:
    """Says which promise can be kept: one for which flights were found."""
    beat = crew.beat(hotspot, 0)
    _, least_s = fall_back_of(beat)
    who = f"{task.patrol.source}: {len(beat.flyers)} drones in {len(beat.wave_starts_s)} waves cannot"
    hint = "use more drones, fewer points, shorter stays, a shorter turnaround_min in [rules], or more sorties"
    if math.isinf(least_s):
        period_min = hotspot.period_s / 60.0
        return InputError(
            f"{who} even visit each of the {len(beat.weights)} points once in {period_min:g} min",
            hint=f"lengthen period_min, or {hint}",
        )
    asked_min = hotspot.max_idleness_s / 60.0
    what = f"{who} be back at every one of {len(beat.weights)} points within {asked_min:g} min"
    first_min = math.ceil(max(least_s + _IDLENESS_STEP_S, hotspot.max_idleness_s) / 60.0)
    if _is_large(beat):
        return InputError(what, hint=f"by estimate {first_min} min can just be kept: ask for more than that, or {hint}")
    for more_min in _MINUTES_MORE:
        possible_min = first_min + more_min
        asked = replace(hotspot, max_idleness_s=60.0 * possible_min)
        if _found(crew, asked, task.patrol.seed, tries=1) is not None:
            return InputError(
                f"{what}: the least found is {possible_min} min",
                hint=f"set max_idleness_min = {possible_min} or more, or {hint}",
            )
    return InputError(what, hint=hint)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d} min"
