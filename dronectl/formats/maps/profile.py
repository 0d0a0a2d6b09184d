"""The flights from the side: height over time, with each drone's band and the ceiling."""

from __future__ import annotations

from dronectl.formats.maps.scene import DrawnFlight, Scene
from dronectl.formats.maps.svg_text import XY, element, group, line_path, words
from dronectl.formats.maps.words import shown
from dronectl.formats.text.xml_text import escaped
from dronectl.model.text.shown_time import span

WIDTH, HEIGHT = 380.0, 150.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 372.0, 10.0, 126.0
"""Edges of the plot in the drawing; the page moves a line from LEFT to RIGHT."""

_TIME_STEPS_S = (30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0)
_MOST_TIME_MARKS = 8


def profile_svg(scene: Scene, number: int, end_s: float) -> str:
    """One sortie number; ``end_s``: the time at the right edge."""
    flights = [flight for flight in scene.flights if flight.sortie.number == number]
    ceiling_m = scene.site.rules.ceiling_m
    highest_m = max([ceiling_m, *(vertex.height_m for flight in flights for vertex in flight.route)]) * 1.08

    def at(t_s: float, height_m: float) -> XY:
        share = t_s / end_s if end_s > 0.0 else 0.0
        return LEFT + (RIGHT - LEFT) * share, BOTTOM - (BOTTOM - TOP) * max(height_m, 0.0) / highest_m

    drawn = [*_scales(at(0.0, ceiling_m)[1], ceiling_m, end_s)]
    for flight in flights:
        y = at(0.0, flight.sortie.work_altitude_m)[1]
        if flight.sortie.work_altitude_m > 0.0:
            band = f"M{LEFT:g} {y:.1f}H{RIGHT:g}"
            drawn.append(element("path", d=band, stroke=flight.colour, stroke_opacity=0.15, stroke_width=7.0))
            drawn.append(words(f"{flight.sortie.work_altitude_m:g}", x=LEFT - 4.0, y=y + 3.0, text_anchor="end"))
        drawn.append(_line(flight, [at(vertex.t_s, vertex.height_m) for vertex in flight.route]))
    drawn.append(element("path", d=f"M{LEFT:g} {TOP:g}V{BOTTOM:g}", class_="now", stroke="#000"))
    view_box = f"0 0 {WIDTH:g} {HEIGHT:g}"
    return element("svg", group(drawn), class_="profile", viewBox=view_box, font_size=9.0, data_sortie=str(number))


def _line(flight: DrawnFlight, spots: list[XY]) -> str:
    title = element("title", escaped(shown(flight.drone.name)))
    dash = flight.dash or "none"
    return element(
        "path", title, d=line_path(spots), fill="none", stroke=flight.colour, stroke_width=1.8, stroke_dasharray=dash
    )


def _scales(ceiling_y: float, ceiling_m: float, end_s: float) -> list[str]:
    marks = [element("path", d=f"M{LEFT:g} {TOP:g}V{BOTTOM:g}H{RIGHT:g}", fill="none", stroke="#222")]
    marks.append(element("path", d=f"M{LEFT:g} {ceiling_y:.1f}H{RIGHT:g}", stroke="#c00000", stroke_dasharray="6 3"))
    label = f"เพดานบิน ceiling {ceiling_m:g} m"
    marks.append(words(label, x=RIGHT, y=ceiling_y - 3.0, text_anchor="end", fill="#c00000"))
    marks.append(words("0 m", x=LEFT - 4.0, y=BOTTOM + 3.0, text_anchor="end"))
    step_s = next((step for step in _TIME_STEPS_S if end_s / step <= _MOST_TIME_MARKS), 7200.0)
    for count in range(1, _MOST_TIME_MARKS + 1):
        if count * step_s > end_s or end_s <= 0.0:
            break
        x = LEFT + (RIGHT - LEFT) * count * step_s / end_s
        marks.append(element("path", d=f"M{x:.1f} {BOTTOM:g}v4", stroke="#222"))
        marks.append(words(span(count * step_s), x=x, y=BOTTOM + 14.0, text_anchor="middle"))
    return marks
