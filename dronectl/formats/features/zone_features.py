"""The ground's features to and from map files: shapes become features of a kind, features become GeoJSON or KML.

What is written has every property of a feature, so that reading it back gives the same feature.
"""

from __future__ import annotations

import json
import re
import typing
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType

from dronectl.errors import InputError
from dronectl.formats.features.shapes import Shape, ShapeForm
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.feature_kind import FeatureKind, feature_class, kind_of
from dronectl.model.ground.zone import Feature
from dronectl.model.text.plain_text import escaped_json
from dronectl.site.table import one_of

_NOT_PROPERTIES = frozenset({"polygon", "position", "line", "source"})
_FORM_OF_FIELD = {"polygon": ShapeForm.POLYGON, "line": ShapeForm.LINE, "position": ShapeForm.POINT}
_LONGEST_ID = 48
_OTHER_STYLES = {FeatureKind.KEEP_OUT: "keep-out", FeatureKind.OBSTACLE: "poi"}

GeoJson = dict[str, object]


def form_of(kind: FeatureKind) -> ShapeForm:
    """What features of this kind are drawn as."""
    return next(_FORM_OF_FIELD[one.name] for one in fields(feature_class(kind)) if one.name in _FORM_OF_FIELD)


def property_names(kind: FeatureKind) -> tuple[str, ...]:
    """The keys that a feature of this kind may have besides ``kind``, as geofences/ writes them."""
    return (*(one.name for one in fields(feature_class(kind)) if one.name not in _NOT_PROPERTIES), "note")


def features_from(
    shapes: Iterable[Shape], *, kind: FeatureKind | None, given: Mapping[str, str], taken: Collection[str]
) -> tuple[list[GeoJson], list[str]]:
    """GeoJSON features as geofences/ has them, and a line for each shape that was passed over.

    ``kind`` is for shapes that name none of their own, ``given`` for properties of all of them, over their own; ids in
    ``taken`` are not made anew. Properties that no such feature has are dropped.

    Raises:
        InputError: a shape without a kind, or a given property that no feature here has.
    """
    features: list[GeoJson] = []
    passed_over: list[str] = []
    used = set(taken)
    wanted = set(given)
    for shape in shapes:
        its_kind = _kind(shape, kind)
        if shape.form is not form_of(its_kind):
            passed_over.append(f"{shape.where}: a {shape.form}, kind {its_kind} is a {form_of(its_kind)}")
            continue
        keys = property_names(its_kind)
        wanted -= set(keys)
        properties: GeoJson = {"kind": str(its_kind), **_own_properties(shape, its_kind, keys)}
        properties |= {key: _value(its_kind, key, value) for key, value in given.items() if key in keys}
        properties["name"] = _one_line(str(properties.get("name") or shape.name))
        if "id" not in properties:
            properties["id"] = _new_id(str(properties["name"]), its_kind, used)
        properties["name"] = properties["name"] or properties["id"]
        properties.setdefault("surveyed", False)
        used.add(str(properties["id"]))
        properties = {key: properties[key] for key in ("kind", "id", "name")} | properties
        geometry = {"type": str(shape.form), "coordinates": shape.coordinates()}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    if features and wanted:
        raise InputError(f"--set {sorted(wanted)[0]}: no feature of this file has that property")
    return features, passed_over


