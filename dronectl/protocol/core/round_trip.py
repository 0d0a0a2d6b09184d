"""How long to wait for an answer: the smoothed round trip and its deviation, as in RFC 6298."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.protocol.core.request_timer import LinkEstimate, attempts_for


@dataclass(frozen=True, slots=True)
class TransferTiming:
    """The patience of a transfer, in seconds."""

    first_timeout_s: float = 0.6
    """Before any round trip has been measured."""
    least_timeout_s: float = 0.15
    most_timeout_s: float = 3.0
    silence_s: float = 12.0
    """Without a word from the vehicle about this transfer: no answer, once ``tries`` timeouts have passed as well."""
    tries: int = 6
    stall_s: float = 40.0
    """Words but no progress for so long: no answer either."""
    busy_s: float = 11.0
    """How long a vehicle may be busy with a transfer that hangs; ArduPilot drops one after 8 s."""
    busy_retry_s: float = 0.7
    text_wait_s: float = 0.4
    """After a refusal: how long its STATUSTEXT is waited for."""


_GRAIN_S = 0.03
"""No round trip is predicted more exactly than this."""
_SURELY_LATER = 0.9
"""An answer that comes within this part of the shortest round trip answers an earlier frame."""


class RoundTrip:
    """Learns from answers of which is sure to what frame they belong. A timeout that was made longer stays so until
    such an answer has come (Karn's rule), so that a queue that grows is not taken for loss again and again."""

    def __init__(self, timing: TransferTiming) -> None:
        self._timing = timing
        self._smoothed_s: float | None = None
        self._deviation_s = 0.0
        self._backoff = 1.0
        self.timeouts = 0
        """Timeouts since the last answer."""
        self.least_s: float | None = None
        """The shortest round trip seen: the link without queues."""

    def answered(self, sent_s: Sequence[float], now_s: float, *, since_s: float = float("-inf")) -> float | None:
        """An answer to a frame that was sent at these times; copies older than ``since_s`` are known to be lost.
        How long it took, where it can belong to one of them only."""
        self.timeouts = 0
        times = set(sent_s)
        if len(times) == 1:
            seconds = now_s - sent_s[0]
            self.least_s = seconds if self._smoothed_s is None else min(self.least_s or seconds, seconds)
        elif self._smoothed_s is None:
            self.least_s = now_s - max(times)  # it took no less; a first guess
            return None
        else:
            possible = [sent for sent in times if sent >= since_s and not self.is_too_soon(now_s - sent)]
            if len(possible) != 1:
                return None
            seconds = now_s - possible[0]
        self._sample(seconds)
        return seconds

    def is_too_soon(self, seconds: float) -> bool:
        """No answer comes so soon: it answers something else."""
        return self.least_s is not None and seconds < _SURELY_LATER * self.least_s

    def _sample(self, seconds: float) -> None:
        self._backoff = 1.0
        if self._smoothed_s is None:
            self._smoothed_s, self._deviation_s = seconds, seconds / 2
            return
        self._deviation_s += 0.25 * (abs(seconds - self._smoothed_s) - self._deviation_s)
        self._smoothed_s += 0.125 * (seconds - self._smoothed_s)

    @property
    def quiet_s(self) -> float:
        """By then, what was on its way when a frame was sent again has been answered."""
        if self._smoothed_s is None:
            return self._timing.first_timeout_s
        return self._smoothed_s + max(2 * self._deviation_s, _GRAIN_S)

    @property
    def timeout_s(self) -> float:
        """After so long without an answer, the frame or its answer is taken for lost."""
        if self._smoothed_s is None:
            wanted_s = self._timing.first_timeout_s
        else:
            wanted_s = max(self._smoothed_s + max(4 * self._deviation_s, 0.05), self._timing.least_timeout_s)
        return min(wanted_s * self._backoff, self._timing.most_timeout_s)

    def back_off(self) -> None:
        """A timeout passed in vain: the next one is longer."""
        self._backoff = min(self._backoff * 1.5, 4.0)
        self.timeouts += 1

    def is_silent(self, heard_s: float, now_s: float, link: LinkEstimate) -> bool:
        """Time to give up: long enough, and often enough for the ``link``, without a word."""
        tries = max(self._timing.tries, attempts_for(link.likely_loss))
        return now_s - heard_s > self._timing.silence_s and self.timeouts >= tries
