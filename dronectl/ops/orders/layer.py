"""The height at which an ordered drone crosses the site: its own layer, in which no other one of the fleet flies."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from dronectl.errors import InputError, NotReady
from dronectl.geodesy.distance import flat_distance_m
from dronectl.link.fleet_link import VehicleLink
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import FLOWN_TO, Frame, Mission, MissionType
from dronectl.model.site import Site
from dronectl.ops.items.transfer import download

LOWEST_M = 40.0
"""Of the layers of a fleet without missions."""
APART_M = 2.0
"""Besides the separation that is required: barometers drift apart."""
_RELATIVE = (Frame.GLOBAL_RELATIVE_ALT, Frame.GLOBAL_RELATIVE_ALT_INT)


@dataclass(frozen=True, slots=True)
class Layer:
    """A height above home, and whose word it is."""

    relative_altitude_m: float
    source: str

    def __str__(self) -> str:
        return f"{self.relative_altitude_m:g} m, its own layer by {self.source}"


async def layer_of(vehicle: VehicleLink, site: Site) -> Layer:
    """By the mission on board, which a plan has put into a layer of its own; without one by its place in the fleet.

    Raises:
        NotReady: it has no mission, and the fleet's layers do not fit under the ceiling; or another command has the
            drone. NoAnswer, Refused: it does not give its mission.
    """
    height_m = mission_layer_m(await download(vehicle, MissionType.MISSION))
    if height_m is not None:
        return Layer(height_m, "its mission on board")
    return Layer(fleet_layer_m(site, vehicle.name), "its place in the fleet")


def mission_layer_m(mission: Mission) -> float | None:
    """The height above home at which most of its way is flown; None: it goes nowhere at such a height."""
    metres: defaultdict[float, float] = defaultdict(float)
    before: GeoPoint | None = None
    for item in mission.items[1:]:
        if item.command not in FLOWN_TO or item.frame not in _RELATIVE or not (item.lat_e7 or item.lon_e7):
            continue
        metres[item.altitude_m] += flat_distance_m(before, item.position) if before is not None else 0.0
        before = item.position
    return max(metres, key=lambda height_m: (metres[height_m], -height_m)) if metres else None


def fleet_layer_m(site: Site, name: str) -> float:
    """One above the other in the order of dronectl.toml, as plans have it.

    Raises:
        NotReady: they do not fit under the ceiling.
    """
    from dronectl.planning.deconfliction.separation import layers

    names = [drone.name for drone in site.drones]
    try:
        heights = layers(names, LOWEST_M, site.rules.separation_m + APART_M, site.rules.ceiling_m, "dronectl.toml")
    except InputError as error:
        raise NotReady(f"{name} has no layer of its own: {error.message}", hint="give a height") from None
    return heights[names.index(name)]
