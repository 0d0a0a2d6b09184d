"""What photographs show of the ground, for exports that draw it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dronectl.model.site import Site
    from dronectl.model.track.footprint import Footprint
    from dronectl.model.track.track import Track

_DRAWN = (".kml", ".kmz")
"""Formats that have room for it."""


def photo_footprints(tracks: Sequence[Track], suffix: str, site: Site | None) -> list[Footprint]:
    """Of every photograph whose camera the workspace knows. Without any, no geometry engine is loaded."""
    if suffix not in _DRAWN or site is None or not any(track.photographs for track in tracks):
        return []
    from dronectl.analysis.footprints import footprints

    return footprints(tracks, site)
