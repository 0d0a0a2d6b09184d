"""Opens a file of tiles by its suffix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from dronectl.errors import InputError
from dronectl.formats.tiles.geotiff_file import GeotiffFile
from dronectl.formats.tiles.mbtiles_file import MbtilesFile
from dronectl.formats.tiles.pmtiles_file import PmtilesFile
from dronectl.formats.tiles.source import TileSource

_OPENERS: Mapping[str, Callable[..., TileSource]] = {
    ".pmtiles": PmtilesFile,
    ".mbtiles": MbtilesFile,
    ".tif": GeotiffFile,
    ".tiff": GeotiffFile,
}
SUFFIXES = tuple(_OPENERS)


def open_tiles(path: Path, *, shown_as: str) -> TileSource:
    """
    Raises:
        InputError: no such file, another kind of file, damaged, or a package that it needs is not installed.
    """
    opener = _OPENERS.get(path.suffix.lower())
    if opener is None:
        raise InputError(f"{shown_as}: found '{path.suffix}', allowed {', '.join(SUFFIXES)}")
    return opener(path, shown_as=shown_as)
