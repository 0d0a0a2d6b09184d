"""A plan on one A4 page, landscape: the map, who flies what, what the signs mean, what the checks found."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dronectl.formats.maps import layers, symbols
from dronectl.formats.maps.below import Below
from dronectl.formats.maps.labels import Box
from dronectl.formats.maps.legend import (
    drone_rows,
    finding_rows,
    sign_rows,
    signs_height,
)
from dronectl.formats.maps.scene import DrawnArea, Scene, scene_of
from dronectl.formats.maps.svg_text import element, group, line_path, words
from dronectl.formats.maps.view import MapView
from dronectl.formats.maps.words import wrapped
from dronectl.formats.text.xml_text import escaped
from dronectl.model.plan.plan import Plan
from dronectl.model.site import Site
from dronectl.model.text.shown_time import span

WIDTH, HEIGHT = 1188.0, 840.0
"""A4 in quarters of a millimetre."""

MAP_BOX: Box = (24.0, 84.0, 868.0, 808.0)
COLUMN_LEFT, COLUMN_RIGHT = 884.0, 1164.0
_INSET_HEIGHT = 150.0
_LONGEST_BAR = 220.0
_GAP = 10.0
_LEAST_FINDINGS = 90.0
"""Height kept for the findings, however many flights and signs there are."""


def render_svg(
    plan: Plan, site: Site, *, sortie: int | None = None, areas: Sequence[DrawnArea] = (), below: Below | None = None
) -> str:
    """The page. ``sortie`` shows one sortie number alone; ``below``: the site's own tiles. The
    same plan, site and tiles give the same text."""
    scene = scene_of(plan, site, sortie, areas)
    view = MapView.of(scene.frame, scene.focus(), MAP_BOX)
    content = [
        element("title", shown_title(scene)),
        element("style", symbols.STYLE),
        symbols.patterns(),
        element("clipPath", _rectangle(MAP_BOX), id="map-edge"),
        element("rect", width=WIDTH, height=HEIGHT, fill="#fff"),
        *_header(scene),
        _map(scene, view, below),
        *_column(scene, view),
        *_footer(),
    ]
    page = element(
        "svg",
        "\n",
        "\n".join(content),
        "\n",
        xmlns="http://www.w3.org/2000/svg",
        width="297mm",
        height="210mm",
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        font_size=11.0,
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{page}\n'


def shown_title(scene: Scene) -> str:
    """The patrols and the day, as markup."""
    return escaped(f"{scene.title} – {scene.when}")


def map_content(scene: Scene, view: MapView, below: Below | None = None) -> list[str]:
    """Everything on the map, with names that keep clear of each other."""
    naming = layers.Naming(taken=furniture_boxes(view))
    drawn = [] if below is None else below.drawn(view, view.box)
    drawn += layers.site_layer(scene.site.zones, view, naming, around=view.box)
    drawn += layers.area_layer(scene, view)
    drawn += [layers.route_layer(flight, view, naming) for flight in scene.flights]
    drawn += layers.site_signs(scene.site.zones, view, naming)
    drawn += layers.home_signs(scene.flights, view, naming)
    marks = layers.finding_marks(scene.findings, view, naming)
    layers.name_flights(scene.flights, view, naming)
    layers.name_site(scene.site.zones, view, naming)
    layers.name_waypoints(scene.flights, view, naming)
    names = naming.drawn(view.box)
    streets = [] if below is None else below.names(view, view.box, naming)
    return [*drawn, *streets, *names, *marks]


def furniture_boxes(view: MapView) -> list[Box]:
    """Where :func:`map_furniture` stands."""
    return [_bar_box(view), _north_box(view)]


def map_furniture(view: MapView, below: Below | None = None) -> list[str]:
    """Scale bar and north arrow, where whoever draws a map leaves room for them, and whose streets they are."""
    return [_scale_bar(view), _north_arrow(view), *([] if below is None else below.credit(view.box))]


def _map(scene: Scene, view: MapView, below: Below | None) -> str:
    frame = _rectangle(MAP_BOX, fill="none", stroke=symbols.INK, stroke_width=1.2)
    inside = group(map_content(scene, view, below), clip_path="url(#map-edge)")
    return group([inside, frame, *map_furniture(view, below)])


def _header(scene: Scene) -> list[str]:
    plan = scene.plan
    left, right = MAP_BOX[0], COLUMN_RIGHT
    (title,) = wrapped(scene.title, (right - left - 300.0) / 21.0, 1) or [""]
    which = "ทุกเที่ยวบิน all sorties" if scene.sortie is None else f"เที่ยวบินที่ {scene.sortie} sortie {scene.sortie}"
    (name,) = wrapped(plan.name, 26.0, 1) or [""]
    facts = [f"แผน plan {name}", which]
    if plan.makespan_s:
        facts.append(f"เวลารวม total {span(plan.makespan_s)} min")
    if plan.coverage_pct is not None:
        facts.append(f"ครอบคลุม coverage {plan.coverage_pct:.2f} %")
    if plan.min_separation_m is not None:
        facts.append(f"ระยะห่างต่ำสุด least separation {plan.min_separation_m:.1f} m")
    (site,) = wrapped(scene.site.name, 52.0, 1) or [""]
    made = [
        words(title, x=left, y=46.0, font_size=21.0, class_="bold"),
        words("  ·  ".join(facts), x=left, y=70.0, font_size=11.5),
        words(site, x=right, y=36.0, font_size=11.5, text_anchor="end"),
        *(
            words(text, x=right, y=54.0 + 16.0 * line, font_size=11.5, text_anchor="end")
            for line, text in enumerate(_days(scene))
        ),
    ]
    if plan.edited:
        warning = "แก้ไขหลังตรวจสอบ – ห้ามบิน · EDITED SINCE IT WAS CHECKED – NOT TO BE FLOWN"
        made.append(words(warning, x=left, y=24.0, font_size=12.0, class_="bold", fill="#b00000"))
    return made


def _days(scene: Scene) -> list[str]:
    """One or two lines: the day of the flight where the plan has one, and when it was made."""
    thai, _, english = scene.day.partition(" · ")
    if scene.flight_day:
        return [f"วันบิน flight {scene.flight_day}", f"วางแผนเมื่อ planned {english or thai}"]
    return [f"วางแผนเมื่อ {thai}", *([f"planned {english}"] if english else [])]


def _column(scene: Scene, view: MapView) -> list[str]:
    """Drones, signs and findings, as much as fits above the overview."""
    left, top = COLUMN_LEFT, MAP_BOX[1]
    width = COLUMN_RIGHT - left
    bottom = MAP_BOX[3] - _INSET_HEIGHT - 16.0
    for_drones = bottom - (_GAP + signs_height(scene, view) + _GAP + _LEAST_FINDINGS)
    made, y = drone_rows(scene, left, top, width, for_drones)
    signs, y = sign_rows(scene, view, left, y + _GAP)
    findings = finding_rows(scene, left, y + _GAP, width, bottom)
    return [group([*made, *signs, *findings]), _overview(scene, view)]


def _overview(scene: Scene, view: MapView) -> str:
    """The whole site, small, and the part of it that the map shows."""
    box = (COLUMN_LEFT, MAP_BOX[3] - _INSET_HEIGHT, COLUMN_RIGHT, MAP_BOX[3])
    zones = scene.site.zones
    places = [point for fence in zones.fences for point in fence.polygon.exterior] or scene.focus()
    small = MapView.of(scene.frame, places, box, margin=0.07)
    drawn = []
    for zone in zones.zones:
        colour = symbols.ZONE_COLOURS[zone.category]
        d = line_path(small.line(zone.polygon.exterior), closed=True)
        drawn.append(element("path", d=d, fill=colour, fill_opacity=0.35))
    for keep_out in zones.keep_outs:
        d = line_path(small.line(keep_out.polygon.exterior), closed=True)
        drawn.append(element("path", d=d, fill=symbols.KEEP_OUT_COLOUR, fill_opacity=0.7))
    for fence in zones.fences:
        d = line_path(small.line(fence.polygon.exterior), closed=True)
        drawn.append(element("path", d=d, fill="none", stroke=symbols.INK, stroke_dasharray="7 2 2 2"))
    for flight in scene.flights:
        d = line_path([small.at(vertex.point) for vertex in flight.route])
        drawn.append(element("path", d=d, fill="none", stroke=flight.colour, stroke_width=0.8))
    half_x = (MAP_BOX[2] - MAP_BOX[0]) / 2 / view.scale
    half_y = (MAP_BOX[3] - MAP_BOX[1]) / 2 / view.scale
    middle_x, middle_y = view.middle_m
    x0, y0 = small.at_xy((middle_x - half_x, middle_y + half_y))
    x1, y1 = small.at_xy((middle_x + half_x, middle_y - half_y))
    seen = element("rect", x=x0, y=y0, width=x1 - x0, height=y1 - y0, fill="none", stroke="#000", stroke_width=1.6)
    edge = element("clipPath", _rectangle(box), id="overview-edge")
    title = words("ภาพรวมพื้นที่ overview", x=box[0] + 5.0, y=box[1] + 13.0, font_size=9.5, class_="halo")
    frame = _rectangle(box, fill="none", stroke=symbols.INK, stroke_width=0.8)
    return group([edge, group([*drawn, seen], clip_path="url(#overview-edge)"), title, frame])


def _footer() -> list[str]:
    note = (
        "ใช้ประกอบการบรรยายสรุปเท่านั้น ความสูงวัดจากจุดขึ้นบิน เวลาโดยประมาณ · "
        "For briefing only. Heights are above home, times approximate. WGS 84, north is up. dronectl"
    )
    return [words(note, x=MAP_BOX[0], y=826.0, font_size=9.0, fill="#444")]


def scale_length_m(view: MapView, longest: float = _LONGEST_BAR) -> float:
    """The longest 1, 2 or 5 times a power of ten metres that is no longer than this in the drawing."""
    most_m = longest / view.scale
    power = 10.0 ** math.floor(math.log10(most_m))
    return next(step * power for step in (5.0, 2.0, 1.0) if step * power <= most_m)


def _scale_bar(view: MapView) -> str:
    length_m = scale_length_m(view)
    wide = length_m * view.scale
    x, y, *_ = _bar_box(view)
    x, y = x + 10.0, y + 22.0
    back = _rectangle(_bar_box(view), fill="#fff", fill_opacity=0.9, stroke=symbols.INK, stroke_width=0.6)
    parts = [back]
    for quarter in range(4):
        start, end = x + wide * quarter / 4, x + wide * (quarter + 1) / 4
        fill = symbols.INK if quarter % 2 == 0 else "#fff"
        parts.append(_rectangle((start, y, end, y + 5.0), fill=fill, stroke=symbols.INK, stroke_width=0.8))
    for share in (0.0, 0.5, 1.0):
        metres = length_m * share
        text = f"{metres:g}" if share < 1.0 else f"{metres / 1000:g} km" if metres >= 1000.0 else f"{metres:g} m"
        parts.append(words(text, x=x + wide * share, y=y - 5.0, font_size=10.0, text_anchor="middle"))
    return group(parts)


def _bar_box(view: MapView) -> Box:
    left, _, _, bottom = view.box
    return left + 8.0, bottom - 44.0, left + 8.0 + scale_length_m(view) * view.scale + 36.0, bottom - 8.0


def _north_box(view: MapView) -> Box:
    _, top, right, _ = view.box
    return right - 46.0, top + 8.0, right - 8.0, top + 70.0


def _north_arrow(view: MapView) -> str:
    left, top, right, bottom = _north_box(view)
    x = (left + right) / 2
    back = _rectangle((left, top, right, bottom), fill="#fff", fill_opacity=0.9, stroke=symbols.INK, stroke_width=0.6)
    dark = element("path", d=f"M{x:g} {top + 5:g}V{bottom - 24:g}L{x - 9:g} {bottom - 18:g}Z", fill=symbols.INK)
    light = element(
        "path", d=f"M{x:g} {top + 5:g}V{bottom - 24:g}L{x + 9:g} {bottom - 18:g}Z", fill="#fff", stroke=symbols.INK
    )
    letters = words("น N", x=x, y=bottom - 5.0, font_size=11.0, text_anchor="middle", class_="bold")
    return group([back, dark, light, letters])


def _rectangle(box: Box, **attributes: str | float) -> str:
    return element("rect", x=box[0], y=box[1], width=box[2] - box[0], height=box[3] - box[1], **attributes)
