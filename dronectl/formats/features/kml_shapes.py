"""Points, lines and polygons out of anyone's KML or KMZ: Google Earth, QGIS, Mission Planner, our own.

Placemarks are taken wherever they are, each part of a MultiGeometry as a shape of its own, with name, ExtendedData, the
folders that it lies in and the id of its style. Heights, looks, tracks and network links are passed over: nothing is
fetched. The file may come from a stranger, so a document type (the way to entities that grow without end) and absurd
nesting are refused.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from dronectl.errors import InputError
from dronectl.formats.features.shapes import LonLat, Shape, ShapeForm

MOST_PLACES = 500_000
_DEEPEST = 100
_MOST_UNPACKED_BYTES = 64 * 1024 * 1024
_FORMS = {"Point": ShapeForm.POINT, "LineString": ShapeForm.LINE, "Polygon": ShapeForm.POLYGON}
_FOLDERS = ("Document", "Folder")
_LOOSE_COMMA = re.compile(r"\s*,\s*")


def read_kml(data: bytes, *, source: str) -> list[Shape]:
    """The shapes of a KML file, or of the first KML file in a KMZ archive, in the file's order.

    Raises:
        InputError: no XML, no KML, a document type, or coordinates that are none; with the line.
    """
    if data.startswith(b"PK"):
        data = _unpacked(data, source)
    reader = _Reader(source)
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise InputError(
            f"{source}:{error.lineno}:{error.offset + 1}: no XML: {expat.ErrorString(error.code)}"
        ) from error
    except (LookupError, ValueError) as error:  # an encoding that nobody knows
        raise InputError(f"{source}:1: cannot be decoded: {error}") from error
    return reader.shapes


def _unpacked(data: bytes, source: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith(".kml")]
            if not names:
                raise InputError(f"{source}: no .kml file in this archive")
            name = next((name for name in names if name.lower() == "doc.kml"), names[0])
            with archive.open(name) as file:
                unpacked = file.read(_MOST_UNPACKED_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error) as error:
        raise InputError(f"{source}: cannot be unpacked: {error}", hint="save it as .kml") from error
    if len(unpacked) > _MOST_UNPACKED_BYTES:
        raise InputError(f"{source}: unpacks to more than {_MOST_UNPACKED_BYTES // 1024 // 1024} MB")
    return unpacked


@dataclass(slots=True)
class _Mark:
    """A Placemark that is being read."""

    name: str = ""
    style: str = ""
    data: dict[str, object] = field(default_factory=dict)
    shapes: list[tuple[ShapeForm, tuple[tuple[LonLat, ...], ...], int]] = field(default_factory=list)


class _Reader:
    """Expat's handlers; ``path`` holds the local names of the open elements."""

    def __init__(self, source: str) -> None:
        self.shapes: list[Shape] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._source = source
        self._path: list[str] = []
        self._folders: list[str] = []
        """Names of the open documents and folders; an empty one until its name was read."""
        self._mark: _Mark | None = None
        self._key = ""
        self._words: list[str] = []
        self._form: ShapeForm | None = None
        self._form_line = 0
        self._outer: tuple[LonLat, ...] = ()
        self._holes: list[tuple[LonLat, ...]] = []
        self._places = 0

    def _refuse_doctype(self, *_declaration: object) -> NoReturn:
        raise InputError(f"{self._here()}: found a document type, which no KML has", hint="save it again as plain KML")

    def _here(self) -> str:
        return f"{self._source}:{self.parser.CurrentLineNumber}"

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if not self._path and name != "kml":
            raise InputError(f"{self._here()}: found <{name[:40]}>, <kml> is wanted", hint="is it a KML file?")
        if len(self._path) >= _DEEPEST:
            raise InputError(f"{self._here()}: nested more than {_DEEPEST} deep")
        self._path.append(name)
        self._words.clear()
        if name == "Placemark":
            self._mark = _Mark()
        elif name in _FOLDERS:
            self._folders.append("")
        elif name in ("Data", "SimpleData"):
            self._key = attributes.get("name", "")
        elif name in _FORMS and self._mark is not None:
            self._form, self._form_line = _FORMS[name], self.parser.CurrentLineNumber
            self._outer, self._holes = (), []

    def _text(self, text: str) -> None:
        self._words.append(text)

    def _end(self, _tag: str) -> None:
        name = self._path.pop()
        text = "".join(self._words).strip()
        self._words.clear()
        mark = self._mark
        if mark is None:
            self._end_of_folder(name, text)
            return
        parent = self._path[-1]
        if name == "Placemark":
            self._keep(mark)
            self._mark = None
        elif name == "name" and parent == "Placemark":
            mark.name = text
        elif name == "styleUrl" and parent == "Placemark":
            mark.style = text.rpartition("#")[2]
        elif name == "SimpleData" or (name == "value" and parent == "Data"):
            mark.data[self._key] = text
        elif name == "coordinates" and self._form is not None:
            self._read(text, is_hole="innerBoundaryIs" in self._path)
        elif self._form is not None and name == self._form:
            self._finish(mark, self._form)

    def _end_of_folder(self, name: str, text: str) -> None:
        if name in _FOLDERS:
            self._folders.pop()
        elif name == "name" and self._folders and self._path[-1] in _FOLDERS:
            self._folders[-1] = text

    def _read(self, text: str, *, is_hole: bool) -> None:
        places = tuple(self._place(word) for word in _LOOSE_COMMA.sub(",", text).split())
        self._places += len(places)
        if self._places > MOST_PLACES:
            raise InputError(f"{self._here()}: more than {MOST_PLACES} places", hint="simplify the shapes")
        if is_hole:
            self._holes.append(places)
        else:
            self._outer = places

    def _place(self, word: str) -> LonLat:
        numbers = []
        for part in word.split(","):
            try:
                numbers.append(float(part))
            except ValueError:
                numbers.append(math.nan)
        if len(numbers) not in (2, 3) or not all(map(math.isfinite, numbers)):
            raise InputError(
                f"{self._here()}: found {word[:40]!r}, longitude,latitude in degrees is wanted",
                hint="each place is written without spaces, places are parted by spaces",
            )
        return numbers[0], numbers[1]

    def _finish(self, mark: _Mark, form: ShapeForm) -> None:
        if not self._outer:
            raise InputError(f"{self._source}:{self._form_line}: {form} without coordinates")
        parts = (self._outer, *self._holes) if form is ShapeForm.POLYGON else (self._outer,)
        mark.shapes.append((form, parts, self._form_line))
        self._form = None

    def _keep(self, mark: _Mark) -> None:
        folders = tuple(name for name in self._folders if name)
        for form, parts, line in mark.shapes:
            where = f"{self._source}:{line}"
            self.shapes.append(Shape(form, parts, mark.name, mark.data, where, folders, mark.style))
