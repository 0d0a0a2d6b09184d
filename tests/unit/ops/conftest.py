from __future__ import annotations

import pytest
from repository import REPOSITORY

from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.planning.build import build_plan
from dronectl.site.workspace import load_site


@pytest.fixture(scope="session")
def site() -> Site:
    return load_site(REPOSITORY)


@pytest.fixture(scope="session")
def plan(site: Site) -> Plan:
    patrol = site.patrol("demo")
    assert patrol is not None
    return build_plan(site, [patrol], name="demo", created_utc="2026-01-01T00:00:00Z")
