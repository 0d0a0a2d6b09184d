"""How long a plan keeps its crew, and the battery sets that it takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from checks_site import SITE, through

from dronectl.model.fleet import Drone
from dronectl.model.plan.hotspot import HotspotFigures
from dronectl.model.plan.plan import DronePlan, Plan, Sortie
from dronectl.model.plan.schedule import Departure
from dronectl.model.plan.shift import Shift, shift_of

TURNAROUND_S = 480.0


def charged_in(charge_min: float | None) -> list[Drone]:
    charge_s = None if charge_min is None else 60.0 * charge_min
    return [replace(one, battery=replace(one.battery, charge_s=charge_s)) for one in SITE.drones]


def plan_of(*minutes: float, late_s: float = 0.0) -> Plan:
    """Two drones, a wave for each number: so long is each flown."""
    drones = tuple(
        DronePlan(
            one.name,
            one.system_id,
            one.home,
            145.0,
            tuple(
                Sortie(number, "p", through((100, 0)), start_s, 0.0, 60.0 * minute, 0.0)
                for number, minute in enumerate(minutes, start=1)
            ),
        )
        for one, start_s in zip(SITE.drones, (0.0, late_s), strict=True)
    )
    return Plan("p", "", drones, {}, 0.0, None, None, None)


def sets(shift: Shift) -> list[int]:
    return [need.sets for need in shift.batteries]


def test_waves_one_after_the_other_with_batteries_changed_between_them() -> None:
    shift = shift_of(plan_of(10, 12, 8, late_s=30.0), charged_in(60), TURNAROUND_S)
    assert (shift.waves, shift.air_s) == (3, 60.0 * 30 + 3 * 30.0)
    assert shift.duration_s == shift.air_s + 2 * TURNAROUND_S
    assert sets(shift) == [3, 3], "the first is charged an hour after it has landed"
    assert [need.sorties for need in shift.batteries] == [3, 3]


@pytest.mark.parametrize(
    ("charge_min", "wanted"),
    [(1, 1), (8, 1), (8.1, 2), (26, 2), (26.1, 3), (60, 4), (None, 4), (1440, 6)],
)
def test_the_slower_the_charger_the_more_sets(charge_min: float | None, wanted: int) -> None:
    """A flight of ten minutes every 18: with two sets one has 26 minutes on its charger, 8 + 10 + 8."""
    shift = shift_of(plan_of(*[10] * 6), charged_in(charge_min), TURNAROUND_S)
    assert sets(shift) == [wanted, wanted]
    assert all(need.charge_assumed is (charge_min is None) for need in shift.batteries)


def test_a_flight_in_wind_comes_back_later_with_its_set() -> None:
    plan = plan_of(10, 10)
    windy = tuple(
        replace(one, sorties=tuple(replace(sortie, windy_duration_s=660.0) for sortie in one.sorties))
        for one in plan.drones
    )
    assert sets(shift_of(plan, charged_in(8), TURNAROUND_S)) == [1, 1]
    assert sets(shift_of(replace(plan, drones=windy), charged_in(8), TURNAROUND_S)) == [2, 2]


def hot_spots(first: int, *starts_min: float) -> HotspotFigures:
    starts_s = tuple(60.0 * start for start in starts_min)
    return HotspotFigures("p", 14400.0, 0.0, 0.0, 0.0, 0.0, 0.0, None, None, starts_s, first, ())


def test_a_hot_spot_patrol_has_waves_of_its_own_after_another_patrol() -> None:
    plan = replace(plan_of(10, 10, 10, 10), hotspots=(hot_spots(2, 0, 52, 200),))
    shift = shift_of(plan, charged_in(60), TURNAROUND_S)
    assert shift.duration_s == 60.0 * 10 + TURNAROUND_S + 60.0 * 210
    assert sets(shift) == [2, 2], "at minute 200 the first is charged again"


def test_a_set_is_charged_after_each_of_its_flights() -> None:
    """Ready again at minute 70, flown at 80, and not ready at 98."""
    plan = replace(plan_of(10, 10, 10), hotspots=(hot_spots(1, 0, 80, 98),))
    assert sets(shift_of(plan, charged_in(60), TURNAROUND_S)) == [2, 2]


def test_a_timetable_says_when_and_how_often() -> None:
    begin = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
    times = tuple(
        Departure(1, "p", number, begin + timedelta(hours=2 * number), begin + timedelta(hours=2 * number, minutes=10))
        for number in range(4)
    )
    shift = shift_of(replace(plan_of(10), timetable=times), charged_in(None), TURNAROUND_S)
    assert (shift.waves, shift.duration_s, sets(shift)) == (4, 6 * 3600.0 + 600.0, [1, 1])
    assert [need.sorties for need in shift.batteries] == [4, 4]
