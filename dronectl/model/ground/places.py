"""How many places a file of features may have: a province fits, and what would stop a laptop does not."""

from __future__ import annotations

MOST_PLACES = 50_000
TOO_MANY = f"more than {MOST_PLACES} places"
SIMPLIFY = "simplify the shapes, or give fewer of them"


def surely_too_many(geojson: str) -> bool:
    """Whether a GeoJSON text must hold more places than are allowed, without reading it: each has a bracket of its
    own, and there are never more rings and lists around places than places."""
    return geojson.count("[") > 3 * MOST_PLACES
