"""Orders on their way from a command to the drones: asked about, proved, given, confirmed, told."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from dronectl.cli.common.app import App
from dronectl.cli.common.confirm import confirm, require_person
from dronectl.cli.common.out import echo, require_yes
from dronectl.errors import DronectlError

if TYPE_CHECKING:
    from dronectl.link.fleet_link import VehicleLink
    from dronectl.model.fleet import Drone
    from dronectl.ops.audit.trail import AuditedOrder
    from dronectl.ops.common.events import Event
    from dronectl.ops.orders.airspace import Airspace
    from dronectl.ops.orders.fly_around import Detour
    from dronectl.ops.orders.immediate_order import PathForecast
    from dronectl.ops.orders.order import Order
    from dronectl.ops.orders.proved_order import ProvedMovement

HEARTBEAT_NOTE = (
    "note: our heartbeat ends with this command. A drone with its ground station failsafe on returns home some "
    "seconds later; keep 'dronectl watch' running while one flies."
)
IN_THE_QUESTION_S = 1.0
"""A question waits so long for what the order will cross."""
LOOK_S = 6.0
"""A dry run waits so long for a drone, and for what it tells of its way."""


def give(app: App, order: Order, *, ask: bool, dry_run: bool) -> None:
    """An order that may set drones moving: asks if ``ask``, gives it to all of them in parallel, reports.

    It goes out only when all of them have shown who they are, and when the way that each will take from where it is
    breaks no rule.

    Raises:
        RuleViolation: a way breaks a rule; no drone got the order.
    """
    from dronectl.cli.common.partial_result import telling_done
    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.common import event_loop
    from dronectl.ops.common.parallel import on_each
    from dronectl.ops.control.gate import WOULD_BE_REFUSED, identify_to_ask, identify_to_command, tell_control
    from dronectl.ops.orders.airspace import Airspace
    from dronectl.ops.orders.claims.claims import Claims
    from dronectl.ops.orders.proved_order import ProvedMovement, order_proved

    drones = app.drones()
    airspace = Airspace.of(order.site or app.site(), order.overrides) if order.way is not None else None
    done: list[str] = []
    beats_alone = False

    async def alone(vehicle: VehicleLink) -> None:
        assert order.run is not None
        await order.run(vehicle)
        done.append(vehicle.name)

    async def main(*, dry_run: bool) -> ProvedMovement:
        nonlocal beats_alone
        async with open_fleet(drones if airspace is None else airspace.site.drones) as fleet:
            vehicles = [fleet.vehicles[drone.name] for drone in drones]
            identify = identify_to_ask if dry_run else identify_to_command
            await identify(vehicles, {drone.name: drone.uid for drone in drones}, tell)
            if dry_run:
                await tell_control(vehicles, tell, WOULD_BE_REFUSED)
            if airspace is not None:
                names, move = [drone.name for drone in drones], order.movement()
                outlook = await order_proved(
                    fleet,
                    names,
                    move,
                    airspace,
                    dry_run=dry_run,
                    claims=Claims(airspace.site.root, tell),
                    listener=tell,
                    on_done=done.append,
                )
            else:
                outlook = ProvedMovement()
                if not dry_run:
                    await on_each(vehicles, alone)
            beats_alone = fleet.beats_alone
            return outlook

    if ask and not dry_run:
        question = order.question(_names(drones))
        require_person(app, question)
        # What is asked about is what will be flown: it was proved before, and is proved again then.
        before = event_loop.run(main(dry_run=True)) if airspace is not None else ProvedMovement()
        led = [f"{name}: {detour.description()}\n" for name, detour in before.detours.items()]
        require_yes(f"{''.join(led)}{question}")
    if dry_run:
        outlook = event_loop.run(main(dry_run=True))
    else:
        with telling_done(done), _audited(app, order, drones) as audited:
            order = order.told_to(audited)
            outlook = event_loop.run(main(dry_run=False))
            for name, motion in outlook.motions.items():
                audited.told_of(name, motion)
    _report(app, order, drones, _foretold(outlook), outlook.detours, outlook.motions, dry_run=dry_run)
    if order.stays_in_flight and beats_alone and not dry_run and not app.json:
        echo(HEARTBEAT_NOTE, err=True)


def _audited(
    app: App, order: Order, drones: Sequence[Drone], *, at_once: bool = False
) -> AbstractContextManager[AuditedOrder]:
    """Within: the order goes into the audit log, under its command's name."""
    return app.audited(app.command, drones, {"means": order.text, "overrides": order.overrides}, at_once=at_once)


def _foretold(outlook: ProvedMovement) -> dict[str, PathForecast]:
    from dronectl.ops.orders.immediate_order import PathForecast

    return {name: PathForecast(proof) for name, proof in outlook.proofs.items()}


