"""Which authorisation covers a finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from dronectl.checks.flight import Ground
from dronectl.checks.rule import Found
from dronectl.model.plan.finding import Severity
from dronectl.model.rules import Authorisation


def judge(found: Found, ground: Ground, overrides: Sequence[str]) -> Found:
    """Authorised by a valid authorisation or a named person; else as it was, naming one that expired."""
    finding = found.finding
    if finding.severity is not Severity.ERROR:
        return found
    covering = [one for one in ground.site.authorisations if _covers(one, found, ground)]
    days = ground.days_of(finding.sortie)
    valid = next((one for one in covering if all(one.is_valid_on(day) for day in days)), None)
    if valid is not None:
        return _authorised(found, valid.document)
    for override in overrides:
        rule, _, person = override.partition(" by ")
        if rule == finding.rule:
            return _authorised(found, f"override by {person}")
    if covering:
        notes = "; ".join(_why_not(one, days) for one in covering)
        return replace(found, finding=replace(finding, message=f"{finding.message} ({notes})"))
    return found


def _authorised(found: Found, by: str) -> Found:
    return replace(found, finding=replace(found.finding, severity=Severity.AUTHORISED, authorisation=by))


def _why_not(authorisation: Authorisation, days: Sequence[date]) -> str:
    which = f"authorisation {authorisation.document} of {authorisation.authority}"
    if days[-1] > authorisation.valid_to:
        return f"{which} expired on {authorisation.valid_to}"
    return f"{which} is not valid before {authorisation.valid_from}"


def _covers(authorisation: Authorisation, found: Found, ground: Ground) -> bool:
    """Whether it lifts the rule where the finding lies: everywhere, or the place or the whole leg within its zones."""
    if found.finding.rule not in authorisation.lifts:
        return False
    if not authorisation.zones or found.finding.zone in authorisation.zones:
        return True
    areas = [ground.areas[zone] for zone in authorisation.zones if zone in ground.areas]
    places = [place for place in (found.where, found.extent) if place is not None]
    return any(area.covers(place) for area in areas for place in places)
