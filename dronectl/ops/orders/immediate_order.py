"""Orders that end what goes on: given at once, and told at once after what they will cross. Nothing holds them up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dronectl.errors import DronectlError
from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.common.parallel import on_each
from dronectl.ops.common.waiting_notice import waiting_notice
from dronectl.ops.identity.identity import ALIVE_TIMEOUT_S, waiting_for
from dronectl.ops.orders.airspace import Airspace
from dronectl.ops.orders.confirm_motion import confirm_motion
from dronectl.ops.orders.way_ahead import MakeWay, violations_text, way_and_place

if TYPE_CHECKING:
    from dronectl.checks.ways.way import Present, Way
    from dronectl.checks.ways.way_ahead import Proof
    from dronectl.ops.orders.motions import MakeMotion

TOLD_WITHIN_S = 5.0
"""After the order: so long it may take to ask a drone what its way ahead depends on."""
OTHERS_FIRST_S = 1.2
"""A heartbeat comes once a second: so long the orders to the others go before anything is reckoned."""

LoadAirspace = Callable[[], Awaitable[Airspace]]


@dataclass(frozen=True, slots=True)
class PathForecast:
    """What is known of the way that a drone takes now. No proof: ``unknown`` says why; both empty: it does not move."""

    proof: Proof | None = None
    unknown: str = ""

    def warning(self) -> str:
        """A warning, or nothing."""
        if self.unknown:
            return f"what it will cross is not known: {self.unknown}"
        if self.proof is None or not self.proof.errors:
            return ""
        return f"WARNING: {violations_text(self.proof.errors)}"

    def as_json(self) -> dict[str, object]:
        found = self.proof.findings if self.proof is not None else ()
        return {
            "proved": not self.unknown,
            "lawful": None if self.unknown else not (self.proof is not None and self.proof.errors),
            "unknown": self.unknown or None,
            "violations": [one.as_json() for one in found],
        }


async def order_immediately(
    vehicles: Sequence[VehicleLink],
    order: Callable[[VehicleLink], Coroutine[Any, Any, None]],
    make_way: MakeWay | None,
    load: LoadAirspace,
    *,
    words: str = "an order",
    make_motion: MakeMotion | None = None,
    listener: Listener = ignore,
    on_done: Callable[[str, str], None] = lambda _name, _motion: None,
) -> Mapping[str, PathForecast]:
    """Gives the order to each drone as soon as it is heard; returns, by name, what each will cross on its way.

    Nothing is loaded, asked or reckoned before the order is on its way. ``words``: what it is called where it ends what
    others do. ``make_motion``: what must then be seen of it; that it was taken is told at once, before that.
    ``on_done``: called with who confirmed it, and what was seen.

    Raises:
        DronectlError: a drone was not heard, did not obey or does not move as ordered; the others did, and what they
            will cross was told.
    """
    gone = {vehicle.name: asyncio.Event() for vehicle in vehicles}
    telling = asyncio.create_task(_tell(vehicles, gone, make_way, load, listener))

    async def obey(vehicle: VehicleLink) -> None:
        with waiting_notice(listener, vehicle.name, waiting_for(vehicle), ALIVE_TIMEOUT_S):
            await vehicle.wait_alive(ALIVE_TIMEOUT_S)
        vehicle.clear_way(words)
        given = asyncio.ensure_future(order(vehicle))
        try:
            await asyncio.sleep(0)  # it sends in its first step
            gone[vehicle.name].set()
            await given
        finally:
            given.cancel()
        motion = await _motion(vehicle, make_motion, listener)
        on_done(vehicle.name, motion)

    try:
        await on_each(vehicles, obey)
    except DronectlError:
        if any(event.is_set() for event in gone.values()):
            await telling
        raise
    else:
        return await telling
    finally:
        telling.cancel()


async def _motion(vehicle: VehicleLink, make_motion: MakeMotion | None, listener: Listener) -> str:
    mode = vehicle.state.mode
    if make_motion is None or mode is None:
        return ""
    listener(Note(f"{mode} is set", vehicle.name))
    motion = await make_motion(vehicle, None)
    return await confirm_motion(vehicle, motion, mode) if motion is not None else ""


async def _tell(
    vehicles: Sequence[VehicleLink],
    gone: Mapping[str, asyncio.Event],
    make_way: MakeWay | None,
    load: LoadAirspace,
    listener: Listener,
) -> Mapping[str, PathForecast]:
    if make_way is None:
        return {}
    waiting = [asyncio.create_task(event.wait()) for event in gone.values()]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait(waiting, timeout=OTHERS_FIRST_S)
    finally:
        for task in waiting:
            task.cancel()
    ordered = [vehicle for vehicle in vehicles if gone[vehicle.name].is_set()]
    found = await forecast_paths(ordered, make_way, load)
    for name, forecast in found.items():
        if words := forecast.warning():
            listener(Note(words, name, "warning"))
    return found


async def forecast_paths(
    vehicles: Sequence[VehicleLink], make_way: MakeWay, load: LoadAirspace, *, within_s: float = TOLD_WITHIN_S
) -> Mapping[str, PathForecast]:
    """What each will cross, as far as that is known in time; raises nothing of the workspace's or the drones'."""
    try:
        airspace = await load()
    except DronectlError as error:
        return {vehicle.name: PathForecast(unknown=error.message) for vehicle in vehicles}

    found: dict[str, tuple[Way, Present]] = {}

    async def of_one(vehicle: VehicleLink) -> PathForecast:
        if vehicle.state.armed is False:
            return PathForecast()
        try:
            async with asyncio.timeout(within_s):
                answer = await way_and_place(vehicle, make_way)
        except TimeoutError:
            return PathForecast(unknown=f"{vehicle.name} did not tell in {within_s:g} s what that depends on")
        except DronectlError as error:
            return PathForecast(unknown=error.message)
        if answer is not None:
            found[vehicle.name] = answer
        return PathForecast()

    told = await asyncio.gather(*(of_one(vehicle) for vehicle in vehicles))
    known = {vehicle.name: forecast for vehicle, forecast in zip(vehicles, told, strict=True)}
    try:
        return {**known, **{name: PathForecast(proof) for name, proof in airspace.prove_all(found).items()}}
    except DronectlError as error:
        return {**known, **dict.fromkeys(found, PathForecast(unknown=error.message))}
