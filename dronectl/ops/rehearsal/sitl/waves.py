"""All flights of a rehearsal on simulators: every run, and then one flight for each thing that fails on each leg."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field

from dronectl.errors import DronectlError
from dronectl.model.rehearsal.flown import FlownSortie
from dronectl.ops.common import event_loop
from dronectl.ops.common.events import Listener, Progress
from dronectl.ops.parameters.failsafe_settings import failsafe_settings
from dronectl.ops.plans.wanted_items import wanted_items
from dronectl.ops.rehearsal.sitl.flight import Failing, Load, NotTried, SitlFlown, fly_on_sitl
from dronectl.ops.rehearsal.sitl.simulators import Programs, seats
from dronectl.ops.rehearsal.wave import Common, Wave, WaveJob, failures_tried, judged_wave, refused
from dronectl.sim.rehearsal.board import Board
from dronectl.sim.rehearsal.conditions import DroneConditions
from dronectl.sim.rehearsal.moments import FailedFlight, Failure, moments_of

STAGE = "flown on ArduPilot"


@dataclass
class Flown:
    """What all simulators flew. Keys of ``flights``: run, sortie, drone."""

    flights: dict[tuple[int, int, str], FlownSortie] = field(default_factory=dict)
    failed: dict[tuple[int, int, str], list[FailedFlight]] = field(default_factory=dict)
    firmware: dict[str, str] = field(default_factory=dict)
    """By drone."""
    not_tried: dict[Failure, int] = field(default_factory=dict)
    """On so many legs the simulator did not take it."""
    may_fail: int = 0
    """So many things on all legs together, of which ``failing`` were tried."""
    failing: int = 0

    def of_wave(self, run: int, sortie: int) -> list[FlownSortie]:
        return [one for (number, of, _), one in self.flights.items() if (number, of) == (run, sortie)]


def fly_on_simulators(
    jobs: Sequence[WaveJob], common: Common, programs: Programs, listener: Listener, most_failures: int | None = None
) -> Flown:
    """Flies all waves, whose jobs say on which of them something fails; so many failures at most, spread over all
    legs and kinds.

    Raises:
        DronectlError: a simulator cannot be run or is gone, or a drone does not take or keep an item.
        KeyboardInterrupt: stopped; no simulator runs on.
    """
    return event_loop.run(_Flying(jobs, common, programs, listener, most_failures).fly())


def judged(jobs: Sequence[WaveJob], common: Common, flown: Flown) -> list[Wave]:
    """The flights as the built-in fleet's are judged."""
    waves = []
    for job in jobs:
        flights = flown.of_wave(job.run, job.sortie)
        failed = [one for flight in flights for one in flown.failed.get((job.run, job.sortie, flight.drone), ())]
        waves.append(judged_wave(job, common, flights, failed))
    return waves


class _Flying:
    def __init__(
        self, jobs: Sequence[WaveJob], common: Common, programs: Programs, listener: Listener, most_failures: int | None
    ) -> None:
        self._jobs, self._common, self._programs, self._listener = jobs, common, programs, listener
        with_failures = [key for job in jobs if job.with_moments for key in self._keys(job)]
        self._most: dict[tuple[int, int, str], int] = {}
        if most_failures is not None:
            self._most = dict(zip(with_failures, shares(most_failures, len(with_failures)), strict=True))
        self._flown = Flown()
        self._done = self._total = 0

    async def fly(self) -> Flown:
        common = self._common
        try:
            async with seats(self._programs) as self._seats, asyncio.TaskGroup() as self._tasks:
                for job in self._jobs:
                    run = common.run(job.run)
                    for board in common.boards_of(job.sortie):
                        conditions = run.of(board.settings.name, board.sortie)
                        self._start(self._whole(job, board, conditions))
        except* DronectlError as several:
            raise _first(several) from several
        self._flown.flights = dict(sorted(self._flown.flights.items(), key=lambda pair: self._order(pair[0])))
        for failed in self._flown.failed.values():
            failed.sort(key=lambda one: (one.item, one.failure, one.at_s))
        return self._flown

    def _keys(self, job: WaveJob) -> list[tuple[int, int, str]]:
        return [(job.run, job.sortie, board.settings.name) for board in self._common.boards_of(job.sortie)]

    def _order(self, key: tuple[int, int, str]) -> tuple[int, int, int]:
        run, sortie, drone = key
        return run, sortie, [planned.name for planned in self._common.plan.drones].index(drone)

    def _start(self, flight: Coroutine[None, None, None]) -> None:
        self._total += 1
        self._tell()
        self._tasks.create_task(flight)

    def _tell(self) -> None:
        self._listener(Progress(self._common.plan.name, STAGE, self._done, self._total))

    async def _whole(self, job: WaveJob, board: Board, conditions: DroneConditions) -> None:
        one = await self._fly(board, conditions)
        key = (job.run, job.sortie, board.settings.name)
        flown = self._flown.flights[key] = one.flown or refused(board)
        if job.with_moments and one.flown is not None:
            moments, failures = moments_of(flown.track, flown.start_s), failures_tried(self._common.settings)
            chosen = spread_evenly(len(moments), len(failures), self._most.get(key))
            self._flown.may_fail += len(moments) * len(failures)
            self._flown.failing += len(chosen)
            for leg, kind in chosen:
                item, moment_s = moments[leg]
                self._start(self._failing(key, board, conditions, item, Failing(failures[kind], moment_s)))

    async def _failing(
        self, key: tuple[int, int, str], board: Board, conditions: DroneConditions, item: int, failing: Failing
    ) -> None:
        try:
            one = await self._fly(board, conditions, failing)
        except NotTried:
            self._flown.not_tried[failing.failure] = self._flown.not_tried.get(failing.failure, 0) + 1
            return
        if one.flown is not None and one.failed_s is not None:  # else it was on the ground by then
            failed = FailedFlight(failing.failure, item, one.flown.start_s + one.failed_s, one.flown)
            self._flown.failed.setdefault(key, []).append(failed)

    async def _fly(self, board: Board, conditions: DroneConditions, failing: Failing | None = None) -> SitlFlown:
        planned = self._common.plan.drone(board.settings.name)
        assert planned is not None
        load = Load(board, wanted_items(planned, board.sortie), failsafe_settings(planned, self._common.site.rules))
        async with self._seats.seat(board.settings.name) as seat:
            one = await fly_on_sitl(load, conditions, seat, failing)
        self._flown.firmware[board.settings.name] = one.firmware
        self._done += 1
        self._tell()
        return one


def shares(of: int, among: int) -> list[int]:
    """As equal as they can be."""
    return [of * (one + 1) // among - of * one // among for one in range(among)]


def spread_evenly(legs: int, kinds: int, most: int | None) -> list[tuple[int, int]]:
    """(leg, kind) of so many at most, all of them where ``most`` is None: as many on each leg and of each kind as can
    be."""
    count = legs * kinds if most is None else min(most, legs * kinds)
    return [(number * legs // count, number % kinds) for number in range(count)]


def _first(several: BaseExceptionGroup[DronectlError]) -> DronectlError:
    for one in several.exceptions:
        return _first(one) if isinstance(one, BaseExceptionGroup) else one
    raise AssertionError("a group has members")
