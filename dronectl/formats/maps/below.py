"""The site's own tiles below a map that is drawn once and stands alone: streets as lines, pictures within the page.

All of it is bounded: where it would be too much, what is drawn is coarser.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from dronectl.formats.background.drawer import Drawer
from dronectl.formats.maps.labels import Box, Boxes
from dronectl.formats.maps.layers import Naming, fixed
from dronectl.formats.maps.svg_text import XY, element, words
from dronectl.formats.maps.view import MapView
from dronectl.formats.maps.words import width_em
from dronectl.formats.streets.drawing import drawn_streets
from dronectl.formats.streets.features import EXTENT
from dronectl.formats.streets.look import LOOKS, Theme
from dronectl.formats.streets.names import StreetName, names_in
from dronectl.geodesy.web_mercator import place_at, world_xy, zoom_for
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.tiles import MapSettings, TileFacts, TileKind

MOST_STREET_TILES, MOST_PICTURES = 36, 48
MOST_STREETS_CHARACTERS, MOST_PICTURES_BYTES = 3_000_000, 5_000_000
_NAME_SIZE, _PLACE_SIZE = 8.0, 11.0
_MOST_NAMES = 120
_QUIET = {TileKind.STREETS: 0.85, TileKind.PICTURE: 0.75}
"""What is below is paler, so that routes and zones are seen."""

Address = tuple[int, int, int]
"""zoom, x, y."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where one tile lies in the drawing: its north-west corner and its two edges, in drawing units."""

    corner: XY
    east: XY
    south: XY

    def at(self, spot: Sequence[float]) -> XY:
        u, v = spot[0] / EXTENT, spot[1] / EXTENT
        return (
            self.corner[0] + u * self.east[0] + v * self.south[0],
            self.corner[1] + u * self.east[1] + v * self.south[1],
        )


