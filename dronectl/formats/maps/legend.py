"""The column beside the map: drones, signs, findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dronectl.formats.maps import symbols
from dronectl.formats.maps.scene import DrawnFlight, Scene
from dronectl.formats.maps.svg_text import element, words
from dronectl.formats.maps.view import MapView
from dronectl.formats.maps.words import POI_WORDS, ZONE_WORDS, width_em, wrapped
from dronectl.formats.text.xml_text import escaped
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.zone import ZoneSet
from dronectl.model.text.shown_time import span

_DRONE_ROW = 31.0
_SHORT_ROW = 16.0
_SIGN_ROW = 15.5
_FINDING_SIZE = 9.0
_FINDING_LINES = 5
_SAMPLE = 38.0
"""Width of the line or sign before its words."""

Rows = tuple[list[str], float]
"""(what is drawn, the height at which it ends)."""

Sign = tuple[str, str]
"""(sign around (0, 0), meaning)."""


def drone_rows(scene: Scene, x: float, y: float, width: float, bottom: float) -> Rows:
    """Each flight: line as on the map, height, distance, duration, battery; as many as fit above ``bottom``.

    A few get two lines each, many get one.
    """
    made = [_heading("โดรนและเส้นทาง · drones and routes", x, y)]
    y += 22.0
    room = bottom - y
    is_roomy = len(scene.flights) * _DRONE_ROW <= room
    row = _DRONE_ROW if is_roomy else _SHORT_ROW
    fitting = len(scene.flights)
    if fitting * row > room:
        fitting = max(int(room / row) - 1, 1)
    for flight in scene.flights[:fitting]:
        sortie = flight.sortie
        (name,) = wrapped(flight.drone.name, 9.0, 1) or [""]
        which = f"เที่ยวที่ sortie {sortie.number}"
        if is_roomy:
            facts = f"สูง height {sortie.work_altitude_m:g} m · {which}"
            made.append(words(flight_facts(flight), x=x + _SAMPLE, y=y + 22.0, font_size=9.5, fill="#444"))
        else:
            facts = f"{which} · {sortie.work_altitude_m:g} m · {span(sortie.duration_s)} min"
        made.append(line_sample(flight, x, x + _SAMPLE - 6.0, y + (9.0 if is_roomy else 4.0)))
        made.append(words(name, x=x + _SAMPLE, y=y + 8.0, font_size=12.0, class_="bold"))
        made.append(words(facts, x=x + width, y=y + 8.0, font_size=10.0, text_anchor="end"))
        y += row
    more = len(scene.flights) - fitting
    if more > 0:
        text = f"และอีก {more} เที่ยวบิน and {more} more (--sortie N)"
        made.append(words(text, x=x + _SAMPLE, y=y + 8.0, font_size=9.5))
        y += _SHORT_ROW
    return made, y


def line_sample(flight: DrawnFlight, left: float, right: float, y: float) -> str:
    """A piece of the flight's line."""
    d = f"M{left:g} {y:g}H{right:g}"
    return element("path", d=d, stroke=flight.colour, class_="photographed", stroke_dasharray=flight.dash or "none")


def flight_facts(flight: DrawnFlight) -> str:
    """Start, distance, duration and battery, where the plan knows them."""
    sortie = flight.sortie
    facts = [f"T+{span(sortie.start_s)}"] if sortie.start_s else []
    if sortie.duration_s:
        facts += [
            f"{sortie.distance_m:,.0f} m",
            f"{span(sortie.duration_s)} min",
            f"battery {sortie.battery_text}",
        ]
    return " · ".join(facts)


def sign_rows(scene: Scene, view: MapView, x: float, y: float) -> Rows:
    """What the signs mean; only those that are in the picture."""
    made = [_heading("สัญลักษณ์ · signs", x, y)]
    y += 27.0
    for sign, meaning in signs(scene, view):
        made.append(element("g", sign, transform=f"translate({x + 16:g} {y:g})"))
        made.append(words(meaning, x=x + _SAMPLE, y=y + 3.5, font_size=9.8))
        y += _SIGN_ROW
    return made, y


def signs_height(scene: Scene, view: MapView) -> float:
    """How much room :func:`sign_rows` takes."""
    return 27.0 + _SIGN_ROW * len(signs(scene, view))


