"""MBTiles, version 1.3 (github.com/mapbox/mbtiles-spec): a SQLite database of tiles.

The file may be anybody's: it is opened to be read alone, nothing in its schema may run functions that write, a query
that goes on and on is ended, and no value is larger than a tile may be.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from dronectl.errors import InputError
from dronectl.formats.tiles.pictures import picture_type
from dronectl.formats.tiles.source import plain_attribution, sane_bounds
from dronectl.formats.tiles.unpacking import MOST_PACKED_BYTES, gunzipped, is_gzip
from dronectl.model.ground.tiles import MOST_ZOOM, VECTOR, Tile, TileFacts, TileKind
from dronectl.model.text.plain_text import plain
from dronectl.storage.reading import require_file

_STEPS = 10_000
_MOST_STEPS = 20_000_000
"""Of SQLite's machine for one question: a tile takes some hundred, a file without an index of its zooms more."""
_KINDS = {
    "pbf": TileKind.STREETS,
    "mvt": TileKind.STREETS,
    "png": TileKind.PICTURE,
    "jpg": TileKind.PICTURE,
    "jpeg": TileKind.PICTURE,
    "webp": TileKind.PICTURE,
}


class MbtilesFile:
    """An open file.

    Raises:
        InputError: no such file, no MBTiles, damaged, or tiles of a kind that is not read.
    """

    def __init__(self, path: Path, *, shown_as: str) -> None:
        require_file(path, shown_as=shown_as)
        self._name, self._left = shown_as, 0
        address = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
        try:
            self._database = sqlite3.connect(address, uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise InputError(f"{shown_as}: cannot be opened: {error}") from error
        try:
            self._database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_PACKED_BYTES)
            self._database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
            self._database.set_progress_handler(self._step, _STEPS)
            self._asked("PRAGMA trusted_schema = 0")
            self.facts = self._read_facts()
        except BaseException:
            self._database.close()
            raise

    def tile(self, zoom: int, x: int, y: int) -> Tile | None:
        rows = self._asked(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
            (zoom, x, (1 << zoom) - 1 - y),
        )
        data = rows[0][0] if rows else None
        if not data:
            return None
        if not isinstance(data, bytes):
            raise InputError(f"{self._name}: a tile holds no bytes")
        if self.facts.kind is TileKind.PICTURE:
            return Tile(data, picture_type(data, where=self._name))
        return Tile(gunzipped(data, where=f"{self._name}: a tile") if is_gzip(data) else data, VECTOR)

    def close(self) -> None:
        self._database.close()

    def _step(self) -> int:
        self._left -= _STEPS
        return int(self._left < 0)

    def _asked(self, question: str, values: tuple[int, ...] = ()) -> list[tuple[object, ...]]:
        self._left = _MOST_STEPS
        try:
            return self._database.execute(question, values).fetchmany(200)
        except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
            raise InputError(f"{self._name}: is no MBTiles file, or a damaged one: {plain(str(error), 120)}") from error

    def _read_facts(self) -> TileFacts:
        said = {str(name): value for name, value in self._asked("SELECT name, value FROM metadata")}
        form = str(said.get("format", "")).lower()
        if form not in _KINDS:
            raise InputError(f"{self._name}: tiles of format {plain(form, 20)!r}, allowed {', '.join(_KINDS)}")
        ((low, high),) = self._asked("SELECT min(zoom_level), max(zoom_level) FROM tiles")
        if low is None:
            raise InputError(f"{self._name}: holds no tiles")
        if not (isinstance(low, int) and isinstance(high, int) and 0 <= low <= high <= MOST_ZOOM):
            raise InputError(f"{self._name}: zooms {plain(str(low), 20)} to {plain(str(high), 20)}, allowed 0 to 24")
        return TileFacts(
            name=plain(str(said.get("name") or self._name), 80),
            kind=_KINDS[form],
            min_zoom=low,
            max_zoom=high,
            bounds=sane_bounds(_numbers(said.get("bounds"))),
            attribution=plain_attribution(said.get("attribution")),
        )


def _numbers(text: object) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in str(text).split(","))
    except ValueError:
        return ()
