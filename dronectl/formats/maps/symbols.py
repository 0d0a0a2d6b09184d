"""The signs of the map, drawn around (0, 0), and the patterns that areas are filled with: readable without colour."""

from __future__ import annotations

from dronectl.formats.maps.svg_text import element, words
from dronectl.model.ground.zone import PoiCategory, ZoneCategory
from dronectl.model.plan.finding import Severity

FONTS = "'Noto Sans Thai','Sarabun','Leelawadee UI','Thonburi','Garuda','Loma','Noto Sans',Arial,sans-serif"
"""Families with Thai letters on Linux, Windows and macOS, then any."""

INK = "#222"
KEEP_OUT_COLOUR = "#c00000"
ZONE_COLOURS = {ZoneCategory.PARK: "#3f7f3f", ZoneCategory.ECONOMIC: "#b8860b", ZoneCategory.SYMBOLIC: "#6a4fa0"}

STYLE = f"""
text,body{{font-family:{FONTS}}}
.halo{{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}}
.bold{{font-weight:bold}}
.outside{{fill:#8a8a8a;fill-opacity:.16;fill-rule:evenodd;stroke:none}}
.fence{{fill:none;stroke:{INK};stroke-width:2.4;stroke-dasharray:14 4 3 4}}
.zone{{stroke-width:1.6;fill-rule:evenodd}}
.keep-out{{fill:url(#keep-out);fill-rule:evenodd;stroke:{KEEP_OUT_COLOUR};stroke-width:2}}
.corridor{{fill:none;stroke:#8a8a8a;stroke-opacity:.35;stroke-linejoin:round}}
.cctv{{fill:#444;fill-opacity:.1;stroke:#666;stroke-width:.8;stroke-dasharray:2 2}}
.obstacle{{fill:#000;fill-opacity:.25;stroke:{INK};stroke-width:1}}
.casing{{fill:none;stroke:#fff;stroke-opacity:.8;stroke-width:5;stroke-linejoin:round}}
.transit{{fill:none;stroke-width:1.5;stroke-linejoin:round}}
.photographed{{fill:none;stroke-width:2.8;stroke-linejoin:round}}
.leader{{stroke:{INK};stroke-width:.7;fill:none}}
"""
"""Looks of what has a class. Text is never narrower than its halo."""


def patterns() -> str:
    """The fills: one hatching a zone category, crossed lines for keep-outs."""
    return element(
        "defs",
        _hatching("zone-park", ZONE_COLOURS[ZoneCategory.PARK], "M0 8L8 0M-2 2L2 -2M6 10L10 6"),
        _hatching("zone-economic", ZONE_COLOURS[ZoneCategory.ECONOMIC], "M0 0L8 8M-2 6L2 10M6 -2L10 2"),
        _hatching("zone-symbolic", ZONE_COLOURS[ZoneCategory.SYMBOLIC], "M4 0V8"),
        _hatching("keep-out", KEEP_OUT_COLOUR, "M0 0L8 8M8 0L0 8", tint_opacity=0.22, stroke=0.9),
    )


def home(colour: str) -> str:
    """H in a square."""
    box = element("rect", x=-8.0, y=-8.0, width=16.0, height=16.0, rx=2.0, fill="#fff", stroke=colour, stroke_width=2.4)
    return box + words("H", y=4.6, font_size=13.0, text_anchor="middle", class_="bold", fill=INK)


def take_off(colour: str) -> str:
    return element("path", d="M0 -6L6 5H-6Z", fill=colour, stroke="#fff", stroke_width=1.0)


def landing(colour: str) -> str:
    return element("path", d="M0 6L6 -5H-6Z", fill="#fff", stroke=colour, stroke_width=2.0)


def rally() -> str:
    """R in a circle."""
    circle = element("circle", r=8.0, fill="#fff", stroke="#006400", stroke_width=2.0)
    return circle + words("R", y=4.2, font_size=11.5, text_anchor="middle", class_="bold", fill="#006400")


def mast() -> str:
    """A slim triangle with a dot below, as on air charts."""
    triangle = element("path", d="M-5 5L0 -9L5 5", fill="none", stroke=INK, stroke_width=1.8)
    return triangle + element("circle", cy=4.0, r=1.6, fill=INK)


