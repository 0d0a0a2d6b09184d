"""The ground alone, as the background of what moves."""

from __future__ import annotations

from dronectl.formats.maps import symbols
from dronectl.formats.maps.ground.content import Ground, map_content
from dronectl.formats.maps.labels import Box
from dronectl.formats.maps.svg_text import element, number
from dronectl.formats.maps.view import MapView

BOX: Box = (0.0, 0.0, 1000.0, 700.0)


def render_background(ground: Ground) -> tuple[str, MapView]:
    """An SVG picture of :data:`BOX`, and where in it places are."""
    scene = ground.scene()
    view = MapView.of(scene.frame, ground.focus(scene), BOX, margin=ground.margin)
    left, top, right, bottom = BOX
    paper = element("rect", x=left, y=top, width=right - left, height=bottom - top, fill="#fff")
    content = [element("style", symbols.STYLE), symbols.patterns(), paper, *map_content(scene, view, around=BOX)]
    box = " ".join(number(value) for value in BOX)
    picture = element("svg", "\n".join(content), xmlns="http://www.w3.org/2000/svg", viewBox=box, font_size=11.0)
    return picture, view
