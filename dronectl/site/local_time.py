"""What day it is at the site, and on which day a plan is flown: permits and daylight go by local date.

Who looks at a plan (``plan build``, ``check``, ``brief``) takes its own day. Who is about to fly it takes today: an
aircraft flies under today's permits and today's sun, whatever a file says, and the rule ``day`` refuses a plan of
another day. An upload lies between: a plan may be put on board the evening before, so it is held against the day that
it is for, unless that is over.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from dronectl.model import shown_time
from dronectl.model.plan import Plan
from dronectl.model.site import Site


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
    """The day for which a plan that is put on board must be lawful: its own, or today for one of the past or of any
    day."""
    today = today_at(site)
    days = days_of(plan, site)
    return days[0] if days and days[0] > today else today


def day_words(plan: Plan | None, site: Site, day: date, *, asked: bool = False) -> str:
    """Which day something was judged for and whose that is: ``2026-03-01, the plan's own day``."""
    own = days_of(plan, site) if plan is not None else ()
    days = " and ".join(one.isoformat() for one in own)
    if day in own:
        return f"{days}, the plan's own day" if len(own) == 1 else f"{days}, the plan's own days"
    if asked:
        return f"{day.isoformat()}, as --date says" + (f"; the plan is for {days}" if own else "")
    reason = f"the plan is for {days}" if own else "no day is in it"
    return f"{day.isoformat()}, today at the site ({site.time_zone}): {reason}"
