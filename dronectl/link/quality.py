"""How well a link carries one vehicle: frames lost, and how long an answer takes."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from statistics import median

from dronectl.protocol.vehicle.liveness import LossMeter

_ROUND_TRIPS = 9
_UNHEARD_AFTER = 4
"""So many questions in a row without an answer: it does not hear us, or does not answer such questions."""
_UNKNOWN_ROUND_TRIP_S = 0.5
_ASKED_AGAIN_AFTER_S = 1.0
"""What a lost frame costs: about the time after which protocols ask again."""
_MOST_LOSS = 0.95


@dataclass(frozen=True, slots=True)
class LinkReport:
    """One link of one vehicle as it is now. None: not measured (yet)."""

    url: str
    up: bool
    """It is open on this side; whether the vehicle speaks there: ``heard``."""
    heard: bool
    trusted: bool
    """It surely leads to this aircraft (or is its only link); what comes by another one is not heard."""
    in_use: bool
    """What is sent to the vehicle goes here."""
    loss_pct: float | None
    """Of the last couple of hundred frames of its autopilot."""
    round_trip_ms: float | None
    """Median of the last answers to TIMESYNC."""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


class LinkQuality:
    """Loss from the sequence numbers of the vehicle's autopilot (ArduPilot counts per port, so each link has its own),
    round trips from TIMESYNC. (https://mavlink.io/en/services/timesync.html)"""

    def __init__(self, loss: LossMeter | None = None) -> None:
        self.loss = loss or LossMeter()
        self.heard_s = float("-inf")
        """When a frame of its autopilot came last."""
        self._round_trips_s: deque[float] = deque(maxlen=_ROUND_TRIPS)
        self._unanswered = 0

    def heard(self, sequence: int, now_s: float) -> None:
        self.loss.heard(sequence)
        self.heard_s = now_s

    def asked(self) -> None:
        """A TIMESYNC question went out."""
        self._unanswered += 1

    def answered(self, round_trip_s: float) -> None:
        self._round_trips_s.append(round_trip_s)
        self._unanswered = 0

    def forget(self) -> None:
        """The link fell: who comes back may come by another way. The loss counted so far stays."""
        self.heard_s = float("-inf")
        self._round_trips_s.clear()
        self._unanswered = 0

    @property
    def round_trip_s(self) -> float | None:
        """Median of the last answers; None while there are none."""
        return median(self._round_trips_s) if self._round_trips_s else None

    @property
    def likely_loss(self) -> float:
        """Share of frames lost, 0..1, a guess at first. Frames up are taken to be lost as those down are."""
        return self.loss.likely

    @property
    def hears_us(self) -> bool:
        """False once several questions in a row have had no answer."""
        return self._unanswered < _UNHEARD_AFTER

    @property
    def expected_s(self) -> float:
        """How long a question and its answer take on average, asked again until the answer is there: what links are
        compared by. Frames up are taken to be lost as those down are."""
        loss = min((self.loss.recent_pct or 0.0) / 100.0, _MOST_LOSS)
        both_arrive = (1.0 - loss) ** 2
        round_trip_s = self.round_trip_s
        first_s = _UNKNOWN_ROUND_TRIP_S if round_trip_s is None else round_trip_s
        return first_s + _ASKED_AGAIN_AFTER_S * (1.0 / both_arrive - 1.0)
