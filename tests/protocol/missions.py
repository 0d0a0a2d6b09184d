"""Missions for the transfer tests."""

from __future__ import annotations

import math

from dronectl.model.plan.mission import Command, Mission, MissionItem, MissionType


def patrol(count: int) -> Mission:
    """Home, take-off, waypoints: ``count`` items."""
    items = [MissionItem(Command.NAV_WAYPOINT, 0, lat_e7=160_538_000, lon_e7=1_036_520_000, altitude_m=148.0)]
    items.append(MissionItem(Command.NAV_TAKEOFF, 3, altitude_m=30.0))
    for index in range(2, count):
        place = (
            160_538_000 + round(30_000 * math.sin(index / 10)),
            1_036_520_000 + round(30_000 * math.cos(index / 10)),
        )
        items.append(
            MissionItem(Command.NAV_WAYPOINT, 3, lat_e7=place[0], lon_e7=place[1], altitude_m=40.0 + index % 7)
        )
    return Mission(tuple(items[:count]))


def fence(vertices: int) -> Mission:
    return Mission(
        tuple(
            MissionItem(
                Command.FENCE_POLYGON_VERTEX_INCLUSION,
                3,
                param1=vertices,
                lat_e7=160_538_000 + round(50_000 * math.sin(2 * math.pi * index / vertices)),
                lon_e7=1_036_520_000 + round(50_000 * math.cos(2 * math.pi * index / vertices)),
            )
            for index in range(vertices)
        ),
        MissionType.FENCE,
    )
