"""Holding the fleet's links open for whoever comes, until somebody asks for the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dronectl.errors import NotReady
from dronectl.link.fleet_link import FleetLink, LinkShare, open_fleet
from dronectl.link.sharing.ownership import ownership_of
from dronectl.link.sharing.tokens import Token
from dronectl.link.transport.url import LinkUrl, parse_link
from dronectl.model.fleet import Drone
from dronectl.ops.common.event_loop import first_interrupt
from dronectl.ops.common.events import Listener, Note
from dronectl.ops.control.lost_control import watched_control
from dronectl.ops.picture.live import LivePicture
from dronectl.ops.publishing.publish import NOT_PUBLISHED, Publish
from dronectl.ops.recordings.black_box.box import BoxOf, no_box
from dronectl.ops.telemetry.forwarding import NOBODY, Forward
from dronectl.ops.telemetry.streams import kept_streams
from dronectl.ops.telemetry.watched_identity import watched_identities

if TYPE_CHECKING:
    from dronectl.model.site import Site

COMMAND = "station start"
"""How a station is named to others."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Where other computers may join, and with which tokens."""

    host: str
    port: int
    tokens: tuple[Token, ...]


def links_of(drones: Sequence[Drone]) -> tuple[LinkUrl, ...]:
    """All links of these drones, each once.

    Raises:
        InputError: a wrong URL.
    """
    return tuple(dict.fromkeys(parse_link(url) for drone in drones for url in drone.links))


async def keep_station(
    drones: Sequence[Drone],
    rate_hz: float,
    listener: Listener,
    *,
    site: Callable[[], Site],
    forward: Forward = NOBODY,
    publish: Publish = NOT_PUBLISHED,
    black_box: BoxOf = no_box,
    listen: Listen | None = None,
    on_open: Callable[[str], None] = lambda _: None,
) -> None:
    """Returns when it was asked to end: Ctrl-C, or ``station stop``. ``on_open``: called when the links were tried,
    with whose of them it holds.

    A link that another command holds is joined, and taken over when that one ends. Drones may come and go. What they
    say is recorded and published as the workspace wants it.

    Raises:
        NotReady: a station runs already. InputError: it cannot be listened where ``listen`` says.
    """
    await _refuse_second(links_of(drones))
    ended = asyncio.Event()

    def on_stop() -> bool:
        ended.set()
        return True

    async with open_fleet(drones, on_stop=on_stop) as fleet:
        vehicles = list(fleet.vehicles.values())
        for share in fleet.shares:
            if not share.is_ours and share.holder is not None:
                listener(Note(f"{share.url} is {share.holder}: taken over when that ends"))
            elif not share.is_up:
                listener(Note(f"{share.url}: {share.down_reason}; tried again until it is there", level="warning"))
        on_open(_held(drones, fleet.shares))
        uids = {drone.name: drone.uid for drone in drones}
        async with (
            forward.of(fleet, listener),
            _listening(fleet, listen, listener),
            watched_identities(vehicles, uids, listener),
            kept_streams(vehicles, rate_hz, listener),
            publish.of(listener) as heard,
            watched_control(vehicles, heard),
            LivePicture(vehicles, None, heard, site, shows=publish.is_on),
            black_box(fleet, listener),
        ):
            with first_interrupt(ended.set):
                await ended.wait()


def _held(drones: Sequence[Drone], shares: Sequence[LinkShare]) -> str:
    """``the station holds the links of alpha, charlie; bravo: connection refused, tried again until it is there``."""
    by_url = {share.url: share for share in shares}
    held: list[str] = []
    others: list[str] = []
    for drone in drones:
        own = [by_url[str(parse_link(url))] for url in drone.links]
        first = own[0]
        if any(share.is_ours and share.is_up for share in own):
            held.append(drone.name)
        elif not first.is_ours and first.holder is not None:
            others.append(f"{drone.name}: joined at {first.holder.label}")
        else:
            others.append(f"{drone.name}: {first.down_reason or 'not there yet'}, tried again until it is there")
    told = f"the links of {', '.join(held)}" if held else "no link yet"
    return "; ".join((f"the station holds {told}", *others))


@asynccontextmanager
async def _listening(fleet: FleetLink, listen: Listen | None, listener: Listener) -> AsyncIterator[None]:
    if listen is None:
        yield
        return
    from dronectl.link.sharing.remote_door import remote_door

    vehicles = list(fleet.vehicles.values())
    address = (listen.host, listen.port)
    async with remote_door(vehicles, fleet.add_tap, address, listen.tokens, lambda text: listener(Note(text))):
        listener(Note(f"other computers may join at shared://{listen.host}:{listen.port}"))
        yield


async def _refuse_second(links: Sequence[LinkUrl]) -> None:
    for url in links:
        found = await ownership_of(url)
        for holder in (found.owner, *found.joined):
            if holder is not None and holder.command == COMMAND:
                raise NotReady(f"{url}: {holder} is there already", hint="'dronectl station stop' ends it")
