"""Drones sent to incidents by the use case itself, without a command."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dronectl.link.fleet_link import FleetLink
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import IncidentEvent, IncidentKind, IncidentPlace, IncidentReport
from dronectl.ops.common.events import Listener, ignore
from dronectl.ops.dispatch.dispatch import Dispatch
from dronectl.ops.dispatch.look import Looked, chosen, look_and_propose
from dronectl.ops.dispatch.options import Wish
from dronectl.ops.dispatch.sending import Sent
from dronectl.ops.incidents.book import IncidentBook
from dronectl.ops.orders.airspace import Airspace

REPORTED = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)


def dispatch_of(
    root: Path, airspace: Airspace, place: GeoPoint, *, stay_s: float = 20.0, listener: Listener = ignore
) -> Dispatch:
    """An incident at a place, in a book in ``root``, where what is left is kept too."""
    book = IncidentBook(root, ZoneInfo("Asia/Bangkok"))
    where = IncidentPlace(place, "there")
    (incident,) = book.take([IncidentReport(REPORTED, IncidentKind.FIGHT, "", "191", where)], lambda _r, _l: None)
    airspace = replace(airspace, site=replace(airspace.site, root=root))
    return Dispatch(incident, book, Wish(where, stay_s), airspace, listener)


async def proposed(job: Dispatch, fleet: FleetLink) -> Looked:
    uids = {drone.name: drone.uid for drone in job.airspace.site.drones}
    return await look_and_propose(fleet, job.wish, lambda: job.airspace, uids, {}, listener=job.listener)


async def sent(job: Dispatch, fleet: FleetLink) -> Sent:
    looked = await proposed(job, fleet)
    return await job.send(looked, chosen(looked.proposal), fleet.vehicles)


async def sent_and_seen(job: Dispatch, fleet: FleetLink) -> tuple[Sent, float]:
    """Who was sent, and the seconds from the word to the sight of the place."""
    done = await sent(job, fleet)
    await job.until(IncidentEvent.IN_SIGHT, done, done.option.arrives_s)
    return done, job.seconds[IncidentEvent.IN_SIGHT]
