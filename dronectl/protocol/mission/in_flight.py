"""What is still on its way, when the other side takes frames in order only and complains of all others."""

from __future__ import annotations

from collections import deque

_FIRST_FRAMES = 20.0
_MEMORY = 400.0
"""After so many frames, what was learned from them about answers counts half."""


class InFlight:
    """Frames in the order sent, each until its answer has come or cannot come any more.

    Links keep the order of frames, so an answer to one frame tells that the earlier ones are answered or lost. The
    complaint about a frame out of order does not say which one: it is taken to be about the earliest that may have
    caused it, or about a later one as answers get lost.
    """

    def __init__(self) -> None:
        self._frames: deque[tuple[int, float]] = deque()
        self._sent = self._answers = _FIRST_FRAMES
        """Frames ever sent, and answers that ever came."""
        self._complaints = 0.0
        """How many frames the complaints account for that none has been taken off for yet."""

    def clear(self) -> None:
        self._frames.clear()
        self._complaints = 0.0

    def count(self, since_s: float) -> int:
        """How many of those sent since then are on their way."""
        return sum(sent_s >= since_s for _, sent_s in self._frames)

    def sent(self, seq: int, copies: int, now_s: float) -> None:
        self._frames.extend([(seq, now_s)] * copies)
        self._sent += copies
        if self._sent > _MEMORY:
            self._sent, self._answers = self._sent / 2, self._answers / 2

    def taken(self, seq: int, *, fresh_s: float) -> None:
        """The other side took frame ``seq``: the first copy on its way, for all that is known. What was sent after
        ``fresh_s`` cannot have been answered yet."""
        self._answers += 1
        self._complaints = 0.0
        for place, (other, sent_s) in enumerate(self._frames):
            if sent_s > fresh_s:
                return
            if other == seq:
                for _ in range(place + 1):
                    self._frames.popleft()
                return

    def is_hole(self, wanted: int, *, fresh_s: float) -> bool:
        """A complaint came. Whether it tells that no copy of the wanted frame is on its way any more."""
        self._answers += 1
        self._complaints += max(1.0, (self._sent - len(self._frames)) / self._answers)
        while self._complaints >= 1 and self._frames and self._frames[0][1] <= fresh_s:
            seq, _ = self._frames.popleft()
            self._complaints -= seq != wanted  # that one was no cause to complain: it is lost
        return not any(seq == wanted for seq, _ in self._frames)
