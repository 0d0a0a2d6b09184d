"""The items of an upload on their way: which come next, how many at once, and how many copies of each."""

from __future__ import annotations

from dronectl.model.plan.mission import Mission
from dronectl.protocol.core.machine import Send
from dronectl.protocol.mission.in_flight import InFlight
from dronectl.protocol.mission.item_messages import send_item
from dronectl.protocol.mission.window import CopyPolicy, Window


class ItemSender:
    """Sends items in order, a window of them ahead of the one that the vehicle wants."""

    def __init__(self, mission: Mission, window: int) -> None:
        self._mission = mission
        self._window = Window(window)
        self._copies = CopyPolicy()
        self._in_flight = InFlight()
        self._sent_s: list[list[float]] = [[] for _ in mission.items]
        """When each item was sent in this attempt, every copy."""
        self._forgotten_s = float("-inf")
        """When an answer was last missed: what was sent earlier is no longer counted on."""
        self.next = 0
        self.end = 0
        """One past the highest item ever sent in this attempt."""
        self.frames = 0
        """Sent in all attempts."""

    @property
    def has_sent_all(self) -> bool:
        return self.end == len(self._mission)

    def sent_s(self, seq: int) -> list[float]:
        """When it was sent in this attempt, every copy."""
        return self._sent_s[seq]

    def copies_of(self, seq: int) -> int:
        """How many copies of it were sent at once the last time."""
        sent_s = self._sent_s[seq]
        return sent_s.count(sent_s[-1]) if sent_s else 0

    def begin_again(self) -> None:
        """From item 0; what was learned of the link stays."""
        self.next = self.end = 0
        self._sent_s = [[] for _ in self._mission.items]
        self._in_flight.clear()

    def one_at_a_time(self) -> None:
        """From now on no item is sent before it is asked for."""
        self._window = Window(1)

    def send(self, wanted: int, now_s: float) -> list[Send]:
        """What fits into the window, from the item that is next on; at least the one that is ``wanted``."""
        effects: list[Send] = []
        copies = self._copies.for_window(self._window.size)
        last = min(len(self._mission), wanted + max(1, self._window.size // copies))
        while self.next < last and (
            self.next == wanted or self._in_flight.count(self._forgotten_s) + copies <= self._window.size
        ):
            effects += [send_item(self._mission, self.next)] * copies
            self._sent_s[self.next] += [now_s] * copies
            self._in_flight.sent(self.next, copies, now_s)
            self.frames += copies
            self.next += 1
            self.end = max(self.end, self.next)
        return effects

    def go_back_to(self, wanted: int) -> None:
        """No copy of this item arrived: it, and all after it, are sent again."""
        if copies := self.copies_of(wanted):
            self._copies.lost(copies)
        self.next = wanted

    def taken(self, seq: int, gained: int, sample_s: float | None, *, least_s: float | None, fresh_s: float) -> None:
        """The vehicle has item ``seq``, and so ``gained`` more than before; ``sample_s``: how long its answer took,
        where that is sure. What was sent after ``fresh_s`` cannot have been answered yet."""
        copies = self._copies.for_window(self._window.size)
        self._copies.passed(gained, copies)
        self._window.answered(gained * copies, sample_s, least_s)
        self._in_flight.taken(seq, fresh_s=fresh_s)
        self.next = max(self.next, seq + 1)

    def is_missing(self, wanted: int, *, fresh_s: float) -> bool:
        """A complaint came about an item out of order. Whether no copy of the wanted one is on its way any more."""
        is_hole = self._in_flight.is_hole(wanted, fresh_s=fresh_s)
        sent_s = self._sent_s[wanted]
        return is_hole and bool(sent_s) and sent_s[-1] <= fresh_s

    def timed_out(self, now_s: float) -> None:
        """No answer in time: what was sent until now is not counted on."""
        self._window.timed_out()
        self._forgotten_s = now_s

    def timeout_was_spurious(self) -> None:
        """The answer was only late: what was sent after it is on its way still, and not lost."""
        self.next = self.end
        self._window.timeout_was_spurious()
