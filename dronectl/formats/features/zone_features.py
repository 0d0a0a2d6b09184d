"""The ground's features to and from map files: shapes become features of a kind, features become GeoJSON or KML.

What is written has every property of a feature, so that reading it back gives the same feature.
"""

from __future__ import annotations

import json
import typing
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType

from dronectl.errors import InputError
from dronectl.formats.features.sayable_ids import crowded_ids, new_id
from dronectl.formats.features.shape_heights import GroundUnder, height_properties
from dronectl.formats.features.shape_kinds import ShapeKind, kind_of_shape, labels_in, require_all_used
from dronectl.formats.features.shapes import Shape, ShapeForm
from dronectl.model.geo import GeoPoint
from dronectl.model.ground.feature_kind import FeatureKind, feature_class, kind_of
from dronectl.model.ground.zone import Feature, KeepOut
from dronectl.model.text.plain_text import escaped_json
from dronectl.model.validity import VALIDITY_KEYS
from dronectl.site.table import one_of

_NOT_PROPERTIES = frozenset({"polygon", "position", "line", "source", "validity", "is_person"})
_FORM_OF_FIELD = {"polygon": ShapeForm.POLYGON, "line": ShapeForm.LINE, "position": ShapeForm.POINT}
_OTHER_STYLES = {FeatureKind.KEEP_OUT: "keep-out", FeatureKind.OBSTACLE: "poi"}

GeoJson = dict[str, object]


def form_of(kind: FeatureKind) -> ShapeForm:
    """What features of this kind are drawn as."""
    return next(_FORM_OF_FIELD[one.name] for one in fields(feature_class(kind)) if one.name in _FORM_OF_FIELD)


def property_names(kind: FeatureKind) -> tuple[str, ...]:
    """The keys that a feature of this kind may have besides ``kind``, as geofences/ writes them."""
    names = [one.name for one in fields(feature_class(kind))]
    dated = VALIDITY_KEYS if "validity" in names else ()
    return (*(name for name in names if name not in _NOT_PROPERTIES), *dated, "note")


def features_from(
    shapes: Iterable[Shape],
    *,
    kind: FeatureKind | None,
    given: Mapping[str, str],
    taken: Collection[str],
    mapped: Sequence[ShapeKind] = (),
    ground: GroundUnder | None = None,
) -> tuple[list[GeoJson], list[str]]:
    """GeoJSON features as geofences/ has them, and lines about shapes that were passed over.

    A shape is of the kind that it names itself, else of the one that ``mapped`` gives its folder or style, else of
    ``kind``. ``given``: properties of all of them, over their own; those of ``mapped`` go over both. Ids in ``taken``
    are not made anew. Properties that no such feature has are dropped. ``ground``: for heights above the sea.

    Raises:
        InputError: a shape without a kind, or a given property that no feature here has.
    """
    shapes = list(shapes)
    _require_known_properties(mapped)
    require_all_used(mapped, shapes)
    features: list[GeoJson] = []
    passed_over: list[str] = []
    unmeant: dict[str, list[Shape]] = {}
    used = set(taken)
    crowded = crowded_ids(shape.name for shape in shapes)
    for shape in shapes:
        its_kind, over = _kind(shape, kind, given, mapped)
        if its_kind is None and not mapped:
            raise _no_kind(shape, shapes)
        if its_kind is None:
            unmeant.setdefault(shape.folders[-1] if shape.folders else "", []).append(shape)
        elif shape.form is not form_of(its_kind):
            passed_over.append(f"{shape.where}: a {shape.form}, kind {its_kind} is a {form_of(its_kind)}")
        else:
            properties = _properties(shape, its_kind, over, used, crowded)
            heights, why_not = height_properties(shape, its_kind, ground)
            if not properties.keys() & {"floor_m", "ceiling_m", *heights}:
                properties |= heights
                passed_over += [why_not] if why_not else []
            used.add(str(properties["id"]))
            geometry = {"type": str(shape.form), "coordinates": shape.coordinates()}
            features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    _require_taken(given, features)
    return features, [*passed_over, *(_unmeant(folder, found) for folder, found in unmeant.items())]


