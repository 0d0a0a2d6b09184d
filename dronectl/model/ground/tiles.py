"""Maps cut into tiles: what lies below a site on its maps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_ZOOM = 24


class TileKind(StrEnum):
    """What a file's tiles are."""

    STREETS = "streets"
    """Vector tiles (MVT): lines and areas that are drawn by whoever shows them."""
    PICTURE = "picture"
    """Pictures: PNG, JPEG or WebP."""


@dataclass(frozen=True, slots=True)
class TileFacts:
    """What a file of tiles says of itself. ``bounds``: west, south, east, north in degrees."""

    name: str
    kind: TileKind
    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float]
    attribution: str
    """Whose data it is, to be shown wherever it is drawn; plain text."""


@dataclass(frozen=True, slots=True)
class MapSettings:
    """What lies below a site's maps. ``files`` in the workspace, bottom to top; ``attribution``: said beside them."""

    files: tuple[str, ...] = ()
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """Content of one tile, unpacked. ``media_type`` of a vector tile: :data:`VECTOR`."""

    data: bytes
    media_type: str


VECTOR = "application/vnd.mapbox-vector-tile"
