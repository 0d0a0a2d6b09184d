"""Whether what closes at certain hours is open until the last landing.

The plan was held against it when the command began; a drone that took its time to get ready flies later.
"""

from __future__ import annotations

from datetime import timedelta

from dronectl.model.plan.finding import errors_of
from dronectl.ops.flight.readiness.asked import AskedSite
from dronectl.ops.flight.readiness.check import ReadinessCheck, not_evaluated, told
from dronectl.site.local_time import today_at, zone_of

ID = "dated-areas"
WANTED = "no flight through what closes until the last landing"


def ask(asked: AskedSite) -> ReadinessCheck:
    """Holds the plan against the rules once more, as flown at this moment."""
    site, zone = asked.site, zone_of(asked.site)
    dated = [one for one in site.zones.keep_outs if not one.validity.is_always]
    papers = [one for one in site.authorisations if one.hours or one.days]
    if not dated and not papers:
        return ReadinessCheck(ID, True, "nothing is dated", WANTED, ID)
    lands = asked.now + timedelta(seconds=asked.longest_s or 0.0)
    closed = [one for one in dated if one.is_closed([(asked.now, lands)], zone)]
    words = "; ".join(f"{one.id} ({one.validity.words})" for one in closed)
    found = f"closed: {words}" if words else "open until the last landing"
    if asked.proved is None:
        return told(ID, found, WANTED, ID)
    if asked.longest_s is None:
        return not_evaluated(ID, "how long it flies", WANTED, ID)
    from dronectl.checks import check_plan

    day = today_at(site, asked.now)
    errors = errors_of(check_plan(asked.proved.plan, site, day=day, now=asked.now, flown_now=asked.sortie))
    if errors:
        found = f"{errors[0].rule}: {errors[0].message}"
    return ReadinessCheck(ID, not errors, found, WANTED, ID)
