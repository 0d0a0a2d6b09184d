"""Work whose order matters: shared out as unbroken runs, one for each drone, and cut into sorties as batteries allow.

Allocation puts pieces in whatever order is quickest. A search that grows outward or a drone that goes round and round
must keep its order, so such a pattern shares its work here.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, pairwise, permutations

import numpy as np

from dronectl.errors import InputError
from dronectl.geodesy.frame import FloatArray
from dronectl.model.ardupilot.stored_items import MISSION_CAPACITY
from dronectl.model.plan.patrol import CameraAction
from dronectl.planning.assignment.allocation import WorkerRoute
from dronectl.planning.assignment.participants import PLANNED_SHARE, CrewMember
from dronectl.planning.assignment.patrol_task import PatrolTask
from dronectl.planning.mission.route import steps_of
from dronectl.planning.paths.routing import Router
from dronectl.planning.performance import energy
from dronectl.planning.work import SAME_PLACE_M, Piece, Step

SPARE_ITEMS = 20
"""Of the memory for a mission, kept for take-off, speed, the ways around keep-outs and the return."""

_MOST_ORDERS_TRIED = 24
_HALVINGS = 40

Run = tuple[int, ...]
"""Pieces by number, in the order in which one drone flies them, each in its direction."""


def equal_runs(task: PatrolTask, pieces: Sequence[Piece]) -> list[Run]:
    """Pieces in order as one unbroken run for each drone of the crew, so that the longest flight is as short as the
    lengths of the pieces let it be. Which drone begins is tried out."""
    crew = task.crew
    work_s, out_s, back_s = _times(task, pieces)
    best: tuple[float, list[Run]] | None = None
    for order in islice(permutations(range(len(crew))), _MOST_ORDERS_TRIED):
        shares = _shares(work_s, out_s[list(order)], back_s[list(order)])
        longest_s = max(
            _flight_s(work_s, out_s[member], back_s[member], first, last)
            for member, (first, last) in zip(order, shares, strict=True)
        )
        if best is None or longest_s < best[0] - 1e-9:
            runs: list[Run] = [()] * len(crew)
            for member, (first, last) in zip(order, shares, strict=True):
                runs[member] = tuple(range(first, last))
            best = (longest_s, runs)
    assert best is not None, "a crew has at least one drone"
    return best[1]


def longest_flight_s(task: PatrolTask, pieces: Sequence[Piece], runs: Sequence[Run]) -> float:
    """Of the longest run, ways to it and back included."""
    work_s, out_s, back_s = _times(task, pieces)
    return max(
        _flight_s(work_s, out_s[member], back_s[member], run[0], run[-1] + 1) for member, run in enumerate(runs) if run
    )


def repeated(shares: Sequence[Sequence[WorkerRoute]], drone_count: int, rounds: int) -> list[Run]:
    """What allocation gave each drone, round after round, as a run each."""
    once: list[list[int]] = [[] for _ in range(drone_count)]
    for wave in shares:
        for route in wave:
            once[route.worker] += [entry >> 1 for entry in route.entries]
    return [tuple(run * rounds) for run in once]


def in_sorties(task: PatrolTask, pieces: Sequence[Piece], runs: Sequence[Run]) -> list[list[WorkerRoute]]:
    """Each drone's run (``runs[k]``: of crew member k) as routes by wave, each as long as battery and memory allow.

    Raises:
        InputError: one piece alone is more than a battery can do, or cannot be reached; named.
    """
    waves: list[list[WorkerRoute]] = []
    for worker, run in enumerate(runs):
        for number, part in enumerate(_parts(task, worker, pieces, run)):
            if number == len(waves):
                waves.append([])
            waves[number].append(WorkerRoute(worker, tuple(2 * piece for piece in part)))
    return waves


def _parts(task: PatrolTask, worker: int, pieces: Sequence[Piece], run: Run) -> list[Run]:
    """A run in as few sorties as it fits in."""
    member = task.crew[worker]
    parts: list[Run] = []
    while run:
        fits, too_many = 0, len(run) + 1
        # Longer flights draw more, so the longest that fits is found by halving; mostly it is all that is left.
        tried = len(run)
        while too_many - fits > 1:
            if _fits(task, member, pieces, run[:tried]):
                fits = tried
            else:
                too_many = tried
            tried = (fits + too_many) // 2
        if fits == 0:
            raise InputError(
                f"{pieces[run[0]].name} alone is more than a battery of drone {member.drone.name} can do",
                hint="make the pattern smaller, move a home nearer, or change battery and battery_reserve_pct in "
                "dronectl.toml",
            )
        parts.append(run[:fits])
        run = run[fits:]
    return parts


def _fits(task: PatrolTask, member: CrewMember, pieces: Sequence[Piece], run: Run) -> bool:
    steps = steps_of(member.router, member.home_xy, pieces, [2 * piece for piece in run])
    if _items(steps, task.patrol.camera) > MISSION_CAPACITY - SPARE_ITEMS:
        return False
    rules = task.site.rules
    flight = energy.predict_flight(
        member.drone, member.home_xy, member.altitude_m, steps, member.speeds, rules.wind_m_s
    )
    return flight.windy_energy_wh <= PLANNED_SHARE * energy.usable_energy_wh(member.drone, rules.battery_reserve_pct)


def _items(steps: Sequence[Step], camera: CameraAction) -> int:
    """Mission items of the steps at most: speed and camera change where work begins and ends."""
    changes = sum(one.working != other.working for one, other in pairwise(steps)) + 2
    looks = sum(step.look_at is not None for step in steps)
    return len(steps) + changes * (1 + int(camera is not CameraAction.NONE)) + looks


def _times(task: PatrolTask, pieces: Sequence[Piece]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Seconds of the work before each piece (n + 1,), ways between pieces included; and for each drone of the crew the
    way from home to each piece and from each piece back (members, n)."""
    starts = np.array([piece.path_xy[0] for piece in pieces])
    ends = np.array([piece.path_xy[-1] for piece in pieces])
    member = task.crew[0]
    speed_m_s = max(member.speeds.work_m_s, 0.1)
    lengths = np.array([piece.length_m + speed_m_s * piece.dwell_s for piece in pieces])
    gaps = np.array([_gap_m(member.router, end, start) for end, start in zip(ends[:-1], starts[1:], strict=True)])
    work_s = np.concatenate([[0.0], np.cumsum(lengths + np.append(gaps, 0.0))]) / speed_m_s
    homes = np.array([one.home_xy for one in task.crew])
    transit = np.array([[max(one.speeds.transit_m_s, 0.1)] for one in task.crew])
    out_s = np.hypot(*(homes[:, None, :] - starts[None]).transpose(2, 0, 1)) / transit
    back_s = np.hypot(*(homes[:, None, :] - ends[None]).transpose(2, 0, 1)) / transit
    return work_s, out_s, back_s


