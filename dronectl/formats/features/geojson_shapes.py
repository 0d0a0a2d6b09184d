"""Points, lines and polygons out of anyone's GeoJSON (RFC 7946): features, bare geometries, parts of Multi… ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dronectl.errors import InputError
from dronectl.formats.features.shapes import LonLat, Shape, ShapeForm
from dronectl.formats.text.json_reader import Node, parse

_DEEPEST = 20
_NAME_KEYS = ("name", "Name", "NAME", "title")


def read_geojson_shapes(text: str, *, source: str) -> list[Shape]:
    """The shapes of a file, in its order; a third coordinate is passed over.

    Raises:
        InputError: no JSON, no GeoJSON, or coordinates that are none; with the JSON path.
    """
    root = parse(text, source=source)
    return list(_members(root, {}, 0))


def _members(node: Node, properties: Mapping[str, object], depth: int) -> Iterator[Shape]:
    if depth > _DEEPEST:
        raise InputError(f"{node.where}: nested more than {_DEEPEST} deep")
    kind = node["type"].text()
    match kind:
        case "FeatureCollection":
            for feature in node["features"].elements():
                yield from _members(feature, {}, depth + 1)
        case "Feature":
            own = node.get("properties")
            values = own.value if own is not None and isinstance(own.value, dict) else {}
            geometry = node["geometry"]
            if geometry.value is not None:  # RFC 7946 3.2: a feature without a place
                yield from _members(geometry, values, depth + 1)
        case "GeometryCollection":
            for geometry in node["geometries"].elements():
                yield from _members(geometry, properties, depth + 1)
        case "MultiPoint" | "MultiLineString" | "MultiPolygon":
            form = ShapeForm(kind.removeprefix("Multi"))
            for part in node["coordinates"].elements():
                yield _shape(form, part, properties)
        case _ if kind in tuple(ShapeForm):
            yield _shape(ShapeForm(kind), node["coordinates"], properties)
        case _:
            node["type"].wants("a GeoJSON type")


def _shape(form: ShapeForm, coordinates: Node, properties: Mapping[str, object]) -> Shape:
    match form:
        case ShapeForm.POINT:
            parts: tuple[tuple[LonLat, ...], ...] = ((_place(coordinates),),)
        case ShapeForm.LINE:
            parts = (_line(coordinates),)
        case _:
            parts = tuple(_line(ring) for ring in coordinates.elements())
    if not parts or not parts[0]:
        coordinates.wants("at least one place")
    name = next((value for key in _NAME_KEYS if isinstance(value := properties.get(key), str)), "")
    return Shape(form, parts, name, properties, coordinates.where)


def _line(node: Node) -> tuple[LonLat, ...]:
    return tuple(_place(place) for place in node.elements())


def _place(node: Node) -> LonLat:
    numbers = node.elements()
    if len(numbers) < 2:
        node.wants("[longitude, latitude]")
    return numbers[0].number(), numbers[1].number()
