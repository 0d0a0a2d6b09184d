"""A map of characters: lines in Braille dots (two by four a character), signs as letters; colours by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from dronectl.formats.maps.legend import flight_facts
from dronectl.formats.maps.scene import DrawnFlight, Scene
from dronectl.formats.maps.view import MapView
from dronectl.formats.maps.words import height_range, shown
from dronectl.model.geo import GeoPolygon
from dronectl.model.plan.finding import Severity

_BRAILLE = 0x2800
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bit of each dot, by row and column (Unicode block Braille Patterns)."""

_LEAST_COLUMNS, _LEAST_ROWS = 20, 8
_MOST_DOTS_A_LINE = 4_000


@dataclass(frozen=True, slots=True)
class TextRun:
    """Characters of one style: ``fence``, ``zone``, ``keep-out``, ``sign``, ``error``, ``warning``, ``plain``,
    ``faint``, ``bold``, or the ``#rrggbb`` of a drone."""

    text: str
    style: str


Row = tuple[TextRun, ...]


@dataclass(slots=True)
class _Grid:
    """Later strokes cover earlier ones: a character shows dots of one style only."""

    columns: int
    rows: int
    dots: dict[tuple[int, int], int] = field(default_factory=dict)
    letters: dict[tuple[int, int], str] = field(default_factory=dict)
    styles: dict[tuple[int, int], str] = field(default_factory=dict)

    def dot(self, x: float, y: float, style: str) -> None:
        column, row = int(x // 2), int(y // 4)
        if not (0 <= column < self.columns and 0 <= row < self.rows):
            return
        cell = (column, row)
        if self.styles.get(cell) != style:
            self.dots[cell] = 0
            self.styles[cell] = style
        self.dots[cell] |= _DOTS[int(y) % 4][int(x) % 2]

    def line(self, start: tuple[float, float], end: tuple[float, float], style: str, *, every: int = 1) -> None:
        steps = min(int(max(abs(end[0] - start[0]), abs(end[1] - start[1]))) + 1, _MOST_DOTS_A_LINE)
        for step in range(0, steps + 1, every):
            share = step / steps
            self.dot(start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share, style)

    def letter(self, at: tuple[float, float], letter: str, style: str) -> None:
        cell = (int(at[0] // 2), int(at[1] // 4))
        if 0 <= cell[0] < self.columns and 0 <= cell[1] < self.rows:
            self.letters[cell] = letter
            self.styles[cell] = style

    def row(self, row: int) -> Row:
        runs: list[TextRun] = []
        for column in range(self.columns):
            cell = (column, row)
            character = self.letters.get(cell) or (chr(_BRAILLE + self.dots[cell]) if self.dots.get(cell) else " ")
            style = self.styles[cell] if character != " " else "plain"
            if runs and runs[-1].style == style:
                runs[-1] = TextRun(runs[-1].text + character, runs[-1].style)
            else:
                runs.append(TextRun(character, style))
        return tuple(runs)


def draw_text(scene: Scene, columns: int, rows: int) -> list[Row]:
    """A map of at most this many columns and rows, and below it a line for each flight and each sign."""
    columns, rows = max(columns, _LEAST_COLUMNS), max(rows, _LEAST_ROWS)
    view = MapView.of(scene.frame, scene.focus(), (0.0, 0.0, columns * 2.0, rows * 4.0), margin=0.04)
    grid = _Grid(columns, rows)
    zones = scene.site.zones
    for fence in zones.fences:
        _outline(grid, fence.polygon, view, "fence", every=2)
    for zone in zones.zones:
        _outline(grid, zone.polygon, view, "zone")
    for keep_out in zones.keep_outs:
        _fill(grid, keep_out.polygon, view)
    for flight in scene.flights:
        for start, end in pairwise(view.line(vertex.point for vertex in flight.route)):
            grid.line(start, end, flight.colour)
    for obstacle in zones.obstacles:
        grid.letter(view.at(obstacle.position), "^", "keep-out")
    for poi in zones.points:
        grid.letter(view.at(poi.position), "*", "sign")
    for rally in zones.rally_points:
        grid.letter(view.at(rally.position), "R", "sign")
    for flight in scene.flights:
        grid.letter(view.at(flight.drone.home), _mark(flight), flight.colour)
    for finding in reversed(scene.findings):
        if finding.group.severity is not Severity.AUTHORISED:
            for place in finding.places():
                grid.letter(view.at(place), "!", str(finding.group.severity))
    title = (TextRun(f"{scene.title} – {scene.when}", "bold"),)
    scale = (TextRun(f"{columns * 2.0 / view.scale:,.0f} × {rows * 4.0 / view.scale:,.0f} m, north is up", "faint"),)
    return [title, *(grid.row(row) for row in range(rows)), scale, *_flights(scene.flights), *_signs(scene, view)]


def _outline(grid: _Grid, polygon: GeoPolygon, view: MapView, style: str, *, every: int = 1) -> None:
    for ring in (polygon.exterior, *polygon.holes):
        for start, end in pairwise(view.line((*ring, ring[0]))):
            grid.line(start, end, style, every=every)


def _fill(grid: _Grid, polygon: GeoPolygon, view: MapView) -> None:
    """The outline, and inside it every other dot (even-odd rule, so holes stay open)."""
    rings = [view.line((*ring, ring[0])) for ring in (polygon.exterior, *polygon.holes)]
    for y in range(grid.rows * 4):
        crossings = sorted(
            x0 + (y + 0.5 - y0) * (x1 - x0) / (y1 - y0)
            for ring in rings
            for (x0, y0), (x1, y1) in pairwise(ring)
            if (y0 <= y + 0.5) != (y1 <= y + 0.5)
        )
        for left, right in zip(crossings[::2], crossings[1::2], strict=True):
            for x in range(max(int(left), 0), min(int(right), grid.columns * 2) + 1):
                if (x + y) % 2 == 0:
                    grid.dot(x, y, "keep-out")
    _outline(grid, polygon, view, "keep-out")


def _flights(flights: tuple[DrawnFlight, ...]) -> list[Row]:
    rows: list[Row] = []
    for flight in flights:
        sortie = flight.sortie
        facts = f" sortie {sortie.number} · {sortie.work_altitude_m:g} m high · {flight_facts(flight)}"
        name = TextRun(f"⠒⠒ {_mark(flight)} {shown(flight.drone.name)}", flight.colour)
        rows.append((name, TextRun(facts, "plain")))
    return rows


def _mark(flight: DrawnFlight) -> str:
    """What marks a drone's home: its number in the plan, readable without colours."""
    return "123456789"[flight.index] if flight.index < 9 else "H"


def _signs(scene: Scene, view: MapView) -> list[Row]:
    """What is in the picture, by name."""
    zones = scene.site.zones
    rows: list[Row] = []
    names = [shown(zone.name) for zone in zones.zones if view.shows(zone.polygon.exterior)]
    if names:
        rows.append((TextRun("⠒⠒ zone ", "zone"), TextRun(", ".join(names), "plain")))
    names = [f"{shown(one.name)} ({height_range(one)})" for one in zones.keep_outs if view.shows(one.polygon.exterior)]
    if names:
        rows.append((TextRun("⠪⠪ keep-out ", "keep-out"), TextRun(", ".join(names), "plain")))
    letters: list[TextRun] = []
    if any(view.shows(fence.polygon.exterior) for fence in zones.fences):
        letters.append(TextRun("⠂⠂ fence  ", "fence"))
    if any(view.shows([one.position]) for one in zones.obstacles):
        letters.append(TextRun("^ obstacle  ", "keep-out"))
    if any(view.shows([one.position]) for one in zones.points):
        letters.append(TextRun("* point of interest  ", "sign"))
    if any(view.shows([one.position]) for one in zones.rally_points):
        letters.append(TextRun("R rally point  ", "sign"))
    if scene.flights:
        letters.append(TextRun("1 2 … home  ", "bold"))
    if any(one.group.severity is not Severity.AUTHORISED for one in scene.findings):
        letters.append(TextRun("! finding of plan check", "warning"))
    return [*rows, tuple(letters)] if letters else rows