def _gap_m(router: Router, end: FloatArray, start: FloatArray) -> float:
    """The way from one piece to the next: most pieces begin where the one before ends."""
    if float(np.hypot(*(start - end))) < SAME_PLACE_M:
        return 0.0
    return float(np.hypot(*np.diff(router.path(end, start), axis=0).T).sum())


def _flight_s(work_s: FloatArray, out_s: FloatArray, back_s: FloatArray, first: int, last: int) -> float:
    """Of the pieces first, …, last - 1."""
    if first >= last:
        return 0.0
    return float(work_s[last] - work_s[first] + out_s[first] + back_s[last - 1])


def _shares(work_s: FloatArray, out_s: FloatArray, back_s: FloatArray) -> list[tuple[int, int]]:
    """Ends (first, last + 1) of the runs of drones in this order, by halving the time that the longest may take."""
    count = len(work_s) - 1
    low, high = 0.0, float(work_s[-1] + 2.0 * (out_s.max() + back_s.max()))
    best = _filled(work_s, out_s, back_s, high)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        found = _filled(work_s, out_s, back_s, middle)
        if found[-1][1] == count:
            best, high = found, middle
        else:
            low = middle
    return best


def _filled(work_s: FloatArray, out_s: FloatArray, back_s: FloatArray, limit_s: float) -> list[tuple[int, int]]:
    """One drone after the other takes as many pieces as it can fly in this time."""
    count = len(work_s) - 1
    shares: list[tuple[int, int]] = []
    first = 0
    for out, back in zip(out_s, back_s, strict=True):
        last = first
        if first < count:
            fits = work_s[first + 1 :] - work_s[first] + out[first] + back[first:] <= limit_s
            last = first + (int(np.flatnonzero(fits)[-1]) + 1 if fits.any() else 0)
        shares.append((first, last))
        first = last
    return shares
