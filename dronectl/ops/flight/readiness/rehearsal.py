"""Whether the plan was rehearsed as it is now, and what that showed."""

from __future__ import annotations

from dronectl.errors import DronectlError
from dronectl.model.rules import RehearsalAsked
from dronectl.ops.flight.readiness.asked import AskedSite
from dronectl.ops.flight.readiness.check import ReadinessCheck, not_evaluated, told
from dronectl.ops.rehearsal import stamping

ID = stamping.ID


def ask(asked: AskedSite) -> ReadinessCheck:
    """A no where the site's rules require it; else it is only told."""
    wanted, how = "safe, as it is now ('dronectl rehearse')", asked.site.rules.rehearsal
    if how is RehearsalAsked.OFF:
        return told(ID, "not asked: [rules] rehearsal is off", wanted, ID)
    if asked.proved is None:
        return told(ID, "no plan was given", wanted, ID)
    try:
        stamp = stamping.stamped(asked.proved.plan, asked.site)
    except DronectlError as error:
        return not_evaluated(ID, error.message, wanted, ID)
    if how is RehearsalAsked.REQUIRED or stamp.ok:
        return ReadinessCheck(ID, stamp.ok, stamp.found, wanted, ID)
    return told(ID, stamp.found, wanted, ID)
