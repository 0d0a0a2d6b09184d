"""Whose the fleet's links and drones are now, and how a station is ended."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.errors import NoAnswer, NotReady
from dronectl.link.sharing.holder import Holder
from dronectl.link.sharing.joiner import Refused, unanswered
from dronectl.link.sharing.ownership import Ownership, ask_to_end, drone_holder, ownership_of
from dronectl.link.sharing.records import BadRecord
from dronectl.link.transport.url import parse_link
from dronectl.model.fleet import Drone
from dronectl.ops.station.station import COMMAND, links_of

_ENDS_WITHIN_S = 30.0
_LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class FleetShares:
    """``held``: in whose hand each drone is, by name; only those that are in one."""

    links: tuple[Ownership, ...]
    held: dict[str, Holder]

    def as_json(self) -> dict[str, object]:
        return {
            "links": [link.as_json() for link in self.links],
            "drones": [{"name": name, "held_by": holder.as_json()} for name, holder in self.held.items()],
        }


async def fleet_shares(drones: Sequence[Drone]) -> FleetShares:
    """Opens no link and takes no drone.

    Raises:
        StorageError: there is no folder where processes find each other.
    """
    links = await asyncio.gather(*(ownership_of(url) for url in links_of(drones)))
    hands = {drone.name: drone_holder(drone.system_id, [parse_link(url) for url in drone.links]) for drone in drones}
    return FleetShares(tuple(links), {name: holder for name, holder in hands.items() if holder is not None})


async def end_station(drones: Sequence[Drone]) -> Holder | None:
    """Ends the station that holds or joined these links; None: none does.

    Raises:
        NotReady: other commands hold them, which end by themselves. NoAnswer: it did not end in time.
    """
    links = (await fleet_shares(drones)).links
    stations = [link for link in links if link.owner is not None and link.owner.command == COMMAND]
    if not stations:
        held = next((link for link in links if link.owner is not None), None)
        if held is not None:
            raise NotReady(f"{held.url}: {held.owner} holds it, and is no station", hint="end that command itself")
        return None
    station = stations[0].owner
    assert station is not None
    try:
        await ask_to_end(parse_link(stations[0].url))  # all its links are one process's
    except (OSError, BadRecord, Refused, TimeoutError) as error:
        raise NoAnswer(f"{station} {unanswered(station, error)}", hint="then start another one") from None
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + _ENDS_WITHIN_S
    while loop.time() < deadline_s:
        left = [await ownership_of(parse_link(link.url)) for link in stations]
        if all(one.owner is None or one.owner.pid != station.pid for one in left):
            return station
        await asyncio.sleep(_LOOK_EVERY_S)
    raise NoAnswer(f"{station} has not ended after {_ENDS_WITHIN_S:.0f} s", hint="end it by hand")
