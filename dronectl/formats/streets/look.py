"""Colours and widths of streets: by day, by night, printed, and over a picture from the air."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Theme(StrEnum):
    """For which ground they are drawn."""

    LIGHT = "light"
    DARK = "dark"
    OVER = "over"
    """Over a picture from the air: streets alone, which let it through."""


@dataclass(frozen=True, slots=True)
class Look:
    """``fills`` of areas, ``strokes`` of lines; ``casing`` is the edge of roads, None for none;
    ``ink`` of what is written."""

    land: str | None
    fills: Mapping[str, str]
    strokes: Mapping[str, str]
    casing: str | None
    ink: str
    opacity: float = 1.0


LOOKS = {
    Theme.LIGHT: Look(
        land="#f4f1ea",
        fills={
            "farmland": "#eef0da",
            "residential": "#ece7df",
            "industrial": "#e7e2ea",
            "grass": "#dfeccd",
            "wood": "#c5ddb4",
            "park": "#d2e9c3",
            "sand": "#f3e7c6",
            "cemetery": "#d5e0cd",
            "school": "#f2e4ca",
            "hospital": "#f5dede",
            "aeroway": "#dcdbe3",
            "water": "#aed3ea",
            "building": "#dcd3c9",
        },
        strokes={
            "waterway": "#9cc7e2",
            "path": "#b79f86",
            "service": "#ffffff",
            "minor": "#ffffff",
            "tertiary": "#fffdf2",
            "secondary": "#fbedb4",
            "primary": "#f8d795",
            "trunk": "#f1bd84",
            "motorway": "#e9a57a",
            "rail": "#8d8782",
            "boundary": "#a48fb0",
        },
        casing="#bdb3a6",
        ink="#4a443d",
    ),
    Theme.DARK: Look(
        land="#1b2129",
        fills={
            "farmland": "#1f261f",
            "residential": "#20272f",
            "industrial": "#23262f",
            "grass": "#1d2a23",
            "wood": "#1a2c21",
            "park": "#1c3226",
            "sand": "#2d2a20",
            "cemetery": "#1f2d26",
            "school": "#2c2920",
            "hospital": "#332326",
            "aeroway": "#272b35",
            "water": "#14364e",
            "building": "#2b333d",
        },
        strokes={
            "waterway": "#1c4a68",
            "path": "#5a544c",
            "service": "#36404b",
            "minor": "#414d5a",
            "tertiary": "#4a5663",
            "secondary": "#5d5c50",
            "primary": "#6e6850",
            "trunk": "#7b6b4c",
            "motorway": "#876b49",
            "rail": "#59606a",
            "boundary": "#6b5a78",
        },
        casing="#11161c",
        ink="#b9c4cf",
    ),
    Theme.OVER: Look(
        land=None,
        fills={},
        strokes={
            "path": "#fff3d6",
            "service": "#ffffff",
            "minor": "#ffffff",
            "tertiary": "#ffffff",
            "secondary": "#ffeeb0",
            "primary": "#ffe08a",
            "trunk": "#ffcf80",
            "motorway": "#ffbf70",
            "boundary": "#e3c8ff",
        },
        casing=None,
        ink="#ffffff",
        opacity=0.5,
    ),
}

_WIDTHS_AT_16 = {
    "waterway": 4.0,
    "path": 1.3,
    "service": 3.4,
    "minor": 6.5,
    "tertiary": 8.0,
    "secondary": 9.5,
    "primary": 11.0,
    "trunk": 12.0,
    "motorway": 13.0,
    "rail": 2.0,
    "boundary": 1.6,
}
_GROWTH = 1.55
"""How much wider a line is one zoom further in."""
_LEAST, _MOST = 0.6, 40.0

FROM_ZOOM = {"building": 14, "path": 15, "service": 14, "minor": 12, "tertiary": 11, "secondary": 9, "waterway": 10}
"""Below it they are left out, and all else is drawn."""


def width_px(kind: str, zoom: float) -> float:
    """Of a line, in pixels of a tile of 256."""
    return min(max(_WIDTHS_AT_16[kind] * float(_GROWTH ** (zoom - 16.0)), _LEAST), _MOST)
