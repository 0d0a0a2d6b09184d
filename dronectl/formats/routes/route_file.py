"""A route of another program by its file's name; only the reader that is needed is imported."""

from __future__ import annotations

from dronectl.formats.routes.route import Route
from dronectl.formats.text.told import Tell
from dronectl.storage.reading import decode

SUFFIXES = (".kmz", ".wpml", ".csv", ".gpx", ".kml")


def read_route(data: bytes, suffix: str, *, source: str, tell: Tell) -> Route:
    """The route of a file's bytes; ``suffix`` is one of :data:`SUFFIXES`, in small letters.

    Raises:
        InputError: it cannot be read.
    """
    match suffix:
        case ".gpx":
            from dronectl.formats.routes.gpx import gpx_route

            return gpx_route(data, source=source, tell=tell)
        case ".kml":
            from dronectl.formats.routes.kml_route import read_kml_route

            return read_kml_route(data, source=source, tell=tell)
        case ".csv":
            from dronectl.formats.routes.litchi import read_litchi_csv

            return read_litchi_csv(decode(data, source=source), source=source, tell=tell)
        case _:
            from dronectl.formats.routes.dji import holds_dji_route, read_dji_route

            if suffix == ".kmz" and not holds_dji_route(data, source=source):
                return read_route(data, ".kml", source=source, tell=tell)
            return read_dji_route(data, source=source, tell=tell)
