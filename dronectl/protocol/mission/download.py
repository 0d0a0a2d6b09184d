"""Download of a mission, fence or rally list, pipelined: several items are asked for at once.

Protocol: MISSION_REQUEST_LIST, MISSION_COUNT, one MISSION_REQUEST_INT per item in any order, a closing MISSION_ACK.
Some autopilots want the requests in order and close the transfer otherwise: they are asked for one item at a time.
(https://mavlink.io/en/services/mission.html)
"""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.errors import NoAnswer, Refused
from dronectl.model.message import Message
from dronectl.model.plan.mission import Mission, MissionItem, MissionType
from dronectl.protocol.core.machine import BaseMachine, Effect, MachineProgress, Send, joined_texts
from dronectl.protocol.core.round_trip import RoundTrip, TransferTiming
from dronectl.protocol.mission.item_messages import item_of, what_nobody_has_on_board
from dronectl.protocol.mission.results import MissionResult, list_name, result_text
from dronectl.protocol.mission.transfer_watch import TransferWatch
from dronectl.protocol.mission.window import Window
from dronectl.protocol.vehicle.statustext import TextCollector

FIRST_WINDOW = 32
_OVERTAKEN = 3
"""An item is taken for lost when so many that were asked for after it have come."""
_MOST_COPIES = 3
"""Of a request, after several timeouts on end: few are on their way then, and each may get lost, there or back."""
_MOST_RESTARTS = 5
_LIST_AGAIN, _START_AGAIN = 3, 6
"""After so many timeouts on end the transfer may have been closed, and the word of it lost: the list is asked for
too, or, where all must be in order, read from the beginning."""


