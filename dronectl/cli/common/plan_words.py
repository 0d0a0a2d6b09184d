"""What commands say of a plan: for which day it is judged, that it is flown at another time."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from dronectl.cli.common.app import App
from dronectl.model.text.shown_time import now

if TYPE_CHECKING:
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site


def judged_day(app: App, site: Site, given: datetime | None, plan: Plan | None = None) -> date:
    """The day that ``--date`` names, else the plan's own, else today at the site; which one is said on stderr."""
    from dronectl.site.local_time import day_of, today_at

    usual = today_at(site) if plan is None else day_of(plan, site)
    day = usual if given is None else given.date()
    tell_day(app, plan, site, day, asked=given is not None)
    return day


def warn_out_of_time(app: App, plan: Plan, site: Site, sortie: int, *, upload: bool = False) -> None:
    """On stderr, when a plan is about to be flown or put on board at another time than it was made for."""
    from dronectl.site.local_time import out_of_time

    words = out_of_time(plan, site, sortie, now(), upload=upload)
    if words is not None:
        app.err().print(f"warning: {words}", style="yellow")


def warn_unrehearsed(app: App, plan: Plan, site: Site, waived_by: str | None) -> None:
    """On stderr, when a plan is about to be put on board that was not rehearsed as it is now.

    Raises:
        NotReady: the site's rules require it.
    """
    from dronectl.ops.rehearsal.stamping import require_rehearsed

    words = require_rehearsed(plan, site, waived_by)
    if words is not None:
        app.err().print(f"warning: {words}", style="yellow")


def tell_day(app: App, plan: Plan | None, site: Site, day: date, *, asked: bool = False) -> None:
    """On stderr: for which day permits and daylight were looked at and whose day that is; that no time was."""
    from dronectl.site.local_time import day_words

    app.err().print(f"day: {day_words(plan, site, day, asked=asked)}")
    if plan is None or not plan.timetable:
        app.err().print("times: none in it, so hours and daylight are looked at when it is flown")
