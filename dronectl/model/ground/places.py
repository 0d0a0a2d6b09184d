"""How many places a file of features may have: a country's no-fly zones can be read, and what stops a laptop cannot."""

from __future__ import annotations

MOST_PLACES = 200_000
"""In a file that shapes are taken out of."""
MOST_OF_A_SITE = 50_000
"""In a file of geofences/: each corner is measured against everything else at every command."""
TOO_MANY = f"more than {MOST_PLACES} places"
TOO_MANY_OF_A_SITE = f"more than {MOST_OF_A_SITE} places"
SIMPLIFY = "simplify the shapes, or give fewer of them"


def surely_more(geojson: str, most: int) -> bool:
    """Whether a GeoJSON text must hold more places than that, without reading it: each has a bracket of its own, and
    there are never more than two rings and lists around places for one."""
    return geojson.count("[") > 3 * most
