"""An order to a place: at a height that was given, else in the drone's own layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dronectl.link.fleet_link import VehicleLink
from dronectl.model.geo import GeoPoint
from dronectl.model.site import Site
from dronectl.ops.common.events import Listener, Note, ignore
from dronectl.ops.orders import orders
from dronectl.ops.orders.layer import layer_of
from dronectl.ops.orders.motion import GoesTo, Motion
from dronectl.ops.orders.way_ahead import MakeWay

if TYPE_CHECKING:
    from dronectl.checks.ways.way import Way


def way_to(place: GeoPoint, relative_altitude_m: float | None, site: Site, listener: Listener = ignore) -> MakeWay:
    """``goto``. ``listener``: told of the layer, where no height was given."""

    async def way(vehicle: VehicleLink) -> Way:
        from dronectl.checks.ways.way import there

        return there(place, await height_for(vehicle, relative_altitude_m, site, listener))

    return way


async def height_for(
    vehicle: VehicleLink, relative_altitude_m: float | None, site: Site, listener: Listener = ignore
) -> float:
    """
    Raises:
        NotReady: it is not flying, or has no layer. NoAnswer, Refused: it does not tell what that depends on.
    """
    await orders.require_flying(vehicle, "'dronectl takeoff ALT' first")
    if relative_altitude_m is None:
        layer = await layer_of(vehicle, site)
        listener(Note(f"at {layer}", vehicle.name))
        relative_altitude_m = layer.relative_altitude_m
    return await orders.altitude_there(vehicle, relative_altitude_m)


async def fly_there(vehicle: VehicleLink, way: Way, _listener: Listener = ignore) -> None:
    """The last leg, as it was proved.

    Raises:
        NotReady, Refused, NoAnswer: as :func:`dronectl.ops.orders.orders.goto`.
    """
    place, relative_altitude_m = goal_of(way)
    await orders.goto(vehicle, place, relative_altitude_m)


async def goes_there(_vehicle: VehicleLink, way: Way | None) -> Motion | None:
    """What is to be seen then."""
    return None if way is None else GoesTo(*goal_of(way))


def goal_of(way: Way) -> tuple[GeoPoint, float]:
    """Place and height above home of a way that leads straight there."""
    item = way.mission.items[1]
    return item.position, item.altitude_m
