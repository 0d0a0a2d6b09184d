"""Download of a mission, fence or rally list, pipelined: several items are asked for at once.

Protocol: MISSION_REQUEST_LIST, MISSION_COUNT, one MISSION_REQUEST_INT per item in any order, a closing MISSION_ACK.
(https://mavlink.io/en/services/mission.html)
"""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.errors import NoAnswer, Refused
from dronectl.model.message import Message
from dronectl.model.mission import Mission, MissionItem, MissionType
from dronectl.protocol.machine import BaseMachine, Effect, Progress, Send, is_for_us, joined_texts
from dronectl.protocol.mission_results import MissionResult, kind_words, result_words
from dronectl.protocol.round_trip import RoundTrip, Timing
from dronectl.protocol.statustext import Words

FIRST_WINDOW = 32
_OVERTAKEN = 3
"""An item is taken for lost when so many that were asked for after it have come."""
_MOST_RESTARTS = 5


class ItemDownload(BaseMachine[Mission]):
    """``outcome``: the :class:`Mission` on board, ``Refused`` or ``NoAnswer``.

    A count that changes on the way (another station uploads) makes it start again: items of two missions never mix
    unnoticed unless both have the same length, which only a second download can tell.
    """

    def __init__(self, mission_type: MissionType, *, window: int = FIRST_WINDOW, timing: Timing | None = None) -> None:
        super().__init__()
        self._type = mission_type
        self._window = max(1, window)
        self._timing = timing or Timing()
        self._round_trip = RoundTrip(self._timing)
        self._words = Words()
        self._items: list[MissionItem | None] | None = None
        self._got = 0
        self._fresh = 0
        self._asked: dict[int, tuple[float, int]] = {}
        """Items on their way, oldest request first: when asked, and how many later ones have come since."""
        self._asked_again: set[int] = set()
        self._lost: list[int] = []
        self._list_sent_s = 0.0
        self._lists = 0
        self._restarts = 0
        self._started_s = self._heard_s = self._progress_s = 0.0
        self.resent = 0

    def start(self, now_s: float) -> Sequence[Effect]:
        self._started_s = self._heard_s = self._progress_s = now_s
        return [Progress(0, 0), *self._ask_for_count(now_s)]

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        if message.name == "STATUSTEXT":
            self._words.feed(message)
            return ()
        if self.outcome is not None or message.get("mission_type", 0) != self._type or not is_for_us(message):
            return ()
        match message.name:
            case "MISSION_COUNT":
                self._heard_s = now_s
                return self._on_count(int(message["count"]), now_s)
            case "MISSION_ITEM_INT":
                self._heard_s = now_s
                return self._on_item(message, now_s)
            case "MISSION_ACK":
                self._heard_s = now_s
                return self._on_ack(int(message["type"]), now_s)
            case _:
                return ()

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        if self._gave_up(now_s):
            return ()
        self._round_trip.back_off()
        if self._items is None:
            return self._ask_for_count(now_s)
        self._lost = sorted({*self._lost, *self._asked})
        self._asked.clear()
        self._window = max(2, self._window // 2)
        return self._ask_for_items(now_s)

    def _gave_up(self, now_s: float) -> bool:
        if self._round_trip.is_silent(self._heard_s, now_s):
            why = f"no answer for {now_s - self._heard_s:.0f} s"
        elif now_s - self._progress_s > self._timing.stall_s:
            why = f"no progress for {self._timing.stall_s:.0f} s"
        else:
            return False
        total = "?" if self._items is None else len(self._items)
        self._finish(NoAnswer(f"{kind_words(self._type)} download stopped at {self._got} of {total}: {why}"))
        return True

    def _ask_for_count(self, now_s: float) -> list[Effect]:
        self._lists += 1
        self._list_sent_s = now_s
        self.deadline_s = now_s + self._round_trip.timeout_s
        return [Send("MISSION_REQUEST_LIST", {"mission_type": int(self._type)})]

    def _on_count(self, count: int, now_s: float) -> list[Effect]:
        if self._items is not None:
            if count == len(self._items):
                return []  # the answer to a request that was sent twice
            self._restarts += 1
            if self._restarts > _MOST_RESTARTS:
                self._finish(Refused(f"the {kind_words(self._type)} on board keeps changing while it is read"))
                return []
        elif self._lists == 1:
            self._round_trip.sample(now_s - self._list_sent_s)
        self._items = [None] * count
        self._got = self._fresh = 0
        self._asked.clear()
        self._asked_again.clear()
        self._lost.clear()
        self._progress_s = now_s
        return [Progress(0, count), *self._ask_for_items(now_s)]

    def _on_item(self, message: Message, now_s: float) -> list[Effect]:
        seq = int(message["seq"])
        if self._items is None or seq >= len(self._items):
            return []
        asked = self._asked.pop(seq, None)
        if self._items[seq] is None:
            self._items[seq] = _item_of(message)
            self._got += 1
            self._progress_s = now_s
            self._round_trip.progress()
            if seq in self._lost:
                self._lost.remove(seq)
        if asked is not None:
            self._note_overtaken(asked[0])
            if seq not in self._asked_again:
                self._round_trip.sample(now_s - asked[0])
                self._window = min(self._window + 1, 128)
        return [Progress(self._got, len(self._items)), *self._ask_for_items(now_s)]

    def _note_overtaken(self, asked_s: float) -> None:
        for seq, (earlier_s, overtaken) in list(self._asked.items()):
            if earlier_s > asked_s:
                break
            if overtaken + 1 >= _OVERTAKEN and earlier_s < asked_s:
                del self._asked[seq]
                self._lost.append(seq)
            elif earlier_s < asked_s:
                self._asked[seq] = (earlier_s, overtaken + 1)

    def _on_ack(self, result: int, now_s: float) -> list[Effect]:
        if result == MissionResult.ACCEPTED:
            return []  # the end of some upload
        if self._items is not None and result in (MissionResult.DENIED, MissionResult.ERROR):
            # The list became shorter, or another station's upload began: count again.
            self._items = None
            self._restarts += 1
        waited_s = now_s - self._progress_s
        if result in (MissionResult.DENIED, MissionResult.ERROR) and self._restarts <= _MOST_RESTARTS:
            if waited_s <= self._timing.busy_s:
                self.deadline_s = now_s + self._timing.busy_retry_s
                return []
        elif result in (MissionResult.INVALID_SEQUENCE, MissionResult.OPERATION_CANCELLED):
            return []  # about an upload that hung
        kind = kind_words(self._type)
        words = joined_texts(self._words.texts)
        self._finish(Refused(f"the vehicle refused to give its {kind} ({result_words(result)}){words}"))
        return []

    def _ask_for_items(self, now_s: float) -> list[Effect]:
        assert self._items is not None
        if self._got == len(self._items):
            mission = Mission(tuple(item for item in self._items if item is not None), self._type)
            self._finish(mission)
            return [Send("MISSION_ACK", {"type": int(MissionResult.ACCEPTED), "mission_type": int(self._type)})]
        effects: list[Effect] = []
        while len(self._asked) < self._window and (seq := self._next_seq()) is not None:
            self._asked[seq] = (now_s, 0)
            effects.append(Send("MISSION_REQUEST_INT", {"seq": seq, "mission_type": int(self._type)}))
        self.deadline_s = now_s + self._round_trip.timeout_s
        return effects

    def _next_seq(self) -> int | None:
        assert self._items is not None
        if self._lost:
            seq = self._lost.pop(0)
            self._asked_again.add(seq)
            self.resent += 1
            return seq
        if self._fresh < len(self._items):
            self._fresh += 1
            return self._fresh - 1
        return None


def _item_of(message: Message) -> MissionItem:
    return MissionItem(
        command=int(message["command"]),
        frame=int(message["frame"]),
        param1=float(message["param1"]),
        param2=float(message["param2"]),
        param3=float(message["param3"]),
        param4=float(message["param4"]),
        lat_e7=int(message["x"]),
        lon_e7=int(message["y"]),
        altitude_m=float(message["z"]),
        autocontinue=bool(message["autocontinue"]),
    )
