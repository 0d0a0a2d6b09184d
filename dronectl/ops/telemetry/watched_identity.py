"""Who is shown under a name: asked while telemetry flows, so that another aircraft is never taken for the drone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from dronectl.errors import DronectlError, IdentityError
from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.identity.identity import not_the_recorded, require_known, same_aircraft
from dronectl.ops.telemetry.streams import LOOK_EVERY_S, is_heard

ASK_AGAIN_S = 5.0
"""After a question that was not answered."""


@asynccontextmanager
async def watched_identities(
    vehicles: Sequence[VehicleLink], uids: Mapping[str, str | None], listener: Listener = ignore
) -> AsyncIterator[Mapping[str, IdentityError]]:
    """Within: every vehicle that is heard, or heard again, is asked who it is; nobody is waited for.

    Yields the doubts so far by drone, each of which ``listener`` is told once.

    Raises:
        IdentityError: at the end, when there was one: what was shown under that name is another aircraft's.
    """
    watch = _Watch(uids, listener)
    tasks = [asyncio.create_task(watch.over(vehicle)) for vehicle in vehicles]
    try:
        yield watch.doubts
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    require_known(list(watch.doubts.values()))


class _Watch:
    def __init__(self, uids: Mapping[str, str | None], listener: Listener) -> None:
        self.doubts: dict[str, IdentityError] = {}
        self._recorded = uids
        self._answered: dict[str, str | None] = {}
        self._listener = listener

    async def over(self, vehicle: VehicleLink) -> None:
        asked = False
        while True:
            if not is_heard(vehicle):
                asked = False
            elif not asked:
                asked = await self._ask(vehicle)
            await asyncio.sleep(LOOK_EVERY_S if asked or not is_heard(vehicle) else ASK_AGAIN_S)

    async def _ask(self, vehicle: VehicleLink) -> bool:
        """Whether it said who it is."""
        name = vehicle.name
        try:
            uid = (await vehicle.identify(thorough=False)).uid
        except IdentityError as error:
            self._doubt(name, error)
            return True
        except DronectlError:
            return False  # it may answer later; whether it is heard at all is told elsewhere
        self._answered[name] = uid
        another = not_the_recorded(name, vehicle.system_id, uid, self._recorded.get(name))
        doubt = another or same_aircraft(self._answered).get(name)
        if doubt is not None:
            self._doubt(name, doubt)
        return True

    def _doubt(self, name: str, error: IdentityError) -> None:
        if name not in self.doubts:
            self._listener(Note(error.message, name, "error"))
        self.doubts[name] = error
