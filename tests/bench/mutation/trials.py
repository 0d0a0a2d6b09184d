"""What becomes of a mutant: the tests that reach it are run in a process of its own."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from mutation.places import Mutant
from mutation.reach import PYTEST_OPTIONS, OtherCode, Reach

ENOUGH_S = 8.0
"""What all tests of one mutant may cost without it, in seconds; six times that when it is looked at again."""
CPU_LIMIT_S = 60
WALL_LIMIT_S = 300
Tell = Callable[[Mutant, str, str, float], None]
"""Hears of a mutant, what became of it, by which test, and the processor time that this took."""


class Trial:
    """In a process that has collected the tests: forks for each mutant, and tells what became of it."""

    def __init__(self, mutants: list[tuple[Mutant, list[str]]], tell: Tell, warm: bool) -> None:
        self.mutants = mutants
        self.tell = tell
        self.warm = warm
        self.failed = ""
        self.functions: dict[tuple[str, str, int], list[FunctionType]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
        if self.warm:
            for mutant, _ in self.mutants:
                importlib.import_module(mutant.module)  # it may be imported only when it is needed
            self.functions = functions_of_the_package()
        gc.freeze()
        for mutant, tests in self.mutants:
            chosen = [items[test] for test in tests if test in items]
            fate, by, cpu_s = forked(lambda: self.tried(mutant, chosen))  # noqa: B023
            self.tell(mutant, fate, by, cpu_s)
        return True

    def tried(self, mutant: Mutant, chosen: list[pytest.Item]) -> tuple[str, str]:
        if self.warm and not put_into_function(mutant, self.functions):
            return "cold", ""
        if not chosen:
            return "no tests", ""
        for item, following in zip(chosen, [*chosen[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                return "killed", self.failed
        return "lived", f"{len(chosen)} tests"


def forked(work: Callable[[], tuple[str, str]]) -> tuple[str, str, float]:
    """What ``work`` answers in a process of its own, with limits; and the processor time that this took."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_S, CPU_LIMIT_S + 5))
        try:
            answer: tuple[str, str] = work()
        except BaseException as error:  # noqa: BLE001
            answer = "killed", f"{type(error).__name__}: {error}"
        os.write(writing, json.dumps(answer).encode())
        os._exit(0)
    os.close(writing)
    ends_s = time.monotonic() + WALL_LIMIT_S
    stalled = False
    while True:
        done, status, usage = os.wait4(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > ends_s:
            stalled = True
            os.kill(child, signal.SIGKILL)
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what its tests started
    with os.fdopen(reading) as pipe:
        said = pipe.read() if not status else ""
    cpu_s = usage.ru_utime + usage.ru_stime
    if said:
        fate, by = json.loads(said)
        return fate, by, cpu_s
    return ("stalled" if stalled else "no end"), f"signal {status & 127}", cpu_s


def functions_of_the_package() -> dict[tuple[str, str, int], list[FunctionType]]:
    """Every function that is alive, by its file, its qualified name and its first line."""
    found: defaultdict[tuple[str, str, int], list[FunctionType]] = defaultdict(list)
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and "/dronectl/" in one.__code__.co_filename:
            found[key_of(one.__code__)].append(one)
    return found


def key_of(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def put_into_function(mutant: Mutant, functions: dict[tuple[str, str, int], list[FunctionType]]) -> bool:
    """Changes the function that has been imported; False for what only a new import changes."""
    new = [code for code in _codes(mutant.code()) if code.co_qualname == mutant.function]
    new = [code for code in new if code.co_firstlineno <= mutant.line]
    if not new:
        return False
    changed = max(new, key=lambda code: code.co_firstlineno)
    alive = functions.get(key_of(changed), [])
    if any(one.__code__.co_freevars != changed.co_freevars for one in alive):
        return False
    for one in alive:
        one.__code__ = changed
    return bool(alive)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _codes(const)


def run(mutants: list[Mutant], reach: Reach, results: Path, *, again: bool) -> None:
    """Appends what became of each mutant to ``results``; ``again``: with more tests, each in a fresh process."""
    screen = os.fdopen(os.dup(1), "w")  # pytest itself talks to nobody

    def tell(mutant: Mutant, fate: str, by: str, cpu_s: float) -> None:
        told = {"mutant": asdict(mutant), "fate": fate, "by": by, "cpu_s": round(cpu_s, 2), "room": mutant.room}
        with results.open("a") as out:
            out.write(json.dumps(told) + "\n")
        print(f"{fate:9} {cpu_s:5.1f} s  {mutant.name}  {mutant.kind}: {mutant.text}   [{by}]", file=screen, flush=True)

    enough_s = ENOUGH_S * (6 if again else 1)
    chosen = {mutant: reach.tests_of(mutant, enough_s) for mutant in mutants}
    for mutant, tests in chosen.items():
        if not tests:
            tell(mutant, "lived", "no test runs it", 0)
    work = [(mutant, tests) for mutant, tests in chosen.items() if tests]
    cold = [pair for pair in work if again or pair[0].function is None]
    warm = [pair for pair in work if pair not in cold]
    import_what_is_heavy()
    if warm:
        files = sorted({test.split("::")[0] for _, tests in warm for test in tests})
        in_child(lambda: collected(files, Trial(warm, tell, warm=True)))
        cold += [pair for pair in warm if last_fate(results, pair[0]) == "cold"]
    for mutant, tests in cold:
        files = list(dict.fromkeys(test.split("::")[0] for test in tests))
        in_child(lambda: with_import(mutant, files, tests, tell))  # noqa: B023


def with_import(mutant: Mutant, files: list[str], tests: list[str], tell: Tell) -> None:
    code = mutant.code()
    sys.meta_path.insert(0, OtherCode(lambda path: code if path == mutant.path else None, {}))
    told: list[str] = []

    def tell_once(mutant: Mutant, fate: str, by: str, cpu_s: float) -> None:
        told.append(fate)
        tell(mutant, fate, by, cpu_s)

    ended = collected(files, Trial([(mutant, tests)], tell_once, warm=False))
    if not told:
        tell(mutant, "killed", f"collection ended with {ended}", time.process_time())


def collected(files: list[str], trial: Trial) -> int:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    with tempfile.TemporaryDirectory(prefix="mutants") as base:
        return int(pytest.main([*PYTEST_OPTIONS, f"--basetemp={base}/tests", *files], plugins=[trial]))


def in_child(work: Callable[[], object]) -> None:
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def import_what_is_heavy() -> None:
    """Once, before the forks; and Hypothesis is told not to look for the smallest example, which takes minutes."""
    for name in ("numpy", "shapely", "pyproj", "hypothesis", "click", "rich", "simplekml", "lxml.etree", "dronekit"):
        importlib.import_module(name)
    importlib.import_module("pymavlink.dialects.v20.ardupilotmega")
    from hypothesis import Phase, settings

    phases = (Phase.explicit, Phase.generate)
    settings.register_profile("mutants", phases=phases, database=None, derandomize=True, deadline=None)
    settings.load_profile("mutants")


def last_fate(results: Path, mutant: Mutant) -> str:
    return fates_of(results).get(mutant, {"fate": ""})["fate"]


def fates_of(results: Path) -> dict[Mutant, dict[str, Any]]:
    """What became of each mutant; the last word counts."""
    told = [json.loads(line) for line in results.open()] if results.exists() else []
    return {Mutant(**one["mutant"]): one for one in told}
