"""One list onto one drone: a mission, a fence or rally points made elsewhere; or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dronectl.errors import InputError
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.plan.mission import Mission, MissionType
from dronectl.ops.common.events import Listener, ignore
from dronectl.ops.items.logbook import Logbook
from dronectl.ops.items.transaction import Committed, commit_items
from dronectl.site.local_time import today_at

if TYPE_CHECKING:
    from dronectl.checks import ProvedItems


async def upload_items(
    vehicle: VehicleLink,
    proved: ProvedItems,
    *,
    listener: Listener = ignore,
    logbook: Logbook | None = None,
) -> Committed:
    """Puts what was proved for this drone on it, in a transaction.

    Raises:
        TypeError: something else was given. RuleViolation: it was changed since, or another day has come.
        InputError: it was proved for another drone.
        DronectlError: see :func:`dronectl.ops.items.transaction.commit_items`.
    """
    from dronectl.checks import ProvedItems

    if not isinstance(proved, ProvedItems):
        raise TypeError(f"items that were proved are wanted, not {type(proved).__name__}: see flight_authorisation")
    proved.require(today_at(proved.site))
    drone = proved.drone
    if (drone.name, drone.system_id) != (vehicle.name, vehicle.system_id):
        raise InputError(f"the items were proved for {drone.name}, not for {vehicle.name}")
    return await _commit(vehicle, proved.mission, drone.uid, listener, logbook)


async def clear_items(
    vehicle: VehicleLink,
    mission_type: MissionType,
    *,
    uid: str | None,
    listener: Listener = ignore,
    logbook: Logbook | None = None,
) -> Committed:
    """Removes a list. There is nothing in it to prove; a person has confirmed it.

    Raises:
        DronectlError: see :func:`dronectl.ops.items.transaction.commit_items`.
    """
    return await _commit(vehicle, Mission((), mission_type), uid, listener, logbook)


async def _commit(
    vehicle: VehicleLink, mission: Mission, uid: str | None, listener: Listener, logbook: Logbook | None
) -> Committed:
    wanted = {vehicle.name: {mission.mission_type: mission}}
    done = await commit_items([vehicle], wanted, uids={vehicle.name: uid}, listener=listener, logbook=logbook)
    return done[vehicle.name]
