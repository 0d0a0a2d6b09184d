"""When an upload goes back to the item that the vehicle wants: after how many complaints, and how often."""

from __future__ import annotations

_LONGER = 1.5
"""Going back to the same item once more is put off by so much each time."""


class Retransmission:
    """Counts complaints about items out of order that no copy on its way explains."""

    def __init__(self) -> None:
        self.hole_s = float("-inf")
        """When the last hole was found: what had been sent after it until then came in vain."""
        self._complaints = 0
        """Since the last progress."""
        self._last: tuple[int, float] | None = None
        """The item that was gone back to, and when."""
        self._repeats = 0
        """How often that was once more the same item."""

    def progressed(self) -> None:
        self._complaints = 0

    def begin_again(self) -> None:
        self._complaints, self._last = 0, None

    def is_due(self, wanted: int, copies: int, now_s: float, *, quiet_s: float) -> bool:
        """A complaint came while item ``wanted``, sent last in so many ``copies``, is not on its way any more. As many
        as there are copies come also when it arrived and the request for the next was lost."""
        self._complaints += 1
        again = self._last is not None and self._last[0] == wanted
        is_soon = again and self._last is not None and now_s - self._last[1] < quiet_s * _LONGER**self._repeats
        if self._complaints < copies + again or is_soon:
            return False
        self.hole_s = now_s
        return True

    def went_back(self, wanted: int, now_s: float) -> None:
        again = self._last is not None and self._last[0] == wanted
        self._repeats = self._repeats + 1 if again else 0
        self._last = (wanted, now_s)
        self._complaints = 0
