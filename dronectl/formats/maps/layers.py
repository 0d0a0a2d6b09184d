"""The map itself: areas, lines, signs and their names, in drawing units.

Whatever must keep its size when a page zooms is a group of class ``fixed`` that is only moved (``translate``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from dronectl.formats.maps import symbols
from dronectl.formats.maps.labels import Box, Label, placed
from dronectl.formats.maps.route import Vertex
from dronectl.formats.maps.scene import DrawnFlight, NumberedGroup, Scene
from dronectl.formats.maps.svg_text import XY, element, group, line_path, words
from dronectl.formats.maps.view import MapView
from dronectl.formats.maps.words import height_range, shown, width_em, wrapped
from dronectl.formats.text.xml_text import escaped
from dronectl.model.geo import GeoPoint, GeoPolygon
from dronectl.model.ground.zone import Cctv, ZoneSet

_BETWEEN_ARROWS = 130.0
_LEAST_ARROW_LEG = 26.0
_ROOMY = 34.0
"""An area of this half width has room for its own name."""
_SECTOR_STEPS = 12
_BIT = 8.0
_WIDEST_NAME_EM = 15.0


@dataclass(slots=True)
class Naming:
    """Names wanted on the map, most important first, and the room that is taken already."""

    taken: list[Box] = field(default_factory=list)
    crossed: list[Box] = field(default_factory=list)
    """Bits of lines: names may lie on them, but rather not."""
    labels: list[Label] = field(default_factory=list)
    lines: dict[str, tuple[list[str], float, str, str]] = field(default_factory=dict)

    def sign(self, at: XY, radius: float) -> None:
        """Keep names off this sign."""
        self.taken.append((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius))

    def line(self, spots: Sequence[XY]) -> None:
        """Keep names off this line where there is other room."""
        for (x0, y0), (x1, y1) in pairwise(spots):
            steps = min(int(math.hypot(x1 - x0, y1 - y0) / _BIT) + 1, 400)
            for step in range(steps):
                x, y = x0 + (x1 - x0) * (step + 0.5) / steps, y0 + (y1 - y0) * (step + 0.5) / steps
                self.crossed.append((x - 2.0, y - 2.0, x + 2.0, y + 2.0))

    def name(
        self, at: XY, text: str, size: float, *, colour: str = symbols.INK, bold: bool = False, **options: float | bool
    ) -> None:
        """Want this text there; ``options`` are those of :class:`Label`."""
        lines = [line for part in text.split("\n") for line in wrapped(part, _WIDEST_NAME_EM, 2)]
        key = f"{len(self.labels)}"
        wide = max((width_em(line) for line in lines), default=0.0) * size
        self.labels.append(Label(key, at, wide, len(lines) * size * 1.25, **options))  # type: ignore[arg-type]
        self.lines[key] = (lines, size, colour, "halo bold" if bold else "halo")

    def drawn(self, within: Box) -> list[str]:
        """Those that found a place, with the box of each taken from now on."""
        centres = placed(self.labels, within, self.taken, self.crossed)
        made = []
        for label in self.labels:
            if label.key in centres:
                x, y = centres[label.key]
                made.append(self._text(label, (x - label.anchor[0], y - label.anchor[1])))
                half_x, half_y = label.width / 2, label.height / 2
                self.taken.append((x - half_x, y - half_y, x + half_x, y + half_y))
        return made

    def _text(self, label: Label, offset: XY) -> str:
        lines, size, colour, look = self.lines[label.key]
        first = offset[1] - label.height / 2 + size * 0.98
        texts = [
            words(line, x=offset[0], y=first + row * size * 1.25, font_size=size, text_anchor="middle", fill=colour)
            for row, line in enumerate(lines)
        ]
        must = {"data_must": ""} if label.must_show else {}
        return fixed(label.anchor, element("g", *texts, class_=look), **must)


def fixed(at: XY, *content: str, **attributes: str | float) -> str:
    """A sign that keeps its size."""
    return element("g", *content, class_="fixed", transform=f"translate({at[0]:.1f} {at[1]:.1f})", **attributes)


def site_layer(zones: ZoneSet, view: MapView, naming: Naming, *, around: Box) -> list[str]:
    """The areas on the ground; what is outside the fence is darker as far as ``around``."""
    drawn: list[str] = []
    left, top, right, bottom = around
    edge = line_path([(left, top), (right, top), (right, bottom), (left, bottom)], closed=True)
    drawn += [element("path", d=edge + _area(fence.polygon, view), class_="outside") for fence in zones.fences]
    for corridor in zones.corridors:
        line = line_path(view.line(corridor.line))
        drawn.append(element("path", d=line, class_="corridor", stroke_width=corridor.width_m * view.scale))
    for zone in zones.zones:
        fill, stroke = f"url(#zone-{zone.category})", symbols.ZONE_COLOURS[zone.category]
        drawn.append(element("path", d=_area(zone.polygon, view), class_="zone", fill=fill, stroke=stroke))
    drawn += [element("path", d=line_path(_sector(camera, view), closed=True), class_="cctv") for camera in zones.cctv]
    for keep_out in zones.keep_outs:
        drawn.append(element("path", d=_area(keep_out.polygon, view), class_="keep-out"))
        naming.line(_closed(keep_out.polygon, view))
    for fence in zones.fences:
        drawn.append(element("path", d=_area(fence.polygon, view), class_="fence"))
    for obstacle in zones.obstacles:
        x, y = view.at(obstacle.position)
        drawn.append(element("circle", cx=x, cy=y, r=obstacle.radius_m * view.scale, class_="obstacle"))
    return drawn


def area_layer(scene: Scene, view: MapView) -> list[str]:
    """What is drawn below the routes, each area with its title for whoever points at it."""
    return [
        element(
            "path",
            element("title", escaped(area.title)),
            d="".join(line_path(view.line(ring), closed=True) for ring in area.rings),
            fill=area.colour,
            fill_opacity=0.25,
            fill_rule="evenodd",
            stroke=area.colour,
            stroke_width=0.6,
        )
        for area in scene.areas
    ]


def site_signs(zones: ZoneSet, view: MapView, naming: Naming) -> list[str]:
    """Obstacles, points and rally points: drawn above the routes, which would hide them."""
    drawn: list[str] = []
    for obstacle in zones.obstacles:
        at = view.at(obstacle.position)
        drawn.append(fixed(at, symbols.mast()))
        naming.sign(at, 9.0)
    for poi in zones.points:
        at = view.at(poi.position)
        drawn.append(fixed(at, symbols.poi(poi.category)))
        naming.sign(at, 6.0)
    for rally in zones.rally_points:
        at = view.at(rally.position)
        drawn.append(fixed(at, symbols.rally()))
        naming.sign(at, 8.0)
    return drawn


def name_site(zones: ZoneSet, view: MapView, naming: Naming) -> None:
    """Want the names of areas and signs."""
    red = symbols.KEEP_OUT_COLOUR
    for keep_out in zones.keep_outs:
        at, radius = _middle(keep_out.polygon, view)
        text = f"{shown(keep_out.name)}\n{height_range(keep_out)}"
        if view.shows(keep_out.polygon.exterior):
            gap = min(radius + 4.0, 60.0)
            roomy = radius > _ROOMY
            naming.name(at, text, 10.5, colour=red, bold=True, gap=gap, reach=4, centred=roomy, must_show=True)
    for obstacle in zones.obstacles:
        text = f"{shown(obstacle.name)} {obstacle.height_m:g} m"
        naming.name(view.at(obstacle.position), text, 9.5, gap=11.0, reach=2)
    for zone in zones.zones:
        if view.shows(zone.polygon.exterior):
            at, _ = _middle(zone.polygon, view)
            colour = symbols.ZONE_COLOURS[zone.category]
            naming.name(at, shown(zone.name), 13.0, colour=colour, bold=True, centred=True, gap=14.0, reach=3)
    for rally in zones.rally_points:
        naming.name(view.at(rally.position), shown(rally.name), 9.5, colour="#006400", gap=10.0)
    for poi in zones.points:
        naming.name(view.at(poi.position), shown(poi.name), 9.5, gap=8.0)


def route_layer(flight: DrawnFlight, view: MapView, naming: Naming) -> str:
    """One flight: the line (thick where it is photographed), its directions and its waypoints."""
    spots = [view.at(vertex.point) for vertex in flight.route]
    naming.line(spots)
    drawn = [element("path", d=line_path(spots), class_="casing")]
    for is_photographed, part in _stretches(flight.route, spots):
        look = "photographed" if is_photographed else "transit"
        drawn.append(element("path", d=line_path(part), class_=look, stroke_dasharray=flight.dash or "none"))
    drawn += [fixed(at, symbols.arrow(turn, flight.colour)) for at, turn in _arrows(spots)]
    for item, place in _waypoints(flight).items():
        dot = element("circle", r=2.2, fill="#fff", stroke=flight.colour, stroke_width=1.2)
        drawn.append(fixed(view.at(place), dot, data_item=str(item)))
    return group(drawn, class_="route", stroke=flight.colour, data_drone=flight.drone.name)


def home_signs(flights: Sequence[DrawnFlight], view: MapView, naming: Naming) -> list[str]:
    """Where each drone starts and lands: H, with a full triangle up for take-off and an empty one down for landing."""
    drawn: list[str] = []
    for flight in {flight.drone.name: flight for flight in flights}.values():
        at = view.at(flight.drone.home)
        signs = [symbols.home(flight.colour)]
        if len(flight.route) > 1:
            signs.append(element("g", symbols.take_off(flight.colour), transform="translate(-16 0)"))
        landed = [v for v in flight.route if v.height_m == 0.0 and v.item]
        if landed:
            sign = element("g", symbols.landing(flight.colour), transform="translate(16 0)")
            drawn.append(fixed(view.at(landed[-1].point), sign))
        drawn.append(fixed(at, *signs))
        naming.sign(at, 10.0)
        naming.taken += [(at[0] - 24.0, at[1] - 7.0, at[0] + 24.0, at[1] + 7.0)]
    return drawn


def name_flights(flights: Sequence[DrawnFlight], view: MapView, naming: Naming) -> None:
    """Want the drones' names at their homes and the numbers of the waypoints."""
    for flight in {flight.drone.name: flight for flight in flights}.values():
        at = view.at(flight.drone.home)
        text = shown(flight.drone.name)
        naming.name(at, text, 12.0, colour=flight.colour, bold=True, gap=25.0, reach=2, must_show=True)