def _unmeant(folder: str, shapes: Sequence[Shape]) -> str:
    """Shapes of a folder that no ``--map`` means, in one line."""
    names = ", ".join(_one_line(shape.name) or str(shape.form) for shape in shapes)
    place = f"folder '{_one_line(folder)}'" if folder else "outside of folders"
    return f"{shapes[0].where}: {place}: no --map means it: {names}"


def _kind(
    shape: Shape, kind: FeatureKind | None, given: Mapping[str, str], mapped: Sequence[ShapeKind]
) -> tuple[FeatureKind | None, Mapping[str, str]]:
    """What the shape is, and the properties that it is given."""
    by_label = kind_of_shape(shape, mapped)
    its_kind = _own_kind(shape) or (by_label.kind if by_label else kind)
    return its_kind, {**given, **(by_label.given if by_label and by_label.kind is its_kind else {})}


def _properties(
    shape: Shape, kind: FeatureKind, over: Mapping[str, str], used: Collection[str], crowded: Collection[str]
) -> GeoJson:
    """As geofences/ has them: kind, id and name first."""
    keys = property_names(kind)
    properties = _own_properties(shape, kind, keys)
    properties |= {key: _value(kind, key, value) for key, value in over.items() if key in keys}
    properties.setdefault("surveyed", False)
    name = _one_line(str(properties.get("name") or shape.name))
    own_id = properties.get("id") if "id" in properties else new_id(name, str(kind), used, crowded)
    first = {"kind": str(kind), "id": own_id, "name": name or own_id}
    return {**first, **{key: value for key, value in properties.items() if key not in first}}


def collection_text(features: Sequence[GeoJson]) -> str:
    """A FeatureCollection with a feature a line, as geofences/ has them."""
    lines = ",\n".join("  " + escaped_json(json.dumps(one, ensure_ascii=False, allow_nan=False)) for one in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


def as_geojson(feature: Feature, *, note: str | None = None) -> GeoJson:
    """A feature with all its properties, and its note, which only the file has that it was read from."""
    properties: GeoJson = {"kind": str(kind_of(feature))}
    for one in fields(feature):
        value = getattr(feature, one.name)
        if one.name not in _NOT_PROPERTIES and value not in (None, (), ""):
            properties[one.name] = list(value) if isinstance(value, tuple) else value
    if isinstance(feature, KeepOut):
        properties |= feature.validity.as_json()
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


def _own_kind(shape: Shape) -> FeatureKind | None:
    own = shape.properties.get("kind")
    return FeatureKind(str(own)) if own in tuple(FeatureKind) else None


def _require_known_properties(mapped: Iterable[ShapeKind]) -> None:
    for one in mapped:
        for key in one.given.keys() - set(property_names(one.kind)):
            allowed = one_of(property_names(one.kind), near=key)
            raise InputError(
                f"--map {one.label}={one.kind}: {key}: is no property of this kind", hint=f"allowed: {allowed}"
            )


def _require_taken(given: Mapping[str, str], features: Sequence[GeoJson]) -> None:
    kinds = {str(one["properties"]["kind"]) for one in features}  # type: ignore[index]
    wanted = set(given).difference(*(property_names(FeatureKind(kind)) for kind in kinds))
    if features and wanted:
        raise InputError(f"--set {sorted(wanted)[0]}: no feature of this file has that property")


def _no_kind(shape: Shape, shapes: Sequence[Shape]) -> InputError:
    labels = labels_in(shapes)
    by_label = f", or --map FOLDER=KIND for each ({labels})" if labels else ""
    return InputError(
        f"{shape.where}: '{_one_line(shape.name)}' names no kind",
        hint=f"give --kind: {one_of(tuple(FeatureKind))}{by_label}",
    )


def _own_properties(shape: Shape, kind: FeatureKind, keys: Collection[str]) -> GeoJson:
    is_ours = _own_kind(shape) is not None
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
