"""Long texts in recordings: the vehicle cuts them into pieces of one id, numbered from 0.

So do STATUSTEXT (MAVLink 2) and, since ArduCopter 4.7, MSG in DataFlash logs (AP_Logger, LogFile.cpp). Pieces are cut
between any two bytes, also within a letter: they are joined before they are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dronectl.formats.recordings.flight_samples import decoded_text

_OPEN_TEXTS = 8
"""Ids come again after 255 texts: a text that this many newer ones were begun after goes on no more."""
_GAP = "…".encode()
_OTHERS = (b"GCS:", b"SRC=")
"""How a vehicle's log begins what a ground station or another system said. ArduCopter 4.7 gives a new id to each piece
of it (``handle_statustext`` compares the component with the system)."""
_OTHERS_BYTES = 50
"""Such a piece goes on if it is no shorter."""


@dataclass(slots=True)
class _Open:
    at: int
    last: int = -1
    parts: list[bytes] = field(default_factory=list)


def joined_texts(pieces: Iterable[tuple[int, int, int, bytes]]) -> list[tuple[int, str]]:
    """(when, id, number, bytes) in file order to (when it began, one plain line), in the order of beginning.

    Id 0 is no id: a text of its own. Texts may be interleaved; where pieces are missing stands ``…``.
    """
    texts: list[_Open] = []
    open_texts: dict[int, _Open] = {}
    for at, ident, number, raw in pieces:
        text = open_texts.get(ident)
        if text is None and ident and number:
            text = _of_others(open_texts, number)
        if text is None or number <= text.last:
            text = _Open(at)
            texts.append(text)
            open_texts.pop(ident, None)  # the newest stands last
            if ident:
                open_texts[ident] = text
            if len(open_texts) > _OPEN_TEXTS:
                del open_texts[next(iter(open_texts))]
        if ident and number > text.last + 1:
            text.parts.append(_GAP)
        text.parts.append(raw.split(b"\0")[0])
        text.last = number
    return [(text.at, decoded_text(b"".join(text.parts))) for text in texts]


def _of_others(open_texts: Mapping[int, _Open], number: int) -> _Open | None:
    """The one text of another system that this piece, under an id of its own, can go on."""
    fitting = [
        text
        for text in open_texts.values()
        if text.last == number - 1 and text.parts[0].startswith(_OTHERS) and len(text.parts[-1]) >= _OTHERS_BYTES
    ]
    return fitting[0] if len(fitting) == 1 else None
