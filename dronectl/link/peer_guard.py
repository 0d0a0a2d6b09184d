"""Do all frames of one system id come from one aircraft? Watches where they come from."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable

Source = Hashable
"""A link and, on it, the peer."""

_MEMORY_FRAMES = 200
_COPY_DELAY_S = 1.0
"""A frame that two paths carry arrives by the second within this time."""
_MOVED_AFTER_S = 3.0
_ENOUGH = 2


class PeerGuard:
    """The vehicle's source is the one that was heard first. Frames from another one are

    * copies of frames that came from the source too (something forwards them): harmless;
    * the vehicle on a new address, when the source has been silent for three seconds: the source moves;
    * of a second aircraft with the same system id, when both speak and say different things: a rival.
    """

    def __init__(self) -> None:
        self.source: Source | None = None
        self._heard_s = float("-inf")
        self._recent: deque[bytes] = deque(maxlen=_MEMORY_FRAMES)
        self._open: deque[tuple[float, bytes, Source]] = deque(maxlen=_MEMORY_FRAMES)
        """Frames from elsewhere that may still turn out to be copies."""
        self._unexplained: dict[Source, int] = {}
        self.rival: Source | None = None

    def accept(self, raw: bytes, source: Source, now_s: float, *, may_move: bool = True) -> bool:
        """True when this frame is the vehicle's. Sets ``rival`` once a second aircraft is sure. ``may_move`` False: the
        vehicle cannot have come there."""
        moved = source != self.source and now_s - self._heard_s > _MOVED_AFTER_S
        if may_move and (self.source is None or moved):
            self.source = source
            self._open.clear()
            self._unexplained.clear()
        if source == self.source:
            self._heard_s = now_s
            self._recent.append(raw)
            self._judge(now_s)
            return True
        if raw not in self._recent:
            self._open.append((now_s, raw, source))
        return False

    def forget(self) -> None:
        """The source is gone for sure (its connection closed): the next one heard takes its place at once."""
        self.source = None
        self._open.clear()

    def _judge(self, now_s: float) -> None:
        while self._open and now_s - self._open[0][0] > _COPY_DELAY_S:
            _, raw, source = self._open.popleft()
            if raw in self._recent:
                continue
            self._unexplained[source] = self._unexplained.get(source, 0) + 1
            if self._unexplained[source] >= _ENOUGH:
                self.rival = source
