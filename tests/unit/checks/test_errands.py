"""What an errand takes of the battery and of a promise, and the ticket that only its proof makes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from exhaustive_dispatch import airspace

from dronectl.checks.errands import (
    Outlook,
    ProvedErrand,
    errand_findings,
    least_at_landing_pct,
    longest_stay_s,
    outlook,
    prove_errand,
)
from dronectl.checks.flight import NO_FENCE
from dronectl.checks.ways.way import Present, Returns, Way
from dronectl.errors import RuleViolation
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Mission, MissionItem
from dronectl.planning.mission.errand import Errand, Sight, errand
from dronectl.planning.mission.fence_items import fence_mission

START = GeoPoint(16.0570, 103.6530)
SHOP = GeoPoint(16.0519, 103.6574)
DRONE = airspace().site.drones[0]
HERE = Present(START, 50.0, DRONE.home)


def made(stay_s: float = 60.0) -> Errand:
    air = airspace()
    return errand(
        air.site,
        air.ground.frame,
        DRONE,
        Sight(SHOP, 0.0, 30.0),
        start=START,
        is_flying=True,
        home=DRONE.home,
        home_height_m=0.0,
        relative_altitude_m=45.0,
        stay_s=stay_s,
    )


def way(one: Errand) -> Way:
    return Way(one.mission, one.first, returns=Returns(45.0))


def ahead(stay_s: float, wind: Any = None) -> Outlook:
    found = prove_errand(way(made(stay_s)), HERE, DRONE, airspace().ground, charge_pct=100.0, fence=NO_FENCE)
    return outlook(found.flight, made().view_item, wind, airspace().ground)


def test_a_stay_is_what_is_left_for_it() -> None:
    short, long = ahead(60.0), ahead(300.0)
    assert short.home_pct == pytest.approx(long.home_pct)
    assert short.stay_pct_s == pytest.approx(long.stay_pct_s)
    hover_pct_s = 100.0 * DRONE.battery.hover_power_w / 3600.0 / DRONE.battery.capacity_wh
    assert short.stay_pct_s == pytest.approx(hover_pct_s, rel=0.05)
    ground = airspace().ground
    assert least_at_landing_pct(DRONE, ground) == pytest.approx(45.0)
    stay_s = longest_stay_s(short, DRONE, 80.0, ground)
    assert stay_s == pytest.approx((80.0 - short.home_pct - 45.0) / short.stay_pct_s)
    assert longest_stay_s(short, DRONE, 45.0, ground) < 0.0
    good, _ = errand_findings(way(made(stay_s)), HERE, DRONE, ground, charge_pct=80.0, fence=NO_FENCE)
    bad, _ = errand_findings(way(made(stay_s + 60.0)), HERE, DRONE, ground, charge_pct=80.0, fence=NO_FENCE)
    assert [one.rule for one in good if one.severity == "error"] == []
    assert [one.rule for one in bad if one.severity == "error"] == ["battery-reserve"]


def test_wind_makes_it_later_by_as_much_as_it_holds_it_up() -> None:
    still = ahead(60.0)
    assert (still.wind_s, still.up_s > 0.0) == (0.0, True)
    against = ahead(60.0, (-4.0, 4.5))
    assert 20.0 < against.wind_s < against.windy_s
    assert ahead(60.0, (4.0, -4.5)).wind_s == pytest.approx(0.0, abs=0.1), "it is no faster than it is told"


def test_the_ticket_is_of_the_checks_alone_and_of_what_was_proved() -> None:
    ground = airspace().ground
    proved = prove_errand(
        way(made()), HERE, DRONE, ground, charge_pct=90.0, fence=fence_mission(airspace().site, DRONE)
    )
    proved.require()
    with pytest.raises(TypeError, match="only the checks say"):
        ProvedErrand(proved.mission, proved.way, DRONE, ground.site, (), proved.flight, object())
    object.__setattr__(proved, "mission", made(120.0).mission)
    with pytest.raises(RuleViolation, match="changed after it was proved"):
        proved.require()


def test_an_errand_through_a_keep_out_and_one_that_the_autopilot_does_not_keep_are_refused() -> None:
    ground, items = airspace().ground, made().mission.items
    tower = MissionItem(Command.NAV_WAYPOINT, lat_e7=160_545_000, lon_e7=1_036_520_000, altitude_m=45.0)
    through = Mission((*items[:2], tower, *items[2:]))
    with pytest.raises(RuleViolation, match="inside keep-out 'tower'"):
        prove_errand(Way(through), HERE, DRONE, ground, charge_pct=100.0, fence=NO_FENCE)
    odd = Mission((*items[:2], replace(tower, command=59), *items[2:]))
    with pytest.raises(RuleViolation):
        prove_errand(Way(odd), HERE, DRONE, ground, charge_pct=100.0, fence=NO_FENCE)
