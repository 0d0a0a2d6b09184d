"""Others' importers read our files, through nobody's code but theirs: MAVSDK our missions, GDAL our tracks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely
from repository import DATA, REPOSITORY
from sample_tracks import make_track

from dronectl.formats.missions.qgc_plan import QgcPlan, write_qgc_plan
from dronectl.formats.missions.wpl import write_wpl
from dronectl.formats.recordings.recording import read_recording
from dronectl.formats.track_export import export
from dronectl.formats.tracks.track_document import TrackDocument
from dronectl.model.geo import GeoPoint
from dronectl.model.plan.mission import Command, Frame, Mission, MissionItem, MissionType
from dronectl.model.track.footprint import Footprint, GroundBy
from dronectl.model.track.photograph import Photograph
from dronectl.model.track.track import EventKind, Track
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
    site = load_site(REPOSITORY)
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


@pytest.fixture(params=["sitl-drone1.tlog", "sitl-drone1.bin"])
def track(request: pytest.FixtureRequest) -> Track:
    (flight,) = read_recording(DATA / request.param, names={1: "อัลฟา"}).tracks
    return flight


def layer(
    suffix: str, tracks: list[Track], folder: Path, name: str | None = None, **more: Any
) -> geopandas.GeoDataFrame:
    """A layer of an exported file as GDAL reads it."""
    path = folder / f"เที่ยวบิน{suffix}"
    path.write_bytes(export(suffix, TrackDocument("t", tracks, **more)))
    return geopandas.read_file(path, layer=name, engine="pyogrio")


def times_ms(column: geopandas.GeoSeries) -> np.ndarray:
    return column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[ms]")


def coordinates(geometry: shapely.Geometry) -> np.ndarray:
    """(n, 3) longitude, latitude, altitude."""
    return shapely.get_coordinates(geometry, include_z=True)


def in_text(track: Track) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes as text keeps them: to 1e-7 degrees."""
    return np.round(track.lon_deg, 7), np.round(track.lat_deg, 7)


def test_gdal_reads_every_fix_of_our_gpx(track: Track, tmp_path: Path) -> None:
    points = layer(".gpx", [track, make_track("bravo")], tmp_path, "track_points")
    assert points.crs.to_epsg() == 4326
    assert points["track_fid"].value_counts().to_dict() == {0: len(track), 1: 3}
    ours = points[points["track_fid"] == 0]
    lon, lat = in_text(track)
    assert ours.geometry.x.tolist() == lon.tolist()
    assert ours.geometry.y.tolist() == lat.tolist()
    assert ours["ele"].to_numpy() == pytest.approx(track.amsl_altitude_m, abs=5.1e-4)
    assert (times_ms(ours["time"]) == track.time_utc.astype("datetime64[ms]")).all()
    assert ours["geoidheight"].between(-28.5, -27.0).all()


def test_gdal_reads_the_lines_of_our_gpx(track: Track, tmp_path: Path) -> None:
    lines = layer(".gpx", [track, make_track("bravo")], tmp_path, "tracks")
    assert lines["name"].tolist() == ["อัลฟา, flight 1", "bravo, flight 1"]
    assert lines.geometry.geom_type.tolist() == ["MultiLineString"] * 2
    assert coordinates(lines.geometry[0])[:, :2].T.tolist() == [column.tolist() for column in in_text(track)]


def test_gdal_reads_our_geojson_with_heights_above_the_ellipsoid(track: Track, tmp_path: Path) -> None:
    flights = layer(".geojson", [track, make_track("bravo")], tmp_path)
    assert flights.crs.to_epsg() == 4979, "WGS 84 in three dimensions"
    assert flights["drone"].tolist() == ["อัลฟา", "bravo"]
    first = flights.iloc[0]
    lon, lat, height_m = coordinates(first.geometry).T
    assert (lon.tolist(), lat.tolist()) == tuple(column.tolist() for column in in_text(track))
    assert height_m.tolist() == list(first["ellipsoid_altitude_m"])
    np.testing.assert_allclose(first["amsl_altitude_m"], track.amsl_altitude_m, atol=5.1e-4)
    np.testing.assert_allclose(first["relative_altitude_m"], track.relative_altitude_m, atol=5.1e-4)
    assert list(first["mode"]) == track.mode_column()
    assert list(first["time_utc"]) == [f"{time}Z" for time in track.time_utc.astype("datetime64[ms]")]
    assert first["start_utc"].isoformat(timespec="milliseconds") == track.start_utc.replace("Z", "+00:00")
    assert first["duration_s"] == pytest.approx(track.duration_s, abs=1e-3)


def test_gdal_reads_both_sides_of_the_antimeridian_in_our_geojson(tmp_path: Path) -> None:
    over = make_track(lon_deg=np.array([179.999, -179.999, -179.998]))
    (line,) = layer(".geojson", [over], tmp_path).geometry
    assert [part.bounds[::2] for part in line.geoms] == [(179.999, 180.0), (-180.0, -179.998)]


needs_libkml = pytest.mark.skipif("LIBKML" not in pyogrio.list_drivers(), reason="this GDAL reads no gx:Track")


@needs_libkml
@pytest.mark.parametrize("suffix", [".kml", ".kmz"])
def test_gdal_reads_our_kml(suffix: str, track: Track, tmp_path: Path) -> None:
    marks = layer(suffix, [track], tmp_path, "อัลฟา")
    assert marks["Name"].tolist() == ["อัลฟา, flight 1", "อัลฟา, flight 1, line"]
    for geometry in marks.geometry:  # gx:Track, and the line for those that do not know it
        lon, lat, height_m = coordinates(geometry).T
        assert (lon.tolist(), lat.tolist()) == tuple(column.tolist() for column in in_text(track))
        assert height_m == pytest.approx(track.amsl_altitude_m, abs=5.1e-4)
    assert times_ms(marks["begin"])[0] == track.time_utc[0].astype("datetime64[ms]")
    assert times_ms(marks["end"])[0] == track.time_utc[-1].astype("datetime64[ms]")
    modes = layer(suffix, [track], tmp_path, "Modes, flight 1")
    told = (EventKind.MODE, EventKind.ARMED, EventKind.DISARMED)
    assert modes["Name"].tolist() == [event.text for event in track.events if event.kind in told]


@needs_libkml
def test_gdal_reads_our_photographs_and_what_they_show(tmp_path: Path) -> None:
    photograph = Photograph(
        np.datetime64("2026-11-23T01:00:00.250", "us"), 7, 16.0541, 103.6523, 175.25, 30.5, 0.0, 0.0, 0.0
    )
    corners = tuple(GeoPoint(lat, lon) for lat, lon in ((16.06, 103.6), (16.05, 103.6), (16.05, 103.7), (16.06, 103.7)))
    shown = Footprint(photograph, corners, 30.5, GroundBy.HOME, 0.0, 0.008, stabilised=True)
    flight = make_track(photographs=(photograph,), events=())
    more = {"footprints": [shown]}
    (area,) = layer(".kml", [flight], tmp_path, "Photo footprints, flight 1", **more).itertuples()
    assert area.Name == "photo 7"
    assert area.timestamp.isoformat() == "2026-11-23T01:00:00.250000+00:00"
    assert coordinates(area.geometry)[:-1, 1::-1].tolist() == [[place.lat_deg, place.lon_deg] for place in corners]
    assert area.geometry.exterior.is_ccw
    (point,) = layer(".kml", [flight], tmp_path, "Photos, flight 1", **more).itertuples()
    assert coordinates(point.geometry).tolist() == [[103.6523, 16.0541, 175.25]]
