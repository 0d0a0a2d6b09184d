"""In flight: is the mission on board still the plan's? Looked at again whenever something says that it may not be.

A vehicle says "Flight plan received" after an upload, MISSION_CURRENT has the number of items, and where the vehicle
has one a ``mission_id`` that changes with them (https://mavlink.io/en/messages/common.html#MISSION_CURRENT). But
ArduCopter says those words on the uploader's radio alone, and fills no ``mission_id`` up to 4.7: as many items by
another radio show in nothing but the items themselves. So these are read again from time to time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from dronectl.errors import DronectlError
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.message import Message
from dronectl.model.plan.plan import DronePlan
from dronectl.ops.common.events import Listener, Note
from dronectl.ops.common.parallel import to_the_end
from dronectl.ops.flight.under_way import difference

RECEIVED = "flight plan received"
SETTLES_S = 1.0
"""Who uploads reads back too: so long it is left alone."""
AGAIN_S = 5.0
TIMES = 6
LOOKS_EVERY_S, ITEM_EVERY_S = 60.0, 2.0
"""Unasked at most so often, and the seldomer the longer the mission is: it costs some 40 bytes a second of a radio."""


class MissionWatch:
    """Within: the mission of one drone is watched. ``on_changed`` is called with how it differs, at most once for each
    change; the listener is told."""

    def __init__(
        self, vehicle: VehicleLink, plan: DronePlan, sortie: int, listener: Listener, on_changed: Callable[[str], None]
    ) -> None:
        self._vehicle, self._plan, self._sortie = vehicle, plan, sortie
        self._listener, self._on_changed = listener, on_changed
        self._known: dict[str, int] = {}
        self._differed = ""
        self._look = asyncio.Event()
        self._unsubscribe: Callable[[], None] | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> MissionWatch:
        self._unsubscribe = self._vehicle.subscribe(self._on_message)
        self._task = asyncio.create_task(self._keep_looking())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._unsubscribe is not None
        assert self._task is not None
        self._unsubscribe()
        self._task.cancel()
        await to_the_end(asyncio.gather(self._task, return_exceptions=True))

    def _on_message(self, message: Message) -> None:
        match message.name:
            case "STATUSTEXT" if str(message["text"]).lower().startswith(RECEIVED):
                self._look.set()
            case "MISSION_CURRENT":
                for key in ("total", "mission_id"):
                    value = int(message.get(key, 0))
                    if value and self._known.setdefault(key, value) != value:
                        self._known[key] = value
                        self._look.set()

    async def _keep_looking(self) -> None:
        while True:
            is_told = await self._is_told()
            if is_told:
                await asyncio.sleep(SETTLES_S)
            self._look.clear()
            try:
                differs = await self._read_again()
            except DronectlError as error:
                if is_told:
                    text = f"its mission may have been changed on board, and cannot be read: {error.message}"
                    self._listener(Note(text, self._vehicle.name, "error"))
                continue
            if differs == self._differed and (differs or not is_told):
                continue
            self._differed = differs
            if differs:
                self._on_changed(differs)
                text = f"somebody CHANGED ITS MISSION on board, it flies the plan no more: {differs}"
                self._listener(Note(text, self._vehicle.name, "error"))
            else:
                self._listener(Note("its mission was uploaded anew, and is the plan's", self._vehicle.name))

    async def _is_told(self) -> bool:
        """Something says that it may have changed; False: it is time to look all the same."""
        flight = self._plan.sortie(self._sortie)
        items = len(flight.mission) if flight else 0
        try:
            async with asyncio.timeout(max(LOOKS_EVERY_S, ITEM_EVERY_S * items)):
                await self._look.wait()
        except TimeoutError:
            return False
        return True

    async def _read_again(self) -> str:
        """Another one may have the drone in its hand for a while: who uploads reads back.

        Raises:
            DronectlError: it could not be read, again and again.
        """
        for _ in range(TIMES - 1):
            try:
                return await difference(self._vehicle, self._plan, self._sortie)
            except DronectlError:
                await asyncio.sleep(AGAIN_S)
        return await difference(self._vehicle, self._plan, self._sortie)
