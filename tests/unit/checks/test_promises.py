"""Drones that leave a hot-spot patrol: which points are alone for longer than promised, when somebody was due there,
and how late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import hotspot_sites as hotspots
import pytest

from dronectl.checks.promises import BrokenPromise, Leave, broken_promises
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site

LEFT = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
PROMISED_S = 600.0


@cache
def planned() -> tuple[Plan, Site]:
    """One drone, three shops, twelve minutes, none left alone for longer than ten minutes."""
    points = [hotspots.spot(f"shop_{n}", 60.0 * n, 80.0) for n in range(3)]
    where = hotspots.site(points, drones=1)
    what = hotspots.patrol(hotspots.hotspot(720.0, max_idleness_s=PROMISED_S))
    return hotspots.planned(where, what), where


@cache
def planned_day() -> tuple[Plan, Site]:
    """Two drones, three shops, two hours, several flights each."""
    points = [hotspots.spot(f"shop_{n}", 60.0 * n, 80.0) for n in range(3)]
    where = hotspots.site(points, drones=2)
    return hotspots.planned(where, hotspots.patrol(hotspots.hotspot(7200.0, max_idleness_s=2400.0))), where


def leave(reached: int, away_s: float | None, *, drone: str | None = None, sortie: int = 1) -> Leave:
    name = planned()[0].drones[0].name if drone is None else drone
    return Leave(name, sortie, reached, LEFT, away_s)


def broken(reached: int, away_s: float | None) -> dict[str, float]:
    found = broken_promises(*planned(), [leave(reached, away_s)])
    assert all(one.promised_s == PROMISED_S < one.alone_s for one in found)
    return {one.point: one.alone_s for one in found}


def test_a_drone_that_never_comes_back_leaves_its_points_alone_and_one_that_does_for_so_long() -> None:
    assert broken(3, 0.0) == {}, "as planned"
    never = broken(3, None)
    assert len(never) >= 2
    late = broken(3, 900.0)
    assert late
    assert late == never, "its rest comes after the period"
    assert broken(3, 300.0) == {}


def test_when_somebody_was_due_and_how_late_is_said_in_the_time_of_the_site() -> None:
    worst = broken_promises(*planned(), [leave(3, None)])
    assert [one.due for one in worst] == sorted(one.due for one in worst)
    for one in worst:
        assert not one.comes
        assert one.late_s == one.alone_s - PROMISED_S
        assert LEFT < one.due < LEFT + timedelta(seconds=PROMISED_S + 60.0)
        over = one.due + timedelta(seconds=one.late_s)
        words = one.words(ZoneInfo("Asia/Bangkok"))
        assert words.startswith(f"{one.point} due {one.due + timedelta(hours=7):%H:%M} UTC+7, nobody comes before")
        assert words.endswith(f"{over + timedelta(hours=7):%H:%M} UTC+7")
        assert one.as_json()["due_utc"] == f"{one.due:%Y-%m-%dT%H:%M:%S}Z"
    late = BrokenPromise("shop_1", "round", 900.0, 60.0, PROMISED_S, 500.0, LEFT, comes=True)
    assert late.words(ZoneInfo("UTC")) == "shop_1 due 03:00Z, 5 min late (10 min promised)"


def test_other_drones_sorties_and_plans_without_a_promise_change_nothing() -> None:
    plan, where = planned()
    assert broken_promises(plan, where, [leave(3, None, drone="nobody")]) == ()
    assert broken_promises(plan, where, [leave(3, None, sortie=99)]) == ()
    assert broken_promises(replace(plan, hotspots=()), where, [leave(3, None)]) == ()
    assert broken_promises(plan, where, []) == ()


@pytest.mark.parametrize("reached", [0, 5])
def test_the_earlier_it_leaves_the_longer_they_are_alone(reached: int) -> None:
    assert sum(broken(reached, None).values()) >= sum(broken(12, None).values())


def lateness(*leaves: Leave) -> list[tuple[str, float, float]]:
    found = broken_promises(*planned_day(), leaves)
    return [(one.point, round(one.begins_s), round(one.late_s)) for one in found]


def test_its_later_flights_wait_for_its_battery_and_the_day_is_held_against_them() -> None:
    plan, _ = planned_day()
    name = plan.drones[0].name
    sorties = [sortie.number for sortie in plan.drones[0].sorties]
    assert len(sorties) >= 3, "a day of several flights"
    on_time = leave(3, 0.0, drone=name, sortie=sorties[0])
    assert lateness(on_time) == []
    long_away = [leave(3, away_s, drone=name, sortie=sorties[0]) for away_s in (1200.0, 3600.0, 7200.0)]
    late = [sum(one[2] for one in lateness(each)) for each in long_away]
    assert late == sorted(late)
    assert late[-1] > late[0]
    landed_late = Leave(name, sorties[0], 3, LEFT, None, lands_s=7200.0)
    landed_soon = Leave(name, sorties[0], 3, LEFT, None, lands_s=60.0)
    assert sum(one[2] for one in lateness(landed_late)) > sum(one[2] for one in lateness(landed_soon)), (
        "who lands late is late for all that follows"
    )


def test_what_another_drone_left_before_counts_too_and_what_is_over_is_not_told() -> None:
    plan, _ = planned_day()
    first, second = (one.name for one in plan.drones)
    sortie = plan.drones[0].sorties[0].number
    one = Leave(first, sortie, 3, LEFT, None, lands_s=7200.0)
    both = Leave(second, sortie, 5, LEFT + timedelta(minutes=2), None, lands_s=7200.0)
    alone, together = lateness(both), lateness(one, both)
    assert sum(late for _, _, late in together) > sum(late for _, _, late in alone)
    last = Leave(second, plan.drones[1].sorties[-1].number, 3, LEFT + timedelta(hours=2), 0.0)
    assert len(lateness(one, last)) < len(lateness(one)), "times alone that ended before it was called are over"


def test_times_of_day_count_from_a_late_flight_as_it_was_flown() -> None:
    plan, where = planned_day()
    name = plan.drones[0].name
    first, second = (sortie.number for sortie in plan.drones[0].sorties[:2])
    late_s = 3600.0
    before = Leave(name, first, 3, LEFT - timedelta(hours=1), late_s)
    own = Leave(name, second, 3, LEFT, None, lands_s=7200.0)
    on_time, put_off = (broken_promises(plan, where, leaves) for leaves in ([own], [before, own]))
    zero, later = (found[0].due - timedelta(seconds=found[0].begins_s) for found in (on_time, put_off))
    assert timedelta(minutes=20) < zero - later < timedelta(seconds=late_s), "the day began earlier"


def test_how_long_it_had_flown_is_believed_within_what_its_item_allows() -> None:
    plan, where = planned()
    dues = [
        min(found.due for found in broken_promises(plan, where, [replace(leave(3, None), flown_s=flown_s)]))
        for flown_s in (None, 0.0, 1e6)
    ]
    assert dues[0] == dues[1], "not before its item began"
    assert timedelta(0) < dues[0] - dues[2] < timedelta(seconds=300.0), "nor after it ended"
