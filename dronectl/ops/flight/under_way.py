"""A flight that is going on already: drones in the air with this plan's mission on board, whoever launched them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dronectl.errors import NotReady
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.plan.mission import MissionType
from dronectl.model.plan.plan import DronePlan
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.common.parallel import on_each
from dronectl.ops.common.waiting import until
from dronectl.ops.items.transfer import download
from dronectl.ops.orders import orders
from dronectl.ops.plans.wanted_items import wanted_items
from dronectl.protocol.mission.canonical import differences

HEARD_WITHIN_S = 12.0
ITEM_WITHIN_S = 4.0


async def under_way(
    vehicles: Sequence[VehicleLink],
    plans: Mapping[str, DronePlan],
    sortie: int,
    listener: Listener = ignore,
    *,
    heard_within_s: float = HEARD_WITHIN_S,
) -> list[VehicleLink]:
    """Those that fly the plan now; none when all stand. Who stands beside them is told.

    Raises:
        NoAnswer: a drone is silent. NotReady: one is in the air with another mission on board, or does not say with
            which one.
    """
    await on_each(vehicles, lambda vehicle: vehicle.wait_alive(heard_within_s))
    armed = [vehicle for vehicle in vehicles if vehicle.state.armed]
    flies = await on_each(armed, orders.is_flying)
    flying = [vehicle for vehicle in armed if flies[vehicle.name]]
    differs = await on_each(
        flying, lambda vehicle: difference(vehicle, plans[vehicle.name], sortie, listener, "compare")
    )
    strangers = [
        f"{name} is in the air with another mission on board: {words}" for name, words in differs.items() if words
    ]
    if strangers:
        raise NotReady(
            "; ".join(strangers), hint="'dronectl watch' shows it; fly the plan that it flies, or bring it back first"
        )
    for vehicle in vehicles if flying else ():
        state = vehicle.state
        if vehicle in flying:
            await until(vehicle, lambda state=state: state.mission_item is not None, ITEM_WITHIN_S)  # type: ignore[misc]
            where = f"{state.mode}, item {state.mission_item}" if state.mission_item is not None else f"{state.mode}"
            listener(Note(f"flies this plan already ({where}): followed, not launched", vehicle.name))
        else:
            listener(Note("stands on the ground: not launched, and not followed", vehicle.name, "warning"))
    return flying


async def difference(
    vehicle: VehicleLink, plan: DronePlan, sortie: int, listener: Listener = ignore, stage: str = "compare"
) -> str:
    """How the mission on board differs from the plan's, first of all; empty: it does not.

    Raises:
        NoAnswer, Refused, NotReady: it does not give it, or another command has the drone.
    """
    wanted = wanted_items(plan, sortie)[MissionType.MISSION]
    on_board = await download(vehicle, MissionType.MISSION, listener, stage)
    found = differences(wanted, on_board, vehicle.firmware)
    return found[0] if found else ""
