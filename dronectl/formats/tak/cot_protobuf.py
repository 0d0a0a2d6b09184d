"""Cursor on Target events as protobuf (TAK protocol version 1), as devices send them to a group.

A datagram is 0xbf, the version, 0xbf and a TakMessage. Read are the few fields that tell who is where, which takes no
library. What is read comes from strangers: what is no whole and sane event is None, whatever it is.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from dronectl.errors import InputError
from dronectl.formats.tak.cot_xml import LONGEST_BYTES, checked_names, nodes_of
from dronectl.formats.tak.protobuf_fields import Fields
from dronectl.formats.text.xml_tree import read_xml
from dronectl.model.geo import GeoPoint
from dronectl.model.tak.cot import CotEvent, CotNode
from dronectl.model.text.plain_text import plain

MAGIC, VERSION = 0xBF, 1
HEADER = bytes((MAGIC, VERSION, MAGIC))
UNKNOWN = 999_999.0
"""Of a height or an error; XML has seven nines."""
_LONGEST_TEXT = 2_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def version_of(data: bytes) -> int | None:
    """Which version of the protocol a datagram begins with; None: it is XML, or something else."""
    return data[1] if len(data) >= len(HEADER) and data[0] == data[2] == MAGIC else None


def read_protobuf(data: bytes) -> CotEvent | None:
    """The event of one datagram; None: it has none, or is damaged, too long, or of another version."""
    if not data.startswith(HEADER) or len(data) > LONGEST_BYTES:
        return None
    try:
        return _event(Fields.of(data[len(HEADER) :]).message(2))
    except (ValueError, OverflowError):
        return None


def _event(told: Fields) -> CotEvent:
    """
    Raises:
        ValueError, OverflowError: something required is not there, or is out of its range.
    """
    uid, kind, how = checked_names(told.text(5), told.text(1), told.text(9))
    time, start, stale = (_EPOCH + timedelta(milliseconds=told.whole(number)) for number in (6, 7, 8))
    lat, lon, hae, ce, le = (told.double(number) for number in (10, 11, 12, 13, 14))
    if lat is None or lon is None:
        raise ValueError("no point")
    place, detail = GeoPoint(lat, lon), _detail(told.message(15))
    return CotEvent(uid, kind, how, time, start, stale, place, _known(hae), _error(ce), _error(le), detail)


def _detail(told: Fields) -> tuple[CotNode, ...]:
    """How it is called and moves. What a device has no field for, or more of than a field holds, it adds as XML; where
    that is damaged the rest is read all the same."""
    found = []
    if callsign := plain(told.message(2).text(2), _LONGEST_TEXT):
        found.append(CotNode("contact", {"callsign": callsign}))
    if 7 in told.values:
        track = told.message(7)
        moves = {"speed": track.double(1) or 0.0, "course": track.double(2) or 0.0}
        found.append(CotNode("track", {key: f"{value:.3f}" for key, value in moves.items()}))
    with suppress(InputError, ValueError):
        wrapped = b"<detail>" + told.data(1) + b"</detail>"
        found += nodes_of(read_xml(wrapped, source="TAK", root=("detail",)))
    return tuple(found)


def _known(value: float | None) -> float | None:
    return None if value is None or value >= UNKNOWN - 1.0 else value


def _error(value: float | None) -> float | None:
    return _known(None if value is None else abs(value))
