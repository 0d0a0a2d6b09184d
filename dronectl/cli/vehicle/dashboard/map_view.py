"""The map of the dashboard: which places it shows of the picture, and in which colours."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dronectl.cli.common.map_line import map_line
from dronectl.formats.maps.live_map import DroneOnMap, LiveMap
from dronectl.formats.maps.scene import scene_of
from dronectl.geodesy.plane import XY, LocalPlane
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.zone import ZoneSet
from dronectl.model.picture import DronePicture, FleetPicture
from dronectl.model.telemetry import TelemetryKind

if TYPE_CHECKING:
    from rich.text import Text

    from dronectl.model.fleet import Drone
    from dronectl.model.plan.plan import Plan
    from dronectl.model.site import Site

MARKS = "123456789ABCDEFGHIJKLMNOPQSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""Of the drones in their order; R is a rally point. Further ones have an asterisk."""
TRAIL_EVERY_M = 5.0
TRAILS_PLACES = 6_000
"""Of all drones together: so many places of trails are kept, and drawn at each frame."""


def marks_of(names: Sequence[str]) -> dict[str, str]:
    """The sign of each drone on the map and in front of its row."""
    return {name: MARKS[number] if number < len(MARKS) else "*" for number, name in enumerate(names)}


class MapView:
    """Remembers where the drones were. ``site`` None: its files cannot be read; then it shows homes and drones."""

    def __init__(
        self, drones: Sequence[Drone], site: Site | None = None, plan: Plan | None = None, sortie: int = 1
    ) -> None:
        self._colours = {drone.name: drone.colour for drone in drones}
        self._marks = marks_of([drone.name for drone in drones])
        self._plane = LocalPlane(site.home if site is not None else drones[0].home)
        most = max(TRAILS_PLACES // max(len(drones), 1), 2)
        self._trails: Mapping[str, deque[XY]] = {drone.name: deque(maxlen=min(most, 600)) for drone in drones}
        scene = scene_of(plan, site, sortie) if plan is not None and site is not None else None
        zones = site.zones if site is not None else ZoneSet()
        self._map = LiveMap(self._plane, zones, [drone.home for drone in drones], scene)

    def remember(self, picture: FleetPicture) -> None:
        """Where those that fly are now."""
        for drone in picture.drones:
            place, trail = _place(drone), self._trails[drone.name]
            if place is None or not drone.is_airborne or drone.is_old(TelemetryKind.POSITION):
                continue
            x, y = self._plane.to_xy(place)
            if not trail or abs(trail[-1][0] - x) + abs(trail[-1][1] - y) >= TRAIL_EVERY_M:
                trail.append((x, y))

    def lines(self, picture: FleetPicture, width: int, height: int, *, ascii_only: bool) -> list[Text]:
        """The map, with its size and what its signs are in its last line."""
        from rich.text import Text

        drones = [one for drone in picture.drones if (one := self._on_map(drone)) is not None]
        rows = self._map.draw(width, height - 1, drones, ascii_only=ascii_only)
        legend = f"{self._map.scale_m(width):,.0f} m wide, north is up · + home R rally ^ obstacle ? old"
        last = Text(legend, style="dim")
        last.truncate(width)
        return [*map(map_line, rows), last]

    def _on_map(self, drone: DronePicture) -> DroneOnMap | None:
        place = _place(drone)
        if place is None:
            return None
        ahead = [GeoPoint(*degrees) for degrees in drone.ahead]
        return DroneOnMap(
            self._marks[drone.name], self._colours[drone.name], place, self._trails[drone.name], ahead,
            is_old=drone.is_old(TelemetryKind.POSITION),
        )  # fmt: skip


def _place(drone: DronePicture) -> GeoPoint | None:
    lat_deg, lon_deg = drone.sample.lat_deg, drone.sample.lon_deg
    return None if lat_deg is None or lon_deg is None else GeoPoint(lat_deg, lon_deg)
