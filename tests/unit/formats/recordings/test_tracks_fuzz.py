"""Whatever vehicles send, well-formed but absurd: no exception, only sound tracks, and exports that parse."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

import numpy as np
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from tlog_builder import LogBuilder

from dronectl.errors import InputError
from dronectl.formats.recordings.recording import read_recording
from dronectl.formats.track_export import export
from dronectl.formats.tracks.track_document import TrackDocument
from dronectl.geodesy.columns import path_length_m
from dronectl.model.track.track import PositionSource

u8, u16 = st.integers(0, 255), st.integers(0, 65_535)
u32, u64 = st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1)
i16, i32 = st.integers(-(2**15), 2**15 - 1), st.integers(-(2**31), 2**31 - 1)
systems = st.sampled_from([1, 1, 1, 2])
boot_ms = st.integers(0, 100_000) | u32
time_usec = st.integers(0, 10**8) | st.integers(1_790_000_000_000_000, 1_790_000_100_000_000) | u64
lat, lon = st.integers(-900_000_000, 900_000_000) | i32, st.integers(-1_800_000_000, 1_800_000_000) | i32

messages = st.one_of(
    st.tuples(
        st.just("HEARTBEAT"),
        st.fixed_dictionaries(
            {
                "type": st.just(2) | u8,
                "autopilot": st.just(3) | u8,
                "base_mode": st.sampled_from([0x81, 0x81, 0x01]),
                "custom_mode": st.integers(0, 30) | u32,
                "system_status": u8,
                "mavlink_version": st.just(3),
            }
        ),
    ),
    st.tuples(st.just("SYSTEM_TIME"), st.fixed_dictionaries({"time_unix_usec": time_usec, "time_boot_ms": boot_ms})),
    st.tuples(
        st.just("GLOBAL_POSITION_INT"),
        st.fixed_dictionaries(
            {"time_boot_ms": boot_ms, "lat": lat, "lon": lon, "alt": i32, "relative_alt": i32}
            | {"vx": i16, "vy": i16, "vz": i16, "hdg": u16}
        ),
    ),
    st.tuples(
        st.just("GPS_RAW_INT"),
        st.fixed_dictionaries(
            {"time_usec": time_usec, "fix_type": st.just(3) | u8, "lat": lat, "lon": lon, "alt": i32}
            | {"eph": u16, "epv": u16, "vel": u16, "cog": u16, "satellites_visible": u8}
        ),
    ),
    st.tuples(
        st.just("STATUSTEXT"),
        st.fixed_dictionaries({"severity": u8, "text": st.binary(max_size=50), "id": u16, "chunk_seq": u8}),
    ),
    st.tuples(st.just("MISSION_ITEM_REACHED"), st.fixed_dictionaries({"seq": u16})),
)
jumps_us = st.sampled_from([0, 0, 0, 100_000_000, -60_000_000])


@examples(30)
@given(st.lists(st.tuples(systems, messages, jumps_us), max_size=25), st.sampled_from(PositionSource))
def test_absurd_vehicles(sent: list[tuple[int, tuple[str, dict[str, object]], int]], source: PositionSource) -> None:
    log = LogBuilder().heartbeat(armed=True)
    for system, (name, fields), jump_us in sent:
        log.stamp_us += jump_us
        log.add(name, system=system, **fields)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.tlog"
        path.write_bytes(bytes(log.data))
        try:
            tracks = read_recording(path, source=source).tracks
        except InputError:
            return
    for track in tracks:
        assert (np.abs(track.lat_deg) <= 90).all()
        assert (np.abs(track.lon_deg) <= 180).all()
        assert np.isfinite(track.amsl_altitude_m).all()
        assert path_length_m(track.lat_deg, track.lon_deg) >= 0
        assert track.start_utc[:2] in ("19", "20", "21")
    etree.fromstring(export(".kml", TrackDocument("t", tracks)))
    etree.fromstring(export(".gpx", TrackDocument("t", tracks)))
    features = json.loads(export(".geojson", TrackDocument("t", tracks)))["features"]
    rows = list(csv.reader(io.StringIO(export(".csv", TrackDocument("t", tracks)).decode("utf-8"))))
    assert len(features) == len(tracks)
    assert len(rows) == 1 + sum(map(len, tracks))
