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
from dronectl.protocol.core.machine import BaseMachine, Effect, MachineProgress, Send, joined_texts
from dronectl.protocol.core.round_trip import RoundTrip, TransferTiming
from dronectl.protocol.mission.item_sender import ItemSender
from dronectl.protocol.mission.results import ABOUT_ONE_ITEM, MissionResult, list_name, upload_refused
from dronectl.protocol.mission.retransmission import Retransmission
from dronectl.protocol.mission.transfer_watch import TransferWatch
from dronectl.protocol.mission.upload_attempt import UploadAttempt
from dronectl.protocol.mission.window import FIRST_WINDOW
from dronectl.protocol.vehicle.statustext import TextCollector

_SAID_AGAIN_S = 0.9
"""After such a silence a request may be one that the vehicle repeats of its own accord: ArduPilot does each second."""
_MOST_ATTEMPTS = 4


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
    upload is still only what the vehicle says: compare a read-back (:mod:`dronectl.protocol.mission.verified_upload`).

    What is under way: ``item_sender.py``; what the vehicle has said of this attempt: ``upload_attempt.py``; when to go
    back: ``retransmission.py``; when to give up: ``transfer_watch.py``.

    Args:
        window: items sent ahead at first; it follows the measured round trip. 1: one at a time, for good.
    """

    transfers = True

    def __init__(self, mission: Mission, *, window: int = FIRST_WINDOW, timing: TransferTiming | None = None) -> None:
        super().__init__()
        self._mission = mission
        self._timing = timing or TransferTiming()
        self._round_trip = RoundTrip(self._timing)
        self._watch = TransferWatch(self._timing, self._round_trip)
        self._sender = ItemSender(mission, window)
        self._attempt = UploadAttempt(1, 0.0)
        self._retransmission = Retransmission()
        self._texts = TextCollector()
        self._refusal: Refused | None = None
        self._waiting_s = 0.0
        """When the timer was last set."""

    def start(self, now_s: float) -> Sequence[Effect]:
        self._watch.begin(now_s)
        self._attempt.began_s = now_s
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
            attempt, end = self._attempt, self._sender.end
            if not (is_request and attempt.is_open and attempt.wanted < int(message["seq"]) <= end):
                return ()
            self._refusal = None
        may_be_said_again = now_s - self._watch.heard_s > _SAID_AGAIN_S
        self._watch.heard(now_s)
        if is_request:
            return self._on_request(int(message["seq"]), now_s, may_be_said_again=may_be_said_again)
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
        attempt = self._attempt
        if attempt.is_open and attempt.closed_with is not None:
            return self._on_closed(attempt.closed_with, now_s)
        if attempt.is_open and self._watch.heard_s > self._waiting_s:
            return self._go_back(now_s)  # complaints came, so frames get through
        self._round_trip.back_off()
        if not attempt.is_open:
            return self._send_count(now_s)
        self._sender.timed_out(now_s)
        return self._go_back(now_s)

    def on_new_link(self, now_s: float) -> Sequence[Effect]:
        """ArduPilot asks and acknowledges on the link that the COUNT came by: only a new COUNT brings it over."""
        if self.outcome is not None or self._refusal is not None:
            return ()
        self._watch.restart(now_s)
        return self._begin_again(self._attempt.number, now_s)

    def cancel(self, now_s: float) -> Sequence[Effect]:
        """Closes the transfer, so that the next one need not wait for the vehicle's own time-out."""
        fields = {"type": int(MissionResult.OPERATION_CANCELLED), "mission_type": int(self._mission.mission_type)}
        return [Send("MISSION_ACK", fields)]

    def _is_ours(self, message: Message) -> bool:
        return (
            message.name in ("MISSION_REQUEST", "MISSION_REQUEST_INT", "MISSION_ACK")
            and message.get("mission_type", 0) == self._mission.mission_type
            and self._is_for_us(message)
        )

    # Opening

    def _send_count(self, now_s: float) -> list[Effect]:
        self._attempt.count_sent(now_s)
        self.deadline_s = now_s + self._round_trip.timeout_s
        fields = {"count": len(self._mission), "mission_type": int(self._mission.mission_type)}
        return [Send("MISSION_COUNT", fields)]

    def _on_closed(self, result: int, now_s: float) -> list[Effect]:
        """The vehicle has closed this transfer without saying that it has all items."""
        last = len(self._mission) - 1
        has_all = self._sender.has_sent_all and (self._attempt.wanted == last or len(self._sender.sent_s(last)) > 1)
        if result != MissionResult.ERROR or not has_all:
            return self._restart(now_s, result)
        if any(not text.endswith("upload timeout") for text in self._texts.texts):
            self._refuse(result, now_s)  # it has them all, does not like them as a whole, and says why
            return []
        # Either that, without a word, or the answer to a last item that came twice: its first copy closed the transfer.
        return self._succeed(now_s, confirmed=False)

    def _restart(self, now_s: float, why: int) -> list[Effect]:
        """A new COUNT, from item 0."""
        number = self._attempt.number
        if number >= _MOST_ATTEMPTS:
            self._refuse(why, now_s)
            return []
        if number == 1 and self._attempt.wanted <= 1 and self._sender.next > 1:
            # It closed at the first item that it had not asked for: an autopilot that is not ArduPilot.
            self._sender.one_at_a_time()
        return self._begin_again(number + 1, now_s)

    def _begin_again(self, number: int, now_s: float) -> list[Effect]:
        self._attempt = UploadAttempt(number, now_s)
        self._sender.begin_again()
        self._retransmission.begin_again()
        return self._send_count(now_s)

    # What the vehicle says

    def _on_request(self, seq: int, now_s: float, *, may_be_said_again: bool) -> list[Effect]:
        attempt = self._attempt
        if seq >= len(self._mission) or (attempt.is_open and seq > self._sender.end):
            return []  # of an older, longer transfer
        if not attempt.is_open:
            if seq != 0:
                return []  # of an older transfer that hangs
            attempt.open(now_s)
            self._watch.progressed(now_s)
            self._round_trip.answered(attempt.counts_sent_s, now_s)
            return self._send_window(now_s, restart_timer=True)
        if seq > attempt.wanted:
            return self._advance(seq, now_s, may_be_said_again=may_be_said_again)
        if seq == attempt.wanted:
            return self._on_repeated_request(seq, now_s)
        return self._go_back(now_s) if attempt.went_back(seq, now_s) else []

    def _advance(self, seq: int, now_s: float, *, may_be_said_again: bool) -> list[Effect]:
        sent_s, gained = self._sender.sent_s(seq - 1), seq - self._attempt.wanted
        if self._round_trip.is_too_soon(now_s - sent_s[-1]) and sent_s[0] < sent_s[-1]:
            self._sender.timeout_was_spurious()  # it is the answer to an earlier copy
        sample_s = None
        if not may_be_said_again:
            sample_s = self._round_trip.answered(sent_s, now_s, since_s=self._retransmission.hole_s)
        least_s, fresh_s = self._round_trip.least_s, self._fresh_s(now_s)
        self._sender.taken(seq - 1, gained, sample_s, least_s=least_s, fresh_s=fresh_s)
        self._attempt.advance(seq)
        self._watch.progressed(now_s)
        self._retransmission.progressed()
        return [MachineProgress(seq, len(self._mission)), *self._send_window(now_s, restart_timer=True)]

    def _on_repeated_request(self, seq: int, now_s: float) -> list[Effect]:
        sent_s = self._sender.sent_s(seq)
        if self._attempt.answers_repeated_count(seq):
            return []
        if not sent_s or now_s - sent_s[-1] < self._round_trip.quiet_s:
            return []  # a doubled request for what is on its way
        return self._go_back(now_s)

    def _on_complaint(self, now_s: float) -> list[Effect]:
        """An item came out of order: a second copy, or one after a hole."""
        wanted = self._attempt.wanted
        is_missing = self._sender.is_missing(wanted, fresh_s=self._fresh_s(now_s))
        copies, quiet_s = self._sender.copies_of(wanted), self._round_trip.quiet_s
        if is_missing and self._retransmission.is_due(wanted, copies, now_s, quiet_s=quiet_s):
            return self._go_back(now_s)
        return self._send_window(now_s, restart_timer=False)

    def _fresh_s(self, now_s: float) -> float:
        """What was sent later cannot have been answered yet."""
        least_s = self._round_trip.least_s
        return now_s - (self._round_trip.quiet_s if least_s is None else 0.9 * least_s)

    def _on_ack(self, result: int, now_s: float) -> list[Effect]:
        attempt = self._attempt
        everything_sent = len(self._mission) == 0 or (attempt.is_open and self._sender.has_sent_all)
        if result == MissionResult.ACCEPTED:
            # An earlier one belongs to another transfer: the vehicle cannot have the last item yet.
            return self._succeed(now_s, confirmed=True) if everything_sent else []
        if not attempt.is_open:
            return self._on_ack_before_opening(result, now_s)
        match result:
            case MissionResult.INVALID_SEQUENCE:
                return self._on_complaint(now_s)
            case MissionResult.ERROR | MissionResult.DENIED | MissionResult.OPERATION_CANCELLED:
                # No transfer is open, says the vehicle; or said it, about an older one. Only silence after it tells.
                attempt.closed_with = attempt.closed_with or result
                wait_s = self._timing.text_wait_s if everything_sent else self._round_trip.quiet_s
                self.deadline_s = min(self.deadline_s or now_s, now_s + wait_s)
                return []
            case _:
                if not self._round_trip.is_too_soon(now_s - attempt.opened_s):
                    self._refuse(result, now_s)
                return []

    def _on_ack_before_opening(self, result: int, now_s: float) -> list[Effect]:
        busy = (MissionResult.DENIED, MissionResult.ERROR, MissionResult.OPERATION_CANCELLED)
        if result == MissionResult.INVALID_SEQUENCE:
            return []  # about items of the transfer before
        if result in busy and now_s - self._attempt.began_s <= self._timing.busy_s:
            self.deadline_s = now_s + self._timing.busy_retry_s
        elif result in busy or self._is_said_again(result, now_s):
            self._refuse(result, now_s)
        return []

    def _is_said_again(self, result: int, now_s: float) -> bool:
        """A list that is not taken is refused at each COUNT; the late answer to an item of the transfer before is no
        answer to a second one."""
        attempt = self._attempt
        if attempt.is_first_refusal(result):
            self.deadline_s = now_s + max(self._timing.text_wait_s, self._round_trip.quiet_s)
            return False
        is_too_soon = self._round_trip.is_too_soon(now_s - attempt.counts_sent_s[-1])
        return attempt.counted_since_refusal and not is_too_soon

    def _is_starting(self, now_s: float) -> bool:
        """ArduPilot has no storage in its first two seconds and refuses every list: it will have some in a moment."""
        without_storage = any(text.startswith("Only 0 items") for text in self._texts.texts)
        return without_storage and now_s - self._attempt.began_s <= self._timing.busy_s

    # Sending

    def _send_window(self, now_s: float, *, restart_timer: bool) -> list[Effect]:
        effects: list[Effect] = [*self._sender.send(self._attempt.wanted, now_s)]
        if effects or restart_timer:
            self._waiting_s = now_s
            self.deadline_s = now_s + self._round_trip.timeout_s
        return effects

    def _go_back(self, now_s: float) -> list[Effect]:
        self._sender.go_back_to(self._attempt.wanted)
        self._retransmission.went_back(self._attempt.wanted, now_s)
        return self._send_window(now_s, restart_timer=True)

    # Ends

    def _succeed(self, now_s: float, *, confirmed: bool) -> list[Effect]:
        total = len(self._mission)
        resent = max(0, self._sender.frames - total)
        self._finish(UploadResult(total, now_s - self._watch.began_s, resent, confirmed))
        return [MachineProgress(total, total)]

    def _refuse(self, result: int, now_s: float) -> None:
        """The vehicle's own words may come just after its answer, and so may a request that shows it to be an old one:
        wait a moment for them."""
        attempt = self._attempt
        about_one = attempt.is_open and result in ABOUT_ONE_ITEM
        blamed = self._blamed() if about_one else None
        times = attempt.number if attempt.number >= _MOST_ATTEMPTS else None
        self._refusal = upload_refused(
            self._mission, result, blamed=blamed, times_closed=times, is_open=attempt.is_open
        )
        wait_s = max(self._timing.text_wait_s, self._round_trip.quiet_s) if about_one else self._timing.text_wait_s
        self.deadline_s = now_s + wait_s

    def _blamed(self) -> int:
        """The item that the answer speaks of: the wanted one, or a later one known to be bad (requests get lost)."""
        wanted = self._attempt.wanted
        suspects = range(wanted, self._sender.end)
        return next((seq for seq in suspects if stored_items.refusal(self._mission, seq)), wanted)

    def _gave_up(self, now_s: float) -> bool:
        why = self._watch.why_given_up(now_s, self.link)
        if why is None:
            return False
        attempt, kind = self._attempt, list_name(self._mission.mission_type)
        where = f"at item {attempt.wanted} of {len(self._mission)}" if attempt.is_open else "before the first item"
        hint = "the vehicle may hold a mixture of old and new items: check the link and upload again"
        self._finish(NoAnswer(f"{kind} upload stopped {where}: {why}", hint=hint))
        return True