def give_at_once(app: App, order: Order, *, ask: bool, dry_run: bool) -> None:
    """An order that ends what goes on: reaches every drone that is heard, at once, whatever the others do, and whatever
    is wrong with the workspace. What each will cross is told as soon as it is known."""
    from dronectl.cli.common.partial_result import telling_done
    from dronectl.link.fleet_link import open_fleet
    from dronectl.ops.common import event_loop
    from dronectl.ops.common.parallel import on_each
    from dronectl.ops.control.gate import tell_control
    from dronectl.ops.orders.immediate_order import forecast_paths, order_immediately

    drones = app.drones()

    async def load() -> Airspace:
        return await asyncio.to_thread(airspace_of, app)

    async def look(within_s: float) -> Mapping[str, PathForecast]:
        async with open_fleet(drones) as fleet:
            vehicles = list(fleet.vehicles.values())
            await on_each(vehicles, lambda vehicle: vehicle.wait_alive(within_s))
            return {} if order.way is None else await forecast_paths(vehicles, order.way, load, within_s=within_s)

    beats_alone = False
    done: list[str] = []
    motions: dict[str, str] = {}

    async def main(audited: AuditedOrder) -> Mapping[str, PathForecast]:
        nonlocal beats_alone

        def moved(name: str, motion: str) -> None:
            done.append(name)
            motions[name] = motion
            audited.told_of(name, motion)

        async with open_fleet(drones) as fleet:
            vehicles = list(fleet.vehicles.values())
            assert order.run is not None
            give_it = audited.given_to(order.run)
            try:
                told = await order_immediately(
                    vehicles,
                    give_it,
                    order.way,
                    load,
                    words=app.command,
                    make_motion=order.motion,
                    listener=tell,
                    on_done=moved,
                )
            finally:
                await tell_control([vehicle for vehicle in vehicles if vehicle.silent_s is not None], tell)
            beats_alone = fleet.beats_alone
            return told

    if dry_run:
        _report(app, order, drones, event_loop.run(look(LOOK_S)), {}, {}, dry_run=True)
        return
    if ask:
        known = event_loop.run(_within(look(IN_THE_QUESTION_S), IN_THE_QUESTION_S)) if order.way else {}
        warnings = [f"{name}: {one.warning()}\n" for name, one in known.items() if one.proof and one.warning()]
        confirm(app, f"{''.join(warnings)}{order.question(_names(drones))}")
    with telling_done(done), _audited(app, order, drones, at_once=True) as audited:
        ways = event_loop.run(main(audited))
    _report(app, order, drones, ways, {}, motions, dry_run=False)
    if order.stays_in_flight and beats_alone and not app.json:
        echo(HEARTBEAT_NOTE, err=True)


async def _within(work: Coroutine[Any, Any, Mapping[str, PathForecast]], seconds: float) -> Mapping[str, PathForecast]:
    """What is known by then; an order is not to wait for its warning."""
    try:
        return await asyncio.wait_for(work, seconds)
    except (TimeoutError, DronectlError):
        return {}


def airspace_of(app: App) -> Airspace:
    """The whole workspace as of today, which loads the geometry engine.

    Raises:
        InputErrors: it is not valid.
    """
    from dronectl.ops.orders.airspace import Airspace

    return Airspace.of(app.site())


def _report(
    app: App,
    order: Order,
    drones: Sequence[Drone],
    ways: Mapping[str, PathForecast],
    detours: Mapping[str, Detour],
    motions: Mapping[str, str],
    *,
    dry_run: bool,
) -> None:
    if app.json:
        entries = []
        for drone in drones:
            entry: dict[str, object] = {"name": drone.name, "done": not dry_run}
            if drone.name in ways:
                entry["way"] = ways[drone.name].as_json()
            if drone.name in detours:
                entry["around"] = detours[drone.name].as_json()
            if motions.get(drone.name):
                entry["motion"] = motions[drone.name]
            entries.append(entry)
        app.print_json({"drones": entries, **({"dry_run": True, "order": order.text} if dry_run else {})})
        return
    for drone in drones:
        way = ways.get(drone.name)
        if drone.name in detours:
            told = detours[drone.name].description()
        elif dry_run and way is not None and way.proof is not None and not way.warning():
            told = way.proof.lawful_words
        else:
            told = way.warning() if way is not None else ""
        what = f"would be ordered: {order.text}" if dry_run else f"{order.text}: done"
        what += f", {motions[drone.name]}" if motions.get(drone.name) else ""
        echo(f"{drone.name}: {what}" + (f"; {told}" if told else ""))


def _names(drones: Sequence[Drone]) -> str:
    return ", ".join(drone.name for drone in drones)


def tell(event: Event) -> None:
    """Notes on stderr, without what draws bars: an order is not to wait for its import."""
    from dronectl.ops.common.events import Note

    if isinstance(event, Note):
        is_named = event.drone is None or event.drone in event.text
        echo(event.text if is_named else f"{event.drone}: {event.text}", err=True)
