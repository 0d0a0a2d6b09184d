"""When a transfer of items is given up: nothing is heard of it any more, or it gets no further."""

from __future__ import annotations

from dronectl.protocol.core.request_timer import LinkEstimate
from dronectl.protocol.core.round_trip import RoundTrip, TransferTiming


class TransferWatch:
    """Knows when the transfer began, when the vehicle was heard about it last, and when it last got further."""

    def __init__(self, timing: TransferTiming, round_trip: RoundTrip) -> None:
        self._timing = timing
        self._round_trip = round_trip
        self.began_s = self.heard_s = self.progress_s = 0.0

    def begin(self, now_s: float) -> None:
        self.began_s = now_s
        self.restart(now_s)

    def restart(self, now_s: float) -> None:
        """What was not heard until now counts no more: it may have been said on another link."""
        self.heard_s = self.progress_s = now_s

    def heard(self, now_s: float) -> None:
        self.heard_s = now_s

    def progressed(self, now_s: float) -> None:
        self.progress_s = now_s

    def why_given_up(self, now_s: float, link: LinkEstimate) -> str | None:
        """None: it goes on."""
        if self._round_trip.is_silent(self.heard_s, now_s, link):
            return f"no answer for {now_s - self.heard_s:.0f} s"
        if now_s - self.progress_s > self._timing.stall_s:
            return f"no progress for {self._timing.stall_s:.0f} s"
        return None
