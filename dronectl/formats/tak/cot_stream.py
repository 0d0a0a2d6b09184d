"""Events out of a stream: TCP has no borders, and events follow each other with or without XML declarations between."""

from __future__ import annotations

from dronectl.formats.tak.cot_xml import LONGEST_BYTES

_BEGIN, _END = b"<event", b"</event>"


class CotSplitter:
    """Feeds on bytes as they come, whatever they are; never keeps more than one event's most."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The events that are whole by now, in order; not yet read."""
        text = self._rest + data
        found: list[bytes] = []
        at = 0
        while (begin := text.find(_BEGIN, at)) >= 0:
            end = _end_of(text, begin)
            if end is None:
                break
            found.append(text[begin:end])
            at = end
        rest = text[at:] if begin < 0 else text[begin:]
        if begin < 0:  # perhaps the first letters of the next one
            rest = rest[-(len(_BEGIN) - 1) :]
        if len(rest) > LONGEST_BYTES:
            rest = b""
        self._rest = rest
        return found


def _end_of(text: bytes, begin: int) -> int | None:
    """Behind the event that begins there; None: not all of it has come."""
    close = text.find(b">", begin)
    if close < 0:
        return None
    if text[close - 1 : close] == b"/":  # an empty one; no attribute holds a bare '>' as programs write them
        return close + 1
    end = text.find(_END, close)
    return None if end < 0 else end + len(_END)
