"""A plan is flown on the day that it is for: its times, its sun and its authorisations were looked at for no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import Found, Rule, found
from dronectl.checks.wording import Form
from dronectl.model.plan.fix import Fix
from dronectl.model.plan.schedule import Departure

OTHER_DAY = Form("the plan is for {own}, not for {day}", "แผนนี้เป็นของวันที่ {own} ไม่ใช่ {day}")


def find(flights: Sequence[Flight], ground: Ground) -> Iterator[Found]:
    """One finding, of the first flight, for a plan that is looked at for a day that is not its own."""
    days = ground.planned_days
    if not days or ground.day in days or not flights:
        return
    day, own = ground.day, " and ".join(map(str, days))
    yield found(
        "day",
        flights[0],
        OTHER_DAY(own=own, day=day),
        amount=float(abs((ground.day - days[0]).days)),
        unit="d",
        fix=Fix(f"build it again with --date {day}, or have somebody answer for it: plan check --allow day --by NAME"),
    )


def on_day(timetable: Iterable[Departure], planned: date, day: date, zone: ZoneInfo) -> tuple[Departure, ...]:
    """The timetable of the day ``planned`` as it is on another: the same times by the clock, and flights as long."""
    move = day - planned

    def moved(moment: datetime) -> datetime:
        return (moment.astimezone(zone) + move).astimezone(UTC)

    def maybe_moved(moment: datetime | None) -> datetime | None:
        return None if moment is None else moved(moment)

    return tuple(
        replace(
            departure,
            start=moved(departure.start),
            end=moved(departure.start) + (departure.end - departure.start),
            asked_start=maybe_moved(departure.asked_start),
            opens=maybe_moved(departure.opens),
            closes=maybe_moved(departure.closes),
        )
        for departure in timetable
    )


RULE = Rule(
    id="day",
    title="On its own day",
    explanation="A plan with a timetable, or built with --date, is flown on its day. Whatever day it is flown on, "
    "permits are those of that day, and the sun is looked at for its times of day then. It may be put on board before "
    "its day, never after it.",
    find=find,
    why="A plan of another day is often the wrong folder; its papers and its daylight were looked at for its own day.",
    source="The plan's timetable or --date, and the date at the site.",
    example="the plan is for 2026-03-01, not for 2026-03-02",
    remedy="Build it again for the day (plan build --date); a plan without --date, --start and [schedule] may be flown "
    "on any day. A person can answer for it by name: plan check PLAN --allow day --by NAME.",
)
