"""A minimal Emergency Incident Data Object as a report (NENA-STA-021.1, EIDO-JSON).

Call-handling systems of other makers send incidents as one JSON object of components that refer to each other by their
``$id``. What of it a report needs is read: the incident, its location as a position or a name, the notes, the start of
the call. Everything else is left alone, as a reader of the standard may.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dronectl.errors import InputError
from dronectl.formats.text.json_place import point_of
from dronectl.model.geo import GeoPoint
from dronectl.model.incidents.incident import IncidentKind, IncidentPlace
from dronectl.model.text.plain_text import plain

MOST_COMPONENTS = 50
"""Of a kind are looked at."""
LONGEST_PIDF = 20_000
LONGEST_ID, LONGEST_WORDS = 200, 2_000
_POSITION = re.compile(r"<(?:\w+:)?pos\b[^>]{0,200}>\s*(-?[\d.]{1,20})\s+(-?[\d.]{1,20})(?:\s+-?[\d.]{1,20})?\s*<")
"""Of PIDF-LO (RFC 4119, RFC 5491): latitude, longitude and perhaps height, as EPSG 4326 and 4979 have them. It is
looked for in the text: no reader of XML is let near what strangers send."""
_TAG = re.compile(r"<[^<>]{0,500}>")


def is_eido(document: Mapping[str, Any]) -> bool:
    """Whether it means to be one."""
    return "incidentComponent" in document


def as_plain_report(
    document: Mapping[str, Any], place_of: Callable[[str], IncidentPlace], kind_of: Callable[[str], IncidentKind]
) -> dict[str, Any]:
    """The keys of our own report; times are as they came. ``kind_of``: what words speak of; ``place_of``: the place
    that a name means.

    Raises:
        InputError: it says not what, or not where.
    """
    incident = next(_components(document, "incidentComponent"), None)
    types = () if incident is None else (_text(incident, "incidentTypeInternalText"), _text(incident, _TYPE))
    if incident is None or not any(types):
        raise InputError("incidentComponent: says not what it is", hint=f"EIDO wants {_TYPE}")
    notes = [_words_of(note.get("notesActionComments")) for note in _components(document, "notesComponent")]
    words = ". ".join(dict.fromkeys(filter(None, (*types, *notes))))[:LONGEST_WORDS]
    point, name = _location(document, incident, place_of)
    call = next(_components(document, "callComponent"), {})
    return {
        "id": _text(document, "$id") or _text(incident, "$id"),
        "lat_deg": point.lat_deg,
        "lon_deg": point.lon_deg,
        "place": name,
        "kind": str(kind_of(words)),
        "words": words,
        "source": _text(document, "issuingElementIdentification") or None,
        "reported_utc": call.get("callStartTimestamp") or document.get("lastUpdateTimeStamp"),
    }


_TYPE = "incidentTypeCommonRegistryText"


def _location(
    document: Mapping[str, Any], incident: Mapping[str, Any], place_of: Callable[[str], IncidentPlace]
) -> tuple[GeoPoint, str]:
    """Of the locations that the incident refers to, else of all: the first with a position, else with a known name.

    Raises:
        InputError: none is known.
    """
    known = [*_components(document, "locationComponent"), *_components(document, "locationInformationComponent")]
    asked = {_text(one, "$ref") for one in _components(incident, "locationReference")} - {""}
    own = [one for one in known if _text(one, "$id") in asked]
    names = []
    for one in own or known:
        name = _text(one, "locationDescriptionText")
        value = one.get("locationByValue")
        match = _POSITION.search(value[:LONGEST_PIDF]) if isinstance(value, str) else None
        point = None if match is None else point_of(_number(match[1]), _number(match[2]))
        if point is not None:
            return point, name or str(point)
        names.append(name)
    for name in filter(None, names):
        try:
            place = place_of(name)
        except InputError:
            continue
        return place.point, place.name
    raise InputError(
        "locationComponent: no position",
        hint="locationByValue with gml:pos, or locationDescriptionText with a known name",
    )


def _components(document: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    """Those of a kind, of which there may be one or several."""
    return (one for one in _list(document.get(key))[:MOST_COMPONENTS] if isinstance(one, Mapping))


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    return plain(value)[:LONGEST_ID].strip() if isinstance(value, str) else ""


def _words_of(value: object) -> str:
    """A note, which is HTML, as plain words."""
    if not isinstance(value, str):
        return ""
    return plain(html.unescape(_TAG.sub(" ", value[:LONGEST_WORDS])))[:LONGEST_WORDS].strip()


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