def collection_text(features: Sequence[GeoJson]) -> str:
    """A FeatureCollection with a feature a line, as geofences/ has them."""
    lines = ",\n".join("  " + escaped_json(json.dumps(one, ensure_ascii=False, allow_nan=False)) for one in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


def as_geojson(feature: Feature, *, note: str | None = None) -> GeoJson:
    """A feature with all its properties, and its note, which only the file has that it was read from."""
    properties: GeoJson = {"kind": str(kind_of(feature))}
    for one in fields(feature):
        value = getattr(feature, one.name)
        if one.name not in _NOT_PROPERTIES and value is not None and value != ():
            properties[one.name] = list(value) if isinstance(value, tuple) else value
    if note is not None:
        properties["note"] = note
    form, rings = _drawn(feature)
    shape = Shape(form, tuple(tuple((p.lon_deg, p.lat_deg) for p in ring) for ring in rings), "", {}, "")
    geometry = {"type": str(form), "coordinates": shape.coordinates()}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def features_kml(features: Sequence[Feature], *, title: str, notes: Mapping[str, str] = MappingProxyType({})) -> str:
    """A KML document, flat on the ground, whose shapes can be edited in Google Earth and read back.

    ``notes`` has the note of a feature by its id.
    """
    from dronectl.formats.kml import elements as kml
    from dronectl.formats.kml.overlay import zone_styles

    def marks() -> Iterator[str]:
        for feature in features:
            form, rings = _drawn(feature)
            match form:
                case ShapeForm.POLYGON:
                    geometry = kml.polygon(feature.polygon, 0.0, kml.ON_GROUND)  # type: ignore[attr-defined]
                case ShapeForm.LINE:
                    geometry = kml.line([kml.vertex_of(place) for place in rings[0]], kml.ON_GROUND)
                case _:
                    geometry = kml.point(kml.vertex_of(rings[0][0]), kml.ON_GROUND)
            properties = as_geojson(feature, note=notes.get(feature.id))["properties"]
            assert isinstance(properties, dict)
            data = {key: _as_text(value) for key, value in properties.items() if key != "name"}
            kind = kind_of(feature)
            style = _OTHER_STYLES.get(kind, str(kind))
            yield kml.placemark(feature.name, style, geometry, data=data)

    return "".join([kml.HEAD, *kml.document(title, zone_styles(), marks()), kml.TAIL])


def _kind(shape: Shape, kind: FeatureKind | None) -> FeatureKind:
    own = shape.properties.get("kind")
    if own in tuple(FeatureKind):
        return FeatureKind(str(own))
    if kind is None:
        raise InputError(
            f"{shape.where}: '{_one_line(shape.name)}' names no kind", hint=f"give --kind: {one_of(tuple(FeatureKind))}"
        )
    return kind


def _own_properties(shape: Shape, kind: FeatureKind, keys: Collection[str]) -> GeoJson:
    is_ours = shape.properties.get("kind") in tuple(FeatureKind)
    found: GeoJson = {}
    for key in keys:
        value = shape.properties.get(key)
        if value is None and key not in shape.properties:
            continue
        if key == "id" and not is_ours:
            continue  # a number of another program's, most often
        found[key] = _value(kind, key, value) if isinstance(value, str) else value
    return found


def _value(kind: FeatureKind, key: str, text: str) -> object:
    """What is written as text where the property is none: numbers, yes and no, lists of names."""
    of_type = typing.get_type_hints(feature_class(kind)).get(key, str)
    if isinstance(of_type, type) and issubclass(of_type, str):
        return text
    if of_type == tuple[str, ...] and not text.lstrip().startswith("["):
        return [name.strip() for name in text.split(",")]
    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _drawn(feature: Feature) -> tuple[ShapeForm, Sequence[Sequence[GeoPoint]]]:
    form = form_of(kind_of(feature))
    match form:
        case ShapeForm.POLYGON:
            polygon = feature.polygon  # type: ignore[attr-defined]
            return form, (polygon.exterior, *polygon.holes)
        case ShapeForm.LINE:
            return form, (feature.line,)  # type: ignore[attr-defined]
        case _:
            return form, ((feature.position,),)  # type: ignore[attr-defined]


def _one_line(name: str) -> str:
    """Without line ends and characters that cannot be shown."""
    return " ".join("".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in name).split())


def _new_id(name: str, kind: FeatureKind, used: Collection[str]) -> str:
    """Of the letters a-z in the name, else of the kind; numbered when it is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST_ID] or str(kind)
    number = 1
    made = stem
    while made in used:
        number += 1
        made = f"{stem}_{number}"
    return made
