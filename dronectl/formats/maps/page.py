"""The frame of every page that stands alone: its document, its script and looks, how far its map reaches.

A page runs its own script and nothing else: a Content-Security-Policy names the hashes of the script and of the
looks, so that a name that would be markup, were it ever let through, stays dead text.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING

from dronectl.formats.maps import symbols
from dronectl.formats.maps.labels import Box
from dronectl.formats.maps.svg_text import element, number
from dronectl.formats.text.xml_text import escaped
from dronectl.model.text.plain_text import escaped_json

if TYPE_CHECKING:
    from dronectl.formats.maps.below import Below

MAP_BOX: Box = (0.0, 0.0, 1000.0, 760.0)
AROUND: Box = (-4000.0, -4000.0, 5000.0, 4760.0)
"""As far as the page lets one zoom out."""
NEAR: Box = (-500.0, -380.0, 1500.0, 1140.0)
"""As far as there are streets: half a picture beyond its edge."""
_ZOOM_BUTTONS = (
    '<div id="zoom"><button id="in" title="zoom in">+</button><button id="out" title="zoom out">−</button>'
    '<button id="reset" title="everything">⌂</button></div><div id="bar"><span id="metres"></span></div>'
)

_MAP_KEYS = "แผนที่ ปุ่มลูกศรเลื่อน + − ย่อขยาย 0 ทั้งหมด · map: arrow keys move it, + − zoom, 0 shows everything"


def page(title: str, body: Sequence[str], data: str, *, scripts: Sequence[str] = ()) -> str:
    """The whole document around ``body``. ``data``: what the script moves, see :func:`script_data`; ``scripts``: files
    of this folder that move more than the map."""
    script = "\n".join(map(_own_file, ("map.js", *scripts)))
    style = symbols.STYLE + _own_file("page.css")
    sources = f"script-src {policy_hash(script)}; style-src {policy_hash(style)}; img-src data:"
    policy = f"default-src 'none'; {sources}; base-uri 'none'"
    head = [
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escaped(title)}</title>",
        f"<style>{style}</style>",
    ]
    ours = [f'<script type="application/json" id="data">{data}</script>', f"<script>{script}</script>"]
    start = ["<!DOCTYPE html>", '<html lang="th"><head>', *head, "</head><body>"]
    return "\n".join([*start, *body, *ours, "</body></html>", ""])


def map_svg(content: Sequence[str]) -> str:
    """The map around what is drawn on it; patterns of areas are there."""
    box = " ".join(map(number, MAP_BOX))
    drawn = "\n".join([symbols.patterns(), *content])
    return element(
        "svg", drawn, id="map", viewBox=box, font_size=11.0, tabindex="0", role="group", aria_label=_MAP_KEYS
    )


def stage(drawn: str, below: Below | None, clock: str = "") -> str:
    """The map with what moves it and whose data lies below it; under it ``clock``, what chooses a time."""
    return f'<div id="stage"><div id="picture">{drawn}{_ZOOM_BUTTONS}{_credit(below)}</div>{clock}</div>'


def _credit(below: Below | None) -> str:
    return "" if below is None or not below.attribution else f'<p id="credit">{escaped(below.attribution)}</p>'


def script_data(data: Mapping[str, object]) -> str:
    """For the script; ``<`` is escaped: no ``</script>`` in a name."""
    return (
        escaped_json(json.dumps(data, ensure_ascii=False, allow_nan=False))
        .replace("<", "\\u003c")
        .replace("&", "\\u0026")
    )


def _own_file(name: str) -> str:
    return resources.files("dronectl.formats.maps").joinpath(name).read_text(encoding="utf-8")


def policy_hash(text: str) -> str:
    """As a policy names an inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
