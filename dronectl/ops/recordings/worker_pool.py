"""Work on many files, spread over this machine's processes: what fails fails alone, Ctrl-C leaves nothing half done.

Processes are spawned on every system, as Windows does it, so the same code runs everywhere.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from dronectl.errors import DronectlError, InputError, Interrupted
from dronectl.ops.common.child_processes import begin_child, hearing_no_ctrl_c


class Job(Protocol):
    """Work on one file."""

    @property
    def source(self) -> Path: ...


J = TypeVar("J", bound=Job)
R = TypeVar("R")
Stopped = Callable[[], bool]

_MOST_PROCESSES = 61
"""What Windows can wait for at once."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[J, R]):
    """A job with its result, or with the error that it ended in."""

    job: J
    result: R | None
    error: DronectlError | None


def default_processes() -> int:
    """As many as there are processors."""
    return min(os.cpu_count() or 1, _MOST_PROCESSES)


def on_processes(
    work: Callable[[J, Any, Stopped], R], jobs: Sequence[J], common: object, *, processes: int
) -> Generator[Outcome[J, R], None, None]:
    """``work(job, common, stopped)`` for each job, as they end; close the iterator to stop what is under way.

    ``work`` is a function at the top of a module; it, the jobs, ``common`` and the results can be pickled. ``common``
    goes to each process once. A process that dies (no memory left) takes no other job with it: those that were not
    done by then are done again, each alone. ``work`` ends with Interrupted soon after ``stopped()`` became true.
    """
    processes = min(processes, len(jobs), _MOST_PROCESSES)
    if len(jobs) <= 1:  # a second process would take longer to start
        yield from _in_thread(work, jobs, common)
        return
    again: list[J] = []
    for job, future in _in_pool(work, jobs, common, processes):
        if isinstance(future.exception(), BrokenProcessPool):
            again.append(job)
        else:
            yield outcome(job, future.exception(), future)
    for one in again:
        for job, future in _in_pool(work, [one], common, 1):
            yield outcome(job, future.exception(), future)


class HasResult(Protocol):
    """A future of this machine or of a cluster."""

    def result(self) -> Any: ...


def outcome(job: J, error: BaseException | None, future: HasResult) -> Outcome[J, Any]:
    """What a future that is done holds.

    Raises:
        Interrupted: the work was stopped.
    """
    if error is None:
        return Outcome(job, future.result(), None)
    if isinstance(error, Interrupted):
        raise error
    if isinstance(error, DronectlError):
        return Outcome(job, None, error)
    if isinstance(error, (BrokenProcessPool, MemoryError)):
        hint = "most likely there was not memory enough: give it fewer processes (--jobs 1)"
        return Outcome(job, None, InputError(f"{job.source}: the process that read it died", hint=hint))
    if isinstance(error, OSError):
        return Outcome(job, None, InputError(f"{job.source}: {error.strerror or error}"))
    return Outcome(job, None, DronectlError(f"{job.source}: unexpected fault: {type(error).__name__}: {error}"))


def _in_thread(work: Callable[[J, Any, Stopped], R], jobs: Sequence[J], common: object) -> Iterator[Outcome[J, R]]:
    stopped = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        try:
            for job in jobs:
                future = pool.submit(work, job, common, stopped.is_set)
                yield outcome(job, future.exception(), future)
        finally:
            stopped.set()


def _in_pool(
    work: Callable[[J, Any, Stopped], R], jobs: Sequence[J], common: object, processes: int
) -> Iterator[tuple[J, Future[R]]]:
    context = multiprocessing.get_context("spawn")
    stopped = context.Event()
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(common, stopped))
    try:
        futures: dict[Future[R], J] = {}
        with hearing_no_ctrl_c():
            for job in jobs:
                futures[pool.submit(_work_here, work, job)] = job
        for future in as_completed(futures):
            yield futures[future], future
    finally:
        stopped.set()
        pool.shutdown(wait=True, cancel_futures=True)


_here: tuple[object, Stopped] = (None, lambda: False)
"""In a process of the pool: what all jobs have in common, and whether to stop."""


def _begin(common: object, stopped: Any) -> None:
    global _here
    _here = common, stopped.is_set
    begin_child()


def _work_here(work: Callable[[J, Any, Stopped], R], job: J) -> R:
    common, stopped = _here
    if stopped():
        raise Interrupted("stopped by the user")
    return work(job, common, stopped)