def name_waypoints(flights: Sequence[DrawnFlight], view: MapView, naming: Naming) -> None:
    """Want the item number of each waypoint: what findings and ``plan check`` speak of."""
    for flight in flights:
        for item, place in _waypoints(flight).items():
            naming.name(view.at(place), str(item), 8.5, colour=flight.colour, bold=True, gap=4.0)


def finding_marks(
    findings: Iterable[NumberedGroup], view: MapView, naming: Naming, sortie: int | None = None
) -> list[str]:
    """The number of each group beside its places, of one sortie or of all, with a line to each."""
    marked = {
        f"{one.number} {index}": (one, view.at(place))
        for one in findings
        for index, place in enumerate(one.places(sortie))
    }
    labels = [Label(name, at, 23.0, 21.0, gap=9.0, reach=4, must_show=True) for name, (_, at) in marked.items()]
    centres = placed(labels, view.box, naming.taken, naming.crossed)
    drawn = []
    for name, (one, at) in marked.items():
        centre = centres.get(name)
        if centre is not None:
            dx, dy = centre[0] - at[0], centre[1] - at[1]
            line = element("path", d=f"M0 0L{dx:.1f} {dy:.1f}", class_="leader")
            mark = symbols.finding(one.number, one.group.severity)
            sign = element("g", mark, transform=f"translate({dx:.1f} {dy:.1f})")
            drawn.append(fixed(at, line, sign, data_finding=str(one.number)))
            naming.taken.append((centre[0] - 11.5, centre[1] - 10.5, centre[0] + 11.5, centre[1] + 10.5))
    return drawn


