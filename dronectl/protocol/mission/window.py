"""How many frames to have on their way at once, and how many copies of each."""

from __future__ import annotations

FIRST_WINDOW = 20
"""Frames on their way before any round trip has been measured."""
MOST_WINDOW = 256
_LEAST_WINDOW, _AFTER_SILENCE = 4, 12
_SHORT_QUEUE, _LONG_QUEUE = 2.0, 4.0
"""Frames that wait in the link's buffers: below the first the window grows, above the second it shrinks."""
_QUICKLY = 2.0
"""A surplus is taken off in so many parts of a round trip: before all answers can have told of it."""
_MOST_COPIES = 4
_MOST_LOSS = 0.6
_LOSS_MEMORY = 150.0
_FIRST_LOSS, _FIRST_FRAMES = 0.4, 20.0


class Window:
    """``size`` follows the round trip (TCP Vegas' idea): it grows while answers come as fast as the link can, and
    shrinks while they wait in a queue, also in one that others fill. After a silence it starts again from
    a few frames.

    Args:
        size: frames sent ahead at first. 1: one at a time, for good.
    """

    def __init__(self, size: int = FIRST_WINDOW) -> None:
        self.size = max(1, size)
        self._most = MOST_WINDOW if size > 1 else 1
        self._goal = self.size
        """Up to here it grows with every answer."""
        self._before_timeout: int | None = None
        self._surplus = 0.0
        """What is to be taken off, in fractions of a frame."""

    @property
    def is_single(self) -> bool:
        """One frame at a time, for good."""
        return self._most == 1

    def answered(self, gained: int, sample_s: float | None, least_s: float | None) -> None:
        """``gained`` frames are known to have arrived; ``sample_s``: how long the last one took, when that is sure."""
        if self.size < self._goal:
            self.size = min(self.size + gained, self._goal)
            return
        self._before_timeout = None
        if sample_s is None or least_s is None or sample_s <= 0:
            return
        queued = self.size * (1 - least_s / sample_s)
        if queued < _SHORT_QUEUE:
            self.size = min(self.size + gained, self._most)
        elif queued > _LONG_QUEUE and not self.is_single:
            # The whole surplus in one round trip: it takes so long until answers tell of it.
            self._surplus += min(1.0, _QUICKLY * gained * (queued - _LONG_QUEUE) / self.size)
            whole = int(self._surplus)
            self._surplus -= whole
            self.size = max(self.size - whole, _LEAST_WINDOW)
        self._goal = self.size

    def timed_out(self) -> None:
        """No answer in time: a few frames ask how things stand, and what comes of it decides."""
        if self._before_timeout is None:
            self._before_timeout = self.size
        self._goal = min(self._before_timeout, max(_AFTER_SILENCE, self._goal // 2))
        self.size = min(self.size, _LEAST_WINDOW)

    def timeout_was_spurious(self) -> None:
        """The answer was only late: as before."""
        if self._before_timeout is not None:
            self.size = self._goal = self._before_timeout


class CopyPolicy:
    """How often to send a frame that all later ones depend on: a hole costs a whole round trip, a copy one place in
    the window. ``lost`` and ``passed`` teach it the link's loss.
    """

    def __init__(self) -> None:
        self._lost, self._frames = _FIRST_LOSS, _FIRST_FRAMES

    @property
    def loss(self) -> float:
        """The share of frames that get lost, as far as seen."""
        return min(self._lost / self._frames, _MOST_LOSS)

    def for_window(self, size: int) -> int:
        """How many copies make the transfer shortest: each costs 1/``size`` of a round trip; with probability
        loss^copies none arrives, which costs a whole one."""
        best, best_cost = 1, 1 / size + self.loss
        for copies in range(2, _MOST_COPIES + 1):
            cost = copies / size + self.loss**copies
            if cost < best_cost:
                best, best_cost = copies, cost
        return best

    def passed(self, items: int, copies: int) -> None:
        """So many items arrived, by at least one of their copies."""
        loss = self.loss
        lost_of_each = copies * (loss - loss**copies) / (1 - loss**copies)  # on average, when not all are lost
        self._note(items * lost_of_each, items * copies)

    def lost(self, copies: int) -> None:
        """No copy of an item arrived."""
        self._note(copies, copies)

    def _note(self, lost: float, frames: float) -> None:
        keep = min(1.0, _LOSS_MEMORY / (self._frames + frames))
        self._lost = (self._lost + lost) * keep
        self._frames = (self._frames + frames) * keep
