"""MAVSDK's own importers read our files: the same items, through nobody's code but theirs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dronectl.formats.qgc_plan import QgcPlan, write_qgc_plan
from dronectl.formats.wpl import write_wpl
from dronectl.model.mission import Command, Frame, Mission, MissionItem, MissionType
from dronectl.planning.build import build_plan
from dronectl.site.workspace import load_site

HOME = MissionItem(Command.NAV_WAYPOINT, Frame.GLOBAL, lat_e7=160530600, lon_e7=1036511100, altitude_m=145.0)
MISSION = Mission(
    (
        HOME,
        MissionItem(Command.NAV_TAKEOFF, lat_e7=160530600, lon_e7=1036511100, altitude_m=30.0),
        MissionItem(Command.DO_CHANGE_SPEED, Frame.GLOBAL, 1.0, 7.5),
        MissionItem(Command.NAV_WAYPOINT, lat_e7=160540001, lon_e7=1036520009, altitude_m=30.12),
        MissionItem(Command.DO_SET_ROI, lat_e7=160545678, lon_e7=1036523456, altitude_m=0.0),
        MissionItem(Command.DO_SET_CAM_TRIGG_DIST, Frame.GLOBAL, 28.75),
        MissionItem(
            Command.NAV_LOITER_TIME, param1=45.0, param3=1.0, lat_e7=160541111, lon_e7=1036521111, altitude_m=31
        ),
        MissionItem(Command.NAV_RETURN_TO_LAUNCH, Frame.GLOBAL),
    )
)
FENCE = Mission(
    tuple(
        MissionItem(command, param1=param1, lat_e7=lat, lon_e7=1036000000 + index)
        for command, param1, lats in (
            (Command.FENCE_POLYGON_VERTEX_INCLUSION, 4.0, (160000000, 160500000, 160900000, 161000000)),
            (Command.FENCE_POLYGON_VERTEX_EXCLUSION, 3.0, (160100000, 160200000, 160300000)),
            (Command.FENCE_CIRCLE_EXCLUSION, 35.5, (160400000,)),
        )
        for index, lat in enumerate(lats)
    ),
    MissionType.FENCE,
)
RALLY = Mission(
    (MissionItem(Command.RALLY_POINT, lat_e7=160540000, lon_e7=1036520000, altitude_m=30.0),), MissionType.RALLY
)


@pytest.fixture(scope="module")
def mission_raw() -> Iterator[Any]:
    """MAVSDK with one vehicle that it has only ever heard a heartbeat of; no sockets."""
    from mavsdk import ComponentType, Configuration, Mavsdk
    from mavsdk.plugins.mission_raw.mission_raw import MissionRaw
    from pymavlink.dialects.v20 import ardupilotmega

    mavsdk = Mavsdk(Configuration.create_with_component_type(ComponentType.GROUND_STATION))
    mavsdk.add_any_connection("raw://")
    link = ardupilotmega.MAVLink(None, srcSystem=1, srcComponent=1)
    mavsdk.pass_received_raw_bytes(link.heartbeat_encode(2, 3, 81, 0, 3).pack(link))
    plugin = MissionRaw(mavsdk.first_autopilot(10.0))
    yield plugin
    plugin.destroy()
    mavsdk.destroy()


def fields(item: Any) -> tuple[Any, ...]:
    params = (item.param1, item.param2, item.param3, item.param4)
    return (item.command, *params, item.x, item.y, pytest.approx(item.z, rel=1e-6))


def wanted(item: MissionItem) -> tuple[Any, ...]:
    return (item.command, *item.params, item.lat_e7, item.lon_e7, item.altitude_m)


def test_mavsdk_imports_our_plan_whole(mission_raw: Any) -> None:
    imported = mission_raw.import_qgroundcontrol_mission_from_string(write_qgc_plan(QgcPlan(MISSION, FENCE, RALLY)))
    assert [fields(item) for item in imported.mission_items] == [wanted(item) for item in MISSION.items]
    assert [item.frame for item in imported.mission_items[1:]] == [item.frame for item in MISSION.items[1:]]
    assert [fields(item) for item in imported.geofence_items] == [wanted(item) for item in FENCE.items]
    assert [fields(item) for item in imported.rally_items] == [wanted(item) for item in RALLY.items]


def test_mavsdk_imports_our_waypoints(mission_raw: Any) -> None:
    imported = mission_raw.import_mission_planner_mission_from_string(write_wpl(MISSION))
    items = imported.mission_items
    assert fields(items[0]) == wanted(HOME)
    # For ArduPilot it puts a home of its own before the file's rows; the rows follow unchanged.
    assert [fields(item) for item in items[-len(MISSION) :]] == [wanted(item) for item in MISSION.items]


def test_mavsdk_imports_every_shipped_mission_whole(mission_raw: Any) -> None:
    site = load_site(Path(__file__).parents[3])
    plan = build_plan(site, site.patrols, name="all", created_utc="2026-11-23T00:00:00Z", rounds=0)
    sorties = [(drone, sortie) for drone in plan.drones for sortie in drone.sorties]
    assert len(sorties) > 40
    for drone, sortie in sorties:
        # MAVSDK holds a place as a double and cuts where others round: a last digit may be one less.
        items = [wanted(item) for item in sortie.mission.items]
        text = write_qgc_plan(QgcPlan(sortie.mission, drone.fence, drone.rally))
        imported = mission_raw.import_qgroundcontrol_mission_from_string(text)
        assert len(imported.mission_items) == len(items)
        assert len(imported.geofence_items) == len(drone.fence)
        assert len(imported.rally_items) == len(drone.rally)
        rows = mission_raw.import_mission_planner_mission_from_string(write_wpl(sortie.mission)).mission_items
        for found in (imported.mission_items, rows[-len(items) :]):
            assert [item.command for item in found] == [item[0] for item in items]
            places = [(item.x, item.y, item.z) for item in found]
            assert np.abs(np.array(places) - np.array([item[5:] for item in items])).max() <= 1.001
            assert np.allclose([item.param1 for item in found], [item[1] for item in items], rtol=1e-6)
            assert np.allclose([item.z for item in found], [item[7] for item in items], atol=1e-3)
