"""MISSION_CLEAR_ALL of one list, with retries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.errors import NoAnswer, Refused
from dronectl.model.message import Message
from dronectl.model.mission import MissionType
from dronectl.protocol.machine import BaseMachine, Effect, Send, is_for_us, joined_texts
from dronectl.protocol.mission_results import MissionResult, kind_words, result_words
from dronectl.protocol.round_trip import RoundTrip, Timing
from dronectl.protocol.statustext import Words


@dataclass(frozen=True, slots=True)
class ClearResult:
    seconds: float


class ItemClear(BaseMachine[ClearResult]):
    """``outcome``: :class:`ClearResult`, ``Refused`` (also when it stays busy) or ``NoAnswer``."""

    def __init__(self, mission_type: MissionType, *, timing: Timing | None = None) -> None:
        super().__init__()
        self._type = mission_type
        self._timing = timing or Timing()
        self._round_trip = RoundTrip(self._timing)
        self._words = Words()
        self._started_s = self._heard_s = 0.0

    def start(self, now_s: float) -> Sequence[Effect]:
        self._started_s = self._heard_s = now_s
        return self._ask(now_s)

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        if message.name == "STATUSTEXT":
            self._words.feed(message)
        is_ours = message.name == "MISSION_ACK" and message.get("mission_type", 0) == self._type
        if self.outcome is not None or not is_ours or not is_for_us(message):
            return ()
        self._heard_s = now_s
        result = int(message["type"])
        busy = result in (MissionResult.DENIED, MissionResult.ERROR, MissionResult.OPERATION_CANCELLED)
        if result == MissionResult.ACCEPTED:
            self._finish(ClearResult(now_s - self._started_s))
        elif busy and now_s - self._started_s <= self._timing.busy_s:
            self.deadline_s = now_s + self._timing.busy_retry_s
        elif result != MissionResult.INVALID_SEQUENCE:
            kind = kind_words(self._type)
            words = joined_texts(self._words.texts)
            self._finish(Refused(f"the vehicle refused to clear its {kind} ({result_words(result)}){words}"))
        return ()

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        if self._round_trip.is_silent(self._heard_s, now_s):
            kind = kind_words(self._type)
            self._finish(NoAnswer(f"no answer to clearing the {kind} for {now_s - self._heard_s:.0f} s"))
            return ()
        self._round_trip.back_off()
        return self._ask(now_s)

    def _ask(self, now_s: float) -> list[Effect]:
        self.deadline_s = now_s + self._round_trip.timeout_s
        return [Send("MISSION_CLEAR_ALL", {"mission_type": int(self._type)})]
