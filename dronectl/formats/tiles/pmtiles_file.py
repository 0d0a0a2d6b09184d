"""PMTiles, version 3 (github.com/protomaps/PMTiles, spec v3): one file, an index of its tiles within.

Header and directories are read by the format's own package; what they claim is held against the file before.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from pathlib import Path
from typing import Any

from dronectl.errors import InputError
from dronectl.formats.tiles.pictures import picture_type
from dronectl.formats.tiles.source import plain_attribution, sane_bounds
from dronectl.formats.tiles.unpacking import MOST_PACKED_BYTES, gunzipped, is_gzip
from dronectl.model.ground.tiles import MOST_ZOOM, VECTOR, Tile, TileFacts, TileKind
from dronectl.model.text.plain_text import plain
from dronectl.storage.reading import require_file, unreadable

_HEADER_BYTES = 127
_MOST_DIRECTORY_BYTES = 4 << 20
_MOST_DIRECTORIES_KEPT = 64
_DEEPEST = 4
"""Directories below directories, as the format allows."""


class PmtilesFile:
    """An open file.

    Raises:
        InputError: no such file, no PMTiles of version 3, damaged, of a kind of tile or packing that is not read, or
            the package is not installed.
    """

    def __init__(self, path: Path, *, shown_as: str) -> None:
        try:
            from pmtiles import tile as layout
        except ImportError as error:
            raise InputError(
                f"{shown_as}: needs the package pmtiles, which is not installed", hint="pip install 'dronectl[maps]'"
            ) from error
        require_file(path, shown_as=shown_as)
        self._layout, self._name = layout, shown_as
        self._directories: OrderedDict[tuple[int, int], Any] = OrderedDict()
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise unreadable(shown_as, error) from error
        try:
            self._size = self._file.seek(0, 2)
            self._header = self._read_header()
            self.facts = self._read_facts()
            self._directory(self._header["root_offset"], self._header["root_length"])
        except BaseException:
            self._file.close()
            raise

    def tile(self, zoom: int, x: int, y: int) -> Tile | None:
        number = self._layout.zxy_to_tileid(zoom, x, y)
        offset, length = self._header["root_offset"], self._header["root_length"]
        for _ in range(_DEEPEST):
            entry = self._layout.find_tile(self._directory(offset, length), number)
            if entry is None:
                return None
            if entry.run_length:
                return self._unpacked(self._bytes(self._header["tile_data_offset"] + entry.offset, entry.length))
            offset, length = self._header["leaf_directory_offset"] + entry.offset, entry.length
        return None

    def close(self) -> None:
        self._file.close()

    def _read_header(self) -> Any:
        data = self._bytes(0, min(_HEADER_BYTES, self._size))
        if data[:7] != b"PMTiles":
            raise InputError(f"{self._name}: is no PMTiles file: it does not begin as one")
        if len(data) < _HEADER_BYTES:
            raise InputError(f"{self._name}: is cut short: {self._size} bytes")
        if data[7] != 3:
            raise InputError(
                f"{self._name}: PMTiles of version {data[7]}, allowed 3", hint="'pmtiles convert' makes one of it"
            )
        try:
            header = self._layout.deserialize_header(data)
        except ValueError as error:
            raise InputError(f"{self._name}: damaged header: {error}") from error
        packing = self._layout.Compression
        if header["internal_compression"] is not packing.GZIP:
            raise InputError(f"{self._name}: its index is packed otherwise than by gzip")
        if header["tile_compression"] not in (packing.NONE, packing.GZIP, packing.UNKNOWN):
            how = header["tile_compression"].name.lower()
            raise InputError(
                f"{self._name}: its tiles are packed by {how}, allowed gzip or none",
                hint="write them by gzip with the program that made the file",
            )
        return header

    def _read_facts(self) -> TileFacts:
        header, kinds = self._header, self._layout.TileType
        kind = header["tile_type"]
        if kind not in (kinds.MVT, kinds.PNG, kinds.JPEG, kinds.WEBP):
            raise InputError(f"{self._name}: tiles of kind {kind.name.lower()}, allowed mvt, png, jpeg or webp")
        if not 0 <= header["min_zoom"] <= header["max_zoom"] <= MOST_ZOOM:
            raise InputError(f"{self._name}: zooms {header['min_zoom']} to {header['max_zoom']}, allowed 0 to 24")
        said = self._metadata()
        corners = (header[key] / 1e7 for key in ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7"))
        return TileFacts(
            name=plain(str(said.get("name") or self._name), 80),
            kind=TileKind.STREETS if kind is kinds.MVT else TileKind.PICTURE,
            min_zoom=header["min_zoom"],
            max_zoom=header["max_zoom"],
            bounds=sane_bounds(tuple(corners)),
            attribution=plain_attribution(said.get("attribution")),
        )

    def _metadata(self) -> dict[str, Any]:
        length = self._header["metadata_length"]
        if length == 0:
            return {}
        text = gunzipped(self._bytes(self._header["metadata_offset"], length), where=f"{self._name}: metadata")
        try:
            said = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{self._name}: its metadata is no JSON") from error
        return said if isinstance(said, dict) else {}

    def _directory(self, offset: int, length: int) -> Any:
        kept = self._directories.get((offset, length))
        if kept is not None:
            self._directories.move_to_end((offset, length))
            return kept
        data = self._bytes(offset, length)
        gunzipped(data, where=f"{self._name}: index", most_bytes=_MOST_DIRECTORY_BYTES)  # the package has no limit
        try:
            entries = self._layout.deserialize_directory(data)
        except (EOFError, OSError, ValueError, IndexError) as error:
            raise InputError(f"{self._name}: damaged index") from error
        self._directories[offset, length] = entries
        if len(self._directories) > _MOST_DIRECTORIES_KEPT:
            self._directories.popitem(last=False)
        return entries

    def _bytes(self, offset: int, length: int) -> bytes:
        if length > MOST_PACKED_BYTES:
            raise InputError(f"{self._name}: a piece of {length:,} bytes, allowed {MOST_PACKED_BYTES:,}")
        if offset < 0 or length < 0 or offset + length > self._size:
            raise InputError(f"{self._name}: is cut short: {self._size:,} bytes, wanted {offset + length:,}")
        try:
            self._file.seek(offset)
            data = self._file.read(length)
        except OSError as error:
            raise unreadable(self._name, error) from error
        if len(data) != length:
            raise InputError(f"{self._name}: is cut short")
        return data

    def _unpacked(self, data: bytes) -> Tile | None:
        if not data:
            return None
        if is_gzip(data):
            data = gunzipped(data, where=f"{self._name}: a tile")
        if self.facts.kind is TileKind.STREETS:
            return Tile(data, VECTOR)
        return Tile(data, picture_type(data, where=self._name))
