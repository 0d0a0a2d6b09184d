"""When a question is asked again, and when often enough: by what the link takes and loses, and never too soon."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

SURELY = 1e-5
"""So seldom may every question or its answer have got lost by chance when nobody is said to answer."""
LEAST_ATTEMPTS, MOST_ATTEMPTS = 4, 12
PATIENCE_S = 5.0
"""So long is waited in all, however fast the link: a vehicle may be busy for some seconds."""
_LEAST_TIMEOUT_S, _MOST_TIMEOUT_S = 0.5, 3.0
_LONGER = 1.25


class LinkEstimate(Protocol):
    """What is known of the way to a vehicle and back."""

    @property
    def round_trip_s(self) -> float | None:
        """None: not measured (yet)."""

    @property
    def likely_loss(self) -> float:
        """Share of frames that get lost, 0..1, as far as one can tell."""


@dataclass(frozen=True, slots=True)
class AssumedLink:
    """A link of which nothing is known."""

    round_trip_s: float | None = None
    likely_loss: float = 0.05


def attempts_for(likely_loss: float) -> int:
    """How often to ask until silence is no chance: a question and its answer must both arrive."""
    fails = 1.0 - (1.0 - min(likely_loss, 0.95)) ** 2
    if fails <= 0.0:
        return LEAST_ATTEMPTS
    return min(max(math.ceil(math.log(SURELY) / math.log(fails)), LEAST_ATTEMPTS), MOST_ATTEMPTS)


class RequestTimer:
    """The timing of one question. ``timeout_s``: how long its answer is waited for before the link is measured."""

    def __init__(self, link: LinkEstimate, *, timeout_s: float = 1.0) -> None:
        self._link = link
        self._timeout_s = timeout_s
        self._began_s: float | None = None
        self.sent = 0

    def ask(self, now_s: float) -> float:
        """It is sent now; returns when to look again."""
        if self._began_s is None:
            self._began_s = now_s
        round_trip_s = self._link.round_trip_s
        wait_s = self._timeout_s if round_trip_s is None else max(1.5 * round_trip_s + 0.25, _LEAST_TIMEOUT_S)
        longest_s = max(wait_s, _MOST_TIMEOUT_S)
        wait_s = min(wait_s * _LONGER**self.sent, longest_s)
        self.sent += 1
        return now_s + wait_s

    def heard(self) -> None:
        """There was progress: what is missing still is asked for with new patience."""
        self._began_s, self.sent = None, 0

    def is_over(self, now_s: float) -> bool:
        """It was asked often enough, for long enough."""
        return self.sent >= attempts_for(self._link.likely_loss) and self.waited_s(now_s) >= PATIENCE_S

    def waited_s(self, now_s: float) -> float:
        """Since it was asked first."""
        return 0.0 if self._began_s is None else now_s - self._began_s

    def silence(self, what: str, now_s: float) -> str:
        """``no answer to WHAT for 6.2 s``."""
        return f"no answer to {what} for {self.waited_s(now_s):.1f} s"
