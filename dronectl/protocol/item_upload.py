"""Upload of a mission, fence or rally list, pipelined.

Protocol: MISSION_COUNT, then the vehicle asks for item 0; as item k arrives it wants k+1 and takes it at once,
asked for or not. So items are sent ahead in order, a window of them, and the vehicle's requests serve as
acknowledgements. An item out of order is answered with INVALID_SEQUENCE and the transfer goes on: that, a request that
is repeated, or a timeout makes the machine go back to the item that the vehicle wants.
(https://mavlink.io/en/services/mission.html, and ArduCopter 4.5 as observed: ARCHITECTURE.md, golden answers.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dronectl.errors import NoAnswer, Refused
from dronectl.model import ardupilot
from dronectl.model.message import Message
from dronectl.model.mission import Mission
from dronectl.protocol.machine import BaseMachine, Effect, Progress, Send, is_for_us, joined_texts
from dronectl.protocol.mission_results import ABOUT_ONE_ITEM, MissionResult, item_words, kind_words, result_words
from dronectl.protocol.round_trip import RoundTrip, Timing
from dronectl.protocol.statustext import Words

FIRST_WINDOW = 20
"""Items on their way before any round trip has been measured."""
MOST_WINDOW = 256
_LEAST_WINDOW = 4
_SHORT_QUEUE, _LONG_QUEUE = 2.0, 4.0
"""Items that wait in the link's buffers: below the first the window grows, above the second it shrinks."""
_MANY_IN_VAIN = 6
"""After so many times back to one item, items are sent one at a time until one is taken."""
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
    upload is still only what the vehicle says: compare a read-back (:mod:`dronectl.protocol.verify`).

    Args:
        window: items sent ahead at first; it follows the measured round trip. 1: one at a time, for good.
    """

    def __init__(self, mission: Mission, *, window: int = FIRST_WINDOW, timing: Timing | None = None) -> None:
        super().__init__()
        self._mission = mission
        self._timing = timing or Timing()
        self._round_trip = RoundTrip(self._timing)
        self._words = Words()
        self._window = max(1, window)
        self._most_window = 1 if window <= 1 else MOST_WINDOW
        self._started_s = self._heard_s = self._progress_s = 0.0
        self._attempt = 1
        self._attempt_s = 0.0
        self._counts = 0
        self._count_sent_s = 0.0
        self._frames = 0
        self._refusal: Refused | None = None
        self._open = False
        self._wanted = 0
        """The item that the vehicle wants next, as far as its requests have reached us."""
        self._next = 0
        self._end = 0
        """One past the highest item ever sent in this attempt."""
        self._times_sent = [0] * len(mission)
        self._sent_s = [0.0] * len(mission)
        self._went_back_s = float("-inf")
        self._went_back_to = -1
        self._vain = 0
        self._quiet_until_s = float("-inf")
        self._earlier: tuple[int, float] | None = None
        self._closed_with: int | None = None
        """The answer by which the vehicle may have closed the transfer."""

    def start(self, now_s: float) -> Sequence[Effect]:
        self._started_s = self._attempt_s = self._heard_s = self._progress_s = now_s
        return [Progress(0, len(self._mission)), *self._send_count(now_s)]

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        if message.name == "STATUSTEXT":
            self._words.feed(message)
            return ()
        if self.outcome is not None or self._refusal is not None or not self._is_ours(message):
            return ()
        self._heard_s = now_s
        if message.name == "MISSION_ACK":
            return self._on_ack(int(message["type"]), now_s)
        return self._on_request(int(message["seq"]), now_s)

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        if self._refusal is not None and self._is_starting(now_s):
            self._refusal = None
            self._words.texts.clear()
            return self._send_count(now_s)
        if self._refusal is not None:
            refusal = self._refusal
            refusal.message += joined_texts(self._words.texts)
            self._finish(refusal)
            return ()
        if self._gave_up(now_s):
            return self.cancel(now_s)
        if self._open and self._closed_with is not None:
            return self._on_closed(self._closed_with, now_s)
        self._round_trip.back_off()
        if not self._open:
            return self._send_count(now_s)
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
        self._count_sent_s = now_s
        self.deadline_s = now_s + self._round_trip.timeout_s
        fields = {"count": len(self._mission), "mission_type": int(self._mission.mission_type)}
        return [Send("MISSION_COUNT", fields)]

    def _on_closed(self, result: int, now_s: float) -> list[Effect]:
        """The vehicle has closed this transfer without saying that it has all items."""
        everything_sent = self._end == len(self._mission)
        has_all = everything_sent and (self._wanted == len(self._mission) - 1 or self._times_sent[-1] > 1)
        if result != MissionResult.ERROR or not has_all:
            return self._restart(now_s, result)
        if any(not text.endswith("upload timeout") for text in self._words.texts):
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
            self._window = self._most_window = 1
        self._attempt += 1
        return self._begin_again(now_s)

    def _begin_again(self, now_s: float) -> list[Effect]:
        self._attempt_s = now_s
        self._open = False
        self._closed_with = None
        self._wanted = self._next = self._end = self._counts = 0
        self._times_sent = [0] * len(self._mission)
        self._earlier = None
        self._went_back_to = -1
        return self._send_count(now_s)

    # What the vehicle says

    def _on_request(self, seq: int, now_s: float) -> list[Effect]:
        if seq >= len(self._mission):
            return []  # of an older, longer transfer
        if not self._open:
            if seq != 0:
                return []  # of an older transfer that hangs
            self._open = True
            self._progress_s = now_s
            if self._counts == 1:
                self._round_trip.sample(now_s - self._count_sent_s)
            return self._send_window(now_s, restart_timer=True)
        if seq > self._wanted:
            return self._advance(seq, now_s)
        if seq == self._wanted:
            return self._on_hole(now_s)
        return self._on_earlier_request(seq, now_s)

    def _advance(self, seq: int, now_s: float) -> list[Effect]:
        sample_s = now_s - self._sent_s[seq - 1] if self._times_sent[seq - 1] == 1 else None
        if sample_s is not None:
            self._round_trip.sample(sample_s)
        self._round_trip.progress()
        self._fit_window(seq - self._wanted, sample_s)
        self._wanted = seq
        self._next = max(self._next, seq)
        self._progress_s = now_s
        self._earlier = self._closed_with = None
        if now_s >= self._went_back_s + 0.9 * (self._round_trip.least_s or 0.0):
            self._quiet_until_s = now_s  # an answer to what was sent again: a complaint from here on is a new hole
        return [Progress(seq, len(self._mission)), *self._send_window(now_s, restart_timer=True)]

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

    def _on_hole(self, now_s: float) -> list[Effect]:
        if now_s < self._quiet_until_s:
            return []  # about frames that were sent before the machine went back
        if self._wanted >= self._next or self._is_fresh(self._wanted, now_s):
            return []  # a doubled request for what is on its way
        return self._go_back(now_s)

    def _is_fresh(self, seq: int, now_s: float) -> bool:
        least_s = self._round_trip.least_s
        return least_s is not None and now_s - self._sent_s[seq] < 0.9 * least_s

    def _on_ack(self, result: int, now_s: float) -> list[Effect]:
        everything_sent = len(self._mission) == 0 or (self._open and self._end == len(self._mission))
        if result == MissionResult.ACCEPTED:
            # An earlier one belongs to another transfer: the vehicle cannot have the last item yet.
            return self._succeed(now_s, confirmed=True) if everything_sent else []
        if not self._open:
            return self._on_ack_before_opening(result, now_s)
        match result:
            case MissionResult.INVALID_SEQUENCE:
                return self._on_hole(now_s)
            case MissionResult.ERROR | MissionResult.DENIED | MissionResult.OPERATION_CANCELLED:
                # No transfer is open, says the vehicle; or said it, about an older one. Only silence after it tells.
                self._closed_with = self._closed_with or result
                patience_s = self._timing.words_s if everything_sent else self._round_trip.quiet_s
                self.deadline_s = min(self.deadline_s or now_s, now_s + patience_s)
                return []
            case _:
                self._refuse(result, now_s)
                return []

    def _on_ack_before_opening(self, result: int, now_s: float) -> list[Effect]:
        busy = (MissionResult.DENIED, MissionResult.ERROR, MissionResult.OPERATION_CANCELLED)
        if result == MissionResult.INVALID_SEQUENCE:
            return []  # about items of the transfer before
        if result not in busy or now_s - self._attempt_s > self._timing.busy_s:
            self._refuse(result, now_s)
        else:
            self.deadline_s = now_s + self._timing.busy_retry_s
        return []

    def _is_starting(self, now_s: float) -> bool:
        """ArduPilot has no storage in its first two seconds and refuses every list: it will have some in a moment."""
        without_storage = any(text.startswith("Only 0 items") for text in self._words.texts)
        return without_storage and now_s - self._attempt_s <= self._timing.busy_s

    # Sending

    def _send_window(self, now_s: float, *, restart_timer: bool) -> list[Effect]:
        effects: list[Effect] = []
        while self._next < min(len(self._mission), self._wanted + self._window):
            effects.append(self._item(self._next))
            self._times_sent[self._next] += 1
            self._sent_s[self._next] = now_s
            self._frames += 1
            self._next += 1
            self._end = max(self._end, self._next)
        if effects or restart_timer:
            self.deadline_s = now_s + self._round_trip.timeout_s
        return effects

    def _go_back(self, now_s: float) -> list[Effect]:
        self._vain = self._vain + 1 if self._went_back_to == self._wanted else 0
        if self._vain and self._most_window > 1:  # going back did not help: press less
            least = 1 if self._vain >= _MANY_IN_VAIN else _LEAST_WINDOW
            self._window = max(min(self._window, least), self._window // 2)
        self._went_back_s, self._went_back_to = now_s, self._wanted
        self._quiet_until_s = now_s + self._round_trip.quiet_s
        self._next = self._wanted
        return self._send_window(now_s, restart_timer=True)

    def _fit_window(self, gained: int, sample_s: float | None) -> None:
        """Grows while answers come as fast as the link can, shrinks while they wait in a queue (TCP Vegas' idea)."""
        least_s = self._round_trip.least_s
        if sample_s is None or least_s is None or self._most_window == 1:
            self._window = min(self._window + 1, max(self._window, _LEAST_WINDOW), self._most_window)
            return
        queued = self._window * (1 - least_s / sample_s) if sample_s > 0 else 0.0
        if queued < _SHORT_QUEUE:
            self._window = min(self._window + gained, self._most_window)
        elif queued > _LONG_QUEUE:
            self._window = max(self._window - 1, _LEAST_WINDOW)

    def _item(self, seq: int) -> Send:
        item = self._mission.items[seq]
        fields = {
            "seq": seq,
            "frame": int(item.frame),
            "command": int(item.command),
            "current": 0,
            "autocontinue": int(item.autocontinue),
            "param1": item.param1,
            "param2": item.param2,
            "param3": item.param3,
            "param4": item.param4,
            "x": item.lat_e7,
            "y": item.lon_e7,
            "z": item.altitude_m,
            "mission_type": int(self._mission.mission_type),
        }
        return Send("MISSION_ITEM_INT", fields)

    # Ends

    def _succeed(self, now_s: float, *, confirmed: bool) -> list[Effect]:
        total = len(self._mission)
        resent = max(0, self._frames - total)
        self._finish(UploadResult(total, now_s - self._started_s, resent, confirmed))
        return [Progress(total, total)]

    def _refuse(self, result: int, now_s: float) -> None:
        """The vehicle's own words may come just after its answer: wait a moment for them."""
        kind = kind_words(self._mission.mission_type)
        where = f" at {item_words(self._mission, self._blamed())}" if self._open and result in ABOUT_ONE_ITEM else ""
        hint = "" if result in ABOUT_ONE_ITEM else "see what the vehicle says; try again when no other station uploads"
        what = f"refused the {kind}{where} ({result_words(result)})"
        if self._attempt >= _MOST_ATTEMPTS and result not in ABOUT_ONE_ITEM:
            what = f"closed the upload of the {kind} {self._attempt} times before its end ({result_words(result)})"
        elif not self._open and result in (MissionResult.DENIED, MissionResult.ERROR):
            what = f"does not take the {kind}: it stays busy with another transfer"
        self._refusal = Refused(
            f"the vehicle {what}",
            hint=hint,
            details={"mission_type": kind, "result": result, "item": self._blamed() if where else None},
        )
        self.deadline_s = now_s + self._timing.words_s

    def _blamed(self) -> int:
        """The item that the answer speaks of: the wanted one, or a later one known to be bad (requests get lost)."""
        suspects = range(self._wanted, self._end)
        return next((seq for seq in suspects if ardupilot.refusal(self._mission, seq)), self._wanted)

    def _gave_up(self, now_s: float) -> bool:
        kind = kind_words(self._mission.mission_type)
        where = f"at item {self._wanted} of {len(self._mission)}" if self._open else "before the first item"
        if self._round_trip.is_silent(self._heard_s, now_s):
            why = f"no answer for {now_s - self._heard_s:.0f} s"
        elif now_s - self._progress_s > self._timing.stall_s:
            why = f"no progress for {self._timing.stall_s:.0f} s"
        else:
            return False
        hint = "the vehicle may hold a mixture of old and new items: check the link and upload again"
        self._finish(NoAnswer(f"{kind} upload stopped {where}: {why}", hint=hint))
        return True
