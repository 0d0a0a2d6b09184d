"""Ways that were proved for orders which are being given: the next order is held against them.

What a drone tells of itself shows an order only once it obeys it. Two orders that are proved in the same moment would
each find the other's drone where it was before. So ways are proved one after the other, under a lock of the workspace,
and each is claimed before the next one is proved; a claim counts for whoever looked at the drones before it ended.
Orders that end what goes on (hold, rtl, land) neither wait for it nor claim anything.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

from dronectl.errors import InputError, NotReady, StorageError
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.text.shown_time import now
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.orders.way_ahead import FRESH_S, last_present
from dronectl.storage.file_lock import is_held_by_another

if TYPE_CHECKING:
    from dronectl.checks.ways.way import Present, Way
    from dronectl.checks.ways.way_apart import Other
    from dronectl.ops.orders.airspace import Airspace
    from dronectl.ops.orders.claims.claims_file import Claim

FILE = Path("flights") / "claimed-ways.json"
LOCK = Path("flights") / "claimed-ways.lock"
LOCKED_WITHIN_S = 10.0
"""A proof takes a second; who holds the lock longer hangs."""
TRY_EVERY_S = 0.02
KEPT = timedelta(minutes=15)
"""Nobody proves by a look at the drones that is older."""


@dataclass(frozen=True)
class Claimed:
    """A drone on the way that was claimed for it. ``obeys``: it flies that, whatever it told before."""

    other: Other
    obeys: bool


def beside(others: Sequence[Other], claimed: Sequence[Claimed]) -> tuple[Other, ...]:
    """What was seen of drones, and what is claimed for them. Until one obeys it may be at either."""
    obeying = {one.other.name for one in claimed if one.obeys}
    return (*(one for one in others if one.name not in obeying), *(one.other for one in claimed))


@dataclass
class Claims:
    """Of a workspace, for one order. ``root`` None: nothing is claimed, as by who is alone. ``listener``: told where
    claims cannot be written."""

    root: Path | None = None
    listener: Listener = ignore
    _mine: list[str] = field(default_factory=list)
    _told: set[str] = field(default_factory=set)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Claims]:
        """Within: no other order of this workspace is proved.

        Raises:
            NotReady: another one is, for longer than that takes.
        """
        lock = None if self.root is None else await self._lock(self.root / LOCK)
        try:
            yield self
        finally:
            if lock is not None:
                lock.close()

    def others(
        self, airspace: Airspace, but: Collection[str], since: datetime, vehicles: Mapping[str, VehicleLink]
    ) -> tuple[Claimed, ...]:
        """The drones, ``but`` these, whose orders had not ended at ``since``, when somebody looked at them."""
        found: list[Claimed] = []
        for claim in self._counting(since):
            if claim.drone not in but:
                with suppress(NotReady):  # so far away that nothing here meets it
                    found += _claimed(claim, airspace, vehicles.get(claim.drone))
        return tuple(found)

    def claim(self, ways: Mapping[str, Sequence[tuple[Way, Present, float]]]) -> None:
        """For each drone its way, or several one after the other: with where it begins, and after how many seconds."""
        from dronectl.ops.orders.claims.claims_file import BEGINS_WITHIN_S, Claim

        moment = now()
        if self.root is None:
            return
        self._mine += ways
        made = [
            Claim(name, way, present, moment, BEGINS_WITHIN_S + after_s)
            for name, parts in ways.items()
            for way, present, after_s in parts
        ]
        self._write([*(one for one in self._read() if one.drone not in ways), *made])

    async def end(self, vehicles: Collection[VehicleLink], *, obeyed: bool = True) -> None:
        """The order was given to these drones. ``obeyed`` False: they do not fly it."""
        names = {vehicle.name: vehicle.state.mode or "" for vehicle in vehicles if vehicle.name in self._mine}
        if not names:
            return
        moment = now()
        with suppress(NotReady):
            async with self.alone():
                claims = self._read()
                last = {one.drone: one for one in claims}  # what was before it is flown
                ended = [replace(one, ended=moment, mode=names[name]) for name, one in last.items() if name in names]
                self._write([*(one for one in claims if one.drone not in names), *(ended if obeyed else [])])
        self._mine = [name for name in self._mine if name not in names]

    def _counting(self, since: datetime) -> list[Claim]:
        moment = now()
        return [
            one
            for one in self._read()
            if (one.ended > since if one.ended is not None else moment <= one.claimed + one.given_within)
        ]

    def _read(self) -> list[Claim]:
        from dronectl.ops.orders.claims.claims_file import read_claims

        if self.root is None:
            return []
        moment = now()
        try:
            claims = read_claims(self.root / FILE)
        except InputError as error:
            self._tell(error)
            return []
        return [one for one in claims if moment - one.claimed <= KEPT]

    def _write(self, claims: Sequence[Claim]) -> None:
        from dronectl.ops.orders.claims.claims_file import write_claims

        if self.root is None:
            return
        try:
            write_claims(self.root / FILE, claims)
        except StorageError as error:
            self._tell(error)

    def _tell(self, error: object) -> None:
        if str(error) in self._told:
            return
        self._told.add(str(error))
        text = f"orders of the same moment are not held against this one: {error}"
        self.listener(Note(text, level="warning"))

    async def _lock(self, path: Path) -> IO[bytes] | None:
        """None: nothing can be written there, which is told. Where the file system keeps no locks nobody waits for one:
        no order is lost by that."""
        loop = asyncio.get_running_loop()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("ab")
        except OSError as error:
            self._tell(error)
            return None
        deadline_s = loop.time() + LOCKED_WITHIN_S
        try:
            while is_held_by_another(file):
                if loop.time() >= deadline_s:
                    raise NotReady(
                        "another order of this workspace is being proved; nothing was ordered",
                        hint=f"order again; who holds {path} hangs if that goes on",
                    )
                await asyncio.sleep(TRY_EVERY_S)
        except BaseException:
            file.close()
            raise
        return file


def _claimed(claim: Claim, airspace: Airspace, vehicle: VehicleLink | None) -> Iterator[Claimed]:
    """Nothing of one that flies otherwise than was claimed: it tells so itself.

    Raises:
        NotReady: it is not at this site.
    """
    here = None if vehicle is None else last_present(vehicle)
    if claim.ended is None or vehicle is None or here is None:
        other = airspace.flight(claim.way, claim.present, claim.drone)
        yield Claimed(replace(other, late_s=claim.late_s), obeys=False)
    elif vehicle.state.mode == claim.mode:
        way, item = claim.way, vehicle.state.mission_item
        if claim.mode == "AUTO" and item is not None and way.first <= item < len(way.mission):
            way = replace(way, first=item)
        radius_m = here.age_s * math.hypot(here.east_m_s, here.north_m_s)
        yield Claimed(replace(airspace.flight(way, here, claim.drone), radius_m=radius_m), obeys=here.age_s <= FRESH_S)
