from __future__ import annotations

import pytest
from captured_watch import CapturedWatch

from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site


@pytest.fixture(scope="session")
def watch(site: Site, plan: Plan) -> CapturedWatch:
    """Three drones in flight, one with alarms that were seen, one lost."""
    return CapturedWatch(site, plan)
