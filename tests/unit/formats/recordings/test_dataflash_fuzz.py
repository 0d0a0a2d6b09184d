"""Whatever a DataFlash log holds, well-formed but absurd: no exception, only sound tracks, and exports that parse."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

import numpy as np
from dataflash_builder import GPS_WEEK, DataFlashBuilder
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dronectl.errors import InputError
from dronectl.formats.recordings.recording import read_recording
from dronectl.formats.track_export import export
from dronectl.formats.tracks.track_document import TrackDocument
from dronectl.geodesy.columns import path_length_m
from dronectl.model.track.track import PositionSource

f32 = st.floats(-1e3, 1e3, width=32) | st.floats(width=32)
u8, u16, u32 = st.integers(0, 255), st.integers(0, 65_535), st.integers(0, 2**32 - 1)
time_us = st.integers(0, 300_000_000) | st.integers(0, 2**64 - 1)
lat, lon = st.floats(-90, 90) | st.floats(-214, 214), st.floats(-180, 180) | st.floats(-214, 214)
metres = st.floats(-500, 9_000) | st.floats(-2e7, 2e7)

messages = st.one_of(
    st.tuples(st.just("POS"), time_us, lat, lon, f32, f32, f32),
    st.tuples(
        *(st.just("GPS"), time_us, st.integers(0, 1), st.integers(0, 6) | u8, u32, st.just(GPS_WEEK) | u16, u8),
        *(st.floats(-300, 300), lat, lon, metres, f32, f32, f32, f32, u8),
    ),
    st.tuples(st.just("ARM"), time_us, st.integers(0, 1), u32),
    st.tuples(st.just("MODE"), time_us, u8, u8, u8),
    st.tuples(st.just("ORGN"), time_us, st.integers(0, 2), lat, lon, metres),
    st.tuples(
        st.just("MSG"), time_us, st.text(max_size=12).map(lambda text: text.replace("\n", " ").replace("\r", ""))
    ),
    st.tuples(st.just("PARM"), time_us, st.just("SYSID_THISMAV"), f32, f32),
    st.tuples(st.just("CAM"), time_us, st.integers(0, 1), u16, lat, lon, f32, f32, f32, f32, f32),
    st.tuples(st.just("BAT"), time_us, st.integers(0, 1), u8),
    st.tuples(st.just("GPA"), time_us, st.integers(0, 1), f32),
    st.tuples(st.just("ATT"), time_us, f32),
    st.tuples(st.just("ERR"), time_us, st.just(9) | u8, u8),
)


@examples(30)
@given(st.lists(messages, max_size=30), st.sampled_from(PositionSource), st.sampled_from([".bin", ".log"]))
def test_absurd_logs(written: list[tuple[object, ...]], source: PositionSource, suffix: str) -> None:
    log = DataFlashBuilder().flight(1_000_000, 3)
    log.define(40, "CAM", "QBHLLfffff", "TimeUS,I,Img,Lat,Lng,Alt,RelAlt,R,P,Y").define(
        41, "BAT", "QBB", "TimeUS,I,RemPct"
    )
    log.define(42, "GPA", "QBf", "TimeUS,I,Und").define(43, "ATT", "Qf", "TimeUS,Yaw")
    log.define(44, "ERR", "QBB", "TimeUS,Subsys,ECode")
    for name, *values in written:
        log.add(str(name), *values)
    with tempfile.TemporaryDirectory() as folder:
        try:
            tracks = read_recording(log.save(Path(folder), f"x{suffix}"), source=source).tracks
        except InputError:
            return
    for track in tracks:
        assert (np.abs(track.lat_deg) <= 90).all()
        assert (np.abs(track.lon_deg) <= 180).all()
        assert (np.abs(track.amsl_altitude_m) <= 100_000).all()
        assert not np.isinf(track.relative_altitude_m).any()
        assert path_length_m(track.lat_deg, track.lon_deg) >= 0
        assert track.start_utc[:2] in ("19", "20", "21")
    etree.fromstring(export(".kml", TrackDocument("t", tracks)))
    etree.fromstring(export(".gpx", TrackDocument("t", tracks)))
    features = json.loads(export(".geojson", TrackDocument("t", tracks)))["features"]
    rows = list(csv.reader(io.StringIO(export(".csv", TrackDocument("t", tracks)).decode("utf-8"))))
    assert len(features) == len(tracks)
    assert len(rows) == 1 + sum(map(len, tracks))
    if tracks:
        assert export(".parquet", TrackDocument("t", tracks))
