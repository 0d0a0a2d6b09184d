"""Which paper covers a finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from dronectl.checks.finding import Finding
from dronectl.checks.flight import Ground
from dronectl.model.plan.violation import Severity
from dronectl.model.rules import Authorisation


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding after the papers were looked up."""

    finding: Finding
    document: str | None = None


def judge(finding: Finding, ground: Ground, overrides: Sequence[str]) -> Judged:
    """Authorised by a valid paper or a named person; else as it was, with a word on a paper that expired."""
    if finding.severity is not Severity.ERROR:
        return Judged(finding)
    covering = [paper for paper in ground.site.authorisations if _covers(paper, finding, ground)]
    days = ground.days_of(finding.sortie)
    valid = next((paper for paper in covering if all(paper.is_valid_on(day) for day in days)), None)
    if valid is not None:
        return Judged(replace(finding, severity=Severity.AUTHORISED), valid.document)
    for override in overrides:
        rule, _, person = override.partition(" by ")
        if rule == finding.rule:
            return Judged(replace(finding, severity=Severity.AUTHORISED), f"override by {person}")
    if covering:
        notes = "; ".join(_why_not(paper, days) for paper in covering)
        return Judged(replace(finding, message=f"{finding.message} ({notes})"))
    return Judged(finding)


def _why_not(paper: Authorisation, days: Sequence[date]) -> str:
    if days[-1] > paper.valid_to:
        return f"authorisation {paper.document} of {paper.authority} expired on {paper.valid_to}"
    return f"authorisation {paper.document} of {paper.authority} is not valid before {paper.valid_from}"


def _covers(paper: Authorisation, finding: Finding, ground: Ground) -> bool:
    """Whether it lifts the rule where the finding lies: everywhere, or the place or the whole leg within its zones."""
    if finding.rule not in paper.lifts:
        return False
    if not paper.zones or finding.zone in paper.zones:
        return True
    areas = [ground.areas[zone] for zone in paper.zones if zone in ground.areas]
    places = [place for place in (finding.where, finding.extent) if place is not None]
    return any(area.covers(place) for area in areas for place in places)