def finding_rows(scene: Scene, x: float, y: float, width: float, bottom: float) -> list[str]:
    """The findings with their numbers, errors first, as many as fit above ``bottom``."""
    made = [_heading("ผลการตรวจสอบ · findings", x, y)]
    y += 29.0
    if not scene.findings:
        nothing = "ยังไม่ได้ตรวจ not checked" if scene.plan.edited else "ไม่พบสิ่งผิดกฎ nothing found"
        return [*made, words(nothing, x=x, y=y, font_size=10.0)]
    step = _FINDING_SIZE * 1.25
    for done, one in enumerate(scene.findings):
        rest = len(scene.findings) - done
        text = one.text(scene.site)
        room = int((bottom - y + step / 2 - (step if rest > 1 else 0.0)) / step)
        lines = wrapped(text, (width - 26.0) / _FINDING_SIZE, min(_FINDING_LINES, room)) if room > 0 else []
        if not lines:
            more = f"และอีก {rest} รายการ · and {rest} more: dronectl plan check"
            made.append(words(more, x=x, y=min(y, bottom), font_size=_FINDING_SIZE, class_="bold"))
            break
        sign = symbols.finding(one.number, one.group.severity)
        made.append(element("g", sign, transform=f"translate({x + 10:g} {y - 1:g}) scale(.8)"))
        for line in lines:
            made.append(words(line, x=x + 26.0, y=y, font_size=_FINDING_SIZE))
            y += step
        y += 4.0
    return made


def _heading(text: str, x: float, y: float) -> str:
    line = element("path", d=f"M{x:g} {y + 15:g}h{width_em(text) * 12:.0f}", class_="leader")
    return words(text, x=x, y=y + 10.0, font_size=12.0, class_="bold") + line


def signs(scene: Scene, view: MapView | None = None) -> list[Sign]:
    """(sign, meaning) of what is in the picture; without ``view`` of all that the site has."""
    rows = ground_signs(scene.site.zones, view)
    if scene.flights:
        rows += flight_signs()
    if any(vertex.photographed for flight in scene.flights for vertex in flight.route):
        thick = element("path", d="M-14 -3H12", stroke=symbols.INK, class_="photographed")
        thin = element("path", d="M-14 3H12", stroke=symbols.INK, class_="transit")
        rows.append((thick + thin, "ถ่ายภาพ / เดินทาง · photographing / transit"))
    return rows


def flight_signs() -> list[Sign]:
    """Where flights begin and end."""
    both = f'<g transform="translate(-8 0)">{symbols.take_off(symbols.INK)}</g>'
    both += f'<g transform="translate(8 0)">{symbols.landing(symbols.INK)}</g>'
    home = f'<g transform="scale(.8)">{symbols.home(symbols.INK)}</g>'
    return [(home, "จุดขึ้นลง · home"), (both, "ขึ้นบิน, ลงจอด · take-off, landing")]


def sign_list(rows: Sequence[Sign]) -> str:
    """As a page lists them."""
    made = (
        f'<li><svg viewBox="-18 -11 36 22" width="36" height="22">{sign}</svg>{escaped(text)}</li>'
        for sign, text in rows
    )
    return f'<ul class="signs">{"".join(made)}</ul>'


def ground_signs(zones: ZoneSet, view: MapView | None = None) -> list[Sign]:
    """What of a site is in the picture; without ``view`` all that it has."""

    def seen(*places: GeoPoint) -> bool:
        return view is None or view.shows(places)

    rows: list[Sign] = []
    if zones.fences:
        rows.append((_stroke("fence"), "แนวเขตบิน · fence"))
    shown_zones = {zone.category for zone in zones.zones if seen(*zone.polygon.exterior)}
    for category, text in ZONE_WORDS.items():
        if category in shown_zones:
            rows.append((_patch(f"url(#zone-{category})", symbols.ZONE_COLOURS[category]), text))
    keep_out = _patch("url(#keep-out)", symbols.KEEP_OUT_COLOUR)
    optional: list[tuple[bool, Callable[[], str], str]] = [
        (
            any(seen(*one.polygon.exterior) for one in zones.keep_outs),
            lambda: keep_out,
            "ห้ามเข้า (ช่วงความสูง) · keep-out (heights)",
        ),
        (any(seen(one.position) for one in zones.obstacles), symbols.mast, "สิ่งกีดขวางและความสูง · obstacle, height"),
        (any(seen(one.position) for one in zones.rally_points), symbols.rally, "จุดลงฉุกเฉิน · rally point"),
        (any(seen(one.position) for one in zones.cctv), _camera, "มุมกล้องวงจรปิด · CCTV view"),
        (any(seen(*one.line) for one in zones.corridors), _street, "ถนน · street"),
    ]
    rows += [(draw(), text) for wanted, draw, text in optional if wanted]
    categories = {poi.category for poi in zones.points if seen(poi.position)}
    rows += [(symbols.poi(category), text) for category, text in POI_WORDS.items() if category in categories]
    return rows


def _stroke(name: str) -> str:
    return element("path", d="M-16 0H14", class_=name)


def _patch(fill: str, stroke: str) -> str:
    return element("rect", x=-14.0, y=-5.0, width=26.0, height=10.0, fill=fill, stroke=stroke, stroke_width=1.2)


def _camera() -> str:
    return element("path", d="M-10 0L10 -5V5Z", class_="cctv")


def _street() -> str:
    return element("path", d="M-14 0H12", class_="corridor", stroke_width=6.0)
