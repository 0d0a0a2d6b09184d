"""What photographs show of the ground, for exports that draw it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dronectl.model.site import Site
    from dronectl.model.track.footprint import Footprint
    from dronectl.model.track.track import Track

DRAWN = (".kml", ".kmz")
"""Formats that have room for it."""


def photo_footprints(tracks: Sequence[Track], suffix: str, site: Site | None) -> list[Footprint]:
    """Of every shot whose camera the workspace knows. A recording without shots waits for no geometry engine."""
    if suffix not in DRAWN or site is None or not any(track.shots for track in tracks):
        return []
    from dronectl.analysis.footprints import footprints

    return footprints(tracks, site)
