"""What day it is at the site, and on which day a plan is flown: permits and daylight go by local date.

Who looks at a plan (``plan build``, ``check``, ``brief``) takes its own day. Who flies it takes today: aircraft fly
under today's permits and today's sun, whatever a file says, and the rule ``day`` refuses a plan of another day unless
somebody answers for it by name. An upload lies between: a plan may be put on board the evening before, so it is held
against the day that it is for, unless that is over; that it is not for today is said.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dronectl.model.text import shown_time

if TYPE_CHECKING:
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site

PUNCTUAL = timedelta(minutes=15)
"""A take-off so near to the planned one is nothing to talk about."""


def zone_of(site: Site) -> ZoneInfo:
    """The time zone of everything that is told about the site."""
    return ZoneInfo(site.time_zone)


def today_at(site: Site, now: datetime | None = None) -> date:
    """Today in the site's time zone, whatever the laptop's is."""
    return shown_time.local_day(now or shown_time.now(), zone_of(site))


def days_of(plan: Plan, site: Site) -> tuple[date, ...]:
    """The days on which a plan is flown, the first one first; none for a plan that may be flown on any day.

    One that begins before midnight and ends after it has two.
    """
    zone = zone_of(site)
    moments = [moment for departure in plan.timetable for moment in (departure.start, departure.end)]
    days = {shown_time.local_day(moment, zone) for moment in moments}
    return tuple(sorted(days | ({plan.day} if plan.day is not None else set())))


def day_of(plan: Plan, site: Site) -> date:
    """The day of a plan; today at the site for one that has none."""
    return next(iter(days_of(plan, site)), None) or today_at(site)


def upload_day(plan: Plan, site: Site) -> date:
    """The day for which a plan that is put on board must be lawful: its own, or today where that is over or there is
    none."""
    today, days = today_at(site), days_of(plan, site)
    return days[0] if days and days[0] > today else today


def out_of_time(plan: Plan, site: Site, sortie: int, now: datetime, *, upload: bool = False) -> str | None:
    """What is to be said where a plan is flown, or put on board, at another time than it was made for; None: nothing.

    Of another day than the plan's it is said always, of another time of day only where it is about to be flown.
    """
    zone, today, days = zone_of(site), today_at(site, now), days_of(plan, site)
    if days and today not in days:
        planned = " and ".join(map(str, days))
        ahead = upload and days[0] > today
        so = "it goes on board ahead of its day and is not flown before" if ahead else "today's permits count"
        return f"the plan is for {planned}, today is {today} at the site ({site.time_zone}): {so}"
    starts = [departure.start for departure in plan.timetable if departure.sortie == sortie]
    if upload or not starts or min(abs(now - start) for start in starts) <= PUNCTUAL:
        return None
    planned = shown_time.clocks(starts, zone, day=today)
    present = shown_time.clock(now, zone)
    return f"sortie {sortie} is planned for {planned}, it is {present}: daylight was looked at for the planned time"


def day_words(plan: Plan | None, site: Site, day: date, *, asked: bool = False) -> str:
    """Which day something was judged for and whose that is: ``2026-03-01, the plan's own day``."""
    own = days_of(plan, site) if plan is not None else ()
    days = " and ".join(map(str, own))
    if day in own:
        return f"{days}, the plan's own day" if len(own) == 1 else f"{days}, the plan's own days"
    if asked:
        return f"{day}, as --date says" + (f"; the plan is for {days}" if own else "")
    reason = f"the plan is for {days}" if own else "no day is in it"
    return f"{day}, today at the site ({site.time_zone}): {reason}"
