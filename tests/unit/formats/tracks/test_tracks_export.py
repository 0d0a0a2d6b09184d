"""CSV, GeoJSON, GPX and KMZ, each by the rules of its own format."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import numpy as np
import pytest
from kml_checks import K, check
from lxml import etree
from repository import DATA
from sample_tracks import make_plan, make_track, make_zones

from dronectl.formats.recordings.recording import read_recording
from dronectl.formats.track_export import SUFFIXES, export
from dronectl.formats.tracks.track_document import TrackDocument
from dronectl.formats.tracks.tracks_csv import CSV_COLUMNS, to_csv
from dronectl.formats.tracks.tracks_geojson import to_geojson
from dronectl.formats.tracks.tracks_gpx import OWN_NAMESPACE, to_gpx
from dronectl.model.ground.terrain import Terrain, Tile
from dronectl.model.track.clock_facts import ClockFacts, TimeSource
from dronectl.model.track.track import Track

RECORDING = DATA / "sitl-drone1.tlog"
GPX = "{http://www.topografix.com/GPX/1/1}"


def test_csv_has_a_line_a_sample_and_the_exact_numbers() -> None:
    (track,) = read_recording(RECORDING, names={1: "alpha"}).tracks
    rows = list(csv.DictReader(io.StringIO(to_csv([track]).decode("utf-8"))))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert len(rows) == 920
    assert [float(row["lat_deg"]) for row in rows] == track.lat_deg.tolist()
    assert [float(row["amsl_altitude_m"]) for row in rows] == track.amsl_altitude_m.tolist()
    assert rows[0]["time_utc"] == track.start_utc


def test_csv_leaves_the_unknown_empty_and_numbers_flights() -> None:
    unknown = make_track(heading_deg=np.full(3, np.nan))
    rows = list(csv.DictReader(io.StringIO(to_csv([unknown, make_track('b, "c"'), make_track()]).decode("utf-8"))))
    assert rows[0]["heading_deg"] == ""
    assert [row["flight"] for row in rows] == ["1"] * 6 + ["2"] * 3
    assert rows[3]["drone"] == 'b, "c"'


def test_geojson_is_rfc_7946() -> None:
    document = json.loads(to_geojson([make_track(), make_track(relative_altitude_m=np.full(3, np.nan))]))
    assert document["type"] == "FeatureCollection"
    assert "crs" not in document
    first, second = document["features"]
    assert first["geometry"] == {
        "type": "LineString",
        "coordinates": [[103.652, 16.0538, 122.133], [103.65201, 16.05381, 123.133], [103.65202, 16.05382, 124.133]],
    }
    assert first["bbox"] == [103.652, 16.0538, 122.133, 103.65202, 16.05382, 124.133]
    assert len(first["properties"]["time_utc"]) == len(first["properties"]["amsl_altitude_m"]) == 3
    assert second["properties"]["relative_altitude_m"] == [None] * 3
    assert second["properties"]["flight"] == 2


@pytest.mark.parametrize("east", [True, False])
def test_geojson_cuts_at_the_antimeridian(east: bool) -> None:
    lon = np.array([179.999, -179.999, -179.998])
    track = make_track(lon_deg=lon if east else -lon, lat_deg=np.array([1.0, 2.0, 3.0]), geoid_undulation_m=np.zeros(3))
    geometry = json.loads(to_geojson([track]))["features"][0]["geometry"]
    side = 1 if east else -1
    assert geometry["type"] == "MultiLineString"
    assert geometry["coordinates"] == [
        [[side * 179.999, 1.0, 150.0], [side * 180.0, 1.5, 150.5]],
        [[side * -180.0, 1.5, 150.5], [side * -179.999, 2.0, 151.0], [side * -179.998, 3.0, 152.0]],
    ]


def test_geojson_of_one_sample_is_still_a_line() -> None:
    geometry = json.loads(to_geojson([make_track(samples=1)]))["features"][0]["geometry"]
    assert geometry["coordinates"] == [[103.652, 16.0538, 122.133]] * 2


def test_gpx_has_version_creator_and_ordered_elements() -> None:
    track = make_track("<ก>", lon_deg=np.array([179.9, 180.0, -179.9]))
    root = etree.fromstring(to_gpx([track], title="a & b"))
    assert root.tag == f"{GPX}gpx"
    assert (root.get("version"), root.get("creator")) == ("1.1", "dronectl")
    assert [child.tag for child in root] == [f"{GPX}metadata", f"{GPX}trk"]
    points = list(root.iter(f"{GPX}trkpt"))
    assert [[child.tag for child in point] for point in points] == [
        [f"{GPX}ele", f"{GPX}time", f"{GPX}geoidheight", f"{GPX}extensions"]
    ] * 3
    assert [float(point.get("lon") or 0) for point in points] == [179.9, -180.0, -179.9]
    assert points[0].findtext(f"{GPX}time") == "2026-11-23T01:00:00.000Z"
    assert points[1].findtext(f"{GPX}ele") == "151.000"
    assert root.findtext(f"{GPX}trk/{GPX}name") == "<ก>, flight 1"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_the_same_bytes_twice(suffix: str) -> None:
    def make() -> bytes:
        return export(suffix, TrackDocument("t", [make_track()], plan=make_plan(), zones=make_zones()))

    assert make() == make()


def test_kmz_holds_the_kml_and_the_picture_that_it_shows() -> None:
    tracks = [make_track()]
    with zipfile.ZipFile(io.BytesIO(export(".kmz", TrackDocument("t", tracks)))) as archive:
        assert archive.namelist() == ["doc.kml", "legend.png"]
        root = check(archive.read("doc.kml"))
        picture = archive.read("legend.png")
    assert root.findtext(f".//{K}ScreenOverlay/{K}Icon/{K}href") == "legend.png"
    assert picture.startswith(b"\x89PNG")
    assert check(export(".kml", TrackDocument("t", tracks))).find(f".//{K}ScreenOverlay") is None


def test_another_suffix_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\.xlsx"):
        export(".xlsx", TrackDocument("t", [make_track()]))


def known_track() -> Track:
    told = {"battery_pct": np.array([90.0, np.nan, 88.0]), "geoid_undulation_m": np.full(3, -27.86)}
    return make_track(**told)


def test_csv_tells_mode_battery_datum_and_every_altitude() -> None:
    step_deg = 0.1
    tile = Tile("t", 16.0, 103.6, step_deg, step_deg, np.full((2, 2), 140.0))
    rows = list(csv.DictReader(io.StringIO(to_csv([known_track()], terrain=Terrain((tile,))).decode("utf-8"))))
    assert [row["battery_pct"] for row in rows] == ["90", "", "88"]
    assert {row["mode"] for row in rows} == {"AUTO"}
    assert {row["amsl_datum"] for row in rows} == {"EGM96"}
    assert (rows[1]["ellipsoid_altitude_m"], rows[1]["above_ground_m"]) == ("123.140", "11.00")
    assert (rows[1]["geoid"], rows[1]["clock"]) == ("receiver", "UTC")
    silent = make_track(timing=ClockFacts(TimeSource.COMPUTER))
    (first, *_) = csv.DictReader(io.StringIO(to_csv([silent]).decode("utf-8")))
    assert (first["ellipsoid_altitude_m"], first["above_ground_m"]) == ("122.133", "")
    assert (first["geoid"], first["clock"]) == ("EGM96", "of the recording computer")


def test_geojson_tells_what_happened_and_where() -> None:
    (track,) = read_recording(RECORDING, names={1: "alpha"}).tracks
    events = json.loads(to_geojson([track]))["features"][0]["properties"]["events"]
    assert len(events) == len(track.events)
    reached = [event for event in events if event["kind"] == "waypoint"]
    assert [event["text"] for event in reached][:2] == ["waypoint 1", "waypoint 2"]
    at = track.sample_at(np.datetime64(reached[1]["time_utc"].removesuffix("Z"), "us"))
    assert reached[1]["lat_deg"] == pytest.approx(track.lat_deg[at], abs=2e-5)
    assert reached[1]["lon_deg"] == pytest.approx(track.lon_deg[at], abs=2e-5)


def test_the_third_coordinate_of_geojson_is_above_the_ellipsoid() -> None:
    feature = json.loads(to_geojson([known_track()]))["features"][0]
    assert feature["geometry"]["coordinates"][1] == [103.65201, 16.05381, 123.14]
    assert feature["bbox"] == [103.652, 16.0538, 122.14, 103.65202, 16.05382, 124.14]
    assert feature["properties"]["battery_pct"] == [90.0, None, 88.0]
    assert feature["properties"]["mode"] == ["AUTO"] * 3
    assert "EGM96" in feature["properties"]["amsl_datum"]
    over = make_track(lon_deg=np.array([179.999, -179.999, -179.998]), geoid_undulation_m=np.full(3, 20.0))
    first, second = json.loads(to_geojson([over]))["features"][0]["geometry"]["coordinates"]
    assert first[-1][2] == second[0][2] == 170.5


def test_gpx_keeps_to_its_schemas_order_and_names_what_it_adds() -> None:
    root = etree.fromstring(to_gpx([known_track()], title="t"))
    point = root.findall(f".//{GPX}trkpt")[1]
    assert [child.tag for child in point] == [f"{GPX}ele", f"{GPX}time", f"{GPX}geoidheight", f"{GPX}extensions"]
    assert point.findtext(f"{GPX}geoidheight") == "-27.860"
    garmin = "{http://www.garmin.com/xmlschemas/TrackPointExtension/v2}"
    assert point.findtext(f"{GPX}extensions/{garmin}TrackPointExtension/{garmin}speed") == "1.00"
    assert point.findtext(f"{GPX}extensions/{{{OWN_NAMESPACE}}}mode") == "AUTO"
    assert point.find(f"{GPX}extensions/{{{OWN_NAMESPACE}}}battery_pct") is None
    assert "EGM96" in (root.findtext(f"{GPX}metadata/{GPX}desc") or "")
