"""A drone to an incident: the best one proposed to a person, who may take another that can go."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from dronectl.errors import DronectlError, InputError
from dronectl.model.incidents.incident import Incident, IncidentEvent
from dronectl.ops.audit.reading import daily_items_done
from dronectl.ops.dispatch.dispatch import Dispatch
from dronectl.ops.dispatch.look import Looked, busy_of, chosen, look_and_propose
from dronectl.ops.dispatch.options import Option, Wish
from dronectl.ops.flight.readiness.asked import NOTHING_SAID
from dronectl.ops.items.logbook import Logbook
from dronectl.ops.serving.access.sessions import Session
from dronectl.ops.serving.orders.given import GivenOrder
from dronectl.ops.serving.orders.hands import Hands
from dronectl.ops.serving.orders.offer import Choice, Offer, require_unchanged, state_of
from dronectl.ops.serving.orders.wanted import Wanted
from dronectl.site.local_time import zone_of

ANSWERED_WITHIN_S = 120.0
"""An answer that takes longer is about another fleet: where the drones are was asked so long ago."""


async def sending_offer(hands: Hands, session: Session, wanted: Wanted) -> Offer:
    """Who could go, the best first; the book tells that it was proposed.

    Raises:
        InputError: no such incident, or it is closed. NotReady, NoAnswer: nobody can go.
    """
    incident, busy = await asyncio.to_thread(_incident, hands, wanted.incident)
    wish = Wish(incident.place, 60.0 * wanted.stay_min, None, wanted.altitude_m)
    states = {name: state_of(vehicle) for name, vehicle in hands.vehicles.items()}
    looked = await look_and_propose(hands.fleet, wish, hands.load_airspace, hands.uids, busy, listener=hands.listener)
    site = looked.airspace.site
    operator = replace(NOTHING_SAID, checked=await asyncio.to_thread(daily_items_done, site))
    logbook = Logbook(hands.root / "flights", "dispatch", {"incident": incident.number, "sortie": 1})
    job = Dispatch(incident, hands.book, wish, looked.airspace, hands.listener, operator, logbook)
    job.proposed(looked.proposal)
    best = chosen(looked.proposal)
    job.confirm_who(looked.proposal, hands.vehicles)
    can_go = [one for one in looked.proposal.options if one.can_go]
    place = incident.place.name
    offer = Offer(
        session,
        wanted.name,
        f"send a drone to {place}",
        hands.clock() + ANSWERED_WITHIN_S,
        lambda given, choice: _give(hands, offer, job, looked, choice, given),
        tuple(one.name for one in can_go),
        f"send a drone to {place}: {best.name}. Go?",
        choices=tuple(Choice(one.name, _words(one)) for one in can_go),
        told=_told(looked),
        states={name: was for name, was in states.items() if name in {one.name for one in can_go}},
        drop=job.close,
        details={
            "incident": incident.number,
            "options": [one.as_json() for one in looked.proposal.options],
            "cameras": list(looked.proposal.cameras),
        },
    )
    return offer


def _incident(hands: Hands, number: str) -> tuple[Incident, dict[str, str]]:
    incidents = hands.book.incidents()
    incident = hands.book.find(number)
    if not incident.is_open:
        raise InputError(f"{incident.number} is closed", hint="write down a new report")
    return incident, busy_of(incidents, incident)


def _words(option: Option) -> str:
    hidden = f"; {option.hidden_words}" if option.hidden_words else ""
    return (
        f"{option.name} ({option.state}): there in {option.arrives_s:.0f} s, stays {option.stay_s / 60.0:.1f} min, "
        f"home with {option.home_pct:.0f} %{hidden}"
    )


def _told(looked: Looked) -> list[str]:
    told = [f"{one.name} cannot go: {one.why}" for one in looked.proposal.options if not one.can_go]
    cameras = ", ".join(looked.proposal.cameras)
    return [*told, f"fixed cameras that see it: {cameras or 'none'}", *looked.officers.told]


async def _give(hands: Hands, offer: Offer, job: Dispatch, looked: Looked, choice: str, given: GivenOrder) -> None:
    option = next(one for one in looked.proposal.options if one.name == choice)
    name = option.name
    job.listener = given.heard_by(hands.listener)
    try:
        require_unchanged(offer, hands.vehicles, [name])
        what = {**given.who(), "incident": job.incident.number, "checked": sorted(job.operator.checked)}
        with hands.trail.order("dispatch", [name], what, at_once=True) as audited:
            await hands.written_down()
            job.listener = audited.heard_by(job.listener)
            audited.heard_before(looked.officers.told)
            sent = await job.send(looked, option, hands.vehicles)
            audited.done(name, sent.motion)
            given.going(name, sent.motion)
            kept = await job.keep(sent)
            if sent.left is not None:
                given.notes.append(f"{name} left its patrol: 'patrol resume' gives it back in flight")
            given.notes.extend([] if kept is None else kept.words(zone_of(looked.airspace.site)))
            await job.until(IncidentEvent.IN_SIGHT, sent, sent.option.arrives_s)
        after_s, reckoned_s = job.seconds[IncidentEvent.IN_SIGHT], sent.option.arrives_s
        given.done(
            name,
            f"sees {job.incident.place.name} {after_s:.0f} s after the word (reckoned {reckoned_s:.0f} s), "
            f"and stays {sent.option.stay_s / 60.0:.1f} min",
        )
    except DronectlError as error:
        given.failed(name, error.message)
        raise
    finally:
        await job.close()
        await asyncio.to_thread(job.written)
        hands.on_incident()
