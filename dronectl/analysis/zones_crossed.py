"""Which zones a track leads through, as it was flown: also those that it only crossed on its way."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely

from dronectl.model.geo import Ring
from dronectl.model.ground.zone import Zone
from dronectl.model.track.track import Track


def zones_crossed(track: Track, zones: Iterable[Zone]) -> tuple[str, ...]:
    """Ids of the zones that the line through the track's fixes has a place in common with, in the order of ``zones``.

    Degrees are plane coordinates here, counted from each zone: between fixes that are metres apart, and across the
    antimeridian, that is the same answer as on the ellipsoid.
    """
    return tuple(zone.id for zone in zones if _crosses(track, zone))


def _crosses(track: Track, zone: Zone) -> bool:
    origin_deg = zone.polygon.exterior[0].lon_deg
    lon = np.unwrap((track.lon_deg - origin_deg + 180.0) % 360.0 - 180.0, period=360.0)
    places = np.column_stack([lon, track.lat_deg])
    line = shapely.linestrings(places) if len(places) > 1 else shapely.points(places[0])

    def ring(points: Ring) -> list[tuple[float, float]]:
        return [((point.lon_deg - origin_deg + 180.0) % 360.0 - 180.0, point.lat_deg) for point in points]

    polygon = shapely.Polygon(ring(zone.polygon.exterior), [ring(hole) for hole in zone.polygon.holes])
    # A workspace with a fault in a zone still lists what was flown.
    return bool(shapely.intersects(shapely.make_valid(polygon), line))
