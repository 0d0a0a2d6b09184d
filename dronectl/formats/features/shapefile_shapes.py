"""Points, lines and polygons out of ESRI Shapefiles: the parts of one, or a zip archive of any number of them.

pyshp reads them; what it stumbles over in a broken file is one line. Coordinates are those of the ``.prj``, by PROJ.
"""

from __future__ import annotations

import io
import itertools
import posixpath
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dronectl.errors import InputError
from dronectl.formats.features.shapes import LonLat, Shape, ShapeForm
from dronectl.formats.text.told import Tell, unheard
from dronectl.formats.text.xml_bytes import encoding_of
from dronectl.model.ground.places import MOST_PLACES, SIMPLIFY, TOO_MANY
from dronectl.model.text.plain_text import plain
from dronectl.storage.archive import Archive

if TYPE_CHECKING:
    import shapefile

PARTS = (".shp", ".dbf", ".shx", ".prj", ".cpg")
"""What is read of a Shapefile: shapes, their table, where they begin, their coordinates, the table's encoding."""

_NAME_KEYS = ("name", "Name", "NAME", "title", "TITLE")
_SAME_DEG = 1e-9
"""Of WGS 84 itself, under whatever name."""
_LOOSE_DEG = 1e-5
"""What 180 may be more in a file that was float32 once."""
_MOST_WORK = 10_000_000
"""Holes times corners of areas: half a minute."""
_NULL, _MULTIPATCH = 0, 31
_THAI_CODE_PAGES = (0x50, 0x7C)
_WESTERN_CODE_PAGES = (0x03, 0x57)
_LENGTH_AT, _HEADER_BYTES, _RECORD_HEAD_BYTES = 24, 100, 8
_CODE_PAGE_AT = 29
"""dBASE's language driver id in the header of a .dbf."""


def read_shapefile_archive(data: bytes, *, source: str, tell: Tell = unheard) -> list[Shape]:
    """The shapes of all Shapefiles in a zip archive; the name of each is the folder of its shapes.

    Raises:
        InputError: no Shapefile in it, or as :func:`read_shapefile`.
    """
    with Archive(data, source=source) as archive:
        names = {name.lower(): name for name in archive.names(*PARTS)}
        stems = [name.removesuffix(".shp") for name in names if name.endswith(".shp")]
        if not stems:
            raise InputError(f"{source}: no .shp file in this archive")
        found = {
            stem: {part: archive.read(names[stem + part]) for part in PARTS if stem + part in names} for stem in stems
        }
        titles = {stem: posixpath.basename(names[f"{stem}.shp"])[: -len(".shp")] for stem in stems}
    shapes: list[Shape] = []
    for stem, parts in found.items():
        where = f"{source}: {names[f'{stem}.shp']}"
        own = read_shapefile(parts, source=where, tell=tell)
        shapes += [replace(shape, folders=(titles[stem],)) for shape in own]
    return shapes


def read_shapefile(parts: Mapping[str, bytes], *, source: str, tell: Tell = unheard) -> list[Shape]:
    """The shapes of one Shapefile in WGS 84, by its parts (of :data:`PARTS`; all but ``.shp`` may be missing).

    Raises:
        InputError: a broken file, too many places, or coordinates of an unknown system.
    """
    notes: list[str] = []
    encoding = _encoding(parts, source, notes.append)
    read, unread = _read_as_it_can_be(parts, encoding, source)
    if unread:
        notes.append(f"{source}: its table (.dbf) cannot be read, so its shapes have no names: {unread}")
    shapes = [
        shape
        for number, (geometry, properties) in enumerate(read)
        for shape in _shapes_of(geometry, properties, f"{source}: shape {number}", tell)
    ]
    shapes = _in_wgs84(shapes, parts.get(".prj"), source, notes.append)
    return [replace(shape, notes=tuple(notes)) for shape in shapes]


class _Broken(Exception):
    """What pyshp stumbles over, whatever it is: the bytes are a stranger's."""


def _read_as_it_can_be(
    parts: Mapping[str, bytes], encoding: str, source: str
) -> tuple[list[tuple[Any, dict[str, object]]], str]:
    """Each shape with its row, and what is wrong with the table if it is: the shapes count. The index may be wrong too.

    Raises:
        InputError: the shapes themselves cannot be read, or are too many.
    """
    first = ""
    for left_out in ((), (".shx",), (".dbf",), (".shx", ".dbf")):
        if not parts.keys() >= set(left_out):
            continue
        try:
            read = _read({part: data for part, data in parts.items() if part not in left_out}, encoding, source)
        except _Broken as error:
            first = first or str(error)
        else:
            return read, first if ".dbf" in left_out else ""
    raise InputError(f"{source}: no Shapefile that can be read: {first}")


def _read(parts: Mapping[str, bytes], encoding: str, source: str) -> list[tuple[Any, dict[str, object]]]:
    """Each shape with its row of the table.

    Raises:
        _Broken: a part is no part of a Shapefile. InputError: too many places.
    """
    import shapefile

    shapefile.VERBOSE = False
    files = {"shp": io.BytesIO(_whole_records(parts[".shp"]))}
    files |= {part[1:]: io.BytesIO(parts[part]) for part in (".dbf", ".shx") if part in parts}
    rows: list[tuple[Any, dict[str, object]]] = []
    places = work = 0
    try:
        with warnings.catch_warnings(action="ignore"):
            reader = shapefile.Reader(encoding=encoding, encodingErrors="replace", **files)
            for geometry, properties in _rows(reader, ".dbf" in parts):
                places += len(geometry.points)
                work += _work_of_holes(geometry)
                if work > _MOST_WORK:
                    raise InputError(f"{source}: too many holes in too many areas", hint="split or simplify the shapes")
                if places > MOST_PLACES:
                    raise InputError(f"{source}: {TOO_MANY}", hint=SIMPLIFY)
                rows.append((geometry, properties))
    except InputError:
        raise
    except Exception as error:
        raise _Broken(plain(str(error), 100)) from error
    return rows


