"""Plans over ground of which a part closes at certain hours only.

When a plan flies is known once it is planned, and what closes then is to be known before. So it is planned around what
closes at the times that were asked for; where its flights then last into the hours of more, it is planned again around
that too. A plan that has no times goes around whatever closes on its day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from dronectl.model.validity import Span, whole_days
from dronectl.site.local_time import zone_of

if TYPE_CHECKING:
    from dronectl.model.plan.patrol import Patrol
    from dronectl.model.plan.plan import Plan
    from dronectl.model.plan.schedule import Departure
    from dronectl.model.site import Site

EARLY_OR_LATE = timedelta(minutes=5)
"""A plan goes around what closes so long before its take-offs and after its landings, too."""
FIRST_GUESS = timedelta(minutes=15)
"""Of how long it flies."""


def built_around_what_closes(
    site: Site,
    build: Callable[[Site], Plan],
    times_of: Callable[[Plan], tuple[Departure, ...]],
    *,
    day: date,
    begins: Sequence[datetime],
) -> tuple[Plan, tuple[Departure, ...]]:
    """The plan and its timetable. ``begins``: when its first flights are asked to begin; none for a plan without times.

    Raises:
        InputError: it cannot be planned.
    """
    dated = [one for one in site.zones.keep_outs if not one.validity.is_always]
    zone = zone_of(site)

    def closing(spans: Sequence[Span]) -> set[str]:
        around = [(begin - EARLY_OR_LATE, end + EARLY_OR_LATE) for begin, end in spans]
        return {one.id for one in dated if one.is_closed(around, zone)}

    all_day = whole_days((day,), zone)
    closed = closing([(begin, begin + FIRST_GUESS) for begin in begins]) if begins else closing(all_day)
    while True:
        free = {one.id for one in dated} - closed
        ground = tuple(one for one in site.zones.keep_outs if one.id not in free)
        made = build(replace(site, zones=replace(site.zones, keep_outs=ground)))
        times = times_of(made)
        needed = closing([(one.start, one.end) for one in times] or all_day)
        if needed <= closed:
            return made, times
        closed |= needed


def asked_begins(patrols: Sequence[Patrol], site: Site, day: date, start: time | None) -> list[datetime]:
    """When flights are asked to begin: by ``start`` and by the missions' own schedules."""
    schedules = [patrol.schedule for patrol in patrols if patrol.schedule is not None]
    clocks = [start, *(one.start or (one.window and one.window[0]) for one in schedules)]
    zone = zone_of(site)
    return [datetime.combine(day, clock, zone).astimezone(UTC) for clock in clocks if clock is not None]
