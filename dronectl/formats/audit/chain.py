"""One line of an audit log: a JSON object that names the SHA-256 of the line before it, and ends with its own.

The last key of a line is ``sha256``: of all its bytes before the comma that leads to it. ``prev`` is that of the line
before, also across files; ``seq`` counts all lines. So a line cannot be changed, taken out or put in without breaking
the chain behind it. (It can by who writes every line behind it anew: note the last hash elsewhere against that.)
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dronectl.model.text.plain_text import escaped_json

_END = re.compile(rb',"sha256":"([0-9a-f]{64})"\}\Z')
_OWN_KEYS = ("seq", "prev", "sha256")
_HEAD = re.compile(rb"(\d{1,15}) ([0-9a-f]{64})\s*")


@dataclass(frozen=True, slots=True)
class Link:
    """A place in the chain: the number of a line and its hash."""

    seq: int
    sha256: str


START = Link(0, "0" * 64)
"""Before the first line."""


@dataclass(frozen=True, slots=True)
class Line:
    """A whole line: where it stands, what it follows, what it says."""

    link: Link
    prev: str
    values: Mapping[str, Any]


def encode(values: Mapping[str, object], after: Link) -> tuple[bytes, Link]:
    """The line that says ``values`` behind ``after``, with its line end, and its own place."""
    document = {"seq": after.seq + 1, "prev": after.sha256, **values}
    body = escaped_json(json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=str))[:-1]
    data = body.encode("utf-8")
    own = hashlib.sha256(data).hexdigest()
    return b'%s,"sha256":"%s"}\n' % (data, own.encode("ascii")), Link(after.seq + 1, own)


def decode(line: bytes) -> Line | None:
    """The line without its end; None for one that is cut, changed, or of something else."""
    end = _END.search(line)
    if end is None or hashlib.sha256(line[: end.start()]).hexdigest() != end[1].decode("ascii"):
        return None
    try:
        values = json.loads(line)
    except ValueError:
        return None
    seq, prev = values.get("seq"), values.get("prev")
    if not isinstance(seq, int) or not isinstance(prev, str):
        return None
    said = {key: value for key, value in values.items() if key not in _OWN_KEYS}
    return Line(Link(seq, end[1].decode("ascii")), prev, said)


def encode_head(link: Link) -> bytes:
    """What stands in the file that tells which line was the last: always as long, so that it is written in place."""
    return f"{link.seq:015d} {link.sha256}\n".encode("ascii")


def decode_head(data: bytes) -> Link | None:
    """The same back; None where there is none, or one that was cut while it was written."""
    match = _HEAD.fullmatch(data)
    return None if match is None else Link(int(match[1]), match[2].decode("ascii"))