def _work_of_holes(geometry: Any) -> int:
    """How many corners pyshp looks at to find the area that each hole is in: all of all areas for each, at worst."""
    if len(getattr(geometry, "parts", ())) < 3:
        return 0
    points = geometry.points
    rings = [points[start:end] for start, end in itertools.pairwise((*geometry.parts, len(points)))]
    holes = [_doubled_area(ring) > 0.0 for ring in rings]
    if holes.count(False) < 2:
        return 0
    return holes.count(True) * sum(len(ring) for ring, hole in zip(rings, holes, strict=True) if not hole)


def _doubled_area(ring: Sequence[Any]) -> float:
    """Above 0 where its corners run against the clock, as those of a hole do."""
    return float(sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring)))


def _whole_records(data: bytes) -> bytes:
    """Without a few bytes after the last record, too few for another one, which some programs leave there."""
    at = _HEADER_BYTES
    while at + _RECORD_HEAD_BYTES <= len(data):
        at += _RECORD_HEAD_BYTES + 2 * int.from_bytes(data[at + 4 : at + 8], "big")
    if not _HEADER_BYTES < at < len(data):
        return data
    words = (at // 2).to_bytes(4, "big")
    return data[:_LENGTH_AT] + words + data[_LENGTH_AT + 4 : at]


def _rows(reader: shapefile.Reader, has_table: bool) -> Iterator[tuple[Any, dict[str, object]]]:
    if has_table:
        for row in reader.iterShapeRecords():
            yield row.shape, {key: value for key, value in row.record.as_dict().items() if value is not None}
    else:
        for shape in reader.iterShapes():
            yield shape, {}


def _shapes_of(geometry: Any, properties: Mapping[str, object], where: str, tell: Tell) -> Iterator[Shape]:
    if geometry.shapeType in (_NULL, _MULTIPATCH) or not geometry.points:
        tell(f"{where}: {'without coordinates' if geometry.shapeType != _MULTIPATCH else 'a MultiPatch'}")
        return
    try:
        document = geometry.__geo_interface__
    except (ValueError, IndexError) as error:  # a ring that its record gives no places
        raise InputError(f"{where}: is broken: {plain(str(error), 100)}") from error
    kind, coordinates = document["type"], document["coordinates"]
    form = ShapeForm(kind.removeprefix("Multi"))
    name = next((value.strip() for key in _NAME_KEYS if isinstance(value := properties.get(key), str)), "")
    for one in coordinates if kind.startswith("Multi") else [coordinates]:
        match form:
            case ShapeForm.POINT:
                parts: tuple[tuple[LonLat, ...], ...] = (_places([one]),)
            case ShapeForm.LINE:
                parts = (_places(one),)
            case _:
                parts = tuple(_places(ring) for ring in one)
        yield Shape(form, parts, name, properties, where)


def _places(coordinates: Iterable[Any]) -> tuple[LonLat, ...]:
    return tuple((float(place[0]), float(place[1])) for place in coordinates)


def _encoding(parts: Mapping[str, bytes], source: str, tell: Tell) -> str:
    """Of the table's texts: as the ``.cpg`` names it, else the table itself, else UTF-8 if it is that."""
    named = parts.get(".cpg", b"").decode("ascii", "replace").strip()
    if named:
        bare = re.sub(r"^(ansi|oem)?\s*(?=\d+$)", "cp", named, flags=re.IGNORECASE).replace(" ", "-")
        known = encoding_of(bare)
        if known is not None:
            return known
        tell(f"{source}: texts in the unknown encoding {plain(named, 40)}: some letters may be wrong")
    table = parts.get(".dbf", b"")
    code_page = table[_CODE_PAGE_AT] if len(table) > _CODE_PAGE_AT else 0
    if code_page in _THAI_CODE_PAGES:
        return "cp874"
    try:
        table[32:].decode("utf-8")
    except UnicodeDecodeError:
        if code_page not in _WESTERN_CODE_PAGES:
            tell(f"{source}: no .cpg says in which encoding its texts are: some letters may be wrong")
        return "cp1252"
    return "utf-8"


def _in_wgs84(shapes: list[Shape], projection: bytes | None, source: str, tell: Tell) -> list[Shape]:
    places = [place for shape in shapes for part in shape.parts for place in part]
    if not places:
        return shapes
    if projection is None:
        if not all(abs(x) <= 180.0 + _LOOSE_DEG and abs(y) <= 90.0 + _LOOSE_DEG for x, y in places):
            raise InputError(
                f"{source}: no .prj says which coordinates these are, and they are no degrees",
                hint="put the .prj beside the .shp, or transform the file to WGS 84 (EPSG:4326)",
            )
        tell(f"{source}: no .prj says which coordinates these are: taken for degrees of WGS 84")
        return shapes
    from dronectl.geodesy.reference_systems import to_wgs84

    text = projection.decode("utf-8", "replace").removeprefix("\ufeff").strip()
    done = to_wgs84(text, places, where=f"{source}: .prj")
    moved = done.places.tolist()
    pairs = zip(moved, places, strict=True)
    if all(abs(lon - x) < _SAME_DEG and abs(lat - y) < _SAME_DEG for (lon, lat), (x, y) in pairs):
        return shapes
    tell(f"{source}: {done.told(done.title)}")
    rows = iter(moved)
    return [
        replace(
            shape, parts=tuple(tuple((lon, lat) for lon, lat in (next(rows) for _ in part)) for part in shape.parts)
        )
        for shape in shapes
    ]
