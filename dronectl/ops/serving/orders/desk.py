"""Where orders by the page come together: offered, confirmed, given each in a task of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from dronectl.errors import DronectlError, NotReady, error_text
from dronectl.ops.common.events import Note
from dronectl.ops.common.parallel import to_the_end
from dronectl.ops.serving.access.sessions import Session
from dronectl.ops.serving.orders.ending import ending_offer
from dronectl.ops.serving.orders.given import GivenOrder, GivenOrders, Stage
from dronectl.ops.serving.orders.hands import Hands
from dronectl.ops.serving.orders.moving import moving_offer
from dronectl.ops.serving.orders.offer import Offer, Offers, chosen_of
from dronectl.ops.serving.orders.reports import closing_offer, report_offer
from dronectl.ops.serving.orders.sending import sending_offer
from dronectl.ops.serving.orders.wanted import OrderName, Wanted

MOST_MAKING = 3
"""So many questions at once are worked out for one person; those of hold, rtl and land are not counted."""
ENDS_WITHIN_S = 20.0

Make = Callable[[Hands, Session, Wanted], Coroutine[Any, Any, Offer]]
MAKES: dict[OrderName, Make] = {
    OrderName.GOTO: moving_offer,
    OrderName.LOOK: moving_offer,
    OrderName.RESUME: moving_offer,
    OrderName.DISPATCH: sending_offer,
    OrderName.INCIDENT_ADD: report_offer,
    OrderName.INCIDENT_CLOSE: closing_offer,
}


@dataclass
class OrderDesk:
    """``see``: told of whom a person, and who, has seen the alarms."""

    hands: Hands
    see: Callable[[Collection[str], str], None]
    offers: Offers = field(init=False)
    given: GivenOrders = field(default_factory=GivenOrders)
    _making: dict[str, int] = field(default_factory=dict)
    _tasks: dict[asyncio.Task[None], GivenOrder] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.offers = Offers(self.hands.clock)

    async def warm_up(self) -> None:
        """No order is to compete with the import of the geometry engine."""
        with suppress(DronectlError):
            await self.hands.airspace_known()

    @property
    def fleet(self) -> tuple[str, ...]:
        return tuple(drone.name for drone in self.hands.drones)

    async def offer(self, session: Session, wanted: Wanted) -> Offer:
        """The question that a person is to answer.

        Raises:
            DronectlError: it would not be done, and why; nothing was ordered.
        """
        offer = ending_offer(self.hands, session, wanted) if wanted.is_ending else await self._made(session, wanted)
        await self._drop(self.offers.add(offer))
        return offer

    def look(self, session: Session, id_: str) -> Mapping[str, object]:
        """The question as it is now.

        Raises:
            InputError: it is over.
        """
        return self.offers.look(session, id_).as_json(self.hands.clock(), self.hands.vehicles)

    async def take_back(self, session: Session, id_: str) -> None:
        """
        Raises:
            InputError: it is over.
        """
        await self._drop([self.offers.take(session, id_)])

    def confirm(self, session: Session, id_: str, choice: str) -> GivenOrder:
        """Gives it, once: returns at once, and what becomes of it is told by the order.

        Raises:
            InputError: it is over, or that was no choice. NotReady: a drone is in another order's hand.
        """
        offer = self.offers.look(session, id_)
        chosen = chosen_of(offer, choice)
        drones = (chosen,) if offer.name is OrderName.DISPATCH else offer.drones
        if offer.name in (OrderName.GOTO, OrderName.LOOK, OrderName.RESUME, OrderName.DISPATCH):
            self._require_free(drones)
        self.offers.take(session, id_)
        given = self.given.begin(str(offer.name), offer.means, session, drones or ("",))
        task = asyncio.create_task(self._give(offer, given, chosen))
        self._tasks[task] = given
        task.add_done_callback(self._tasks.pop)
        return given

    def see_alarms(self, session: Session, drones: Collection[str]) -> None:
        self.see(drones, session.person)

    async def finished(self) -> None:
        """The page ends: what was given is waited for, and what lasts longer is left to the drones, which fly what they
        were given by themselves."""
        await self._drop(self.offers.clear())
        tasks = list(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=ENDS_WITHIN_S)
            for task in tasks:
                task.cancel()
            await to_the_end(asyncio.gather(*tasks, return_exceptions=True))

    async def keep_clean(self) -> None:
        """Until cancelled: what nobody answered is dropped."""
        while True:
            await asyncio.sleep(1.0)
            await self._drop(self.offers.expired())

    async def _made(self, session: Session, wanted: Wanted) -> Offer:
        if self._making.get(session.key, 0) >= MOST_MAKING:
            raise NotReady("too many questions of yours are being worked out", hint="wait for one of them")
        self._making[session.key] = self._making.get(session.key, 0) + 1
        try:
            return await MAKES[wanted.name](self.hands, session, wanted)
        finally:
            self._making[session.key] -= 1
            if not self._making[session.key]:
                del self._making[session.key]

    def _require_free(self, drones: Collection[str]) -> None:
        """
        Raises:
            NotReady: another order of this page still moves one of them; hold, rtl and land end it.
        """
        for given in self._tasks.values():
            if given.name in (OrderName.HOLD, OrderName.RTL, OrderName.LAND):
                continue
            for name in drones:
                stage, _ = given.drones.get(name, (Stage.DONE, ""))
                if stage is Stage.GOING:
                    raise NotReady(
                        f"{name}: {given.name} by {given.session.person} is going on; nothing was ordered",
                        hint="wait for its end, or hold it first",
                    )

    async def _give(self, offer: Offer, given: GivenOrder, chosen: str) -> None:
        if offer.drop is not None and offer.name is not OrderName.DISPATCH:
            await offer.drop()
        try:
            await offer.give(given, chosen)
        except DronectlError as error:
            given.all_failed(error.message)
            self.hands.listener(Note(f"{given.name} by {given.session.person}: {error.message}", level="error"))
        except Exception as error:  # noqa: BLE001 - one order's fault ends no page and no other order
            given.all_failed(f"a fault of the program: {error_text(error)}")
            self.hands.listener(Note(f"{given.name}: {error_text(error)}", level="error"))

    async def _drop(self, offers: Collection[Offer]) -> None:
        for offer in offers:
            if offer.drop is not None:
                await to_the_end(offer.drop())
