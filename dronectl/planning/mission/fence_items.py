"""The fence and rally points that a drone carries on board, so that it holds them without a link too."""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.errors import InputError
from dronectl.model.ardupilot.stored_items import canonical_item
from dronectl.model.fleet import Drone
from dronectl.model.geo import Ring
from dronectl.model.ground.zone import RallyPoint
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem, MissionType
from dronectl.model.site import Site

MOST_VERTICES = 255
"""ArduPilot keeps the vertex count of a fence polygon in one byte."""


def fence_mission(site: Site, drone: Drone) -> Mission:
    """Inclusion and exclusions: those that hold at every altitude, as the fence on board knows no floor and ceiling.

    Raises:
        InputError: the drone has no fence, or a polygon has more vertices than ArduPilot keeps.
    """
    fence = site.zones.fence_of(drone.name)
    if fence is None:
        raise InputError(
            f"drone {drone.name} has no fence",
            hint="add a feature of kind 'fence' to geofences/ for it or for the fleet",
        )
    items = _polygon(Command.FENCE_POLYGON_VERTEX_INCLUSION, fence.polygon.exterior, fence.id)
    for hole in fence.polygon.holes:
        items += _polygon(Command.FENCE_POLYGON_VERTEX_EXCLUSION, hole, fence.id)
    for keep_out in site.zones.keep_outs:
        is_full_height = keep_out.ceiling_m is None or keep_out.ceiling_m >= site.rules.ceiling_m
        if is_full_height and keep_out.floor_m <= 0.0:
            items += _polygon(Command.FENCE_POLYGON_VERTEX_EXCLUSION, keep_out.polygon.exterior, keep_out.id)
    for obstacle in site.zones.obstacles:
        if obstacle.height_m >= site.rules.ceiling_m and obstacle.radius_m > 0.0:
            items.append(
                MissionItem(
                    command=Command.FENCE_CIRCLE_EXCLUSION,
                    frame=Frame.GLOBAL_RELATIVE_ALT,
                    param1=obstacle.radius_m,
                    lat_e7=obstacle.position.lat_e7,
                    lon_e7=obstacle.position.lon_e7,
                )
            )
    return Mission(tuple(items), MissionType.FENCE)


def rally_mission(rally_points: Sequence[RallyPoint], rtl_altitude_m: float) -> Mission:
    """Rally points as a drone with this altitude of return carries them.

    A return climbs to the rally point's altitude if that is higher, into another drone's layer: so no point is carried
    with more than that.
    """
    items = (
        MissionItem(
            command=Command.RALLY_POINT,
            frame=Frame.GLOBAL_RELATIVE_ALT,
            lat_e7=rally.position.lat_e7,
            lon_e7=rally.position.lon_e7,
            altitude_m=min(rally.relative_altitude_m, rtl_altitude_m),
        )
        for rally in rally_points
    )
    return Mission(
        tuple(canonical_item(item, seq, MissionType.RALLY) for seq, item in enumerate(items)), MissionType.RALLY
    )


def _polygon(command: Command, ring: Ring, feature_id: str) -> list[MissionItem]:
    if len(ring) > MOST_VERTICES:
        raise InputError(
            f"{feature_id} has {len(ring)} vertices, a fence on board takes {MOST_VERTICES} of one polygon",
            hint="simplify the polygon",
        )
    return [
        MissionItem(
            command=command,
            frame=Frame.GLOBAL_RELATIVE_ALT,
            param1=float(len(ring)),
            lat_e7=point.lat_e7,
            lon_e7=point.lon_e7,
        )
        for point in ring
    ]
