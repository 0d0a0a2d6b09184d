"""Flights from the side: height over time, below a ceiling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.formats.maps.svg_text import XY, element, group, line_path, words
from dronectl.formats.maps.words import shown
from dronectl.formats.text.xml_text import escaped
from dronectl.model.text.shown_time import span

WIDTH, HEIGHT = 380.0, 150.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 372.0, 10.0, 126.0
"""Edges of the plot in the drawing; the page moves a line from LEFT to RIGHT."""

_TIME_STEPS_S = (30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0)
_MOST_TIME_MARKS = 8


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """One drone. ``parts``: (seconds, metres above home) of each stretch without a break; ``band_m``: the height it is
    to work at."""

    title: str
    colour: str
    parts: Sequence[Sequence[tuple[float, float]]]
    dash: str = ""
    band_m: float = 0.0


def profile_svg(lines: Sequence[ProfileLine], end_s: float, ceiling_m: float | None, **attributes: str) -> str:
    """``end_s``: the time at the right edge."""
    highest_m = (
        max([ceiling_m or 10.0, *(height for line in lines for part in line.parts for _, height in part)]) * 1.08
    )

    def at(t_s: float, height_m: float) -> XY:
        share = t_s / end_s if end_s > 0.0 else 0.0
        return LEFT + (RIGHT - LEFT) * share, BOTTOM - (BOTTOM - TOP) * max(height_m, 0.0) / highest_m

    drawn = _scales(end_s)
    if ceiling_m is not None:
        drawn += _ceiling(at(0.0, ceiling_m)[1], ceiling_m)
    for line in lines:
        y = at(0.0, line.band_m)[1]
        if line.band_m > 0.0:
            band = f"M{LEFT:g} {y:.1f}H{RIGHT:g}"
            drawn.append(element("path", d=band, stroke=line.colour, stroke_opacity=0.15, stroke_width=7.0))
            drawn.append(words(f"{line.band_m:g}", x=LEFT - 4.0, y=y + 3.0, text_anchor="end"))
        drawn.append(_drawn(line, [[at(*spot) for spot in part] for part in line.parts]))
    if not any(line.band_m > 0.0 for line in lines):
        top_m = max((height for line in lines for part in line.parts for _, height in part), default=0.0)
        if round(top_m) > 0:
            drawn.append(words(f"{top_m:.0f}", x=LEFT - 4.0, y=at(0.0, top_m)[1] + 3.0, text_anchor="end"))
    drawn.append(element("path", d=f"M{LEFT:g} {TOP:g}V{BOTTOM:g}", class_="now", stroke="#000"))
    view_box = f"0 0 {WIDTH:g} {HEIGHT:g}"
    return element("svg", group(drawn), class_="profile", viewBox=view_box, font_size=9.0, **attributes)


def _drawn(line: ProfileLine, parts: Sequence[Sequence[XY]]) -> str:
    title = element("title", escaped(shown(line.title)))
    dash = line.dash or "none"
    d = "".join(map(line_path, parts))
    return element("path", title, d=d, fill="none", stroke=line.colour, stroke_width=1.8, stroke_dasharray=dash)


def _ceiling(y: float, ceiling_m: float) -> list[str]:
    label = f"เพดานบิน ceiling {ceiling_m:g} m"
    return [
        element("path", d=f"M{LEFT:g} {y:.1f}H{RIGHT:g}", stroke="#c00000", stroke_dasharray="6 3"),
        words(label, x=RIGHT, y=y - 3.0, text_anchor="end", fill="#c00000"),
    ]


def _scales(end_s: float) -> list[str]:
    marks = [element("path", d=f"M{LEFT:g} {TOP:g}V{BOTTOM:g}H{RIGHT:g}", fill="none", stroke="#222")]
    marks.append(words("0 m", x=LEFT - 4.0, y=BOTTOM + 3.0, text_anchor="end"))
    step_s = next((step for step in _TIME_STEPS_S if end_s / step <= _MOST_TIME_MARKS), end_s / _MOST_TIME_MARKS)
    for count in range(1, _MOST_TIME_MARKS + 1):
        if count * step_s > end_s or end_s <= 0.0:
            break
        x = LEFT + (RIGHT - LEFT) * count * step_s / end_s
        marks.append(element("path", d=f"M{x:.1f} {BOTTOM:g}v4", stroke="#222"))
        marks.append(words(span(count * step_s), x=x, y=BOTTOM + 14.0, text_anchor="middle"))
    return marks
