"""Files of tiles that something is wrong with."""

from __future__ import annotations

import gzip
from pathlib import Path

from pmtiles.tile import Compression, Entry, TileType, deserialize_header, serialize_directory, serialize_header


def with_header(path: Path, to: Path, **changes: object) -> Path:
    """A PMTiles file whose header says other things."""
    data = path.read_bytes()
    header = {**deserialize_header(data[:127]), **changes}
    to.write_bytes(serialize_header(header) + data[127:])
    return to


def directory_bomb(to: Path) -> Path:
    """A PMTiles file whose index unpacks to 64 MB."""
    root = gzip.compress(b"\0" * (1 << 26), 9, mtime=0)
    return _file(to, root, b"")


def tile_bomb(to: Path) -> Path:
    """A PMTiles file whose one tile unpacks to 64 MB."""
    tile = gzip.compress(b"\0" * (1 << 26), 9, mtime=0)
    return _file(to, serialize_directory([Entry(0, 0, len(tile), 1)]), tile)


def endless_directories(to: Path) -> Path:
    """A PMTiles file whose index leads to itself."""
    root = serialize_directory([Entry(0, 0, 0, 0)])
    for _ in range(3):  # its own length stands in it
        root = serialize_directory([Entry(0, 0, len(root), 0)])
    return _file(to, root, b"", leaf_directory_offset=127)


def _file(to: Path, root: bytes, tiles: bytes, **changes: int) -> Path:
    header = {
        "version": 3,
        "root_offset": 127,
        "root_length": len(root),
        "metadata_offset": 127 + len(root),
        "metadata_length": 0,
        "leaf_directory_offset": 127 + len(root),
        "leaf_directory_length": 0,
        "tile_data_offset": 127 + len(root),
        "tile_data_length": len(tiles),
        "addressed_tiles_count": 1,
        "tile_entries_count": 1,
        "tile_contents_count": 1,
        "clustered": True,
        "internal_compression": Compression.GZIP,
        "tile_compression": Compression.GZIP,
        "tile_type": TileType.MVT,
        "min_zoom": 0,
        "max_zoom": 0,
        "min_lon_e7": -1800000000,
        "min_lat_e7": -850000000,
        "max_lon_e7": 1800000000,
        "max_lat_e7": 850000000,
        "center_zoom": 0,
        "center_lon_e7": 0,
        "center_lat_e7": 0,
        **changes,
    }
    to.write_bytes(serialize_header(header) + root + tiles)
    return to
