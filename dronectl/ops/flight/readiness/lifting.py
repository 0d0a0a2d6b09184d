"""Who lifts a rule until the last landing: a paper, or a person by name."""

from __future__ import annotations

from datetime import datetime

from dronectl.model.rules import AuthorisationKind
from dronectl.ops.flight.readiness.asked import AskedSite
from dronectl.site.local_time import zone_of


def lifted_by(asked: AskedSite, rule: str, lands: datetime, *, closed: bool = False) -> str | None:
    """The paper that lifts the rule at the whole site from now until ``lands``, or who answers for it.

    ``closed``: hours that only leave for an emergency opens, which must name them.
    """
    zone = zone_of(asked.site)
    for paper in asked.site.authorisations:
        opens = not closed or (paper.kind is AuthorisationKind.EMERGENCY and bool(paper.hours))
        if opens and rule in paper.lifts and not paper.zones and paper.covers([(asked.now, lands)], zone):
            return paper.document
    overrides = asked.overrides if asked.proved is None else asked.proved.plan.overrides
    return next((override for override in (() if closed else overrides) if override.startswith(f"{rule} by ")), None)
