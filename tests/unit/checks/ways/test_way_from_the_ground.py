"""A drone that stands some metres off its planned home flies another first leg than the plan's."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from checks_site import DAY, FRAME, GROUND_M, SITE, at, home, item, waypoint

from dronectl.checks.flight import Ground
from dronectl.model.plan.mission import Command, Mission
from dronectl.model.plan.plan import DronePlan, Sortie
from dronectl.ops.flight.readiness.present import MAX_HOME_OFFSET_M
from dronectl.ops.flight.readiness.way import way_check
from dronectl.ops.orders.airspace import Airspace

MISSION = Mission(
    (
        home(0, 48),
        item(Command.NAV_TAKEOFF, z_m=30.0),
        waypoint(500, 78),
        item(Command.NAV_RETURN_TO_LAUNCH),
    )
)
PLAN = DronePlan("alpha", 1, at(0, 48), GROUND_M, (Sortie(1, "patrol", MISSION, 0.0, 0.0, 0.0, 0.0),))


@pytest.mark.parametrize(("y_m", "ok"), [(48.0, True), (47.0, True), (25.0, False)])
def test_the_first_leg_and_the_return_are_proved_from_where_it_stands(y_m: float, ok: bool) -> None:
    vehicle = SimpleNamespace(state=SimpleNamespace(position=at(0, y_m)))
    airspace = Airspace(SITE, Ground(SITE, DAY, FRAME))
    check = way_check(vehicle, PLAN, 1, airspace)  # type: ignore[arg-type]
    assert abs(y_m - 48.0) < MAX_HOME_OFFSET_M
    assert check.ok is ok
    assert ok or "the way from here to item 2" in check.found or "leg 1→2 passes" in check.found
    unheard = SimpleNamespace(state=SimpleNamespace(position=None))
    assert not way_check(unheard, PLAN, 1, airspace).ok  # type: ignore[arg-type]
