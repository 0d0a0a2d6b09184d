"""The page's map library, from the package that ships it: served from where it is installed, never copied."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

from dronectl.errors import InputError

_FILES = {"leaflet.js": "text/javascript", "leaflet.css": "text/css"}


def map_library() -> Mapping[str, tuple[bytes, str]]:
    """Path on the server → content and media type of Leaflet's two files.

    Raises:
        InputError: the package is not installed.
    """
    try:
        data = resources.files("xstatic.pkg.leaflet") / "data"
        return {f"/lib/{name}": ((data / name).read_bytes(), kind) for name, kind in _FILES.items()}
    except (ImportError, OSError) as error:
        raise InputError(
            "the page needs the map library Leaflet, which is not installed", hint="pip install 'dronectl[serve]'"
        ) from error
