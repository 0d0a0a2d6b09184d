"""How the fleet is now, and who is proposed for an incident: all that comes before a person's word."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from dronectl.errors import InputError, NoAnswer, NotReady
from dronectl.link.fleet_link import FleetLink
from dronectl.model.incidents.incident import Incident, IncidentEvent
from dronectl.ops.common.events import Listener
from dronectl.ops.dispatch.fleet_now import FleetNow, fleet_now
from dronectl.ops.dispatch.options import Option, Proposal, Wish, propose
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.claims.claims import Claims
from dronectl.ops.orders.officers import Officers


@dataclass(frozen=True)
class Looked:
    """How the fleet is, and what is proposed; ``took_s``: from the question to the proposal. ``officers``: who is kept
    clear of, and what was told of that."""

    airspace: Airspace
    fleet: FleetNow
    proposal: Proposal
    took_s: float
    officers: Officers


async def look_and_propose(
    fleet: FleetLink,
    wish: Wish,
    load: Callable[[], Airspace],
    uids: Mapping[str, str | None],
    busy: Mapping[str, str],
    *,
    only: tuple[str, ...] = (),
    listener: Listener,
) -> Looked:
    """Asks every drone how it is, and whether it is who it should be (``uids``), while the workspace is loaded in a
    thread. ``only``: none but these may be sent.

    Raises:
        InputError, InputErrors: the workspace is not valid.
    """
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    vehicles = list(fleet.vehicles.values())
    asking = asyncio.create_task(fleet_now(vehicles, uids, listener))
    try:
        airspace = await asyncio.to_thread(load)
    except BaseException:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        raise
    found = await asking
    officers = Officers(listener)
    airspace = officers.in_airspace(airspace)
    claimed = Claims(airspace.site.root).others(airspace, (), found.asked, fleet.vehicles)
    found = replace(found, claimed=claimed)
    proposal = await asyncio.to_thread(propose, found, wish, airspace, busy)  # the loop carries others' orders
    if only:
        options = tuple(one for one in proposal.options if one.name in only)
        proposal = Proposal(options, proposal.cameras, proposal.wind_m_s)
    return Looked(airspace, found, proposal, loop.time() - began_s, officers)


def busy_of(incidents: list[Incident], but: Incident) -> dict[str, str]:
    """Drones that are at an errand for another incident that is open, and for which."""
    busy: dict[str, str] = {}
    ends = (IncidentEvent.LEFT, IncidentEvent.FAILED)
    for one in incidents:
        if not one.is_open or one.key == but.key:
            continue
        for note in one.notes:
            if note.event is IncidentEvent.CONFIRMED and note.drone:
                busy[note.drone] = one.number
            elif note.event in ends and busy.get(note.drone) == one.number:
                del busy[note.drone]
    return busy


def chosen(proposal: Proposal) -> Option:
    """Who is proposed.

    Raises:
        NotReady: nobody can go; says why of each. NoAnswer: nobody is heard. InputError: there is nobody.
    """
    best = proposal.best
    if best is not None:
        return best
    if not proposal.options:
        raise InputError("no drone to send")
    reasons = "; ".join(f"{one.name}: {one.why}" for one in proposal.options)
    kind = NoAnswer if all(one.state == "unheard" for one in proposal.options) else NotReady
    raise kind(
        f"nobody can go: {reasons}",
        details={"options": [one.as_json() for one in proposal.options], "cameras": list(proposal.cameras)},
    )
