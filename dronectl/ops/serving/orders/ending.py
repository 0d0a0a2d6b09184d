"""Orders that end what goes on: hold, rtl, land. Nothing is loaded, asked or reckoned before they are on their way, and
each drone's goes on its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from dronectl.errors import DronectlError
from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.audit.trail import state_words
from dronectl.ops.common.events import Listener
from dronectl.ops.control.gate import tell_control
from dronectl.ops.orders.immediate_order import forecast_paths, order_immediately
from dronectl.ops.orders.order import AT_ONCE, Order
from dronectl.ops.serving.access.sessions import Session
from dronectl.ops.serving.orders.given import GivenOrder
from dronectl.ops.serving.orders.hands import Hands
from dronectl.ops.serving.orders.offer import Offer, state_of
from dronectl.ops.serving.orders.wanted import OrderName, Wanted

ANSWERED_WITHIN_S = 30.0


def ending_offer(hands: Hands, session: Session, wanted: Wanted) -> Offer:
    """At once; what the order will cross is told while the person reads, as far as it is known by then.

    hold and rtl are given whatever a drone does by then, as the commands ask nothing either; a landing only to those
    that are as they were.
    """
    order = AT_ONCE[wanted.name]
    states = {vehicle.name: state_of(vehicle) for vehicle in hands.named(wanted.drones)}
    offer = Offer(
        session,
        wanted.name,
        order.text,
        hands.clock() + ANSWERED_WITHIN_S,
        lambda given, _choice: _give(hands, offer, order, given),
        wanted.drones,
        order.question(", ".join(wanted.drones)),
        states=states if wanted.name is OrderName.LAND else {},
    )
    looking = asyncio.create_task(_foretell(hands, offer, order, wanted.drones))

    async def drop() -> None:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)

    offer.drop = drop
    return offer


async def _foretell(hands: Hands, offer: Offer, order: Order, names: Sequence[str]) -> None:
    assert order.way is not None
    with suppress(DronectlError):
        found = await forecast_paths(hands.named(names), order.way, hands.airspace_known)
        offer.told += [f"{name}: {one.warning()}" for name, one in found.items() if one.proof and one.warning()]


async def _give(hands: Hands, offer: Offer, order: Order, given: GivenOrder) -> None:
    changed = offer.changed(hands.vehicles)
    for name, words in changed.items():
        given.failed(name, f"{words}: not ordered; order again")
    listener = given.heard_by(hands.listener)
    vehicles = [vehicle for vehicle in hands.named(offer.drones) if vehicle.name not in changed]
    await asyncio.gather(*(_give_one(hands, order, vehicle, given, listener) for vehicle in vehicles))
    await tell_control([vehicle for vehicle in vehicles if vehicle.silent_s is not None], listener)


async def _give_one(hands: Hands, order: Order, vehicle: VehicleLink, given: GivenOrder, listener: Listener) -> None:
    assert order.run is not None
    name = vehicle.name

    def moved(_name: str, motion: str) -> None:
        audited.told_of(name, motion)
        given.done(name, motion or state_words(vehicle))

    with suppress(DronectlError), hands.trail.order(given.name, [name], given.who(), at_once=True) as audited:
        try:
            await order_immediately(
                [vehicle],
                audited.given_to(order.run),
                order.way,
                hands.airspace_known,
                words=f"{given.name} by {given.session.person}",
                make_motion=order.motion,
                listener=listener,
                on_done=moved,
            )
        except DronectlError as error:
            given.failed(name, error.message)
            raise
