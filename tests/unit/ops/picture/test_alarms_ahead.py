"""Alarms before it happens: half a minute before where that can be foreseen, and none where nothing will."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pictured_fleet import PicturedFleet
from watched_flight import WatchedFlight

from dronectl.model.alarm import AlarmKind
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.sim.vehicle.settings import Wind

TOWER = (155.0, 182.0)
"""Metres north and east of alpha's home; the keep-out around it reaches 40 m."""


def test_a_way_into_a_keep_out_is_told_half_a_minute_before(site: Site, plan: Plan) -> None:
    flown = WatchedFlight(site, plan, parameters={"FENCE_ENABLE": 0.0})
    flown.take_off()
    flown.run(40.0)
    body = flown.vehicle.copter.airframe
    flown.displace(TOWER[0] - body.north_m, TOWER[1] + 330.0 - body.east_m)
    flown.goto(TOWER[0], TOWER[1] - 100.0, body.up_m)
    inside = flown.until_alarm(AlarmKind.KEEP_OUT)
    ahead = next(alarm for alarm in flown.fold.history if alarm.kind is AlarmKind.KEEP_OUT_AHEAD)
    assert 20.0 < inside.since_s - ahead.since_s <= 31.0
    early = next(alarm for alarm in flown.changes if alarm.kind is AlarmKind.KEEP_OUT_AHEAD)
    assert early.amount == pytest.approx(inside.since_s - ahead.since_s, abs=3.0), "it said when"


def test_a_fleet_that_is_called_home_in_wind_raises_nothing(site: Site, plan: Plan) -> None:
    two = replace(plan, drones=plan.drones[1:])
    fleet = PicturedFleet(site, two, wind=Wind(5.0, 200.0, 1.0), loss=0.1)
    fleet.take_off()
    fleet.run(110.0)
    for flight in fleet.flights:
        flight.order("RTL")
    fleet.run(40.0)
    assert [alarm.message for alarm in fleet.changes] == []
