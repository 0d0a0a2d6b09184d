"""One attempt of an upload: what the vehicle has said since its first MISSION_COUNT."""

from __future__ import annotations

from dataclasses import dataclass, field

_BELIEF_S = 0.4
"""A request for an earlier item is believed when it is repeated after so long; before, it may be a late duplicate."""


@dataclass(slots=True)
class UploadAttempt:
    """Begins with a COUNT; open once the vehicle has asked for item 0."""

    number: int
    began_s: float
    counts_sent_s: list[float] = field(default_factory=list)
    is_open: bool = False
    opened_s: float = 0.0
    wanted: int = 0
    """The item that the vehicle wants next, as far as its requests have reached us."""
    closed_with: int | None = None
    """The answer by which the vehicle may have closed the transfer."""
    _unanswered_counts: int = 0
    _refused: tuple[int, int] | None = None
    """A refusal before the first item, and how many COUNTs were unanswered by then."""
    _earlier: tuple[int, float] | None = None
    """An item before the wanted one that was asked for, and when."""

    def count_sent(self, now_s: float) -> None:
        self._unanswered_counts += 1
        self.counts_sent_s.append(now_s)

    def open(self, now_s: float) -> None:
        """Item 0 is asked for."""
        self.is_open = True
        self.opened_s = now_s

    def advance(self, seq: int) -> None:
        """The vehicle has all items before ``seq``, and has not closed the transfer."""
        self.wanted = seq
        self._earlier = self.closed_with = None

    def answers_repeated_count(self, seq: int) -> bool:
        """Whether a request for this item is the answer to a COUNT that was sent again; each is counted once."""
        if seq != 0 or self._unanswered_counts <= 1:
            return False
        self._unanswered_counts -= 1
        return True

    def went_back(self, seq: int, now_s: float) -> bool:
        """An item before the wanted one is asked for. Whether that is believed; then it is the wanted one."""
        if not self.answers_repeated_count(seq):
            if self._earlier is None or self._earlier[0] != seq:
                self._earlier = (seq, now_s)
                return False
            if now_s - self._earlier[1] < _BELIEF_S:
                return False
        self._earlier = None
        self.wanted = seq
        return True

    def is_first_refusal(self, result: int) -> bool:
        """Before the first item: the answer may be a late one, about an item of the transfer before."""
        if self._refused is not None and self._refused[0] == result:
            return False
        self._refused = (result, self._unanswered_counts)
        return True

    @property
    def counted_since_refusal(self) -> bool:
        """Another COUNT was sent after the first refusal."""
        return self._refused is not None and self._unanswered_counts > self._refused[1]
