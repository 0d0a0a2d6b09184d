"""A map of characters: lines in Braille dots (two by four a character), signs as letters; colours by name."""

from __future__ import annotations

from itertools import pairwise

from dronectl.formats.maps.braille import BrailleGrid, Row, TextRun, draw_filled, draw_outline
from dronectl.formats.maps.legend import flight_facts
from dronectl.formats.maps.scene import DrawnFlight, Scene
from dronectl.formats.maps.view import MapView
from dronectl.formats.maps.words import height_range, shown
from dronectl.model.plan.finding import Severity

_LEAST_COLUMNS, _LEAST_ROWS = 20, 8


def draw_text(scene: Scene, columns: int, rows: int) -> list[Row]:
    """A map of at most this many columns and rows, and below it a line for each flight and each sign."""
    columns, rows = max(columns, _LEAST_COLUMNS), max(rows, _LEAST_ROWS)
    view = MapView.of(scene.frame, scene.focus(), (0.0, 0.0, columns * 2.0, rows * 4.0), margin=0.04)
    grid = BrailleGrid(columns, rows)
    zones = scene.site.zones
    for fence in zones.fences:
        draw_outline(grid, fence.polygon, view, "fence", every=2)
    for zone in zones.zones:
        draw_outline(grid, zone.polygon, view, "zone")
    for keep_out in zones.keep_outs:
        draw_filled(grid, keep_out.polygon, view)
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
