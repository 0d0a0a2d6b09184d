"""Jobs over processes: each result or failure with its own job, whatever the others do."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from programs import wait_for

from dronectl.errors import DronectlError, InputError, InputErrors, Interrupted, StorageError
from dronectl.ops.recordings.worker_pool import on_processes


@dataclass(frozen=True, slots=True)
class Task:
    source: Path
    does: str


def work(task: Task, common: object, stopped: Callable[[], bool]) -> str:
    match task.does:
        case "refuse":
            raise InputErrors("two things", ["one", "two"], hint="mend them")
        case "fault":
            raise ZeroDivisionError("a bug")
        case "memory":
            raise MemoryError
        case "disk":
            raise StorageError("full", hint="make room")
        case "die":
            os._exit(9)
        case "wait":
            task.source.touch()
            while not stopped():
                time.sleep(0.01)
            task.source.with_name("stopped").touch()
            raise Interrupted("stopped")
    return f"{task.source.name} of {common}"


def outcomes(*deeds: str, processes: int = 2) -> dict[str, tuple[str | None, DronectlError | None]]:
    tasks = [Task(Path(f"{number}"), does) for number, does in enumerate(deeds)]
    done = on_processes(work, tasks, "all", processes=processes)
    return {outcome.job.source.name: (outcome.result, outcome.error) for outcome in done}


def test_what_fails_fails_alone() -> None:
    told = outcomes("do", "refuse", "fault", "memory", "disk", "do")
    assert told["0"] == ("0 of all", None)
    assert told["5"] == ("5 of all", None)
    errors = {name: error for name, (_, error) in told.items() if error is not None}
    refused = errors["1"]
    assert isinstance(refused, InputErrors)
    assert (refused.message, refused.hint, refused.problems) == ("two things", "mend them", ("one", "two"))
    assert type(errors["2"]) is DronectlError
    assert errors["2"].message == "2: unexpected fault: ZeroDivisionError: a bug"
    assert "memory" in errors["3"].hint
    assert (errors["4"].message, errors["4"].hint) == ("full", "make room")


def test_a_process_that_dies_takes_no_other_job_with_it() -> None:
    told = outcomes("do", "die", "do", "do", "do")
    assert [told[name][0] for name in "0234"] == ["0 of all", "2 of all", "3 of all", "4 of all"]
    _, error = told["1"]
    assert isinstance(error, InputError)
    assert error.message == "1: the process that read it died"


@pytest.mark.parametrize("deeds", [(), ("do",), ("refuse",), ("fault",)])
def test_few_jobs_need_no_process(deeds: tuple[str, ...]) -> None:
    told = outcomes(*deeds)
    assert len(told) == len(deeds)
    assert all((result is None) is (error is not None) for result, error in told.values())


@pytest.mark.parametrize("error", [DronectlError("a", hint="b", details={"c": 1}), InputErrors("a", ["x"], hint="b")])
def test_errors_come_back_whole_from_other_processes(error: DronectlError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert again.as_json() == error.as_json()


def test_closing_stops_what_is_under_way(tmp_path: Path) -> None:
    waiting = Task(tmp_path / "waiting", "wait")
    with contextlib.closing(on_processes(work, [waiting, Task(tmp_path / "b", "do")], "all", processes=2)) as done:
        assert next(done).result == "b of all"
        wait_for(waiting.source.exists)
    assert (tmp_path / "stopped").exists()


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="this system cannot hold signals back")
def test_ctrl_c_works_again_once_the_processes_have_started() -> None:
    assert outcomes("do", "do").keys() == {"0", "1"}
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, set())
