"""A line drawn in Google Earth or QGIS as a route: its heights by altitudeMode.

``absolute`` is above the sea, ``relativeToGround`` above the ground below; over land so is ``relativeToSeaFloor``.
A line that is clamped to the ground, as all are without altitudeMode, has no heights to fly at.
"""

from __future__ import annotations

from collections.abc import Iterator

from dronectl.errors import InputError
from dronectl.formats.routes.route import MOST_PLACES, HeightAbove, Route, RoutePoint
from dronectl.formats.text.kml_coordinates import coordinate_words
from dronectl.formats.text.kmz import kml_documents
from dronectl.formats.text.told import Tell, unheard
from dronectl.formats.text.xml_tree import Element, number_of, read_xml
from dronectl.model.geo import GeoPoint
from dronectl.storage.archive import Archive, is_archive

_ABOVE = {
    "absolute": HeightAbove.SEA,
    "relativeToGround": HeightAbove.GROUND,
    "relativeToSeaFloor": HeightAbove.GROUND,
}
_CLAMPED = ("", "clampToGround", "clampToSeaFloor")


def read_kml_route(data: bytes, *, source: str, tell: Tell = unheard) -> Route:
    """The first line of a KML file, or of a KMZ archive's documents; the others are told.

    Raises:
        InputError: no KML, no line in it, an unknown altitudeMode, or a place that is none; with the line.
    """
    lines = []
    for where, document in _documents(data, source).items():
        for name, found in _lines(read_xml(document, source=where, root=("kml",)), ""):
            if found.words("coordinates"):
                lines.append((name, found))
            else:
                tell(f"{found.where}: LineString without coordinates")
    if not lines:
        raise InputError(f"{source}: no line in it that could be a route", hint="shapes are taken by 'zones import'")
    (_, line), *others = lines
    for name, other in others:
        tell(f"{other.where}: passed over: the line '{name}'; one is taken of a file")
    mode = line.words("altitudeMode")
    if mode not in _ABOVE and mode not in _CLAMPED:
        raise InputError(
            f"{line.where}: altitudeMode is {mode[:40]!r}: {', '.join((*_ABOVE, *_CLAMPED[1:]))} are known"
        )
    return Route(tuple(_points(line, _ABOVE.get(mode))))


def _documents(data: bytes, source: str) -> dict[str, bytes]:
    """By what messages call them."""
    if not is_archive(data):
        return {source: data}
    with Archive(data, source=source) as archive:
        documents = kml_documents(archive, source=source)
    return {source if len(documents) == 1 else f"{source}: {name}": text for name, text in documents.items()}


def _lines(element: Element, name: str) -> Iterator[tuple[str, Element]]:
    """Each LineString with the name of its Placemark."""
    for child in element.children:
        if child.name == "LineString":
            yield name, child
        else:
            yield from _lines(child, child.words("name") if child.name == "Placemark" else name)


def _points(line: Element, above: HeightAbove | None) -> Iterator[RoutePoint]:
    coordinates = next(line.all("coordinates"))
    words = coordinate_words(coordinates.text)
    if len(words) > MOST_PLACES:
        raise InputError(f"{line.where}: more than {MOST_PLACES} places")
    for word in words:
        numbers = [number_of(part, coordinates.where, "coordinates") for part in word.split(",")]
        if len(numbers) not in (2, 3):
            raise InputError(f"{coordinates.where}: found {word[:40]!r}, longitude,latitude,altitude is wanted")
        try:
            place = GeoPoint(numbers[1], numbers[0])
        except ValueError as error:
            raise InputError(f"{coordinates.where}: {error}") from error
        if above is None or len(numbers) < 3:
            yield RoutePoint(place, None)
        else:
            yield RoutePoint(place, numbers[2], above)
