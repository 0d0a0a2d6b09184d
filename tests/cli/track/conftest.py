"""Recordings of a folder are read in this process: starting others takes longer than to read these."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from dronectl.ops.recordings import worker_pool


@pytest.fixture(autouse=True)
def in_this_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless the test asks for ``own_processes``, as those of the pool itself do."""
    if "own_processes" not in request.fixturenames:
        monkeypatch.setattr(worker_pool, "_in_pool", _in_turn)


@pytest.fixture
def own_processes() -> None:
    """The command may start as many as it likes."""


def _in_turn(work: Any, jobs: Sequence[Any], common: object, _processes: int) -> Iterator[tuple[Any, Future[Any]]]:
    for job in jobs:
        future: Future[Any] = Future()
        try:
            future.set_result(work(job, common, lambda: False))
        except Exception as error:  # noqa: BLE001 - the job's, as in a process
            future.set_exception(error)
        yield job, future
