"""Which authorisation covers a finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from dronectl.checks.flight import Flight, Ground
from dronectl.checks.rule import Found
from dronectl.checks.wording import Form, recognised
from dronectl.model.plan.finding import OVERRIDE, Finding, Message, Severity
from dronectl.model.rules import Authorisation, AuthorisationKind
from dronectl.model.validity import whole_days
from dronectl.site.local_time import zone_of


def judge(found: Found, ground: Ground, overrides: Sequence[str], flights: Sequence[Flight]) -> Found:
    """Authorised by an authorisation that is valid while the flight lasts, or by a named person; else as it was,
    naming one that is not valid then."""
    finding = found.finding
    if finding.severity is not Severity.ERROR:
        return found
    papers = () if found.is_person else ground.site.authorisations
    covering = [one for one in papers if _covers(one, found, ground)]
    if found.closed:
        covering = [one for one in covering if one.kind is AuthorisationKind.EMERGENCY and one.hours]
        overrides = ()
    days, zone = ground.days_of(finding.sortie), zone_of(ground.site)
    of_sortie = [span for flight in flights if _is_of(finding, flight) for span in ground.spans_of(flight)]
    spans = of_sortie if found.during is None else [found.during]
    valid = next((one for one in covering if one.covers(spans or whole_days(days, zone), zone)), None)
    if valid is not None:
        return _authorised(found, valid.document)
    for override in overrides:
        rule, _, person = override.partition(" by ")
        if rule == finding.rule:
            return _authorised(found, f"{OVERRIDE}{person}")
    for authorisation in covering:
        finding = finding.saying(_why_not(authorisation, days, finding.words or recognised(finding.message)))
    return replace(found, finding=finding)


def _authorised(found: Found, by: str) -> Found:
    return replace(found, finding=replace(found.finding, severity=Severity.AUTHORISED, authorisation=by))


EXPIRED = Form(
    "{message} (authorisation {document} of {authority} expired on {day})",
    "{message} (หนังสืออนุญาต {document} ของ {authority} หมดอายุ {day})",
    many="{message} (authorisation {document} of {authority} expired on {day})",
    many_thai="{message} (หนังสืออนุญาต {document} ของ {authority} หมดอายุ {day})",
)
NOT_YET = Form(
    "{message} (authorisation {document} of {authority} is not valid before {day})",
    "{message} (หนังสืออนุญาต {document} ของ {authority} ยังไม่เริ่มใช้ก่อน {day})",
    many="{message} (authorisation {document} of {authority} is not valid before {day})",
    many_thai="{message} (หนังสืออนุญาต {document} ของ {authority} ยังไม่เริ่มใช้ก่อน {day})",
)


OTHER_TIMES = Form(
    "{message} (authorisation {document} of {authority} is valid {words} only)",
    "{message} (หนังสืออนุญาต {document} ของ {authority} ใช้ได้เฉพาะ {words})",
    many="{message} (authorisation {document} of {authority} is valid {words} only)",
    many_thai="{message} (หนังสืออนุญาต {document} ของ {authority} ใช้ได้เฉพาะ {words})",
)


def _is_of(finding: Finding, flight: Flight) -> bool:
    return (flight.drone.name, flight.sortie) == (finding.drone, finding.sortie)


def _why_not(authorisation: Authorisation, days: Sequence[date], message: Message) -> Message:
    if all(authorisation.is_valid_on(day) for day in days):
        words = authorisation.hours_text
        return OTHER_TIMES(
            message=message, document=authorisation.document, authority=authorisation.authority, words=words
        )
    is_over = days[-1] > authorisation.valid_to
    form, day = (EXPIRED, authorisation.valid_to) if is_over else (NOT_YET, authorisation.valid_from)
    return form(message=message, document=authorisation.document, authority=authorisation.authority, day=day)


def _covers(authorisation: Authorisation, found: Found, ground: Ground) -> bool:
    """Whether it lifts the rule where the finding lies: everywhere, or the place or the whole leg within its zones."""
    if found.finding.rule not in authorisation.lifts:
        return False
    if not authorisation.zones or found.finding.zone in authorisation.zones:
        return True
    areas = [ground.areas[zone] for zone in authorisation.zones if zone in ground.areas]
    places = [place for place in (found.where, found.extent) if place is not None]
    return any(area.covers(place) for area in areas for place in places)
