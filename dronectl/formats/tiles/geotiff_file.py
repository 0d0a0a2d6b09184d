"""A GeoTIFF (OGC 19-008r4) as tiles: an orthophoto of any coordinate system, cut and turned as it is asked for.

Only the parts of the file that a tile needs are read and unpacked, from the overview that suits it; the last ones are
kept. Memory is bounded whatever the picture's size is.
"""

from __future__ import annotations

import logging
import math
import struct
import zlib
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dronectl.errors import InputError
from dronectl.formats.tiles.georeference import Georeference, read_georeference
from dronectl.formats.tiles.source import plain_attribution, sane_bounds
from dronectl.geodesy.reference_systems import Projector
from dronectl.geodesy.web_mercator import lon_lat_of, zoom_for
from dronectl.model.ground.tiles import MOST_ZOOM, Tile, TileFacts, TileKind
from dronectl.model.text.plain_text import plain
from dronectl.storage.reading import require_file

Pixels = npt.NDArray[np.uint8]

TILE_PX = 256
MOST_PART_PIXELS = 16 << 20
"""Of a strip or tile of the file: it is unpacked whole."""
MOST_WINDOW_PX = 2800
"""Along a side, of what one tile is made of: a file without overviews is not shown from farther away."""
MOST_KEPT_BYTES = 96 << 20
_MOST_PAGES = 24
_GRID = 17
"""Places along a side of a tile that are projected; those between lie on straight lines."""
_COPYRIGHT = 33432
_FAULTS = (ValueError, KeyError, IndexError, TypeError, RuntimeError, OSError, struct.error, zlib.error)


