"""Upload of a mission, fence or rally list, pipelined.

Protocol: MISSION_COUNT, then the vehicle asks for item 0; as item k arrives it wants k+1 and takes it at once,
asked for or not. So items are sent ahead in order, a window of them, and the vehicle's requests serve as
acknowledgements. An item out of order is answered with INVALID_SEQUENCE and the transfer goes on: that, a request that
is repeated, or a timeout makes the machine go back to the item that the vehicle wants.
(https://mavlink.io/en/services/mission.html, and ArduCopter 4.5 as observed: docs/explanation/golden-answers.md.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.errors import NoAnswer, Refused
from dronectl.model.ardupilot import stored_items
from dronectl.model.message import Message
from dronectl.model.plan.mission import Mission
from dronectl.protocol.core.machine import BaseMachine, Effect, MachineProgress, Send, is_for_us, joined_texts
from dronectl.protocol.core.round_trip import RoundTrip, TransferTiming
from dronectl.protocol.mission.in_flight import InFlight
from dronectl.protocol.mission.item_messages import send_item
from dronectl.protocol.mission.results import ABOUT_ONE_ITEM, MissionResult, list_name, upload_refused
from dronectl.protocol.mission.window import FIRST_WINDOW, CopyPolicy, Window
from dronectl.protocol.vehicle.statustext import TextCollector

_SAID_AGAIN_S = 0.9
"""After such a silence a request may be one that the vehicle repeats of its own accord: ArduPilot does each second."""
_MOST_ATTEMPTS = 4
_BELIEF_S = 0.4
"""A request for an earlier item is believed when it is repeated after so long; before, it may be a late duplicate."""


@dataclass(frozen=True, slots=True)
class UploadResult:
    """``confirmed`` False: the closing acknowledgement was lost, and only a read-back can tell. ``resent``: item frames
    beyond the first of each."""

    items: int
    seconds: float
    resent: int
    confirmed: bool


class ItemUpload(BaseMachine[UploadResult]):
    """Uploads ``mission`` (its type says which list). An empty one clears the list.

    ``outcome``: :class:`UploadResult`, ``Refused`` with the item and the vehicle's words, or ``NoAnswer``. A confirmed
    upload is still only what the vehicle says: compare a read-back (:mod:`dronectl.protocol.mission.verify`).

    Args:
        window: items sent ahead at first; it follows the measured round trip. 1: one at a time, for good.
    """

    def __init__(self, mission: Mission, *, window: int = FIRST_WINDOW, timing: TransferTiming | None = None) -> None:
        super().__init__()
        self._mission = mission
        self._timing = timing or TransferTiming()
        self._round_trip = RoundTrip(self._timing)
        self._texts = TextCollector()
        self._window = Window(window)
        self._copies = CopyPolicy()
        self._started_s = self._heard_s = self._progress_s = 0.0
        self._may_be_said_again = False
        self._attempt = 1
        self._attempt_s = 0.0
        self._counts = 0
        self._counts_sent_s: list[float] = []
        self._frames = 0
        self._refusal: Refused | None = None
        self._doubted: tuple[int, int] | None = None
        """A refusal before the first item, and how many COUNTs had been sent by then."""
        self._open = False
        self._opened_s = 0.0
        self._wanted = 0
        """The item that the vehicle wants next, as far as its requests have reached us."""
        self._next = 0
        self._end = 0
        """One past the highest item ever sent in this attempt."""
        self._sent_s: list[list[float]] = [[] for _ in mission.items]
        """When each item was sent in this attempt, every copy."""
        self._in_flight = InFlight()
        self._complaints = 0
        """Since the last progress: those that no copy on its way explains."""
        self._hole_s = float("-inf")
        """When the last hole was found: what had been sent after it until then came in vain."""
        self._waiting_s = 0.0
        """When the timer was last set."""
        self._silence_s = float("-inf")
        """When an answer was last missed: what was sent earlier is no longer counted on."""
        self._went_back_to, self._went_back_s = -1, float("-inf")
        self._repeats = 0
        """How often the machine went back to that item once more."""
        self._earlier: tuple[int, float] | None = None
        self._closed_with: int | None = None
        """The answer by which the vehicle may have closed the transfer."""

    def start(self, now_s: float) -> Sequence[Effect]:
        self._started_s = self._attempt_s = self._heard_s = self._progress_s = now_s
        return [MachineProgress(0, len(self._mission)), *self._send_count(now_s)]

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        if message.name == "STATUSTEXT":
            self._texts.feed(message)
            return ()
        if self.outcome is not None or not self._is_ours(message):
            return ()
        is_request = message.name != "MISSION_ACK"
        if self._refusal is not None:
            # Who wants the next item has refused none: it was the late answer to an item of the transfer before.
            if not (is_request and self._open and self._wanted < int(message["seq"]) <= self._end):
                return ()
            self._refusal = None
        self._may_be_said_again = now_s - self._heard_s > _SAID_AGAIN_S
        self._heard_s = now_s
        if is_request:
            return self._on_request(int(message["seq"]), now_s)
        return self._on_ack(int(message["type"]), now_s)

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        if self._refusal is not None and self._is_starting(now_s):
            self._refusal = None
            self._texts.texts.clear()
            return self._send_count(now_s)
        if self._refusal is not None:
            refusal = self._refusal
            refusal.message += joined_texts(self._texts.texts)
            self._finish(refusal)
            return ()
        if self._gave_up(now_s):
            return self.cancel(now_s)
        if self._open and self._closed_with is not None:
            return self._on_closed(self._closed_with, now_s)
        if self._open and self._heard_s > self._waiting_s:
            return self._go_back(now_s)  # complaints came, so frames get through
        self._round_trip.back_off()
        if not self._open:
            return self._send_count(now_s)
        self._window.timed_out()
        self._silence_s = now_s
        return self._go_back(now_s)

    def on_new_link(self, now_s: float) -> Sequence[Effect]:
        """ArduPilot asks and acknowledges on the link that the COUNT came by: only a new COUNT brings it over."""
        if self.outcome is not None or self._refusal is not None:
            return ()
        self._heard_s = self._progress_s = now_s
        return self._begin_again(now_s)

    def cancel(self, now_s: float) -> Sequence[Effect]:
        """Closes the transfer, so that the next one need not wait for the vehicle's own time-out."""
        fields = {"type": int(MissionResult.OPERATION_CANCELLED), "mission_type": int(self._mission.mission_type)}
        return [Send("MISSION_ACK", fields)]

    def _is_ours(self, message: Message) -> bool:
        return (
            message.name in ("MISSION_REQUEST", "MISSION_REQUEST_INT", "MISSION_ACK")
            and message.get("mission_type", 0) == self._mission.mission_type
            and is_for_us(message)
        )

    # Opening

    def _send_count(self, now_s: float) -> list[Effect]:
        self._counts += 1
        self._counts_sent_s.append(now_s)
        self.deadline_s = now_s + self._round_trip.timeout_s
        fields = {"count": len(self._mission), "mission_type": int(self._mission.mission_type)}
        return [Send("MISSION_COUNT", fields)]

    def _on_closed(self, result: int, now_s: float) -> list[Effect]:
        """The vehicle has closed this transfer without saying that it has all items."""
        everything_sent = self._end == len(self._mission)
        has_all = everything_sent and (self._wanted == len(self._mission) - 1 or len(self._sent_s[-1]) > 1)
        if result != MissionResult.ERROR or not has_all:
            return self._restart(now_s, result)
        if any(not text.endswith("upload timeout") for text in self._texts.texts):
            self._refuse(result, now_s)  # it has them all, does not like them as a whole, and says why
            return []
        # Either that, without a word, or the answer to a last item that came twice: its first copy closed the transfer.
        return self._succeed(now_s, confirmed=False)

    def _restart(self, now_s: float, why: int) -> list[Effect]:
        """A new COUNT, from item 0."""
        if self._attempt >= _MOST_ATTEMPTS:
            self._refuse(why, now_s)
            return []
        if self._attempt == 1 and self._wanted <= 1 and self._next > 1:
            # It closed at the first item that it had not asked for: an autopilot that is not ArduPilot.
            self._window = Window(1)
        self._attempt += 1
        return self._begin_again(now_s)

    def _begin_again(self, now_s: float) -> list[Effect]:
        self._attempt_s = now_s
        self._open = False
        self._closed_with = None
        self._wanted = self._next = self._end = self._counts = 0
        self._counts_sent_s = []
        self._sent_s = [[] for _ in self._mission.items]
        self._in_flight.clear()
        self._complaints = 0
        self._earlier = self._doubted = None
        self._went_back_to = -1
        return self._send_count(now_s)

    # What the vehicle says

    def _on_request(self, seq: int, now_s: float) -> list[Effect]:
        if seq >= len(self._mission) or (self._open and seq > self._end):
            return []  # of an older, longer transfer
        if not self._open:
            if seq != 0:
                return []  # of an older transfer that hangs
            self._open = True
            self._opened_s = self._progress_s = now_s
            self._round_trip.answered(self._counts_sent_s, now_s)
            return self._send_window(now_s, restart_timer=True)
        if seq > self._wanted:
            return self._advance(seq, now_s)
        if seq == self._wanted == 0 and self._counts > 1:
            self._counts -= 1
            return []  # the answer to a COUNT that was sent again
        if seq == self._wanted:
            return self._on_repeated_request(now_s)
        return self._on_earlier_request(seq, now_s)

    def _advance(self, seq: int, now_s: float) -> list[Effect]:
        sent_s, gained = self._sent_s[seq - 1], seq - self._wanted
        if self._round_trip.is_too_soon(now_s - sent_s[-1]) and sent_s[0] < sent_s[-1]:
            # The answer to an earlier copy: what was sent with that is on its way still, and not lost.
            self._next = self._end
            self._window.timeout_was_spurious()
        copies = self._copies.for_window(self._window.size)
        self._copies.passed(gained, copies)
        sample_s = None
        if not self._may_be_said_again:
            sample_s = self._round_trip.answered(sent_s, now_s, since_s=self._hole_s)
        self._window.answered(gained * copies, sample_s, self._round_trip.least_s)
        self._in_flight.taken(seq - 1, fresh_s=self._fresh_s(now_s))
        self._wanted = seq
        self._next = max(self._next, seq)
        self._progress_s = now_s
        self._complaints = 0
        self._earlier = self._closed_with = None
        return [MachineProgress(seq, len(self._mission)), *self._send_window(now_s, restart_timer=True)]

    def _on_earlier_request(self, seq: int, now_s: float) -> list[Effect]:
        restarted_by_our_second_count = seq == 0 and self._counts > 1
        if restarted_by_our_second_count:
            self._counts -= 1
        elif self._earlier is None or self._earlier[0] != seq:
            self._earlier = (seq, now_s)
            return []
        elif now_s - self._earlier[1] < _BELIEF_S:
            return []
        self._earlier = None
        self._wanted = seq
        return self._go_back(now_s)

    def _on_repeated_request(self, now_s: float) -> list[Effect]:
        sent_s = self._sent_s[self._wanted]
        if not sent_s or now_s - sent_s[-1] < self._round_trip.quiet_s:
            return []  # a doubled request for what is on its way
        return self._go_back(now_s)

    def _on_complaint(self, now_s: float) -> list[Effect]:
        """An item came out of order: a second copy, or one after a hole."""
        sent_s = self._sent_s[self._wanted]
        fresh_s = self._fresh_s(now_s)
        is_hole = self._in_flight.is_hole(self._wanted, fresh_s=fresh_s)
        if not is_hole or not sent_s or sent_s[-1] > fresh_s:
            return self._send_window(now_s, restart_timer=False)
        # As many complaints as there are copies come also when the item arrived and the request for the next was lost.
        self._complaints += 1
        is_again = self._went_back_to == self._wanted
        is_soon = is_again and now_s - self._went_back_s < self._round_trip.quiet_s * 1.5**self._repeats
        if self._complaints < sent_s.count(sent_s[-1]) + is_again or is_soon:
            return self._send_window(now_s, restart_timer=False)
        self._hole_s = now_s
        return self._go_back(now_s)

    def _fresh_s(self, now_s: float) -> float:
        """What was sent later cannot have been answered yet."""
        least_s = self._round_trip.least_s
        return now_s - (self._round_trip.quiet_s if least_s is None else 0.9 * least_s)

    def _on_ack(self, result: int, now_s: float) -> list[Effect]:
        everything_sent = len(self._mission) == 0 or (self._open and self._end == len(self._mission))
        if result == MissionResult.ACCEPTED:
            # An earlier one belongs to another transfer: the vehicle cannot have the last item yet.
            return self._succeed(now_s, confirmed=True) if everything_sent else []
        if not self._open:
            return self._on_ack_before_opening(result, now_s)
        match result:
            case MissionResult.INVALID_SEQUENCE:
                return self._on_complaint(now_s)
            case MissionResult.ERROR | MissionResult.DENIED | MissionResult.OPERATION_CANCELLED:
                # No transfer is open, says the vehicle; or said it, about an older one. Only silence after it tells.
                self._closed_with = self._closed_with or result
                wait_s = self._timing.text_wait_s if everything_sent else self._round_trip.quiet_s
                self.deadline_s = min(self.deadline_s or now_s, now_s + wait_s)
                return []
            case _:
                if not self._round_trip.is_too_soon(now_s - self._opened_s):
                    self._refuse(result, now_s)
                return []

    def _on_ack_before_opening(self, result: int, now_s: float) -> list[Effect]:
        busy = (MissionResult.DENIED, MissionResult.ERROR, MissionResult.OPERATION_CANCELLED)
        if result == MissionResult.INVALID_SEQUENCE:
            return []  # about items of the transfer before
        if result in busy and now_s - self._attempt_s <= self._timing.busy_s:
            self.deadline_s = now_s + self._timing.busy_retry_s
        elif result in busy or self._is_said_again(result, now_s):
            self._refuse(result, now_s)
        return []

    def _is_said_again(self, result: int, now_s: float) -> bool:
        """A list that is not taken is refused at each COUNT; the late answer to an item of the transfer before is no
        answer to a second one."""
        if self._doubted is None or self._doubted[0] != result:
            self._doubted = (result, self._counts)
            self.deadline_s = now_s + max(self._timing.text_wait_s, self._round_trip.quiet_s)
            return False
        is_too_soon = self._round_trip.is_too_soon(now_s - self._counts_sent_s[-1])
        return self._counts > self._doubted[1] and not is_too_soon

    def _is_starting(self, now_s: float) -> bool:
        """ArduPilot has no storage in its first two seconds and refuses every list: it will have some in a moment."""
        without_storage = any(text.startswith("Only 0 items") for text in self._texts.texts)
        return without_storage and now_s - self._attempt_s <= self._timing.busy_s

    # Sending

    def _send_window(self, now_s: float, *, restart_timer: bool) -> list[Effect]:
        effects: list[Effect] = []
        copies = self._copies.for_window(self._window.size)
        last = min(len(self._mission), self._wanted + max(1, self._window.size // copies))
        while self._next < last and (
            self._next == self._wanted or self._in_flight.count(self._silence_s) + copies <= self._window.size
        ):
            effects += [send_item(self._mission, self._next)] * copies
            self._sent_s[self._next] += [now_s] * copies
            self._in_flight.sent(self._next, copies, now_s)
            self._frames += copies
            self._next += 1
            self._end = max(self._end, self._next)
        if effects or restart_timer:
            self._waiting_s = now_s
            self.deadline_s = now_s + self._round_trip.timeout_s
        return effects

    def _go_back(self, now_s: float) -> list[Effect]:
        if sent_s := self._sent_s[self._wanted]:
            self._copies.lost(sent_s.count(sent_s[-1]))
        self._repeats = self._repeats + 1 if self._went_back_to == self._wanted else 0
        self._went_back_to, self._went_back_s = self._wanted, now_s
        self._complaints = 0
        self._next = self._wanted
        return self._send_window(now_s, restart_timer=True)

    # Ends

    def _succeed(self, now_s: float, *, confirmed: bool) -> list[Effect]:
        total = len(self._mission)
        resent = max(0, self._frames - total)
        self._finish(UploadResult(total, now_s - self._started_s, resent, confirmed))
        return [MachineProgress(total, total)]

    def _refuse(self, result: int, now_s: float) -> None:
        """The vehicle's own words may come just after its answer, and so may a request that shows it to be an old one:
        wait a moment for them."""
        about_one = self._open and result in ABOUT_ONE_ITEM
        blamed = self._blamed() if about_one else None
        times = self._attempt if self._attempt >= _MOST_ATTEMPTS else None
        self._refusal = upload_refused(self._mission, result, blamed=blamed, times_closed=times, is_open=self._open)
        wait_s = max(self._timing.text_wait_s, self._round_trip.quiet_s) if about_one else self._timing.text_wait_s
        self.deadline_s = now_s + wait_s

    def _blamed(self) -> int:
        """The item that the answer speaks of: the wanted one, or a later one known to be bad (requests get lost)."""
        suspects = range(self._wanted, self._end)
        return next((seq for seq in suspects if stored_items.refusal(self._mission, seq)), self._wanted)

    def _gave_up(self, now_s: float) -> bool:
        kind = list_name(self._mission.mission_type)
        where = f"at item {self._wanted} of {len(self._mission)}" if self._open else "before the first item"
        if self._round_trip.is_silent(self._heard_s, now_s, self.link):
            why = f"no answer for {now_s - self._heard_s:.0f} s"
        elif now_s - self._progress_s > self._timing.stall_s:
            why = f"no progress for {self._timing.stall_s:.0f} s"
        else:
            return False
        hint = "the vehicle may hold a mixture of old and new items: check the link and upload again"
        self._finish(NoAnswer(f"{kind} upload stopped {where}: {why}", hint=hint))
        return True
