"""The fleet over its links: what use cases work with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from dronectl.errors import DronectlError, InputError
from dronectl.link.router import Link, MavlinkRouter
from dronectl.link.sharing.guest import guest_of
from dronectl.link.sharing.holder import Holder
from dronectl.link.signing.keys import open_signing
from dronectl.link.signing.signer import Signing
from dronectl.link.transport.url import parse_link
from dronectl.link.vehicle_frames import Tap
from dronectl.link.vehicle_link import VehicleLink
from dronectl.model.fleet import Drone
from dronectl.model.ground_station import THE_ONLY_STATION
from dronectl.protocol.vehicle.identity import Identity

__all__ = ["FleetLink", "Identity", "Tap", "VehicleLink", "open_fleet"]

HEARTBEAT_INTERVAL_S = 1.0


@dataclass(frozen=True, slots=True)
class LinkShare:
    """Whose a link is now. ``holder`` None: nobody's that is known."""

    url: str
    holder: Holder | None
    is_ours: bool
    is_up: bool
    down_reason: str
    joined: tuple[Holder, ...]
    """Who joined it; as an owner told when we came, where it is not ours."""


class FleetLink:
    """An open fleet: ``vehicles`` by name, in the order given."""

    def __init__(self, vehicles: dict[str, VehicleLink], taps: list[Tap], links: Sequence[Link]) -> None:
        self.vehicles = vehicles
        self._taps = taps
        self._links = links

    @property
    def shares(self) -> tuple[LinkShare, ...]:
        """Whose the links are, each once."""
        ends = [link.endpoint for link in self._links]
        return tuple(
            LinkShare(str(end.url), end.holder, end.owner is not None, end.is_up, end.down_reason, end.others)
            for end in ends
        )

    @property
    def beats_alone(self) -> bool:
        """With us the ground station's heartbeat ends on a link: nobody else is there who would go on."""
        return any(share.is_ours and not share.joined for share in self.shares)

    def add_tap(self, tap: Tap) -> Callable[[], None]:
        """Calls ``tap`` with every frame from now on. Returns what ends it."""
        self._taps.append(tap)

        def untap() -> None:
            if tap in self._taps:
                self._taps.remove(tap)

        return untap


@asynccontextmanager
async def open_fleet(
    drones: Sequence[Drone],
    *,
    taps: Sequence[Tap] = (),
    reconnect: bool = True,
    connect_timeout_s: float = 5.0,
    signing: Callable[[Drone], Signing] = open_signing,
    alone: bool = False,
    on_stop: Callable[[], bool] = lambda: False,
) -> AsyncIterator[FleetLink]:
    """Opens the links of these drones, keeps our heartbeat going at 1 Hz while inside, and closes them at the end.

    A link that another process of this user holds is joined; one that is ours is shared with whoever comes
    (:mod:`dronectl.link.sharing`). Either way it works the same.
    A link that cannot be opened is no error yet: its drones raise NoAnswer when they are used, the others work.
    So it is with a signing key that cannot be used: its drone raises what is wrong with it.
    Nothing but the heartbeat and a TIMESYNC a second is sent until asked for.

    Args:
        reconnect: links that fall (or were not there) are tried again until the end.
        signing: what each drone's frames are signed and judged with, where the link is ours.
        alone: nobody may share the links.
        on_stop: somebody asks this process to end (``station stop``); False: it will not.

    Raises:
        InputError: a wrong URL, or two drones with one name or system id, or one with ours.
        NotReady: another process holds a link that is to be ours alone.
    """
    _check_distinct(drones)
    station = drones[0].station if drones else THE_ONLY_STATION
    router = MavlinkRouter(
        station.system_id,
        reconnect=reconnect,
        connect_timeout_s=connect_timeout_s,
        open_signing=open_signing,
        alone=alone,
        on_stop=on_stop,
    )
    all_taps = list(taps)
    vehicles: dict[str, VehicleLink] = {}
    for drone in drones:
        router.fellows |= drone.fellows
        links = [router.link(url) for url in dict.fromkeys(map(parse_link, drone.links))]
        try:
            own, fault = signing(drone), None
        except DronectlError as error:
            own, fault = Signing(drone.name), error
        vehicle = vehicles[drone.name] = VehicleLink(drone, links, all_taps, own, reconnect=reconnect)
        if fault is not None:
            vehicle.identity.set_key_fault(fault)
        for link in links:
            link.add(vehicle.receiver, guest_of(drone))
    heartbeat: asyncio.Task[None] | None = None
    try:
        await asyncio.gather(*(link.endpoint.open() for link in router.links))
        heartbeat = asyncio.create_task(_beat(router, vehicles), name="heartbeat")
        yield FleetLink(vehicles, all_taps, router.links)
    finally:
        if heartbeat is not None:
            heartbeat.cancel()
        await asyncio.gather(*(link.close() for link in router.links))
        for vehicle in vehicles.values():
            vehicle.signing.close()


async def _beat(router: MavlinkRouter, vehicles: dict[str, VehicleLink]) -> None:
    """Our HEARTBEAT, which keeps ArduPilot's ground station failsafe quiet, and TIMESYNC to measure the links by.

    MAV_TYPE_GCS, MAV_AUTOPILOT_INVALID, MAV_STATE_ACTIVE.
    """
    fields = {"type": 6, "autopilot": 8, "system_status": 4, "mavlink_version": 3}
    loop = asyncio.get_running_loop()
    due_s = loop.time() + HEARTBEAT_INTERVAL_S
    while True:
        for link in router.links:
            if not link.endpoint.is_joined:
                link.broadcast("HEARTBEAT", fields)
                link.ask_time()
        for vehicle in vehicles.values():
            vehicle.receiver.use_best_path()
        router.came_up.clear()
        try:  # a link that came up may have been without us for a second: one beat between, which puts none off
            async with asyncio.timeout_at(due_s):
                await router.came_up.wait()
        except TimeoutError:
            due_s = max(due_s + HEARTBEAT_INTERVAL_S, loop.time())


def _check_distinct(drones: Sequence[Drone]) -> None:
    names: set[str] = set()
    ids: dict[int, str] = {}
    for drone in drones:
        if drone.name in names:
            raise InputError(f"two drones are named {drone.name}")
        if drone.system_id in ids:
            raise InputError(f"{ids[drone.system_id]} and {drone.name} both have system id {drone.system_id}")
        if drone.station != drones[0].station:
            raise InputError(f"{drones[0].name} and {drone.name} are spoken to by different ground stations")
        if drone.system_id == drone.station.system_id:
            raise InputError(f"{drone.name} has system id {drone.system_id}, which is ours")
        names.add(drone.name)
        ids[drone.system_id] = drone.name
