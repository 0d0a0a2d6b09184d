"""Tracks as GeoParquet 1.1 (geoparquet.org): a row a fix, nothing rounded, what is not known is null.

``geometry`` is a point in WGS 84, longitude first; heights stay in columns that say what they are above. A row group is
a flight, so its statistics tell readers which flights they need not look at.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dronectl.errors import InputError
from dronectl.formats.tracks.columns import numbered, numbers_of
from dronectl.formats.tracks.view import AMSL_DATUM
from dronectl.geodesy.geoid import geoid_words
from dronectl.model.track.track import Track

if TYPE_CHECKING:
    from dronectl.model.ground.terrain import Terrain

_WKB_POINT = np.dtype([("byte_order", "u1"), ("geometry_type", "<u4"), ("x", "<f8"), ("y", "<f8")])
_LITTLE_ENDIAN, _POINT = 1, 1


def need_pyarrow() -> None:
    """Raises:
    InputError: the extra is not installed.
    """
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise InputError("Parquet needs pyarrow", hint="pip install 'dronectl[parquet]'") from error


def to_parquet(tracks: Sequence[Track], *, terrain: Terrain | None = None) -> bytes:
    """The whole file.

    Raises:
        InputError: the extra is not installed.
    """
    need_pyarrow()
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = [_table(pa, flight, track, terrain) for flight, track in numbered(tracks)]
    schema = tables[0].schema.with_metadata({"geo": json.dumps(_geo(tracks)), "amsl_datum": AMSL_DATUM})
    stream = io.BytesIO()
    with pq.ParquetWriter(stream, schema, compression="zstd", version="2.6") as writer:
        for table in tables:
            writer.write_table(table.cast(schema), row_group_size=len(table))
    return stream.getvalue()


def by_date(tracks: Sequence[Track]) -> dict[PurePosixPath, list[Track]]:
    """The tracks by the folder that is theirs in a partitioned data set, as Spark, DuckDB and Arrow read them.

    A flight belongs to the day in UTC on which it began. Nothing else divides them: what a recording gives lies in the
    same places whatever the drones are called, so a second export replaces the first.
    """
    parts: dict[PurePosixPath, list[Track]] = {}
    for track in tracks:
        parts.setdefault(PurePosixPath(f"flight_date={track.start_utc[:10]}"), []).append(track)
    return parts


def _table(pa: Any, flight: int, track: Track, terrain: Terrain | None) -> Any:
    size = len(track)
    columns = {
        "time_utc": pa.array(track.time_utc.astype("datetime64[us]"), pa.timestamp("us", "UTC")),
        "clock": _repeated(pa, track.clock, size),
        "clock_source": _repeated(pa, str(track.timing.source), size),
        "clock_spread_s": pa.repeat(pa.scalar(track.timing.spread_s, pa.float64()), size),
        "clock_corrections": _repeated(pa, "; ".join(track.timing.corrections_words), size),
        "drone": _repeated(pa, track.name, size),
        "system_id": pa.repeat(pa.scalar(track.system_id, pa.int16()), size),
        "flight": pa.repeat(pa.scalar(flight, pa.int32()), size),
        "source": _repeated(pa, str(track.source), size),
        "lat_deg": pa.array(track.lat_deg),
        "lon_deg": pa.array(track.lon_deg),
        "geometry": _points(pa, track.lon_deg, track.lat_deg),
        **{one.name: pa.array(one.values, pa.float64(), from_pandas=True) for one in numbers_of(track, terrain)},
        "mode": pa.array([mode or None for mode in track.mode_column()], pa.string()).dictionary_encode(),
        "geoid": _repeated(pa, geoid_words(track), size),
        "simplified_within_m": pa.repeat(pa.scalar(track.tolerance_m, pa.float64()), size),
        "fixes_left_out_of_flight": pa.repeat(pa.scalar(track.simplified_away, pa.int64()), size),
    }
    return pa.table(columns)


def _repeated(pa: Any, text: str, size: int) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(size, np.int32)), pa.array([text]))


def _points(pa: Any, x: NDArray[np.float64], y: NDArray[np.float64]) -> Any:
    """Well-known binary (OGC 06-103r4, chapter 8), 21 bytes each."""
    points = np.empty(len(x), _WKB_POINT)
    points["byte_order"], points["geometry_type"] = _LITTLE_ENDIAN, _POINT
    points["x"], points["y"] = x, y
    ends = np.arange(len(x) + 1, dtype=np.int32) * np.int32(_WKB_POINT.itemsize)
    return pa.Array.from_buffers(pa.binary(), len(x), [None, pa.py_buffer(ends), pa.py_buffer(points.tobytes())])


def _geo(tracks: Sequence[Track]) -> dict[str, object]:
    """What makes it GeoParquet. Without a ``crs`` the coordinates are OGC:CRS84, WGS 84 with longitude first."""
    edges = [
        min(float(track.lon_deg.min()) for track in tracks),
        min(float(track.lat_deg.min()) for track in tracks),
        max(float(track.lon_deg.max()) for track in tracks),
        max(float(track.lat_deg.max()) for track in tracks),
    ]
    geometry = {"encoding": "WKB", "geometry_types": ["Point"], "bbox": edges}
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": geometry}}
