"""How the tests are run, and what many of them share."""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from by_day import by_day
from effort import IS_THOROUGH, load_profile
from repository import REPOSITORY, TESTS
from xdist.scheduler.loadgroup import LoadGroupScheduling

from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site

_RUNTIME = tempfile.TemporaryDirectory(prefix="dronectl-tests-")
os.environ["DRONECTL_RUNTIME"] = _RUNTIME.name
"""Each worker's links are its own: the same URL means another fleet in the next one."""

LONGEST_ID = 60
"""A parameter that is longer, a file of megabytes say, would be carried around in the name of its test."""

load_profile()
if IS_THOROUGH:
    os.environ.setdefault("PYTEST_TIMEOUT", "1800")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One worker more than processors: a part of the time of these tests is waiting for programs. Quick ones do not."""
    return (os.cpu_count() or 1) + (config.option.markexpr != "quick")


class _ByFile(LoadGroupScheduling):
    """A file's tests go to one worker, as those of an ``xdist_group`` do: what they share is made once, not in each
    worker. But pages of the documentation, which share nothing and take long, go one by one."""

    def _split_scope(self, nodeid: str) -> str:
        group, file = super()._split_scope(nodeid), nodeid.partition("::")[0]
        return file if group == nodeid and not file.startswith("tests/docs/") else group


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _ByFile | None:
    return _ByFile(config, log) if config.getoption("dist") == "loadgroup" else None


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Long parameters are named by their argument and a number."""
    return argname if isinstance(val, str | bytes) and len(val) > LONGEST_ID else None


QUICK = ("protocol", "unit")
"""Folders of the quick set, for every save: arithmetic, texts, machines. The others fly, search or start programs."""
NOT_QUICK = (
    "protocol/test_after_a_refusal.py",
    "protocol/test_shared_wires.py",
    "protocol/test_transfers_on_bad_wires.py",
    "unit/checks/rules/test_flight_rules.py",
    "unit/checks/trajectory/test_flown_paths.py",
    "unit/cli/common/test_out.py",
    "unit/cli/vehicle",
    "unit/formats/features/test_zone_features.py",
    "unit/formats/recordings/test_dataflash_fuzz.py",
    "unit/formats/recordings/test_tracks_fuzz.py",
    "unit/formats/tracks/test_independent_readers.py",
    "unit/link",
    "unit/model/plan/test_finding_groups.py",
    "unit/ops",
    "unit/planning/test_build.py",
    "unit/planning/coverage",
    "unit/planning/hotspots",
    "unit/planning/paths",
    "unit/planning/patterns",
    "unit/planning/rally",
    "unit/sim/fleet",
    "unit/sim/flight",
    "unit/sinks",
    "unit/test_python_face.py",
    "unit/test_shown_times.py",
)
"""But these in them."""


@functools.cache
def _is_quick(path: Path) -> bool:
    inside = path.relative_to(TESTS)
    return any(inside.is_relative_to(one) for one in QUICK) and not any(inside.is_relative_to(one) for one in NOT_QUICK)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """``-m quick`` does not even import the others."""
    is_module = collection_path.suffix == ".py" and collection_path.is_relative_to(TESTS)
    return True if config.option.markexpr == "quick" and is_module and not _is_quick(collection_path) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _is_quick(item.path):
            item.add_marker(pytest.mark.quick)


@pytest.fixture(scope="session", autouse=True)
def _by_day() -> Iterator[None]:
    """Whenever the tests run, readiness is asked for at noon."""
    with by_day():
        yield


@pytest.fixture(scope="session")
def site() -> Site:
    """The Roi Et workspace."""
    from dronectl.site.workspace import load_site

    return load_site(REPOSITORY)


@pytest.fixture(scope="session")
def plan(site: Site) -> Plan:
    """missions/demo.toml, planned over it."""
    from dronectl.planning.build import build_plan

    patrol = site.patrol("demo")
    assert patrol is not None
    return build_plan(site, [patrol], name="demo", created_utc="2026-01-01T00:00:00Z")