def _waypoints(flight: DrawnFlight) -> dict[int, GeoPoint]:
    """Item → place of all but those at home."""
    return {one.item: one.point for one in flight.route if one.item and one.point != flight.drone.home}


def _area(polygon: GeoPolygon, view: MapView) -> str:
    return "".join(line_path(view.line(ring), closed=True) for ring in (polygon.exterior, *polygon.holes))


def _closed(polygon: GeoPolygon, view: MapView) -> list[XY]:
    line = view.line(polygon.exterior)
    return [*line, line[0]]


def _middle(polygon: GeoPolygon, view: MapView) -> tuple[XY, float]:
    """The middle of the polygon's box as far as it is in the picture, and the lesser half of its sides."""
    line = view.line(polygon.exterior)
    left, top, right, bottom = view.box
    xs, ys = [min(max(x, left), right) for x, _ in line], [min(max(y, top), bottom) for _, y in line]
    half = min(max(xs) - min(xs), max(ys) - min(ys)) / 2
    return ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2), half


def _sector(camera: Cctv, view: MapView) -> list[XY]:
    """What a fixed camera sees, seen from above."""
    x0, y0 = view.at(camera.position)
    first = camera.bearing_deg - camera.field_of_view_deg / 2
    rim = [math.radians(first + camera.field_of_view_deg * step / _SECTOR_STEPS) for step in range(_SECTOR_STEPS + 1)]
    reach = camera.range_m * view.scale
    return [(x0, y0), *((x0 + reach * math.sin(angle), y0 - reach * math.cos(angle)) for angle in rim)]


def _stretches(route: Sequence[Vertex], spots: Sequence[XY]) -> list[tuple[bool, list[XY]]]:
    """The route in parts that are photographed and parts that are not."""
    parts: list[tuple[bool, list[XY]]] = []
    for (before, at), (vertex, to) in pairwise(zip(route, spots, strict=True)):
        if before.point == vertex.point:
            continue
        if parts and parts[-1][0] == vertex.photographed:
            parts[-1][1].append(to)
        else:
            parts.append((vertex.photographed, [at, to]))
    return parts


def _arrows(spots: Sequence[XY]) -> list[tuple[XY, float]]:
    """(place, direction) of the arrow heads: one in the middle of each leg, more on long ones."""
    arrows = []
    for (x0, y0), (x1, y1) in pairwise(spots):
        length = math.hypot(x1 - x0, y1 - y0)
        if length < _LEAST_ARROW_LEG:
            continue
        turn = math.degrees(math.atan2(y1 - y0, x1 - x0))
        count = min(max(1, round(length / _BETWEEN_ARROWS)), 20)
        for step in range(count):
            share = (step + 0.5) / count
            arrows.append(((x0 + (x1 - x0) * share, y0 + (y1 - y0) * share), turn))
    return arrows