class Below:
    """What lies below the maps of a site: drawn below everything, named last."""

    def __init__(self, drawer: Drawer, settings: MapSettings) -> None:
        self._drawer = drawer
        self.attribution = " · ".join(drawer.attributions(settings))

    def drawn(self, view: MapView, within: Box) -> list[str]:
        """The elements for this part of the drawing, bottom to top."""
        made: list[str] = []
        over = False
        for number, one in enumerate(self._drawer.backgrounds):
            if one.facts is None:
                continue
            if one.facts.kind is TileKind.PICTURE:
                parts, over = self._pictures(number, one.facts, view, within), True
            else:
                parts = self._streets(number, one.facts, view, within, Theme.OVER if over else Theme.LIGHT)
            if parts:
                made.append(element("g", *parts, class_="below", opacity=str(_QUIET[one.facts.kind])))
        return made

    def names(self, view: MapView, within: Box, naming: Naming) -> list[str]:
        """Names of streets and places where there is room left; call it after ``naming.drawn``."""
        taken = Boxes(naming.taken)
        made: list[str] = []
        found: list[tuple[StreetName, XY, XY | None]] = []
        for number, facts in self._drawer.of_kind(TileKind.STREETS):
            for address in _tiles(facts, view, within, MOST_STREET_TILES):
                frame = _frame(view, address)
                for name in names_in(self._drawer.streets(number, *address)):
                    end = None if name.end is None else frame.at(name.end)
                    found.append((name, frame.at(name.start), end))
        found.sort(key=lambda one: (one[0].rank, one[0].thai, one[1]))
        written: dict[str, XY] = {}
        for name, start, end in found:
            if len(made) >= _MOST_NAMES or name.kind == "poi":
                break
            at = written.get(name.thai)
            if at is not None and math.dist(at, start) < 260.0:
                continue
            text = _along(name.thai, start, end, taken, within) if end else _beside(name, start, taken, within)
            if text:
                made.append(text)
                written[name.thai] = start
        return made

    def credit(self, box: Box) -> list[str]:
        """Whose data it is, in the corner of the map."""
        if not self.attribution:
            return []
        wide = width_em(self.attribution) * 7.5 + 8.0
        right, bottom = box[2], box[3]
        back = element("rect", x=right - wide, y=bottom - 12.0, width=wide, height=12.0, fill="#fff", fill_opacity=0.85)
        return [back, words(self.attribution, x=right - 4.0, y=bottom - 3.2, font_size=7.5, text_anchor="end")]

    def _streets(self, number: int, facts: TileFacts, view: MapView, within: Box, theme: Theme) -> list[str]:
        zoom = _zoom(view)
        for most in (MOST_STREET_TILES, MOST_STREET_TILES // 4, MOST_STREET_TILES // 16):
            tiles = [
                (self._drawer.streets(number, *address), _frame(view, address).at)
                for address in _tiles(facts, view, within, most)
            ]
            made = drawn_streets(tiles, zoom, theme, within)
            if sum(map(len, made)) <= MOST_STREETS_CHARACTERS:
                return made
        return []

    def _pictures(self, number: int, facts: TileFacts, view: MapView, within: Box) -> list[str]:
        for most in (MOST_PICTURES, MOST_PICTURES // 4, MOST_PICTURES // 16):
            made, size = [], 0
            for address in _tiles(facts, view, within, most, finer=1):
                tile = self._drawer.picture(number, *address, Theme.LIGHT)
                if tile is None:
                    continue
                size += len(tile.data)
                frame = _frame(view, address)
                made.append(
                    element(
                        "image",
                        href=f"data:{tile.media_type};base64,{base64.b64encode(tile.data).decode()}",
                        x=frame.corner[0],
                        y=frame.corner[1],
                        width=frame.east[0] + 0.3,  # tiles that just touch leave a hair between them
                        height=frame.south[1] + 0.3,
                        preserveAspectRatio="none",
                    )
                )
            if size <= MOST_PICTURES_BYTES:
                return made
        return []


def _zoom(view: MapView) -> float:
    """At which a pixel of a tile is a unit of the drawing."""
    return zoom_for(1.0 / view.scale, view.frame.origin.lat_deg)


def _tiles(facts: TileFacts, view: MapView, within: Box, most: int, *, finer: int = 0) -> list[Address]:
    """The tiles of a file that lie in this part of the drawing: of the zoom that suits it, coarser where they would be
    too many; none below the file's own zooms."""
    west, north = world_xy(_place(view, within[0], within[1]))
    east, south = world_xy(_place(view, within[2], within[3]))
    zoom = min(math.ceil(_zoom(view)) + finer, facts.max_zoom)
    while zoom >= facts.min_zoom:
        count = 1 << zoom
        columns = range(max(int(west * count), 0), min(int(east * count), count - 1) + 1)
        rows = range(max(int(north * count), 0), min(int(south * count), count - 1) + 1)
        if len(columns) * len(rows) <= most:
            return [(zoom, x, y) for x, y in product(columns, rows)]
        zoom -= 1
    return []


def _place(view: MapView, x: float, y: float) -> GeoPoint:
    left, top, right, bottom = view.box
    east_m = view.middle_m[0] + (x - (left + right) / 2) / view.scale
    north_m = view.middle_m[1] - (y - (top + bottom) / 2) / view.scale
    lat_deg, lon_deg = view.frame.to_degrees((east_m, north_m))
    return GeoPoint(min(max(lat_deg, -90.0), 90.0), min(max(lon_deg, -180.0), 180.0))


def _frame(view: MapView, address: Address) -> _Frame:
    zoom, x, y = address
    size = 1.0 / (1 << zoom)
    (x0, y0), (x1, y1), (x2, y2) = (
        view.at(place_at(((x + dx) * size, (y + dy) * size))) for dx, dy in ((0, 0), (1, 0), (0, 1))
    )
    return _Frame((x0, y0), (x1 - x0, y1 - y0), (x2 - x0, y2 - y0))


def _along(text: str, start: XY, end: XY, taken: Boxes, within: Box) -> str:
    """A name in the middle of a street, turned as the street runs; empty where there is no room."""
    size = _NAME_SIZE
    wide, long = width_em(text) * size, math.dist(start, end)
    if long < wide + 4.0:
        return ""
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    turn = math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))
    turn = (turn + 90.0) % 180.0 - 90.0
    boxes = list(_steps(x, y, math.radians(turn), wide, size))
    if not _has_room(boxes, taken, within):
        return ""
    return _written(text, (x, y), size, turn)


def _beside(name: StreetName, at: XY, taken: Boxes, within: Box) -> str:
    size = _PLACE_SIZE if name.kind == "place" else _NAME_SIZE
    half = width_em(name.thai) * size / 2
    if not _has_room([(at[0] - half, at[1] - size * 0.7, at[0] + half, at[1] + size * 0.7)], taken, within):
        return ""
    return _written(name.thai, at, size, 0.0, is_bold=name.kind == "place")


def _written(text: str, at: XY, size: float, turn_deg: float, *, is_bold: bool = False) -> str:
    said = words(text, y=size * 0.35, font_size=size, text_anchor="middle", fill=LOOKS[Theme.LIGHT].ink)
    look = "halo bold" if is_bold else "halo"
    return fixed(at, element("g", said, class_=look, transform=f"rotate({turn_deg:.0f})"))


def _steps(x: float, y: float, turn: float, wide: float, size: float) -> Iterator[Box]:
    """Small boxes along a turned line of letters."""
    steps = max(math.ceil(wide / (2 * size)), 1)
    half = size * 0.75
    for step in range(steps):
        along = ((step + 0.5) / steps - 0.5) * wide
        at = (x + math.cos(turn) * along, y + math.sin(turn) * along)
        yield at[0] - half, at[1] - half, at[0] + half, at[1] + half


def _has_room(boxes: Sequence[Box], taken: Boxes, within: Box) -> bool:
    """Whether they are inside and free; they are taken then."""
    left, top, right, bottom = within
    for box in boxes:
        if box[0] < left or box[1] < top or box[2] > right or box[3] > bottom or taken.hits(box):
            return False
    for box in boxes:
        taken.add(box)
    return True
