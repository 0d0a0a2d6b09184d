"""Streets as SVG: one path for all lines of a kind, so that a town is a few dozen elements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from dronectl.formats.streets.features import Street
from dronectl.formats.streets.look import FROM_ZOOM, LOOKS, Look, Theme, width_px
from dronectl.formats.streets.schema import AREAS, LINES, ROADS

TILE_PX = 256.0
Box = tuple[float, float, float, float]
"""left, top, right, bottom."""
Placed = Callable[[Sequence[float]], tuple[float, float]]
_BEYOND = 24.0
"""Pixels around a tile from which the widest line still reaches into it."""


def tile_svg(streets: Iterable[Street], zoom: int, theme: Theme, part: Box, *, with_land: bool) -> str:
    """A picture of one tile. ``part``: the units that fill it; ``with_land``: on opaque ground."""
    left, top, right, _ = part
    scale = TILE_PX / (right - left)

    def placed(spot: Sequence[float]) -> tuple[float, float]:
        return (spot[0] - left) * scale, (spot[1] - top) * scale

    edge = (-_BEYOND, -_BEYOND, TILE_PX + _BEYOND, TILE_PX + _BEYOND)
    drawn = drawn_streets([(streets, placed)], zoom, theme, edge)
    look = LOOKS[theme]
    if with_land and look.land is not None:
        drawn.insert(0, f'<rect width="256" height="256" fill="{look.land}"/>')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256" viewBox="0 0 256 256" '
        f'fill="none" stroke-linejoin="round" stroke-linecap="round">{"".join(drawn)}</svg>'
    )


def drawn_streets(tiles: Sequence[tuple[Iterable[Street], Placed]], zoom: float, theme: Theme, edge: Box) -> list[str]:
    """The elements of some tiles, from the ground up, as far as they reach into ``edge``, where a pixel of ``zoom`` is
    a unit of the drawing.

    Areas are a path a tile: where tiles overlap, two in one path would cancel each other out.
    """
    look = LOOKS[theme]
    areas: defaultdict[str, list[str]] = defaultdict(list)
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for streets, placed in tiles:
        of_tile: defaultdict[str, list[str]] = defaultdict(list)
        for street in streets:
            if zoom < FROM_ZOOM.get(street.kind, 0):
                continue
            if street.kind in look.fills:
                of_tile[street.kind] += _paths(street, placed, edge, "Z")
            elif street.kind in look.strokes:
                lines[street.kind] += _paths(street, placed, edge, "")
        for kind, paths in of_tile.items():
            if paths:
                areas[kind].append(f'<path d="{"".join(paths)}" fill="{look.fills[kind]}" fill-rule="evenodd"/>')
    return [*(path for kind in AREAS for path in areas[kind]), *_lines(lines, zoom, look)]


def _lines(paths: dict[str, list[str]], zoom: float, look: Look) -> list[str]:
    made: list[str] = []
    there = [kind for kind in LINES if paths[kind]]
    if look.casing is not None:
        made += [
            _stroked(paths[kind], look.casing, width_px(kind, zoom) + 1.6)
            for kind in there
            if kind in ROADS and kind != "path"
        ]
    for kind in there:
        dashes = {"path": "4 4", "boundary": "7 4"}.get(kind, "")
        made.append(_stroked(paths[kind], look.strokes[kind], width_px(kind, zoom), dashes))
    if made and look.opacity < 1.0:
        return [f'<g opacity="{look.opacity}">', *made, "</g>"]
    return made


def _stroked(paths: Sequence[str], colour: str, width: float, dashes: str = "") -> str:
    more = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="{"".join(paths)}" fill="none" stroke="{colour}" stroke-width="{width:.2f}"{more}/>'


def _paths(street: Street, placed: Placed, edge: Box, closed: str) -> list[str]:
    """The ``d`` of each part that reaches into the edge."""
    left, top, right, bottom = edge
    made = []
    for part in street.parts:
        spots = [placed(spot) for spot in part]
        if (
            len(spots) > 1
            and max(x for x, _ in spots) >= left
            and min(x for x, _ in spots) <= right
            and max(y for _, y in spots) >= top
            and min(y for _, y in spots) <= bottom
        ):
            made.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in spots) + closed)
    return made
