"""The map of a fleet in flight in characters: the site and the plan, drawn once a size; over them the drones, where
they were, and where they go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from dronectl.formats.maps.braille import BrailleGrid, Row, draw_filled, draw_outline
from dronectl.formats.maps.scene import Scene, all_places
from dronectl.formats.maps.view import MapView
from dronectl.geodesy.plane import XY, LocalPlane
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.zone import ZoneSet

_MARGIN = 0.04
_FAR_M = 5_000.0
"""A drone that tells a place farther away is at no place of this site: the map does not shrink for it."""
_PLANNED_EVERY = 3


@dataclass(frozen=True, slots=True)
class DroneOnMap:
    """A drone at its place; ``is_old``: it was there when it was heard last."""

    mark: str
    """One character."""
    style: str
    place: GeoPoint
    trail: Sequence[XY]
    """Where it was, in metres on the map's plane, the oldest first."""
    ahead: Sequence[GeoPoint] = ()
    is_old: bool = False


@dataclass
class LiveMap:
    """``scene``: the plan that is flown; None: none is known. ``homes``: what is shown of a site without zones."""

    plane: LocalPlane
    zones: ZoneSet
    homes: Sequence[GeoPoint]
    scene: Scene | None = None
    _view: MapView | None = None
    _base: BrailleGrid | None = None
    _shown: list[GeoPoint] = field(default_factory=list)

    def __post_init__(self) -> None:
        places = self.scene.focus() if self.scene is not None else list(all_places(self.zones))
        self._shown = [*places, *self.homes]

    def draw(self, columns: int, rows: int, drones: Sequence[DroneOnMap], *, ascii_only: bool = False) -> list[Row]:
        """The map of this size, and nothing else."""
        view, base = self._background(columns, rows, [drone.place for drone in drones])
        grid = base.copy()
        for drone in drones:
            for start, end in pairwise(map(view.at_xy, drone.trail)):
                grid.line(start, end, drone.style)
        for drone in drones:
            for place in drone.ahead[1:]:
                grid.dot(*view.at(place), drone.style)
        for drone in drones:
            x, y = view.at(drone.place)
            grid.letter((x, y), drone.mark, f"bold {drone.style}")
            if drone.is_old:
                grid.letter((x + 2, y), "?", f"bold {drone.style}")
        return [grid.row(row, ascii_only=ascii_only) for row in range(rows)]

    def scale_m(self, columns: int) -> float:
        """How wide what was drawn last is."""
        return columns * 2.0 / self._view.scale if self._view is not None else 0.0

    def _background(self, columns: int, rows: int, drones: Sequence[GeoPoint]) -> tuple[MapView, BrailleGrid]:
        """Drawn anew for another size, and when a drone has left the picture."""
        view, base = self._view, self._base
        near = [place for place in drones if max(map(abs, self.plane.to_xy(place))) < _FAR_M]
        outside = [place for place in near if view is None or not view.shows([place])]
        if view is None or base is None or (base.columns, base.rows) != (columns, rows) or outside:
            self._shown += outside
            box = (0.0, 0.0, columns * 2.0, rows * 4.0)
            view = self._view = MapView.of(self.plane, self._shown, box, margin=_MARGIN)
            base = self._base = self._drawn(BrailleGrid(columns, rows), view)
        return view, base

    def _drawn(self, grid: BrailleGrid, view: MapView) -> BrailleGrid:
        for fence in self.zones.fences:
            draw_outline(grid, fence.polygon, view, "fence", every=2)
        for zone in self.zones.zones:
            draw_outline(grid, zone.polygon, view, "zone")
        for keep_out in self.zones.keep_outs:
            draw_filled(grid, keep_out.polygon, view)
        for flight in self.scene.flights if self.scene is not None else ():
            for start, end in pairwise(view.line(vertex.point for vertex in flight.route)):
                grid.line(start, end, "faint", every=_PLANNED_EVERY)
        for obstacle in self.zones.obstacles:
            grid.letter(view.at(obstacle.position), "^", "keep-out")
        for rally in self.zones.rally_points:
            grid.letter(view.at(rally.position), "R", "sign")
        for home in self.homes:
            grid.letter(view.at(home), "+", "sign")
        return grid
