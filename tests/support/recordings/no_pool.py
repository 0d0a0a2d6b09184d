"""Recordings of a folder read in this process: starting others takes longer than to read those of a test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from dronectl.ops.recordings import worker_pool


def without_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the commands of this process start no others to read recordings."""
    monkeypatch.setattr(worker_pool, "_in_pool", _in_turn)


def _in_turn(work: Any, jobs: Sequence[Any], common: object, _processes: int) -> Iterator[tuple[Any, Future[Any]]]:
    for job in jobs:
        future: Future[Any] = Future()
        try:
            future.set_result(work(job, common, lambda: False))
        except Exception as error:  # noqa: BLE001 - the job's, as in a process
            future.set_exception(error)
        yield job, future
