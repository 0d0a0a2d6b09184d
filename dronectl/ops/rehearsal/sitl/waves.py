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

    def of_wave(self, run: int, sortie: int) -> list[FlownSortie]:
        return [one for (number, of, _), one in self.flights.items() if (number, of) == (run, sortie)]


def fly_on_simulators(jobs: Sequence[WaveJob], common: Common, programs: Programs, listener: Listener) -> Flown:
    """Flies all waves, whose jobs say on which of them something fails.

    Raises:
        DronectlError: a simulator cannot be run or is gone, or a drone does not take or keep an item.
        KeyboardInterrupt: stopped; no simulator runs on.
    """
    return event_loop.run(_Flying(jobs, common, programs, listener).fly())


def judged(jobs: Sequence[WaveJob], common: Common, flown: Flown) -> list[Wave]:
    """The flights as the built-in fleet's are judged."""
    waves = []
    for job in jobs:
        flights = flown.of_wave(job.run, job.sortie)
        failed = [one for flight in flights for one in flown.failed.get((job.run, job.sortie, flight.drone), ())]
        waves.append(judged_wave(job, common, flights, failed))
    return waves


class _Flying:
    def __init__(self, jobs: Sequence[WaveJob], common: Common, programs: Programs, listener: Listener) -> None:
        self._jobs, self._common, self._programs, self._listener = jobs, common, programs, listener
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
            for item, moment_s in moments_of(flown.track, flown.start_s):
                for failure in failures_tried(self._common.settings):
                    self._start(self._failing(key, board, conditions, item, Failing(failure, moment_s)))

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


def _first(several: BaseExceptionGroup[DronectlError]) -> DronectlError:
    for one in several.exceptions:
        return _first(one) if isinstance(one, BaseExceptionGroup) else one
    raise AssertionError("a group has members")
