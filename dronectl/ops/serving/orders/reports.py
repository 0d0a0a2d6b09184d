"""Incidents written down and closed by the page, under the name of who is logged in."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from dronectl.errors import DronectlError, InputError
from dronectl.model.incidents.incident import Incident, IncidentEvent, IncidentReport
from dronectl.model.text.shown_time import now
from dronectl.ops.incidents.gazetteer import place_of
from dronectl.ops.incidents.incident_index import Like
from dronectl.ops.serving.access.sessions import Session
from dronectl.ops.serving.orders.given import GivenOrder
from dronectl.ops.serving.orders.hands import Hands
from dronectl.ops.serving.orders.offer import Choice, Offer
from dronectl.ops.serving.orders.wanted import OrderName, Wanted

ANSWERED_WITHIN_S = 120.0
NEW = "new"
SOURCE = "page"


async def report_offer(hands: Hands, session: Session, wanted: Wanted) -> Offer:
    """A report as it would be written down, and the incidents that it may be of.

    Raises:
        InputError: no such place.
    """
    place = place_of(hands.seen, wanted.place)
    report = IncidentReport(now(), wanted.kind, wanted.words, SOURCE, place)
    likely = await asyncio.to_thread(lambda: hands.book.likely(report))
    choices = [Choice(like.incident.key, f"the same as {like.words()}") for like in likely]
    means = f"write down: {wanted.kind} ({wanted.kind.thai}) at {place.name}"
    return Offer(
        session,
        wanted.name,
        means,
        hands.clock() + ANSWERED_WITHIN_S,
        lambda given, choice: _write(hands, report, choice, given),
        choices=(Choice(NEW, "a new incident"), *choices),
        told=[wanted.words] if wanted.words else [],
    )


async def closing_offer(hands: Hands, session: Session, wanted: Wanted) -> Offer:
    """
    Raises:
        InputError: no such incident, or it is closed.
    """
    incident = await asyncio.to_thread(hands.book.find, wanted.incident)
    if not incident.is_open:
        raise InputError(f"{incident.number} is closed already")
    means = f"close {incident.number}: {incident.kind} ({incident.kind.thai}) at {incident.place.name}"
    return Offer(
        session,
        wanted.name,
        means,
        hands.clock() + ANSWERED_WITHIN_S,
        lambda given, _choice: _close(hands, incident.key, wanted.words, given),
        told=["a drone that was sent flies its mission to the end: 'patrol resume' gives its patrol back before that"],
    )


async def _write(hands: Hands, report: IncidentReport, choice: str, given: GivenOrder) -> None:
    def same(_report: IncidentReport, likes: Sequence[Like]) -> Incident | None:
        return next((like.incident for like in likes if like.incident.key == choice), None)

    with hands.trail.order(str(OrderName.INCIDENT_ADD), [], given.who(), at_once=True):
        try:
            (taken,) = await asyncio.to_thread(lambda: hands.book.take([report], same, by=given.session.person))
        except DronectlError as error:
            given.failed("", error.message)
            raise
    hands.on_incident()
    again = f", {len(taken.reports)} reports" if len(taken.reports) > 1 else ""
    given.done("", f"{taken.number}: {taken.kind} ({taken.kind.thai}) at {taken.place.name}{again}")


async def _close(hands: Hands, key: str, words: str, given: GivenOrder) -> None:
    def close() -> Incident:
        incident = hands.book.find(key)
        if not incident.is_open:
            raise InputError(f"{incident.number} is closed already")
        hands.book.note(incident, IncidentEvent.CLOSED, words=words, user=given.session.person)
        return incident

    with hands.trail.order(str(OrderName.INCIDENT_CLOSE), [], given.who(), at_once=True):
        try:
            incident = await asyncio.to_thread(close)
        except DronectlError as error:
            given.failed("", error.message)
            raise
    hands.on_incident()
    given.done("", f"{incident.number}: closed")
