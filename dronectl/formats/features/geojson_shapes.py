"""Points, lines and polygons out of anyone's GeoJSON (RFC 7946): features, bare geometries, parts of Multi… ones.

GeoJSON of 2008 may name another system of coordinates than WGS 84 (``crs``); many programs still write it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dronectl.errors import InputError
from dronectl.formats.features.shapes import LonLat, Shape, ShapeForm
from dronectl.formats.text.json_reader import Node, parse
from dronectl.formats.text.told import Tell, unheard
from dronectl.geodesy.reference_systems import to_wgs84
from dronectl.geodesy.wgs84_names import is_wgs84
from dronectl.model.ground.places import MOST_PLACES, SIMPLIFY, TOO_MANY, surely_more
from dronectl.model.text.plain_text import plain

_DEEPEST = 20
_NAME_KEYS = ("name", "Name", "NAME", "title")


def read_geojson_shapes(text: str, *, source: str, tell: Tell = unheard) -> list[Shape]:
    """The shapes of a file in WGS 84, in its order; a third coordinate is passed over, and geometries without any
    place, which are told.

    Raises:
        InputError: no JSON, no GeoJSON, coordinates that are none or of an unknown system; with the JSON path.
    """
    if surely_more(text, MOST_PLACES):
        raise InputError(f"{source}: {TOO_MANY}", hint=SIMPLIFY)
    root = parse(text, source=source)
    found = [(shape, crs) for shape, crs in _members(root, {}, None, 0, tell) if _has_places(shape, tell)]
    found = [(_without_empty_holes(shape, tell), crs) for shape, crs in found]
    systems = list(dict.fromkeys(crs.name for _, crs in found if crs is not None))
    for name in systems:
        found = _transformed(found, name)
    return [shape for shape, _ in found]


@dataclass(frozen=True, slots=True)
class _Crs:
    name: str
    where: str


def _members(
    node: Node, properties: Mapping[str, object], crs: _Crs | None, depth: int, tell: Tell
) -> Iterator[tuple[Shape, _Crs | None]]:
    """Each shape with the system of its coordinates: the one that is named nearest around it; None: WGS 84."""
    if depth > _DEEPEST:
        raise InputError(f"{node.where}: nested more than {_DEEPEST} deep")
    kind = node["type"].text()
    own_crs = node.get("crs")
    if own_crs is not None:
        crs = _crs(own_crs)
    match kind:
        case "FeatureCollection":
            for feature in node["features"].elements():
                yield from _members(feature, {}, crs, depth + 1, tell)
        case "Feature":
            own = node.get("properties")
            values = own.value if own is not None and isinstance(own.value, dict) else {}
            geometry = node["geometry"]
            if geometry.value is None:  # RFC 7946 3.2: a feature without a place
                tell(f"{geometry.where}: without coordinates")
            else:
                yield from _members(geometry, values, crs, depth + 1, tell)
        case "GeometryCollection":
            for geometry in node["geometries"].elements():
                yield from _members(geometry, properties, crs, depth + 1, tell)
        case "MultiPoint" | "MultiLineString" | "MultiPolygon":
            form = ShapeForm(kind.removeprefix("Multi"))
            for part in node["coordinates"].elements():
                yield _shape(form, part, properties), crs
        case _ if kind in tuple(ShapeForm):
            yield _shape(ShapeForm(kind), node["coordinates"], properties), crs
        case _:
            node["type"].wants("a GeoJSON type")


def _crs(node: Node) -> _Crs | None:
    """What a ``crs`` member names, in each of the ways in which programs write it; None: WGS 84."""
    value = node.value
    properties = value.get("properties") if isinstance(value, dict) else None
    named = properties.get("name") if isinstance(properties, dict) else value
    if isinstance(properties, dict) and value.get("type") == "EPSG":
        named = f"EPSG:{properties.get('code')}"
    if not isinstance(named, str):
        told = json.dumps(properties or value, ensure_ascii=False)
        raise InputError(
            f"{node.where}: the coordinate reference system {plain(told, 100)} is not known",
            hint="transform the file to WGS 84 (EPSG:4326); if it is in WGS 84, take its 'crs' out",
        )
    return None if is_wgs84(named) else _Crs(named, node.where)


def _transformed(found: Sequence[tuple[Shape, _Crs | None]], name: str) -> list[tuple[Shape, _Crs | None]]:
    """The shapes of one system in WGS 84, all others as they are."""
    theirs = [(shape, crs) for shape, crs in found if crs is not None and crs.name == name]
    places = [place for shape, _ in theirs for part in shape.parts for place in part]
    done = to_wgs84(name, places, where=next(crs.where for _, crs in theirs))
    rows = iter(done.places.tolist())
    note = done.told(name)
    return [
        (_moved(shape, rows, note), None) if crs is not None and crs.name == name else (shape, crs)
        for shape, crs in found
    ]


def _moved(shape: Shape, rows: Iterator[list[float]], note: str) -> Shape:
    """With the next places of ``rows`` in place of its own."""
    parts = tuple(tuple((row[0], row[1]) for row in (next(rows) for _ in part)) for part in shape.parts)
    return replace(shape, parts=parts, notes=(*shape.notes, note))


def _has_places(shape: Shape, tell: Tell) -> bool:
    if shape.parts and shape.parts[0]:
        return True
    tell(f"{shape.where}: a {shape.form} without coordinates")
    return False


def _without_empty_holes(shape: Shape, tell: Tell) -> Shape:
    if all(shape.parts):
        return shape
    tell(f"{shape.where}: a hole without coordinates")
    return replace(shape, parts=tuple(part for part in shape.parts if part))


def _shape(form: ShapeForm, coordinates: Node, properties: Mapping[str, object]) -> Shape:
    match form:
        case ShapeForm.POINT:
            parts: tuple[tuple[LonLat, ...], ...] = ((_place(coordinates),),) if coordinates.value != [] else ()
        case ShapeForm.LINE:
            parts = (_line(coordinates),)
        case _:
            parts = tuple(_line(ring) for ring in coordinates.elements())
    name = next((value for key in _NAME_KEYS if isinstance(value := properties.get(key), str)), "")
    return Shape(form, parts, name, properties, coordinates.where)


def _line(node: Node) -> tuple[LonLat, ...]:
    return tuple(_place(place) for place in node.elements())


def _place(node: Node) -> LonLat:
    numbers = node.elements()
    if len(numbers) < 2:
        node.wants("[longitude, latitude]")
    return numbers[0].number(), numbers[1].number()
