"""The elevation files that a workspace names, and whether they fit its ground."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np

from dronectl.errors import InputError
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.terrain import Tile
from dronectl.model.site import Site
from dronectl.site.terrain.geotiff import read_geotiff
from dronectl.site.terrain.srtm import read_hgt
from dronectl.storage.reading import is_out_of, require_file, unreadable

MAX_BYTES = 300_000_000
GEOTIFF_SUFFIXES = (".tif", ".tiff")
LARGEST_DIFFERENCE_M = 30.0
"""Between a file and the site's own elevation at home: more than both may be wrong."""


def read_tile(root: Path, name: str) -> tuple[Tile, bytes]:
    """One file of the workspace, and its bytes.

    Raises:
        InputError: it is none of the workspace, cannot be read, or holds no elevation.
    """
    path = PurePosixPath(name)
    if not name.isprintable():
        raise InputError("found a name with characters that cannot be shown, allowed letters")
    if is_out_of(name):
        raise InputError(f"{name}: found a path out of the workspace, allowed a file in it, as terrain/N16E103.hgt")
    suffix = path.suffix.lower()
    if suffix not in (".hgt", *GEOTIFF_SUFFIXES):
        raise InputError(f"{name}: found '{suffix}', allowed .hgt (SRTM) or .tif (GeoTIFF)")
    data = _bytes(root / path, name)
    if suffix == ".hgt":
        return read_hgt(data, stem=path.stem, source=name), data
    return read_geotiff(data, source=name), data


def terrain_errors(site: Site) -> Iterator[str]:
    """Homes whose ground no file knows: heights would have nothing to stand on."""
    for what, place in _homes(site):
        if site.terrain is not None and not np.isfinite(site.terrain.heights_m(place.lat_deg, place.lon_deg)):
            yield f"dronectl.toml: [terrain]: files: found no height at {what} {place}, allowed files that hold it"


def terrain_warnings(site: Site) -> Iterator[str]:
    """Fences that reach beyond the files, and files that are at odds with the site's elevation."""
    if site.terrain is None:
        return
    for fence in site.zones.fences:
        corners = fence.polygon.exterior
        lat, lon = (np.array(values) for values in zip(*((p.lat_deg, p.lon_deg) for p in corners), strict=True))
        unknown = np.flatnonzero(~np.isfinite(site.terrain.heights_m(lat, lon)))
        if len(unknown):
            yield (
                f"{fence.source}: {fence.id}: {len(unknown)} of {len(corners)} corners lie where [terrain] files know "
                f"no height (first at {corners[int(unknown[0])]}): legs there break the rule 'terrain'"
            )
    at_home_m = float(site.terrain.heights_m(site.home.lat_deg, site.home.lon_deg))
    if abs(at_home_m - site.ground_elevation_m) > LARGEST_DIFFERENCE_M:
        yield (
            f"dronectl.toml: [site]: ground_elevation_m: found {site.ground_elevation_m:g}, the elevation files say "
            f"{at_home_m:.0f} at home; heights above ground are taken from the files, altitudes above the sea from here"
        )


def _homes(site: Site) -> Iterator[tuple[str, GeoPoint]]:
    yield "home", site.home
    for drone in site.drones:
        yield f"the home of {drone.name}", drone.home


def _bytes(path: Path, name: str) -> bytes:
    require_file(path, shown_as=name)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise unreadable(name, error) from error
    if len(data) > MAX_BYTES:
        raise InputError(f"{name}: found more than {MAX_BYTES // 1_000_000} MB, allowed less")
    return data
