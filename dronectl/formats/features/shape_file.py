"""A file of shapes on the ground by its name: what it holds, and a line for each thing that was passed over."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dronectl.errors import InputError
from dronectl.formats.features.shapes import Shape
from dronectl.formats.text.told import Tell
from dronectl.model.ground.places import MOST_PLACES, SIMPLIFY, TOO_MANY
from dronectl.storage.archive import Archive, is_archive
from dronectl.storage.reading import decode, read_bytes

SUFFIXES = (".kml", ".kmz", ".geojson", ".json", ".poly", ".gpx", ".zip", ".shp")


@dataclass(frozen=True, slots=True)
class ShapeFile:
    shapes: list[Shape]
    passed_over: list[str]
    """A line for each thing in the file that is none of the shapes."""


def read_shape_file(path: Path) -> ShapeFile:
    """The shapes of a file of any of :data:`SUFFIXES`; of a ``.shp`` with the parts beside it.

    Raises:
        InputError: an unknown suffix, or a file that cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{path}: cannot read '{path.suffix}' files", hint=f"readable: {', '.join(SUFFIXES)}")
    passed_over: list[str] = []
    tell = passed_over.append
    shapes = _read_parts(path, tell) if suffix == ".shp" else _read(path, suffix, tell)
    if sum(len(part) for shape in shapes for part in shape.parts) > MOST_PLACES:
        raise InputError(f"{path}: {TOO_MANY}", hint=SIMPLIFY)
    return ShapeFile(shapes, passed_over)


def _read(path: Path, suffix: str, tell: Tell) -> list[Shape]:
    """Only the reader that is needed is imported."""
    source, data = str(path), read_bytes(path)
    match suffix:
        case ".kml" | ".kmz":
            from dronectl.formats.features.kml_shapes import read_kml

            return read_kml(data, source=source, tell=tell)
        case ".gpx":
            from dronectl.formats.features.gpx_shapes import read_gpx_shapes

            return read_gpx_shapes(data, source=source, tell=tell)
        case ".zip":
            return _read_archive(data, source, tell)
        case ".poly":
            from dronectl.formats.features.poly_shape import read_poly

            return [read_poly(decode(data, source=source), source=source)]
        case _:
            from dronectl.formats.features.geojson_shapes import read_geojson_shapes

            return read_geojson_shapes(decode(data, source=source), source=source, tell=tell)


def _read_archive(data: bytes, source: str, tell: Tell) -> list[Shape]:
    """A Shapefile, else KML."""
    with Archive(data, source=source) as archive:
        if not archive.names(".shp", ".kml"):
            raise InputError(f"{source}: no .shp and no .kml file in this archive")
        is_kml = not archive.names(".shp")
    if is_kml:
        from dronectl.formats.features.kml_shapes import read_kml

        return read_kml(data, source=source, tell=tell)
    from dronectl.formats.features.shapefile_shapes import read_shapefile_archive

    return read_shapefile_archive(data, source=source, tell=tell)


def _read_parts(path: Path, tell: Tell) -> list[Shape]:
    from dronectl.formats.features.shapefile_shapes import PARTS, read_shapefile

    data = read_bytes(path)
    if is_archive(data):
        return _read_archive(data, str(path), tell)
    parts = {".shp": data}
    for suffix in PARTS[1:]:
        beside = next(
            (one for one in (path.with_suffix(suffix), path.with_suffix(suffix.upper())) if one.exists()), None
        )
        if beside is not None:
            parts[suffix] = read_bytes(beside)
    return read_shapefile(parts, source=str(path), tell=tell)
