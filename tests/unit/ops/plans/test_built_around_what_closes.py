"""What a plan is built around: what closes while it flies, found where that is known only when it is built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from checks_site import SITE, box, plan_of, through

from dronectl.model.ground.zone import KeepOut
from dronectl.model.plan.plan import Plan
from dronectl.model.plan.schedule import Departure
from dronectl.model.site import Site
from dronectl.model.validity import DailyHours, Validity
from dronectl.ops.plans.dated_areas import built_around_what_closes

DAY = date(2026, 12, 1)
PLAN = plan_of(through((200, 0)))


def dated(name: str, begin_h: int, **more: tuple[int, ...]) -> KeepOut:
    hours = (DailyHours(begin_h * 60, begin_h * 60 + 60),)
    return KeepOut(name, name, True, "g", box(0, 100, 50, 150), validity=Validity(hours=hours, **more))


KEEP_OUTS = (
    *SITE.zones.keep_outs,
    dated("eight", 8),
    dated("nine", 9),
    dated("fifteen", 15),
    dated("sunday", 8, days=(6,)),
)
WHOLE = {one.id for one in SITE.zones.keep_outs}


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"{DAY} {clock}+07:00").astimezone(UTC)


def built(clocks: Sequence[str], lasts_min: int, begins: Sequence[str]) -> list[set[str]]:
    """Around what the plan was built, each time that it was."""
    around: list[set[str]] = []

    def build(site: Site) -> Plan:
        around.append({one.id for one in site.zones.keep_outs} - WHOLE)
        return PLAN

    def times_of(_plan: Plan) -> tuple[Departure, ...]:
        starts = [at(clock) for clock in clocks]
        return tuple(Departure(1, "p", 1, start, start + timedelta(minutes=lasts_min)) for start in starts)

    site = replace(SITE, zones=replace(SITE.zones, keep_outs=KEEP_OUTS))
    built_around_what_closes(site, build, times_of, day=DAY, begins=[at(clock) for clock in begins])
    return around


@pytest.mark.parametrize(
    ("clocks", "lasts_min", "begins", "expected"),
    [
        (["10:30"], 10, ["10:30"], [set()]),
        (["08:10"], 10, ["08:10"], [{"eight"}]),
        (["07:56"], 2, ["07:56"], [{"eight"}]),  # nearly late enough
        (["07:30"], 40, ["07:30"], [set(), {"eight"}]),  # it lasts longer than anybody knew
        (["07:30", "09:30"], 10, ["07:30"], [set(), {"nine"}]),  # a round later
        ([], 0, [], [{"eight", "nine", "fifteen"}]),  # at any hour of that Tuesday
        ([], 0, ["10:30"], [set(), {"eight", "nine", "fifteen"}]),
    ],
)
def test_what_a_plan_is_built_around(
    clocks: list[str], lasts_min: int, begins: list[str], expected: list[set[str]]
) -> None:
    assert built(clocks, lasts_min, begins) == expected