class ItemDownload(BaseMachine[Mission]):
    """``outcome``: the :class:`Mission` on board, ``Refused`` or ``NoAnswer``.

    A count that changes on the way (another station uploads) makes it start again: items of two missions never mix
    unnoticed unless both have the same length, which only a second download can tell.
    """

    transfers = True

    def __init__(
        self, mission_type: MissionType, *, window: int = FIRST_WINDOW, timing: TransferTiming | None = None
    ) -> None:
        super().__init__()
        self._type = mission_type
        self._window = Window(window)
        self._timing = timing or TransferTiming()
        self._round_trip = RoundTrip(self._timing)
        self._watch = TransferWatch(self._timing, self._round_trip)
        self._texts = TextCollector()
        self._items: list[MissionItem | None] | None = None
        self._got = 0
        self._fresh = 0
        self._asked: dict[int, tuple[float, int]] = {}
        """Items on their way, oldest request first: when asked, and how many later ones have come since."""
        self._asked_s: dict[int, list[float]] = {}
        """When each item was asked for, every time."""
        self._lost: list[int] = []
        self._lists_sent_s: list[float] = []
        self._doubted: tuple[int, int] | None = None
        """A refusal, and how often the list had been asked for by then."""
        self._restarts = 0
        self._closed = 0
        """How often the vehicle closed the transfer while items were asked for."""
        self.resent = 0

    def start(self, now_s: float) -> Sequence[Effect]:
        self._watch.begin(now_s)
        return [MachineProgress(0, 0), *self._ask_for_count(now_s)]

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        if message.name == "STATUSTEXT":
            self._texts.feed(message)
            return ()
        if self.outcome is not None or message.get("mission_type", 0) != self._type or not self._is_for_us(message):
            return ()
        match message.name:
            case "MISSION_COUNT":
                self._watch.heard(now_s)
                return self._on_count(int(message["count"]), now_s)
            case "MISSION_ITEM_INT":
                self._watch.heard(now_s)
                return self._on_item(message, now_s)
            case "MISSION_ACK":
                self._watch.heard(now_s)
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
        self._window.timed_out()
        if not self._window.is_single:
            again = self._round_trip.timeouts >= _LIST_AGAIN
            return [*(self._ask_for_count(now_s) if again else ()), *self._ask_for_items(now_s)]
        if self._round_trip.timeouts % _START_AGAIN == 0 and self._restarts < _MOST_RESTARTS:
            self._items = None
            self._restarts += 1
            return self._ask_for_count(now_s)
        return self._ask_for_items(now_s)

    def _gave_up(self, now_s: float) -> bool:
        why = self._watch.why_given_up(now_s, self.link)
        if why is None:
            return False
        total = "?" if self._items is None else len(self._items)
        self._finish(NoAnswer(f"{list_name(self._type)} download stopped at {self._got} of {total}: {why}"))
        return True

    def _ask_for_count(self, now_s: float) -> list[Effect]:
        self._lists_sent_s.append(now_s)
        self.deadline_s = now_s + self._round_trip.timeout_s
        return [Send("MISSION_REQUEST_LIST", {"mission_type": int(self._type)})]

    def _on_count(self, count: int, now_s: float) -> list[Effect]:
        if self._items is not None:
            if count == len(self._items):
                return []  # the answer to a request that was sent twice
            self._restarts += 1
            if self._restarts > _MOST_RESTARTS:
                self._finish(Refused(f"the {list_name(self._type)} on board keeps changing while it is read"))
                return []
        else:
            self._round_trip.answered(self._lists_sent_s, now_s)
        self._items = [None] * count
        self._got = self._fresh = 0
        self._asked.clear()
        self._asked_s.clear()
        self._lost.clear()
        self._watch.progressed(now_s)
        return [MachineProgress(0, count), *self._ask_for_items(now_s)]

    def _on_item(self, message: Message, now_s: float) -> list[Effect]:
        seq = int(message["seq"])
        if self._items is None or seq >= len(self._items):
            return []
        asked = self._asked.pop(seq, None)
        if asked is not None:
            self._note_overtaken(asked[0])
        if self._items[seq] is None:
            item = item_of(message)
            problem = what_nobody_has_on_board(item)
            if problem is not None:
                kind = list_name(self._type)
                self._finish(
                    Refused(
                        f"item {seq} of the {kind} on board has {problem}, which cannot be",
                        hint="no autopilot takes such an item: is something between it and this computer?",
                    )
                )
                return []
            self._items[seq] = item
            self._got += 1
            self._watch.progressed(now_s)
            sample_s = self._round_trip.answered(self._asked_s.get(seq, [now_s]), now_s)
            self._window.answered(1, sample_s, self._round_trip.least_s)
            if seq in self._lost:
                self._lost.remove(seq)
        return [MachineProgress(self._got, len(self._items)), *self._ask_for_items(now_s)]

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
            # The list became shorter, another station's upload began, or the requests are wanted in order: count again.
            self._items = None
            self._restarts += 1
            self._closed += bool(self._asked_s)
            if self._closed > 1:
                self._window = Window(1)
        waited_s = now_s - self._watch.progress_s
        if result in (MissionResult.DENIED, MissionResult.ERROR) and self._restarts <= _MOST_RESTARTS:
            if waited_s <= self._timing.busy_s:
                self.deadline_s = now_s + self._timing.busy_retry_s
                return []
        elif result in (MissionResult.INVALID_SEQUENCE, MissionResult.OPERATION_CANCELLED):
            return []  # about an upload that hung
        elif self._doubted is None or self._doubted[0] != result or self._doubted[1] == len(self._lists_sent_s):
            # It may be the late answer to an item of an upload before: that is not said again.
            if self._items is None and self._doubted is None:
                self._doubted = (result, len(self._lists_sent_s))
                self.deadline_s = now_s + max(self._timing.text_wait_s, self._round_trip.quiet_s)
            return []
        kind = list_name(self._type)
        words = joined_texts(self._texts.texts)
        self._finish(Refused(f"the vehicle refused to give its {kind} ({result_text(result)}){words}"))
        return []

    def _ask_for_items(self, now_s: float) -> list[Effect]:
        assert self._items is not None
        if self._got == len(self._items):
            mission = Mission(tuple(item for item in self._items if item is not None), self._type)
            self._finish(mission)
            return [Send("MISSION_ACK", {"type": int(MissionResult.ACCEPTED), "mission_type": int(self._type)})]
        effects: list[Effect] = []
        copies = min(max(1, self._round_trip.timeouts), _MOST_COPIES)
        while len(self._asked) < self._window.size and (seq := self._next_seq()) is not None:
            self._asked[seq] = (now_s, 0)
            self._asked_s.setdefault(seq, []).append(now_s)
            effects += [Send("MISSION_REQUEST_INT", {"seq": seq, "mission_type": int(self._type)})] * copies
        self.deadline_s = now_s + self._round_trip.timeout_s
        return effects

    def _next_seq(self) -> int | None:
        assert self._items is not None
        if self._lost:
            seq = self._lost.pop(0)
            self.resent += 1
            return seq
        if self._fresh < len(self._items):
            self._fresh += 1
            return self._fresh - 1
        return None
