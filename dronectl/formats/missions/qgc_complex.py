"""QGroundControl's complex items as the simple items that it flies for them.

A survey and a corridor scan carry their items (``TransectStyleComplexItem.Items``), beside the line that is drawn on
the map (``VisualTransectPoints``), which tells whether the items are still those of the drawing. A structure scan
carries no items: QGroundControl works them out anew each time, and so does
:mod:`dronectl.formats.missions.structure_scan`.
Landing patterns are for fixed wings and VTOLs. Source: QGroundControl's developer guide, Plan file format.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dronectl.errors import InputError
from dronectl.formats.missions.structure_scan import StructureScan, structure_scan_items
from dronectl.formats.text.json_reader import Node
from dronectl.formats.text.told import Tell, unheard
from dronectl.model.plan.mission import MissionItem

_AGAIN = "in QGroundControl, upload it and download it again: then it is made of simple items"
_SIMPLE = ("SimpleItem", "missionItem")
"""The second until 2017."""
_SQUARE_DEG = 2e-5
"""About 2 m: far less than two lines of a survey are apart."""
_TERRAIN_STEP_DEG = 32e-5
"""About 35 m: QGroundControl asks for the terrain every 30 m."""


@dataclass(frozen=True, slots=True)
class FlatItem:
    """A simple item of the file, or one that was worked out."""

    node: Node
    item: MissionItem | None = None


def flatten(items: Node, tell: Tell = unheard) -> Iterator[FlatItem]:
    """The simple items of a plan in the order in which they are flown.

    Raises:
        InputError: an item of no known type, a complex item whose items are not known, or are not those drawn.
    """
    for node in items.elements():
        kind = node["type"].value
        if kind in _SIMPLE:
            yield FlatItem(node)
        elif kind == "ComplexItem":
            yield from _complex(node, tell)
        else:
            raise InputError(f"{node.where}: type is {kind!r}, SimpleItem or ComplexItem is wanted")


def _complex(node: Node, tell: Tell) -> Iterator[FlatItem]:
    named = node.get("complexItemType")
    if named is not None and named.value == "StructureScan":
        for item in structure_scan_items(_structure_scan(node)):
            yield FlatItem(node, item)
        return
    transects = node.get("TransectStyleComplexItem")
    inner = transects.get("Items") if transects else None
    if transects is None or inner is None or inner.value == []:
        raise InputError(
            f"{node.where}: the complex item {named.value if named else ''!r} carries no simple items", hint=_AGAIN
        )
    _require_as_drawn(transects, inner, tell)
    yield from flatten(inner, tell)


def _require_as_drawn(transects: Node, items: Node, tell: Tell) -> None:
    """Every point of the drawn line is one of the waypoints, or near one where QGroundControl follows the terrain: it
    then puts waypoints along the line, and its last one may be short of the end."""
    drawn = transects.get("VisualTransectPoints")
    if drawn is None or drawn.value is None:
        return
    follows = transects.get("FollowTerrain")
    places = [place for node in items.elements() if (place := _place_of(node)) is not None]
    exactly = _Near(places, _SQUARE_DEG)
    nearly = _Near(places, _TERRAIN_STEP_DEG) if follows is not None and follows.value is True else exactly
    points = [(point, _lat_lon(point)) for point in drawn.elements()]
    for point, place in points:
        if not nearly.has(place):
            raise InputError(
                f"{point.where}: the line is drawn through a place where no item goes",
                hint="the items are older than the drawing: open the plan in QGroundControl and save it again",
            )
    if not all(exactly.has(place) for _, place in points):
        tell(f"{drawn.where}: the line is drawn further than the items go, by up to a step of the terrain (35 m)")


class _Near:
    """Places by squares of the ground, so that as many as a file may have are quickly compared."""

    def __init__(self, places: Iterable[tuple[float, float]], square_deg: float) -> None:
        self._square_deg = square_deg
        self._squares = {self._square(place) for place in places}

    def has(self, place: tuple[float, float]) -> bool:
        """Whether one of them is about a square away, or less."""
        lat, lon = self._square(place)
        return any((lat + north, lon + east) in self._squares for north in (-1, 0, 1) for east in (-1, 0, 1))

    def _square(self, place: tuple[float, float]) -> tuple[int, int]:
        return math.floor(place[0] / self._square_deg), math.floor(place[1] / self._square_deg)


def _place_of(node: Node) -> tuple[float, float] | None:
    params = node.get("params")
    values = params.elements()[4:6] if params is not None else []
    if len(values) != 2 or any(not isinstance(one.value, int | float) for one in values):
        return None
    return values[0].number(), values[1].number()


def _lat_lon(node: Node) -> tuple[float, float]:
    values = [part.number() for part in node.elements()[:2]]
    if len(values) != 2:
        node.wants("[latitude, longitude]")
    return values[0], values[1]


def _structure_scan(node: Node) -> StructureScan:
    version = node["version"].number()
    if version != 3:
        raise InputError(f"{node['version'].where}: a structure scan of version {version:g}, 3 is known", hint=_AGAIN)
    camera = node["CameraCalc"]
    layers = node["Layers"].whole_number()
    corners = tuple(_lat_lon(corner) for corner in node["polygon"].elements())
    if len(corners) < 3:
        raise InputError(f"{node['polygon'].where}: found {len(corners)} corners, at least 3 are wanted")
    if not 1 <= layers <= 1000:
        node["Layers"].wants("a number of layers from 1 to 1000")
    scan = StructureScan(
        corners=corners,
        distance_m=camera["DistanceToSurface"].number(),
        layer_height_m=camera["AdjustedFootprintFrontal"].number(),
        trigger_distance_m=camera["AdjustedFootprintSide"].number(),
        layers=layers,
        bottom_m=node["ScanBottomAlt"].number(),
        height_m=node["StructureHeight"].number(),
        from_top=bool(node["StartFromTop"].value),
        entrance_m=node["EntranceAltitude"].number(),
        gimbal_pitch_deg=node["GimbalPitch"].number(),
    )
    try:
        scan.flight_polygon()
    except ValueError as error:
        raise InputError(f"{node.where}: {error}", hint=_AGAIN) from error
    return scan
