"""Fences and rally points as the tests upload them."""

from __future__ import annotations

from flying import waypoint
from raw_client import Item

FENCE, RALLY = 1, 2
"""MAV_MISSION_TYPE."""
INCLUSION, EXCLUSION, CIRCLE_INCLUSION, CIRCLE_EXCLUSION, RALLY_POINT = 5001, 5002, 5003, 5004, 5100
MISSION_ACCEPTED, MISSION_ERROR, MISSION_NO_SPACE = 0, 1, 4
FENCE_TYPE_ALTITUDE, FENCE_TYPE_POLYGONS = 1, 4
DO_FENCE_ENABLE = 207
GEOFENCE = 0x100000
"""Bit of SYS_STATUS."""


def polygon(command: int, centre_north_m: float, centre_east_m: float, half_m: float) -> list[Item]:
    """A square as four vertices that each say so."""
    corners = [(-half_m, -half_m), (-half_m, half_m), (half_m, half_m), (half_m, -half_m)]
    return [
        waypoint(centre_north_m + north, centre_east_m + east, 0.0, command=command, p1=4.0) for north, east in corners
    ]


def circle(command: int, north_m: float, east_m: float, radius_m: float) -> list[Item]:
    return [waypoint(north_m, east_m, 0.0, command=command, p1=radius_m)]


AROUND_HOME = polygon(INCLUSION, 0.0, 0.0, 150.0)
