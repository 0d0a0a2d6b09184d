"""Points, lines and polygons out of anyone's KML or KMZ: Google Earth, QGIS, Mission Planner, our own.

Placemarks are taken wherever they are, each part of a MultiGeometry as a shape of its own, with name, ExtendedData, the
folders that it lies in, the id of its style, and its heights by their altitudeMode (clamped to the ground they say
nothing). Looks are passed over; tracks, models, overlays and shapes without coordinates too, and they are told. Nothing
is fetched: of network links only those within one archive count, all of whose documents are read. The file may come
from a stranger, so a document type (the way to entities that grow without end) and absurd nesting are refused.
"""

from __future__ import annotations

import math
import posixpath
from collections import Counter
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from dronectl.errors import InputError
from dronectl.formats.features.shapes import HeightsAbove, LonLat, Shape, ShapeForm, ShapeHeights
from dronectl.formats.text.kml_coordinates import coordinate_words
from dronectl.formats.text.kmz import kml_documents
from dronectl.formats.text.told import Tell, unheard
from dronectl.formats.text.xml_bytes import for_expat, parse_whole
from dronectl.model.ground.places import MOST_PLACES, SIMPLIFY, TOO_MANY
from dronectl.storage.archive import Archive, is_archive

_DEEPEST = 100
_FORMS = {
    "Point": ShapeForm.POINT,
    "LineString": ShapeForm.LINE,
    "LinearRing": ShapeForm.POLYGON,
    "Polygon": ShapeForm.POLYGON,
}
_BOUNDARIES = ("outerBoundaryIs", "innerBoundaryIs", "Polygon")
_NOT_TAKEN = ("Track", "MultiTrack", "Model", "GroundOverlay", "PhotoOverlay", "ScreenOverlay")
_OTHER_CONTENT = (".kmz", ".wpml", ".gpx", ".geojson", ".json", ".csv", ".shp", ".zip")
_ABOVE = {
    "absolute": HeightsAbove.SEA,
    "relativeToGround": HeightsAbove.GROUND,
    "relativeToSeaFloor": HeightsAbove.GROUND,  # which is the ground wherever there is no sea
}
_FOLDERS = ("Document", "Folder")


def read_kml(data: bytes, *, source: str, tell: Tell = unheard) -> list[Shape]:
    """The shapes of a KML file, or of all KML files in a KMZ archive (``doc.kml`` first), in the file's order.

    Raises:
        InputError: no XML, no KML, a document type, or coordinates that are none; with the line.
    """
    if is_archive(data):
        return _read_kmz(data, source, tell)
    reader = _read_document(data, source, tell)
    for link in reader.links:
        tell(f"{source}: a network link to {link[:80]}: nothing is fetched")
    return reader.shapes


def _read_kmz(data: bytes, source: str, tell: Tell) -> list[Shape]:
    with Archive(data, source=source) as archive:
        texts = kml_documents(archive, source=source)
        others = archive.names(*_OTHER_CONTENT)
    shapes: list[Shape] = []
    for name, text in texts.items():
        where = source if len(texts) == 1 else f"{source}: {name}"
        reader = _read_document(text, where, tell)
        shapes += reader.shapes
        for link in reader.links:
            if posixpath.normpath(posixpath.join(posixpath.dirname(name), link)) not in texts:
                tell(f"{where}: a network link to {link[:80]}: nothing is fetched")
    for name in others:
        tell(f"{source}: {name}")
    return shapes


def _read_document(data: bytes, source: str, tell: Tell) -> _Reader:
    data, encoding = for_expat(data, source=source)
    reader = _Reader(source, encoding, tell)
    parse_whole(reader.parser, data, source)
    reader.tell_what_was_passed_over()
    return reader


@dataclass(slots=True)
class _Mark:
    """A Placemark that is being read."""

    name: str = ""
    style: str = ""
    data: dict[str, object] = field(default_factory=dict)
    shapes: list[tuple[ShapeForm, tuple[tuple[LonLat, ...], ...], int, ShapeHeights | None]] = field(
        default_factory=list
    )


