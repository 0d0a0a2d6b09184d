"""GeoParquet, read again by Arrow, DuckDB and GeoPandas."""

from __future__ import annotations

import dataclasses
import io
import json
import sys
from pathlib import Path, PurePosixPath

import duckdb
import geopandas
import numpy as np
import pyarrow.parquet as pq
import pytest
from repository import DATA
from sample_tracks import make_track

from dronectl.errors import InputError
from dronectl.formats.recordings.recording import read_recording
from dronectl.formats.tracks.tracks_csv import CSV_COLUMNS
from dronectl.formats.tracks.tracks_parquet import by_date, to_parquet
from dronectl.model.ground.terrain import Terrain, Tile


@pytest.mark.parametrize("name", ["sitl-drone1.tlog", "sitl-drone1.bin"])
def test_every_value_is_there_to_the_bit(name: str) -> None:
    (track,) = read_recording(DATA / name, names={1: "อัลฟา"}).tracks
    table = pq.read_table(io.BytesIO(to_parquet([track])))
    for column in ("lat_deg", "lon_deg", "amsl_altitude_m", "relative_altitude_m", "ground_speed_m_s", "heading_deg"):
        written = table[column].to_numpy()
        assert written.tobytes() == getattr(track, column).tobytes(), column
    assert (table["time_utc"].to_numpy() == track.time_utc).all()
    assert set(table["drone"].to_pylist()) == {"อัลฟา"}
    assert [mode or "" for mode in table["mode"].to_pylist()] == track.mode_column()


def test_it_has_the_columns_of_csv_the_source_and_the_geometry() -> None:
    names = set(pq.read_schema(io.BytesIO(to_parquet([make_track()]))).names)
    assert names == {*CSV_COLUMNS, "source", "geometry"} - {"amsl_datum"}
    assert pq.read_schema(io.BytesIO(to_parquet([make_track()]))).metadata[b"amsl_datum"] == b"EGM96"


def test_what_is_not_known_is_null_and_counts_in_no_mean() -> None:
    tracks = [make_track("b"), make_track("b", battery_pct=np.array([90.0, np.nan, 80.0]))]
    path = io.BytesIO(to_parquet(tracks))
    table = pq.read_table(path)
    assert table["above_ground_m"].null_count == 6
    assert table["battery_pct"].to_pylist()[3:] == [90.0, None, 80.0]
    assert table["flight"].to_pylist() == [1, 1, 1, 2, 2, 2]


def test_heights_above_the_ground_of_the_workspace() -> None:
    terrain = Terrain((Tile("flat", 16.0, 103.0, 1.0, 1.0, np.full((2, 2), 140.0)),))
    track = make_track()
    table = pq.read_table(io.BytesIO(to_parquet([track], terrain=terrain)))
    assert table["above_ground_m"].to_pylist() == pytest.approx((track.amsl_altitude_m - 140.0).tolist())


def test_geopandas_sees_points_in_wgs_84(tmp_path: Path) -> None:
    track = make_track(lon_deg=np.array([179.9999, -179.9999, -179.9998]))
    path = tmp_path / "ไทย.parquet"
    path.write_bytes(to_parquet([make_track("alpha"), track]))
    frame = geopandas.read_parquet(path)
    assert frame.crs.to_authority() == ("OGC", "CRS84")
    assert frame.geometry.x.tolist() == [*make_track().lon_deg, *track.lon_deg]
    assert frame.geometry.y.tolist() == [*make_track().lat_deg, *track.lat_deg]
    geo = json.loads(pq.read_schema(path).metadata[b"geo"])
    assert geo["columns"]["geometry"]["bbox"] == [-179.9999, 16.0538, 179.9999, 16.05382]


def test_duckdb_asks_it_as_it_is(tmp_path: Path) -> None:
    (track,) = read_recording(DATA / "sitl-drone1.tlog", names={1: "alpha"}).tracks
    path = tmp_path / "t.parquet"
    path.write_bytes(to_parquet([track]))
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        asked = database.execute(
            "SELECT drone, system_id, count(*), max(relative_altitude_m), epoch_us(min(time_utc)) "
            "FROM read_parquet(?) GROUP BY ALL",
            [str(path)],
        )
        told = asked.fetchall()
    first_us = int(track.time_utc[0].astype("datetime64[us]").astype(np.int64))
    assert told == [("alpha", 1, 920, float(track.relative_altitude_m.max()), first_us)]


def test_a_flight_is_a_row_group_and_the_same_flights_are_the_same_bytes() -> None:
    tracks = [make_track("a"), make_track("b")]
    first = to_parquet(tracks)
    assert first == to_parquet(tracks)
    assert pq.ParquetFile(io.BytesIO(first)).num_row_groups == 2


def test_flights_lie_in_the_day_on_which_they_began() -> None:
    late = make_track("a")
    times = np.array(["2026-11-24T23:59:59", "2026-11-25T00:00:01", "2026-11-25T00:00:02"], "datetime64[us]")
    over_midnight = dataclasses.replace(late, time_utc=times)
    parts = by_date([late, over_midnight, over_midnight])
    assert list(parts) == [
        PurePosixPath(f"flight_date={late.start_utc[:10]}"),
        PurePosixPath("flight_date=2026-11-24"),
    ]
    assert [len(part) for part in parts.values()] == [1, 2]


def test_without_the_extra_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(InputError, match="needs pyarrow") as refused:
        to_parquet([make_track()])
    assert refused.value.hint == "pip install 'dronectl[parquet]'"
