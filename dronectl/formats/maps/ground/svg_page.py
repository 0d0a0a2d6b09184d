"""A site on one A4 page, landscape: the map, what lies there and how large it is, what a person should look at."""

from __future__ import annotations

from dronectl.formats.maps import symbols
from dronectl.formats.maps.below import Below
from dronectl.formats.maps.ground.content import KIND_WORDS, Ground, by_kind, map_content, said_of, sample
from dronectl.formats.maps.legend import sign_rows, signs_height
from dronectl.formats.maps.scene import Scene
from dronectl.formats.maps.svg import COLUMN_LEFT, COLUMN_RIGHT, HEIGHT, MAP_BOX, WIDTH, furniture_boxes, map_furniture
from dronectl.formats.maps.svg_text import element, group, words
from dronectl.formats.maps.view import MapView
from dronectl.formats.maps.words import shown, width_em, wrapped
from dronectl.formats.text.xml_text import escaped
from dronectl.model.ground.feature_kind import FeatureKind

_ROW = 15.5
_NOTE_SIZE = 9.0
_NOTE_LINES = 4
_SAMPLE = 34.0
_LEAST_NOTES = 80.0
"""Height kept for the notes, however many features and signs there are."""


def render_ground_svg(ground: Ground, below: Below | None = None) -> str:
    """The page. ``below``: the site's own tiles. The same site and notes give the same text."""
    scene = ground.scene()
    view = MapView.of(scene.frame, ground.focus(scene), MAP_BOX, margin=ground.margin)
    content = [
        element("title", escaped(shown(ground.site.name))),
        element("style", symbols.STYLE),
        symbols.patterns(),
        element("clipPath", _box(), id="map-edge"),
        element("rect", width=WIDTH, height=HEIGHT, fill="#fff"),
        *_header(ground),
        _map(scene, view, below),
        group(_column(ground, scene, view)),
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


def _map(scene: Scene, view: MapView, below: Below | None) -> str:
    inside = map_content(scene, view, around=view.box, near=view.box, taken=furniture_boxes(view), below=below)
    frame = _box(fill="none", stroke=symbols.INK, stroke_width=1.2)
    return group([group(inside, clip_path="url(#map-edge)"), frame, *map_furniture(view, below)])


def _box(**attributes: str | float) -> str:
    left, top, right, bottom = MAP_BOX
    return element("rect", x=left, y=top, width=right - left, height=bottom - top, **attributes)


def _header(ground: Ground) -> list[str]:
    site = ground.site
    (title,) = wrapped(site.name, 40.0, 1) or [""]
    facts = (
        f"พื้นที่ปฏิบัติงาน ยังไม่มีแผนบิน · the site, no plan yet  ·  จุดกลาง home {site.home}  ·  "
        f"สูงจากระดับน้ำทะเล ground {site.ground_elevation_m:g} m"
    )
    return [
        words(title, x=MAP_BOX[0], y=46.0, font_size=21.0, class_="bold"),
        words(facts, x=MAP_BOX[0], y=70.0, font_size=11.5),
    ]


def _column(ground: Ground, scene: Scene, view: MapView) -> list[str]:
    """Features and signs and notes, as much as fits."""
    left, top, bottom = COLUMN_LEFT, MAP_BOX[1], MAP_BOX[3]
    for_features = bottom - signs_height(scene, view) - _LEAST_NOTES - 20.0
    made, y = _feature_rows(ground, left, top, for_features)
    signs, y = sign_rows(scene, view, left, y + 10.0)
    return [*made, *signs, *_note_rows(ground, left, y + 10.0, bottom)]


def _feature_rows(ground: Ground, x: float, y: float, bottom: float) -> tuple[list[str], float]:
    """Kind after kind, each feature with its name and size; points of interest are only counted."""
    made: list[str] = []
    rows = [(_home(drone.colour), drone.name, "จุดขึ้นลง home") for drone in ground.site.drones]
    for kind, features in by_kind(ground.site):
        if kind in (FeatureKind.POI, FeatureKind.CCTV):
            rows.append((sample(features[0]), KIND_WORDS[kind], f"{len(features)}"))
            continue
        rows += [(sample(feature), said_of(feature), ground.facts(feature)) for feature in features]
    made.append(words("พื้นที่และเขต · on the ground", x=x, y=y + 10.0, font_size=12.0, class_="bold"))
    y += 26.0
    room = max(int((bottom - y) / _ROW), 1)
    fitting = len(rows) if len(rows) <= room else max(room - 1, 0)
    for sign, name, facts in rows[:fitting]:
        room_em = (COLUMN_RIGHT - x - _SAMPLE) / 9.8 - width_em(facts)
        (text,) = wrapped(name, max(room_em, 4.0), 1) or [""]
        made.append(element("g", sign, transform=f"translate({x + 16:g} {y:g}) scale(.9)"))
        made.append(words(text, x=x + _SAMPLE, y=y + 3.5, font_size=9.8))
        made.append(words(facts, x=COLUMN_RIGHT, y=y + 3.5, font_size=9.0, text_anchor="end", fill="#444"))
        y += _ROW
    if fitting < len(rows):
        more = f"และอีก {len(rows) - fitting} รายการ and {len(rows) - fitting} more: dronectl zones list"
        made.append(words(more, x=x + _SAMPLE, y=y + 3.5, font_size=9.5))
        y += _ROW
    return made, y


def _home(colour: str) -> str:
    return element("g", symbols.home(colour), transform="scale(.8)")


def _note_rows(ground: Ground, x: float, y: float, bottom: float) -> list[str]:
    """What ``zones check`` says, as much as fits."""
    made = [words("ข้อสังเกต · to look at", x=x, y=y + 10.0, font_size=12.0, class_="bold")]
    y += 28.0
    if not ground.notes:
        return [*made, words("ไม่มี · nothing", x=x, y=y, font_size=10.0)]
    step = _NOTE_SIZE * 1.25
    for done, note in enumerate(ground.notes):
        rest = len(ground.notes) - done
        room = int((bottom - y + step / 2 - (step if rest > 1 else 0.0)) / step)
        lines = wrapped(note, (COLUMN_RIGHT - x - 10.0) / _NOTE_SIZE, min(_NOTE_LINES, room)) if room > 0 else []
        if not lines:
            more = f"และอีก {rest} รายการ · and {rest} more: dronectl zones check"
            made.append(words(more, x=x, y=min(y, bottom), font_size=_NOTE_SIZE, class_="bold"))
            break
        made.append(words("•", x=x, y=y, font_size=_NOTE_SIZE))
        for line in lines:
            made.append(words(line, x=x + 10.0, y=y, font_size=_NOTE_SIZE))
            y += step
        y += 3.0
    return made


def _footer() -> list[str]:
    note = (
        "ยังไม่ใช่แผนบิน · Not a plan: nothing here was checked against the rules of flight. WGS 84, north is up. dronectl"
    )
    return [words(note, x=MAP_BOX[0], y=826.0, font_size=9.0, fill="#444")]