class GeotiffFile:
    """An open file.

    Raises:
        InputError: no such file, no GeoTIFF of a picture, a coordinate system that nobody knows, damaged, or the
            packages are not installed.
    """

    def __init__(self, path: Path, *, shown_as: str) -> None:
        try:
            import imagecodecs
            import tifffile
        except ImportError as error:
            raise InputError(
                f"{shown_as}: a GeoTIFF needs the packages tifffile and imagecodecs, which are not installed",
                hint="pip install 'dronectl[terrain]'",
            ) from error
        require_file(path, shown_as=shown_as)
        logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # a damaged file is told once, by the errors below
        self._codecs, self._name = imagecodecs, shown_as
        self._parts: OrderedDict[tuple[int, int], Pixels | None] = OrderedDict()
        self._parts_bytes = 0
        try:
            self._file = tifffile.TiffFile(path)
        except (*_FAULTS, MemoryError, AttributeError, ArithmeticError) as error:
            raise InputError(f"{shown_as}: is no TIFF file, or a damaged one") from error
        try:
            self._read()
        except InputError:
            self._file.close()
            raise
        except (*_FAULTS, MemoryError, AttributeError, ArithmeticError) as error:
            self._file.close()
            raise InputError(f"{shown_as}: cannot be read as a GeoTIFF: it is damaged") from error

    def tile(self, zoom: int, x: int, y: int) -> Tile | None:
        try:
            cut = self._cut(zoom, x, y)
        except (*_FAULTS, MemoryError, AttributeError, ArithmeticError) as error:
            reason = plain(" ".join(str(error).split()), 100)
            raise InputError(f"{self._name}: a part of it cannot be read: {reason}") from error
        if cut is None or not cut[..., 3].any():
            return None
        if cut[..., 3].all():
            return Tile(bytes(self._codecs.jpeg_encode(np.ascontiguousarray(cut[..., :3]), level=85)), "image/jpeg")
        return Tile(bytes(self._codecs.png_encode(cut)), "image/png")

    def close(self) -> None:
        self._file.close()

    # Opening

    def _read(self) -> None:
        pages: list[Any] = []
        for number, page in enumerate(self._file.pages):
            if number >= _MOST_PAGES:
                break
            pages.append(page)
        first = pages[0]
        self._require_picture(first)
        tags = {tag.code: tag.value for tag in first.tags.values()}
        self._place: Georeference = read_georeference(tags, source=self._name)
        self._to_system = Projector(self._place.system, where=self._name)
        high, wide = first.imagelength, first.imagewidth
        self._levels = [
            (page, wide / page.imagewidth, high / page.imagelength)
            for page in pages
            if page is first or (page.is_reduced and self._is_alike(page, first))
        ]
        self._levels.sort(key=lambda level: level[1])
        self._no_data = _number(tags.get(42113))
        west, south, east, north = self._bounds(wide, high)
        middle_lat = (south + north) / 2
        metres = (east - west) * 111_320.0 * math.cos(math.radians(middle_lat)) / wide
        most = min(max(math.ceil(zoom_for(metres, middle_lat)), 0), 22)
        steps_out = math.floor(math.log2(self._levels[-1][1] * MOST_WINDOW_PX / (2 * TILE_PX)))
        self.facts = TileFacts(
            name=plain(Path(self._name).name, 80),
            kind=TileKind.PICTURE,
            min_zoom=max(most - max(steps_out, 0), 0),
            max_zoom=min(most, MOST_ZOOM),
            bounds=sane_bounds((west, south, east, north)),
            attribution=plain_attribution(tags.get(_COPYRIGHT)),
        )

    def _require_picture(self, page: Any) -> None:
        bands = page.samplesperpixel
        if bands not in (1, 3, 4) or page.dtype is None or page.dtype.kind != "u" or page.dtype.itemsize > 2:
            kind = "unknown" if page.dtype is None else page.dtype
            raise InputError(f"{self._name}: {bands} bands of {kind}, allowed a picture: 1, 3 or 4 of uint8 or uint16")
        if page.planarconfig != 1 and bands > 1:
            raise InputError(
                f"{self._name}: its bands lie apart, allowed pixel by pixel",
                hint="gdal_translate -co INTERLEAVE=PIXEL -co TILED=YES makes such a file",
            )
        if not page.is_tiled and page.imagelength * page.imagewidth > MOST_PART_PIXELS:
            rows = page.rowsperstrip * page.imagewidth
            if rows > MOST_PART_PIXELS:
                raise InputError(
                    f"{self._name}: strips of {rows:,} pixels, allowed {MOST_PART_PIXELS:,}",
                    hint="gdal_translate -of COG -co COMPRESS=JPEG makes a file of tiles",
                )

    def _is_alike(self, page: Any, first: Any) -> bool:
        return bool(
            page.samplesperpixel == first.samplesperpixel
            and page.dtype == first.dtype
            and page.planarconfig == first.planarconfig
            and 0 < page.imagewidth < first.imagewidth
            and 0 < page.imagelength < first.imagelength
        )

    def _bounds(self, wide: int, high: int) -> tuple[float, float, float, float]:
        edge = np.linspace(0.0, 1.0, 21)
        columns = np.concatenate([edge, edge, np.zeros(21), np.ones(21)]) * wide
        rows = np.concatenate([np.zeros(21), np.ones(21), edge, edge]) * high
        lon, lat = self._to_system.lon_lat(*self._place.at(columns, rows))
        return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())

    # Cutting

    def _cut(self, zoom: int, x: int, y: int) -> Pixels | None:
        """256 by 256 by four, or None where the picture is not, or is shown from too far away."""
        step = np.linspace(0.0, 1.0, _GRID)
        lon, lat = lon_lat_of((x + step[None, :]) / (1 << zoom), (y + step[:, None]) / (1 << zoom))
        columns, rows = self._place.pixel(*self._to_system.of(lon, lat))
        if not (np.isfinite(columns).all() and np.isfinite(rows).all()):
            return None
        columns, rows = _between(columns), _between(rows)
        first = self._levels[0][0]
        if columns.max() < 0 or rows.max() < 0 or columns.min() > first.imagewidth or rows.min() > first.imagelength:
            return None
        a_pixel = max(float(np.abs(np.diff(columns, axis=1)).mean()), float(np.abs(np.diff(rows, axis=0)).mean()))
        number = max(
            index for index, level in enumerate(self._levels) if index == 0 or level[1] <= max(a_pixel, 1.0) * 1.4
        )
        page, across, down = self._levels[number]
        at_x = np.floor(columns / across).astype(np.int64)
        at_y = np.floor(rows / down).astype(np.int64)
        is_in = (at_x >= 0) & (at_y >= 0) & (at_x < page.imagewidth) & (at_y < page.imagelength)
        if not is_in.any():
            return None
        left, right = int(at_x[is_in].min()), int(at_x[is_in].max()) + 1
        top, bottom = int(at_y[is_in].min()), int(at_y[is_in].max()) + 1
        if right - left > MOST_WINDOW_PX or bottom - top > MOST_WINDOW_PX:
            return None
        window = self._window(number, left, top, right, bottom)
        cut = np.zeros((TILE_PX, TILE_PX, 4), np.uint8)
        cut[is_in] = window[at_y[is_in] - top, at_x[is_in] - left]
        return cut

    def _window(self, number: int, left: int, top: int, right: int, bottom: int) -> Pixels:
        page = self._levels[number][0]
        wide = page.tilewidth if page.is_tiled else page.imagewidth
        high = page.tilelength if page.is_tiled else page.rowsperstrip
        across = -(-page.imagewidth // wide)
        window = np.zeros((bottom - top, right - left, 4), np.uint8)
        for row in range(top // high, (bottom - 1) // high + 1):
            for column in range(left // wide, (right - 1) // wide + 1):
                part = self._part(number, row * across + column)
                if part is None:
                    continue
                y0, x0 = row * high, column * wide
                ya, yb = max(top, y0), min(bottom, y0 + part.shape[0])
                xa, xb = max(left, x0), min(right, x0 + part.shape[1])
                if ya < yb and xa < xb:
                    window[ya - top : yb - top, xa - left : xb - left] = part[ya - y0 : yb - y0, xa - x0 : xb - x0]
        return window

    def _part(self, number: int, index: int) -> Pixels | None:
        """One strip or tile of the file, as pixels of red, green, blue and how opaque it is."""
        key = (number, index)
        if key in self._parts:
            self._parts.move_to_end(key)
            return self._parts[key]
        part = self._unpacked(self._levels[number][0], index)
        self._parts[key] = part
        self._parts_bytes += 0 if part is None else part.nbytes
        while self._parts_bytes > MOST_KEPT_BYTES and len(self._parts) > 1:
            _, old = self._parts.popitem(last=False)
            self._parts_bytes -= 0 if old is None else old.nbytes
        return part

    def _unpacked(self, page: Any, index: int) -> Pixels | None:
        pixels = page.tilewidth * page.tilelength if page.is_tiled else page.imagewidth * page.rowsperstrip
        if pixels > MOST_PART_PIXELS and page.imagewidth * page.imagelength > MOST_PART_PIXELS:
            raise ValueError(f"a part of {pixels:,} pixels")
        count = page.databytecounts[index]
        if count == 0:
            return None
        if count > 5 * MOST_PART_PIXELS:
            raise ValueError(f"a part of {count:,} bytes")
        handle = self._file.filehandle
        handle.seek(page.dataoffsets[index])
        packed = handle.read(count)  # before the page is asked how to unpack it, which reads elsewhere
        values, _, shape = page.decode(packed, index, jpegtables=page.jpegtables, jpegheader=page.jpegheader)
        if values is None:
            return None
        values = np.asarray(values)[0, : shape[1], : shape[2]]
        return self._as_colours(page, values)

    def _as_colours(self, page: Any, values: Any) -> Pixels:
        if values.dtype == np.uint16:
            values = (values >> 8).astype(np.uint8)
        colours = np.empty((*values.shape[:2], 4), np.uint8)
        colours[..., 3] = 255
        if self._no_data is not None:
            colours[..., 3][(values[..., :3] == self._no_data).all(axis=-1)] = 0
        if values.shape[-1] == 1 and page.colormap is not None:
            colours[..., :3] = (page.colormap[:, values[..., 0]] >> 8).transpose(1, 2, 0)
        elif values.shape[-1] == 1:
            colours[..., :3] = values
        else:
            colours[..., :3] = values[..., :3]
            if values.shape[-1] == 4:
                colours[..., 3] = values[..., 3]
        return colours


def _between(grid: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The middles of a tile's pixels between the places of a grid."""
    at = (np.arange(TILE_PX) + 0.5) / TILE_PX * (_GRID - 1)
    low = np.minimum(at.astype(np.int64), _GRID - 2)
    share = at - low
    rows = grid[low] * (1 - share)[:, None] + grid[low + 1] * share[:, None]
    filled: npt.NDArray[np.float64] = rows[:, low] * (1 - share) + rows[:, low + 1] * share
    return filled


def _number(text: object) -> float | None:
    try:
        return float(str(text).strip("\0 "))
    except ValueError:
        return None