def arrow(degrees: float, colour: str) -> str:
    """Points to the right, turned by so much."""
    turn = f"rotate({degrees:.0f})"
    return element("path", d="M-5 -4.2L6 0L-5 4.2Z", transform=turn, fill=colour, stroke="#fff", stroke_width=0.8)


_POI_SHAPES = {
    PoiCategory.BANK: "M-5 -5H5V5H-5Z",
    PoiCategory.GOLD_SHOP: "M0 -6.5L6.5 0L0 6.5L-6.5 0Z",
    PoiCategory.CONVENIENCE_STORE: "M-5 0A5 5 0 1 1 5 0A5 5 0 1 1 -5 0Z",
    PoiCategory.MARKET: "M0 -6L5.7 -1.9L3.5 4.9H-3.5L-5.7 -1.9Z",
    PoiCategory.SCHOOL: "M-6 -3.5H6V3.5H-6Z",
    PoiCategory.HOSPITAL: "M-2 -6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z",
    PoiCategory.GOVERNMENT: "M-5.2 -3L0 -6L5.2 -3V3L0 6L-5.2 3Z",
    PoiCategory.TEMPLE: "M0 -7L3 -1L6 5H-6L-3 -1Z",
    PoiCategory.LANDMARK: "M0 -6.5L1.7 -2L6.2 -2L2.6 0.9L3.9 5.3L0 2.7L-3.9 5.3L-2.6 0.9L-6.2 -2L-1.7 -2Z",
    PoiCategory.OTHER: "M-4 0A4 4 0 1 1 4 0A4 4 0 1 1 -4 0Z",
}
_POI_FILLS = {PoiCategory.GOLD_SHOP: "#ffd34d", PoiCategory.BANK: "#9cc3e6", PoiCategory.HOSPITAL: "#e06666"}


def poi(category: PoiCategory) -> str:
    """A shape of its own for each category."""
    shape, fill = poi_look(category)
    return element("path", d=shape, fill=fill, stroke=INK, stroke_width=1.2)


def poi_look(category: PoiCategory) -> tuple[str, str]:
    """The path of a category's shape, and its fill."""
    return _POI_SHAPES[category], _POI_FILLS.get(category, "#fff")


_FINDING_LOOKS = {
    # fill, stroke, letters: dark is worse, also in black and white
    Severity.ERROR: ("#b00000", "#000", "#fff"),
    Severity.WARNING: ("#ffc400", "#000", "#000"),
    Severity.AUTHORISED: ("#fff", "#555", "#333"),
}
_FINDING_SHAPES = {
    Severity.ERROR: "M-4 -9.5H4L9.5 -4V4L4 9.5H-4L-9.5 4V-4Z",
    Severity.WARNING: "M0 -11L11.5 8.5H-11.5Z",
    Severity.AUTHORISED: "M-8.5 0A8.5 8.5 0 1 1 8.5 0A8.5 8.5 0 1 1 -8.5 0Z",
}


def finding(number: int, severity: Severity) -> str:
    """The number of a finding: octagon for an error, triangle for a warning, circle for what is authorised."""
    fill, stroke, ink = _FINDING_LOOKS[severity]
    shape = element("path", d=_FINDING_SHAPES[severity], fill=fill, stroke=stroke, stroke_width=1.4)
    lower = 6.8 if severity is Severity.WARNING else 3.8
    size = 10.0 if number < 10 else 8.5 if number < 100 else 6.5
    return shape + words(str(number), y=lower, font_size=size, text_anchor="middle", class_="bold", fill=ink)


def _hatching(name: str, colour: str, lines: str, *, tint_opacity: float = 0.12, stroke: float = 0.7) -> str:
    tint = element("rect", width=8.0, height=8.0, fill=colour, fill_opacity=tint_opacity)
    drawn = element("path", d=lines, stroke=colour, stroke_width=stroke, stroke_opacity=0.55, fill="none")
    return element("pattern", tint, drawn, id=name, width=8.0, height=8.0, patternUnits="userSpaceOnUse")
