"""Hosted CI, `.ci/run`, the versions that both install and what goes into a release: each in step with the others."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from typing import Any

import effort
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from repository import REPOSITORY

PROJECT: dict[str, Any] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
HOSTED = (REPOSITORY / ".github/workflows/ci.yml").read_text()
THOROUGH = (REPOSITORY / ".github/workflows/thorough.yml").read_text()
LOCAL = (REPOSITORY / ".ci/run").read_text()
CONSTRAINTS = (REPOSITORY / "constraints.txt").read_text()


def _requirements() -> Iterator[Requirement]:
    listed = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    for text in (one for requirements in listed for one in requirements):
        if not text.startswith("dronectl["):
            yield Requirement(text)


def test_hosted_ci_runs_what_ci_runs_here() -> None:
    here = LOCAL.split("export PATH=", 1)[1].splitlines()[1:]
    hosted = re.findall(r"- run: (.+)", HOSTED)
    assert hosted[0] == "pip install -c constraints.txt -e '.[dev]'"
    assert hosted[0].removeprefix("pip install ") in LOCAL
    assert hosted[1:] == here


def test_the_thorough_run_installs_and_runs_the_same_with_the_switch_that_the_tests_look_at() -> None:
    assert re.findall(r"- run: (.+)", THOROUGH) == [*re.findall(r"- run: (pip .+)", HOSTED), "pytest"]
    (name,) = re.findall(r'    env:\n      (\w+): "1"', THOROUGH)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(name, "1")
        assert load_module(effort.__file__).IS_THOROUGH
    assert f"`{name}=1 pytest`" in (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")


def load_module(file: str) -> Any:
    spec = importlib.util.spec_from_file_location("again", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_hosted_ci_runs_on_every_python_that_is_promised() -> None:
    promised = [one.rsplit(" ", 1)[1] for one in PROJECT["classifiers"] if one.startswith("Programming Language")]
    (matrix,) = re.findall(r"python: \[(.+)\]", HOSTED)
    assert [version.strip('" ') for version in matrix.split(",")] == [one for one in promised if "." in one]


def test_ci_installs_one_version_of_everything_that_is_asked_for() -> None:
    lines = [line for line in CONSTRAINTS.splitlines() if not line.startswith("#")]
    pinned = {canonicalize_name(name): version for name, version in (line.split("==") for line in lines)}
    assert len(pinned) == len(lines)
    for requirement in _requirements():
        version = pinned.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not in constraints.txt"
        assert requirement.specifier.contains(version), f"{requirement} is not met by {version}"


def test_each_change_has_a_kind_and_shows_in_the_next_changelog() -> None:
    fragments = [path for path in (REPOSITORY / "changes").iterdir() if path.name != "README.md"]
    for path in fragments:
        assert re.fullmatch(r"\+[a-z0-9-]+\.(added|changed|fixed|removed)\.md", path.name), path.name
    draft = subprocess.run(
        [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "99.0.0"],
        cwd=REPOSITORY, capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert "## [99.0.0] - " in draft.stdout
    shown = " ".join(draft.stdout.split())
    for path in fragments:
        assert " ".join(path.read_text(encoding="utf-8").split()) in shown
