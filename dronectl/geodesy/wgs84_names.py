"""The names under which WGS 84 goes."""

from __future__ import annotations

import re

_WGS84 = re.compile(r"(.*[:/#])?(CRS:?84H?|WGS ?84|EPSG(:+|/[\d.]+/|.XML#|:[\d.]+:)(4326|4979))", re.IGNORECASE)


def is_wgs84(name: str) -> bool:
    """Whether a name of a coordinate reference system is one of WGS 84 with longitude and latitude."""
    return _WGS84.fullmatch(name.strip()) is not None
