"""A vector tile to what is drawn of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dronectl.errors import InputError
from dronectl.formats.streets.schema import kind_of, names_of, rank_of
from dronectl.model.text.plain_text import plain

XY = tuple[float, float]
EXTENT = 4096
"""Units across a tile, whatever the tile's own are."""
MOST_BYTES = 4 << 20
"""Of a tile, unpacked: the largest in use have an eighth of it."""
_LONGEST_NAME = 60
_SHAPES = {
    "Polygon": "area",
    "MultiPolygon": "area",
    "LineString": "line",
    "MultiLineString": "line",
    "Point": "point",
    "MultiPoint": "point",
}


@dataclass(frozen=True, slots=True)
class Street:
    """Anything on the ground. ``parts``: rings, lines or points in units of :data:`EXTENT`, y to the south."""

    kind: str
    parts: tuple[Sequence[Sequence[float]], ...]
    thai: str
    latin: str
    rank: int


def streets_of(data: bytes, *, where: str) -> list[Street]:
    """All that is drawn or named, in the order of the tile.

    Raises:
        InputError: the tile is damaged or too large, or the package that reads it is not installed.
    """
    if len(data) > MOST_BYTES:
        raise InputError(f"{where}: a tile of {len(data):,} bytes, allowed {MOST_BYTES:,}")
    try:
        from google.protobuf.message import DecodeError
        from mapbox_vector_tile import decode
    except ImportError as error:
        raise InputError(
            f"{where}: needs the package mapbox-vector-tile, which is not installed",
            hint="pip install 'dronectl[maps]'",
        ) from error
    try:
        layers = decode(data, default_options={"y_coord_down": True})
        return list(_streets(layers))
    except (DecodeError, ValueError, IndexError, KeyError, TypeError, AssertionError, ArithmeticError) as error:
        raise InputError(f"{where}: a tile is no vector tile, or a damaged one") from error


def _streets(layers: dict[str, Any]) -> Iterator[Street]:
    for name, layer in layers.items():
        scale = EXTENT / layer["extent"]
        for feature in layer["features"]:
            geometry, said = feature["geometry"], feature["properties"]
            shape = _SHAPES[geometry["type"]]
            kind = kind_of(name, said, shape)
            if kind is None:
                continue
            thai, latin = (plain(text, _LONGEST_NAME) for text in names_of(said))
            if shape == "point" and not thai:
                continue
            parts = tuple(_scaled(part, scale) for part in _parts(geometry) if part)
            yield Street(kind, parts, thai, latin, rank_of(kind, said))


def _scaled(part: Sequence[Sequence[float]], scale: float) -> Sequence[Sequence[float]]:
    return part if scale == 1.0 else [(x * scale, y * scale) for x, y in part]


def _parts(geometry: dict[str, Any]) -> Iterator[Sequence[Sequence[float]]]:
    places = geometry["coordinates"]
    match geometry["type"]:
        case "Point":
            yield [places]
        case "MultiPoint" | "LineString":
            yield places
        case "MultiLineString" | "Polygon":
            yield from places
        case _:
            for polygon in places:
                yield from polygon
