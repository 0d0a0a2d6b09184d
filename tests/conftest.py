"""How the tests are run, and what many of them share."""

from __future__ import annotations

import os

import hypothesis
import pytest
from repository import REPOSITORY

from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site

LONGEST_ID = 60
"""A parameter that is longer, a file of megabytes say, would be carried around in the name of its test."""

hypothesis.settings.register_profile("any machine", deadline=None)  # an example may take as long as it takes
hypothesis.settings.load_profile("any machine")


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than processors: a part of the time of these tests is waiting for simulated vehicles."""
    return (os.cpu_count() or 1) + 1


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Long parameters are named by their argument and a number."""
    return argname if isinstance(val, str | bytes) and len(val) > LONGEST_ID else None


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
