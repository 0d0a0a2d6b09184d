"""Which test runs which lines: written down once, test by test, and read for each mutant."""

from __future__ import annotations

import ast
import importlib.util
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, ClassVar

import pytest
from mutation.places import FUNCTIONS, ROOMS, ROOT, Mutant, importers

FEW = 40
"""Tests of one file that are run for a mutant, the cheapest ones."""
TEST_LIMIT_S = 100
PYTEST_OPTIONS = [
    "-n", "0", "-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--strict-markers",
    "-o", "addopts=--ignore=tests/bench", "-o", "tmp_path_retention_policy=none", f"--timeout={TEST_LIMIT_S}",
]  # fmt: skip


class OtherCode:
    """Finds modules of the package and has ``code_of`` say what they are made of."""

    def __init__(self, code_of: Callable[[str], CodeType | None], names: dict[str, Any]) -> None:
        self.code_of = code_of
        self.names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith("dronectl"):
            return None
        file = ROOT.joinpath(*fullname.split("."))
        file = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
        code = self.code_of(file.relative_to(ROOT).as_posix()) if file.exists() else None
        if code is None:
            return None
        names = self.names

        class Loader(SourceFileLoader):
            def get_code(self, fullname: str) -> CodeType | None:
                return code

            def exec_module(self, module: ModuleType) -> None:
                vars(module).update(names)
                super().exec_module(module)

        return importlib.util.spec_from_file_location(fullname, file, loader=Loader(fullname, str(file)))


class Probes(ast.NodeTransformer):
    """Puts a probe before every statement of every function."""

    seen: ClassVar[bytearray] = bytearray(1 << 18)
    lines: ClassVar[list[tuple[str, int]]] = []

    def __init__(self, path: str) -> None:
        self.path = path
        self.depth = 0

    @classmethod
    def code(cls, path: str) -> CodeType | None:
        if not any(path.startswith(f"dronectl/{room}/") for room in ROOMS):
            return None
        tree = cls(path).visit(ast.parse((ROOT / path).read_bytes()))
        return compile(ast.fix_missing_locations(tree), str(ROOT / path), "exec", dont_inherit=True)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        inside = isinstance(node, FUNCTIONS)
        self.depth += inside
        super().generic_visit(node)
        if self.depth and not isinstance(node, ast.ClassDef):
            for name, value in ast.iter_fields(node):
                if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                    setattr(node, name, [one for statement in value for one in self.probed(statement)])
        self.depth -= inside
        return node

    def probed(self, statement: ast.stmt) -> list[ast.stmt]:
        if isinstance(statement, ast.Nonlocal | ast.Global):
            return [statement]
        probe = ast.parse(f"__seen__[{len(self.lines)}] = 1").body[0]
        for node in ast.walk(probe):
            ast.copy_location(node, statement)
        self.lines.append((self.path, statement.lineno))
        return [probe, statement]

    @classmethod
    def taken(cls) -> set[int]:
        """Which probes were run since this was last asked."""
        seen = {at for at in range(len(cls.lines)) if cls.seen[at]} if any(cls.seen) else set()
        cls.seen[:] = bytes(len(cls.seen))
        return seen


class Mapping:
    """Writes a line for every test: what it costs and what it runs, its shared fixtures and its module's import too."""

    def __init__(self, file: Path, known: set[str]) -> None:
        self.file = file
        self.known = known
        self.of_module: dict[str, set[int]] = {}
        self.of_fixture: defaultdict[int, set[int]] = defaultdict(set)
        self.failed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Iterator[None]:
        Probes.taken()
        report = yield
        if isinstance(collector, pytest.Module):
            self.of_module[collector.nodeid] = Probes.taken()
        return report

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid not in self.known]

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        if fixturedef.scope == "function":
            return (yield)
        before = Probes.taken()
        value = yield
        within = Probes.taken()
        self.of_fixture[id(fixturedef)] |= within
        for at in before | within:
            Probes.seen[at] = 1
        return value

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        Probes.taken()
        began = time.process_time(), time.monotonic()
        done = yield
        cpu_s, wall_s = time.process_time() - began[0], time.monotonic() - began[1]
        run = Probes.taken() | self.of_module.get(item.nodeid.split("::")[0], set())
        for definitions in item._fixtureinfo.name2fixturedefs.values():
            for one in definitions:
                run |= self.of_fixture.get(id(one), set())
        lines: defaultdict[str, set[int]] = defaultdict(set)
        for at in run:
            path, line = Probes.lines[at]
            lines[path].add(line)
        told = {
            "test": item.nodeid, "cpu_s": round(cpu_s, 4), "wall_s": round(wall_s, 3),
            "passed": item.nodeid not in self.failed, "lines": {path: sorted(some) for path, some in lines.items()},
        }  # fmt: skip
        with self.file.open("a") as out:
            out.write(json.dumps(told) + "\n")
        return done


def make_map(file: Path, tests: Sequence[str]) -> None:
    told = [json.loads(line) for line in file.open()] if file.exists() else []
    known = {one["test"] for one in told if one["passed"]}
    sys.meta_path.insert(0, OtherCode(Probes.code, {"__seen__": Probes.seen}))
    pytest.main([*PYTEST_OPTIONS, f"--basetemp={file.parent / 'map'}", *tests], plugins=[Mapping(file, known)])


class Reach:
    """The map, read."""

    def __init__(self, file: Path) -> None:
        self.cost_s: dict[str, float] = {}
        self.by_line: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
        self.by_path: defaultdict[str, set[str]] = defaultdict(set)
        for line in file.open():
            told = json.loads(line)
            if not told["passed"] or not told["lines"]:
                continue
            self.cost_s[told["test"]] = max(told["cpu_s"], min(told["wall_s"], 5 * told["cpu_s"] + 1) / 4)
            for path, lines in told["lines"].items():
                self.by_path[path].add(told["test"])
                for at in lines:
                    self.by_line[path, at].add(told["test"])

    def tests_of(self, mutant: Mutant, enough_s: float) -> list[str]:
        """The tests to run, in order: whole files, those of the mutant's room first, then the cheapest."""
        if mutant.statement is not None:
            reached = self.by_line[mutant.path, mutant.statement]
        else:
            reached = self.by_path[mutant.path].union(*(self.by_path[path] for path in importers(mutant.path)))
        files: defaultdict[str, list[str]] = defaultdict(list)
        for test in sorted(reached, key=lambda test: (self.cost_s[test], test)):
            file = files[test.split("::")[0]]
            if len(file) < FEW:
                file.append(test)
        near = f"tests/unit/{mutant.path.removeprefix('dronectl/').rsplit('/', 1)[0]}"
        room = f"tests/unit/{mutant.room}"
        cost_s = {name: sum(self.cost_s[test] for test in tests) for name, tests in files.items()}
        order = sorted(
            files,
            key=lambda file: (cost_s[file] > 5, not file.startswith(near), not file.startswith(room), cost_s[file]),
        )
        chosen, spent_s = [], 0.0
        for file in order:
            for test in files[file]:
                if spent_s + self.cost_s[test] <= enough_s or not chosen:
                    spent_s += self.cost_s[test]
                    chosen.append(test)
        return chosen
