"""Mission files as they are read for a site, whose elevation files know what the file may not."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dronectl.formats.missions.qgc_altitude import GroundHeight
    from dronectl.formats.missions.qgc_plan import QgcPlan
    from dronectl.model.site import Site


def read_for_site(path: Path, site: Site) -> QgcPlan:
    """What a mission file holds; heights above ground that it lacks are those of the site's elevation files.

    Raises:
        InputError: an unknown suffix, a file that cannot be read, or a height that nobody knows.
    """
    from dronectl.formats.missions.mission_file import read_mission_file

    return read_mission_file(path, ground=_ground_of(site))


def _ground_of(site: Site) -> GroundHeight | None:
    """None for a site that is only said to be flat: who asks for a height above ground does not think so."""
    terrain = site.terrain
    if terrain is None:
        return None

    def height_m(lat_deg: float, lon_deg: float) -> float | None:
        found = float(terrain.heights_m(lat_deg, lon_deg))
        return found if math.isfinite(found) else None

    return height_m