class _Reader:
    """Expat's handlers; ``path`` holds the local names of the open elements."""

    def __init__(self, source: str, encoding: str | None, tell: Tell) -> None:
        self.shapes: list[Shape] = []
        self.links: list[str] = []
        """What network links lead to."""
        self.parser = expat.ParserCreate(encoding, namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._source = source
        self._tell = tell
        self._passed_over: Counter[str] = Counter()
        self._path: list[str] = []
        self._folders: list[str] = []
        """Names of the open documents and folders; an empty one until its name was read."""
        self._mark: _Mark | None = None
        self._key = ""
        self._words: list[str] = []
        self._form: str | None = None
        """The element of the shape that is being read."""
        self._form_line = 0
        self._outer: tuple[LonLat, ...] = ()
        self._holes: list[tuple[LonLat, ...]] = []
        self._heights_m: list[float] = []
        self._mode, self._extruded = "", False
        self._places = 0

    def tell_what_was_passed_over(self) -> None:
        if self._passed_over:
            kinds = ", ".join(f"{count} {name}" for name, count in self._passed_over.items())
            self._tell(f"{self._source}: {kinds}")

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
        elif name in _NOT_TAKEN and self._path[-2:-1] != ["MultiTrack"]:
            self._passed_over[name] += 1
        elif name in _FORMS and self._mark is not None and self._path[-2] not in _BOUNDARIES:
            self._form, self._form_line = name, self.parser.CurrentLineNumber
            self._outer, self._holes = (), []
            self._heights_m, self._mode, self._extruded = [], "", False

    def _text(self, text: str) -> None:
        self._words.append(text)

    def _end(self, _tag: str) -> None:
        name = self._path.pop()
        text = "".join(self._words).strip()
        self._words.clear()
        if name == "href" and "NetworkLink" in self._path:
            self.links.append(text)
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
            self._finish(mark, name)
        elif self._form is not None and name == "altitudeMode":  # KML's, or Google's for the floor of the sea
            self._mode = text
        elif self._form is not None and name == "extrude":
            self._extruded = text in ("1", "true")

    def _end_of_folder(self, name: str, text: str) -> None:
        if name in _FOLDERS:
            self._folders.pop()
        elif name == "name" and self._folders and self._path[-1] in _FOLDERS:
            self._folders[-1] = text

    def _read(self, text: str, *, is_hole: bool) -> None:
        places = tuple(self._place(word) for word in coordinate_words(text))
        self._places += len(places)
        if self._places > MOST_PLACES:
            raise InputError(f"{self._here()}: {TOO_MANY}", hint=SIMPLIFY)
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
        self._heights_m += numbers[2:]
        return numbers[0], numbers[1]

    def _heights(self) -> ShapeHeights | None:
        """By altitudeMode; without one, and clamped to the ground, heights say nothing."""
        highest_m = max(self._heights_m, default=0.0)
        above = _ABOVE.get(self._mode)
        if above is None or (above is HeightsAbove.GROUND and highest_m <= 0.0):
            return None
        return ShapeHeights(above, min(self._heights_m, default=0.0), highest_m, self._extruded)

    def _finish(self, mark: _Mark, name: str) -> None:
        form = _FORMS[name]
        if self._outer:
            holes = [hole for hole in self._holes if hole]
            mark.shapes.append((form, (self._outer, *holes), self._form_line, self._heights()))
        if not self._outer or not all(self._holes):
            what = f"{name} without coordinates" if not self._outer else f"{name}: a hole without coordinates"
            self._tell(f"{self._source}:{self._form_line}: {what}")
        self._form = None

    def _keep(self, mark: _Mark) -> None:
        folders = tuple(name for name in self._folders if name)
        for form, parts, line, heights in mark.shapes:
            where = f"{self._source}:{line}"
            self.shapes.append(Shape(form, parts, mark.name, mark.data, where, folders, mark.style, heights))
