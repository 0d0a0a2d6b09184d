"""Cursor on Target events as XML and back (TAK protocol version 0).

After MITRE's Event schema 2.0 (public release 11-3895): all attributes of ``event`` and ``point`` are required, what is
not known of a height or an error is 9999999.0, times are ISO 8601 in UTC. What is read comes from strangers: what is
no whole and sane event is None, whatever it is.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from xml.etree import ElementTree

from dronectl.errors import InputError
from dronectl.formats.text.xml_text import allowed
from dronectl.formats.text.xml_tree import Element, read_xml
from dronectl.model.geo import GeoPoint
from dronectl.model.tak.cot import UNKNOWN, CotEvent, CotNode
from dronectl.model.text.plain_text import plain
from dronectl.model.text.shown_time import iso_z

LONGEST_BYTES = 64 * 1024
"""Of one event that is read."""
LONGEST_UID, LONGEST_NAME, LONGEST_TEXT = 128, 64, 2_000
_DEEPEST = 12
_TYPE = re.compile(r"\w+(-\w+)*(;[^;]*)?", re.ASCII)
_HOW = re.compile(r"\w(-\w+)*", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


def cot_bytes(event: CotEvent) -> bytes:
    """One line of XML, UTF-8, without a declaration: events follow each other on a stream."""
    root = ElementTree.Element(
        "event",
        {
            "version": "2.0",
            "uid": name_of(event.uid, LONGEST_UID),
            "type": event.type,
            "how": event.how,
            "time": iso_z(event.time, timespec="milliseconds"),
            "start": iso_z(event.start, timespec="milliseconds"),
            "stale": iso_z(event.stale, timespec="milliseconds"),
        },
    )
    point = {
        "lat": f"{event.place.lat_deg:.7f}",
        "lon": f"{event.place.lon_deg:.7f}",
        "hae": _metres(event.hae_m),
        "ce": _metres(event.ce_m),
        "le": _metres(event.le_m),
    }
    ElementTree.SubElement(root, "point", point)
    detail = ElementTree.SubElement(root, "detail")
    for node in event.detail:
        _add(detail, node)
    data: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=False)
    return data


def name_of(text: str, limit: int = LONGEST_NAME) -> str:
    """A name that every device can show: one line, nothing that commands a terminal or turns it, not too long."""
    return plain(text, limit).strip()


def _add(parent: ElementTree.Element, node: CotNode) -> None:
    attributes = {key: name_of(value, LONGEST_UID) for key, value in node.attributes.items()}
    made = ElementTree.SubElement(parent, node.tag, attributes)
    if node.text:
        made.text = allowed(node.text[:LONGEST_TEXT])
    for child in node.children:
        _add(made, child)


def _metres(value: float | None) -> str:
    return f"{UNKNOWN if value is None or not math.isfinite(value) else value:.1f}"


def read_cot(data: bytes, source: str = "TAK") -> CotEvent | None:
    """One event; None: it is none, or is damaged, too long, too deep, of another version, or has a document type."""
    if len(data) > LONGEST_BYTES:
        return None
    try:
        root = read_xml(data, source=source, root=("event",))
        return _event(root)
    except (InputError, ValueError, OverflowError):
        return None


def _event(root: Element) -> CotEvent:
    """
    Raises:
        InputError, ValueError: something required is not there, or is out of its range.
    """
    told = root.attributes
    if not 2.0 <= _number(told.get("version", "")) < 3.0:
        raise ValueError("another version")
    uid, kind, how = checked_names(told.get("uid", ""), told.get("type", ""), told.get("how", ""))
    point, detail = root.child("point"), root.child("detail")
    if point is None:
        raise ValueError("no point")
    lat, lon, hae, ce, le = (_number(point.attributes.get(key, "")) for key in ("lat", "lon", "hae", "ce", "le"))
    return CotEvent(
        uid=uid,
        type=kind,
        how=how,
        time=_moment(told.get("time", "")),
        start=_moment(told.get("start", "")),
        stale=_moment(told.get("stale", "")),
        place=GeoPoint(lat, lon),
        hae_m=_known(hae),
        ce_m=_known(abs(ce)),
        le_m=_known(abs(le)),
        detail=() if detail is None else nodes_of(detail),
    )


def checked_names(uid: str, kind: str, how: str) -> tuple[str, str, str]:
    """Name, type and how of an event, as they are kept.

    Raises:
        ValueError: it has none, or they are none.
    """
    if not uid.strip() or len(uid) > LONGEST_UID or not _TYPE.fullmatch(kind) or not _HOW.fullmatch(how):
        raise ValueError("no name, type or how")
    return name_of(uid, LONGEST_UID), kind.partition(";")[0], how


def nodes_of(detail: Element) -> tuple[CotNode, ...]:
    """
    Raises:
        ValueError: they are too deep.
    """
    return tuple(_node(child, 1) for child in detail.children)


def _node(element: Element, depth: int) -> CotNode:
    if depth > _DEEPEST:
        raise ValueError("too deep")
    children = tuple(_node(child, depth + 1) for child in element.children)
    attributes = {key: plain(value, LONGEST_TEXT) for key, value in element.attributes.items()}
    return CotNode(element.name, attributes, plain(element.text.strip(), LONGEST_TEXT), children)


def _known(value: float) -> float | None:
    """None for 9999999, as whoever writes it."""
    return None if value >= UNKNOWN - 1.0 else value


def _number(text: str) -> float:
    """
    Raises:
        ValueError: no finite number.
    """
    value = float(text)
    if not math.isfinite(value) or "_" in text:
        raise ValueError(text)
    return value


def _moment(text: str) -> datetime:
    """
    Raises:
        ValueError: no time of the schema.
    """
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    head, dot, rest = text.partition(".")
    if dot:
        digits = re.match(r"\d+", rest)
        assert digits is not None
        text = f"{head}.{digits[0][:6]:0<6}{rest[digits.end() :]}"
    return datetime.fromisoformat(text).astimezone(UTC)
