"""Orders that set drones moving: goto, look, patrol resume. Proved before a person is asked, and again when it is
given, from where the drone then is."""

from __future__ import annotations

from collections.abc import Callable

from dronectl.errors import DronectlError, InputError
from dronectl.model.incidents.incident import IncidentPlace
from dronectl.ops.common.events import Event, Listener, Note
from dronectl.ops.control.gate import WOULD_BE_REFUSED, identify_to_ask, identify_to_command, tell_control
from dronectl.ops.dispatch.give_back import patrol_order
from dronectl.ops.incidents.gazetteer import place_of
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.claims.claims import Claims
from dronectl.ops.orders.look_target import STANDOFF_M, LookTarget
from dronectl.ops.orders.order import Order, goto_order, look_order
from dronectl.ops.orders.proved_order import ProvedMovement, order_proved
from dronectl.ops.serving.access.sessions import Session
from dronectl.ops.serving.orders.given import GivenOrder
from dronectl.ops.serving.orders.hands import Hands
from dronectl.ops.serving.orders.offer import Offer, require_unchanged, state_of
from dronectl.ops.serving.orders.wanted import OrderName, Wanted

ANSWERED_WITHIN_S = 60.0


async def moving_offer(hands: Hands, session: Session, wanted: Wanted) -> Offer:
    """What would be flown, proved from where the drone is.

    Raises:
        RuleViolation, NotReady, NoAnswer, Refused, InputError: it would not be; nothing was ordered.
    """
    told: list[str] = []
    airspace = await hands.airspace_now()
    vehicles = hands.named(wanted.drones)
    order = _order_of(hands, wanted, airspace, _noting(told))
    states = {vehicle.name: state_of(vehicle) for vehicle in vehicles}
    await identify_to_ask(vehicles, hands.uids, _noting(told))
    await tell_control(vehicles, _noting(told), WOULD_BE_REFUSED)
    outlook = await order_proved(
        hands.fleet,
        wanted.drones,
        order.movement(),
        airspace,
        dry_run=True,
        claims=Claims(hands.root),
        listener=_noting(told),
    )
    told += _ways(outlook)
    offer = Offer(
        session,
        wanted.name,
        order.text,
        hands.clock() + ANSWERED_WITHIN_S,
        lambda given, _choice: _give(hands, offer, wanted, airspace, given),
        wanted.drones,
        order.question(", ".join(wanted.drones)),
        told=list(dict.fromkeys(told)),
        states=states,
    )
    return offer


def _order_of(hands: Hands, wanted: Wanted, airspace: Airspace, listener: Listener) -> Order:
    """
    Raises:
        InputError: no such place or height.
    """
    site = airspace.site
    if wanted.altitude_m is not None and wanted.altitude_m > site.rules.ceiling_m:
        raise InputError(
            f"altitude {wanted.altitude_m:g} m is not within 0..{site.rules.ceiling_m:g} m (rules.ceiling_m)"
        )
    match wanted.name:
        case OrderName.GOTO:
            return goto_order(place_of(site, wanted.place).point, wanted.altitude_m, site, listener)
        case OrderName.LOOK:
            return look_order(_target(place_of(site, wanted.place)), wanted.altitude_m, airspace, listener)
        case _:
            return patrol_order(hands.root / "flights")


def _target(place: IncidentPlace) -> LookTarget:
    standoff_m = STANDOFF_M if place.standoff_m is None else place.standoff_m
    return LookTarget(place.id or place.name, place.name, place.point, place.height_m, standoff_m)


def _ways(outlook: ProvedMovement) -> list[str]:
    around = [f"{name}: {detour.description()}" for name, detour in outlook.detours.items()]
    straight = [
        f"{name}: {proof.lawful_words}" for name, proof in outlook.proofs.items() if name not in outlook.detours
    ]
    return around + straight


async def _give(hands: Hands, offer: Offer, wanted: Wanted, airspace: Airspace, given: GivenOrder) -> None:
    require_unchanged(offer, hands.vehicles)
    listener = given.heard_by(hands.listener)
    vehicles = hands.named(offer.drones)
    with hands.trail.order(given.name, offer.drones, given.who(), at_once=True) as audited:
        await hands.written_down()
        await identify_to_command(vehicles, hands.uids, listener)
        require_unchanged(offer, hands.vehicles)
        order = _order_of(hands, wanted, airspace, listener).told_to(audited)
        try:
            outlook = await order_proved(
                hands.fleet,
                offer.drones,
                order.movement(),
                airspace,
                claims=Claims(hands.root, listener),
                listener=listener,
                on_done=lambda name: given.done(name, "done"),
            )
        except DronectlError as error:
            given.all_failed(error.message)
            raise
        for name, motion in outlook.motions.items():
            audited.told_of(name, motion)
            given.done(name, motion or "done")


def _noting(told: list[str]) -> Callable[[Event], None]:
    def listen(event: Event) -> None:
        if isinstance(event, Note):
            named = event.drone is None or event.drone in event.text
            told.append(event.text if named else f"{event.drone}: {event.text}")

    return listen
