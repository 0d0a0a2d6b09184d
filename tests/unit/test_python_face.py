"""``dronectl.api``: its examples run, its names are all there, and importing it costs nothing."""

from __future__ import annotations

import doctest
import inspect
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from repository import REPOSITORY
from running_fleet import copy_workspace, demo_plan, fleet_behind

from dronectl import api

EXAMPLES = [
    test for test in doctest.DocTestFinder(exclude_empty=True, recurse=True).find(api, globs=vars(api)) if test.examples
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a recording, and a workspace with a plan, whose fleet is on the air."""
    made = tmp_path_factory.mktemp("notebook")
    root = made / "roi-et"
    root.mkdir()
    demo_plan(copy_workspace(root))
    shutil.copy(REPOSITORY / "tests/data/sitl-drone1.tlog", made / "flight.tlog")
    with fleet_behind(root, speedup=1.0):
        yield made


def test_every_function_has_an_example() -> None:
    told = {test.name.removeprefix("dronectl.api.") for test in EXAMPLES}
    assert {name for name in api.__all__ if inspect.isfunction(getattr(api, name))} <= told | {"errors_of"}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_examples_are_true(
    example: doctest.DocTest, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    site = api.load_site("roi-et")
    example.globs |= {
        "date": date,
        "site": site,
        "plan": api.read_plan("roi-et/plans/demo/plan.json"),
        "recording": api.read_recording("flight.tlog", site=site),
    }
    failed, tried = doctest.DocTestRunner().run(example)
    assert (failed, tried > 0) == (0, True), capsys.readouterr().out


def test_the_types_are_there_and_nothing_else_is() -> None:
    for name in api.__all__:
        assert getattr(api, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Plans'"):
        _ = api.Plans


def test_importing_it_imports_nothing_heavy() -> None:
    code = "import sys, dronectl.api; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"click", "numpy", "shapely", "pyproj", "pymavlink", "dronekit", "rich", "asyncio"} & set(loaded)
