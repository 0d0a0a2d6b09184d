"""The vehicle's words: STATUSTEXT, also the long ones that come in chunks."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from dronectl.model.message import Message
from dronectl.model.text.plain_text import plain

WARNING_SEVERITY = 4
NOTICE_SEVERITY = 5
_CHUNK_BYTES = 50
_GAP = "…".encode()
_OPEN_TEXTS = 8
_MOST_CHUNKS = 20


@dataclass(frozen=True, slots=True)
class StatusText:
    """``severity`` is MAV_SEVERITY: 0 emergency … 4 warning … 7 debug."""

    severity: int
    text: str


class StatusTextAssembler:
    """Joins chunks (same ``id``, ``chunk_seq`` counting up; a chunk shorter than 50 bytes ends the text), and makes of
    them one plain line: chunks are cut between any two bytes, also within a letter.

    A text with lost chunks shows a gap mark; it is given out when it ends or when newer ones push it out.
    """

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[int, int, int], dict[int, bytes]] = OrderedDict()

    def feed(self, message: Message) -> list[StatusText]:
        """The texts that this message completes: usually one, none for an inner chunk."""
        severity, text = int(message["severity"]), str(message["text"]).encode("utf-8", "surrogateescape")
        text_id, chunk = int(message.get("id", 0)), int(message.get("chunk_seq", 0))
        if text_id == 0:
            return [_joined(severity, {0: text})]
        key = (message.component_id, text_id, severity)
        chunks = self._open.setdefault(key, {})
        chunks[chunk] = text
        if len(text) < _CHUNK_BYTES or chunk + 1 >= _MOST_CHUNKS:
            del self._open[key]
            return [_joined(severity, chunks)]
        if len(self._open) > _OPEN_TEXTS:
            (_, _, old_severity), old_chunks = self._open.popitem(last=False)
            return [_joined(old_severity, old_chunks)]
        return []


def _joined(severity: int, chunks: dict[int, bytes]) -> StatusText:
    whole = b"".join(chunks.get(index, _GAP) for index in range(max(chunks) + 1))
    return StatusText(severity, plain(whole.decode("utf-8", "replace")))


class TextCollector:
    """Collects what the vehicle says while a machine runs, to join it to a refusal."""

    def __init__(self, *, worst: int = WARNING_SEVERITY, with_arming: bool = False) -> None:
        self._assembler = StatusTextAssembler()
        self._least_severity = worst
        self._with_arming = with_arming
        self.texts: list[str] = []

    def feed(self, message: Message) -> None:
        """Keeps texts that are at least as grave as wanted; arming complaints only for a machine that arms."""
        for status in self._assembler.feed(message):
            grave = status.severity <= self._least_severity
            about_arming = status.text.startswith(("PreArm:", "Arm:"))
            if grave and (self._with_arming or not about_arming):
                self.texts.append(status.text)
                del self.texts[:-6]
