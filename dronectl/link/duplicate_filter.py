"""One vehicle heard on several links: what it says reaches us more than once, and counts once."""

from __future__ import annotations

from collections import deque

from dronectl.link.codec import MavlinkFrame

_COPY_DELAY_S = 1.0
"""What two links carry arrives by the slower one within this time."""


class DuplicateFilter:
    """Tells the second hearing of a message from its second saying.

    ArduPilot counts sequence numbers per port, so the copies of one message are equal in sender, kind and payload
    only. A message is a copy when an equal one came by *another* link lately and has not come by this one since: a
    vehicle that says the same thing twice is heard twice on each link. What is wrongly taken for new is harmless:
    machines bear repetition; what is wrongly taken for a copy was heard before.
    """

    def __init__(self) -> None:
        self._said: dict[tuple[int, int, bytes], list[tuple[float, set[int]]]] = {}
        self._order: deque[tuple[float, tuple[int, int, bytes]]] = deque()

    def is_copy(self, frame: MavlinkFrame, path: int, now_s: float) -> bool:
        """``path``: the number of the link that it came by."""
        self._forget(now_s)
        key = (frame.component_id, frame.message_id, frame.payload)
        said = self._said.setdefault(key, [])
        for _, paths in said:
            if path not in paths:
                paths.add(path)
                return True
        said.append((now_s, {path}))
        self._order.append((now_s, key))
        return False

    def _forget(self, now_s: float) -> None:
        while self._order and now_s - self._order[0][0] > _COPY_DELAY_S:
            _, key = self._order.popleft()
            said = self._said[key]
            said.pop(0)
            if not said:
                del self._said[key]
