"""Whether the papers that the plan was proved with are valid now, and for how long yet."""

from __future__ import annotations

from datetime import date, timedelta

from dronectl.model.law.law import EXAMPLE
from dronectl.model.rules import Authorisation
from dronectl.model.text.shown_time import local_day
from dronectl.ops.flight.readiness.asked import AskedSite
from dronectl.ops.flight.readiness.check import ReadinessCheck, not_evaluated, told
from dronectl.site.local_time import zone_of

ID = "permits"
_BY_PERSON = "override by "


def ask(asked: AskedSite) -> ReadinessCheck:
    """Each document that lifts a finding of the plan, until the last landing."""
    wanted = "valid until the last landing"
    if asked.proved is None:
        return told(ID, "no plan was given: which it needs is not known", wanted, ID)
    if asked.longest_s is None:
        return not_evaluated(ID, "how long it flies", wanted, ID)
    zone, lands = zone_of(asked.site), asked.now + timedelta(seconds=asked.longest_s)
    used = {one.authorisation for one in asked.proved.findings if one.authorisation is not None}
    found, all_valid = [], True
    for document in sorted(used):
        if document.startswith(_BY_PERSON):
            found.append(f"{document.removeprefix(_BY_PERSON)} answers for a rule")
            continue
        papers = [one for one in asked.site.authorisations if one.document == document]
        valid = [one for one in papers if one.covers([(asked.now, lands)], zone)]
        is_example = EXAMPLE in document and not asked.simulated
        all_valid = all_valid and bool(valid) and not is_example
        until = max((one.valid_to for one in valid or papers), default=None)
        left = (
            "is not in dronectl.toml"
            if until is None
            else f"until {until}"
            if valid
            else _not_now(papers[-1], local_day(lands, zone))
        )
        found.append(f"{document} {'is an example, no permit' if is_example else left}")
    return ReadinessCheck(ID, all_valid, "; ".join(found) or "none is needed", wanted, ID)


def _not_now(paper: Authorisation, day: date) -> str:
    return f"ended {paper.valid_to}" if paper.valid_to < day else f"is valid {paper.validity.words}"
