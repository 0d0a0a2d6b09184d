"""Reads a DataFlash log with LOG_REQUEST_DATA: long ranges as a stream, then what got lost in blocks of 90 bytes.

ArduPilot sends one range at a time and drops every request that comes meanwhile without a word. A request of one
block is answered before the next message is looked at, so several of those may be under way: losses cost no round
trip each. A block that ends a range is the vehicle's word that the next may be asked for; timers are for lost ends.
(https://mavlink.io/en/messages/common.html#LOG_REQUEST_DATA; AP_Logger_MAVLinkLogTransfer.cpp)
"""

from __future__ import annotations

from collections.abc import Sequence

from dronectl.errors import DronectlError, Mismatch, NoAnswer
from dronectl.model.message import Message
from dronectl.protocol.core.byte_ranges import ByteRange, ByteRanges
from dronectl.protocol.core.machine import BaseMachine, Effect, MachineProgress, Send
from dronectl.protocol.log.log_list import LogEntry, armed, says_armed

BLOCK_BYTES = 90
_WINDOW = 8
"""Blocks under way: 900 bytes, which a radio's send buffer holds; an answered request makes room for the next."""
_STREAM_BYTES = 16 * BLOCK_BYTES
"""A gap as long as this is asked for as one range."""
_LONGEST_TIMEOUT_S = 6.0
_EMPTY_ANSWERS = 5


class LogDownload(BaseMachine[int]):
    """``outcome``: the log's size when every byte has come; ``NoAnswer``, ``NotReady`` (armed meanwhile), or
    ``Mismatch`` (it ends before the size that the list gave). What came is fetched with :meth:`take`.

    Nothing but the frames' own 16-bit checksums proves the bytes: the protocol has no checksum of the whole.

    Args:
        had: what an earlier run has kept.
    """

    transfers = True
    gives_way = True

    def __init__(
        self, entry: LogEntry, *, had: Sequence[ByteRange] = (), timeout_s: float = 1.0, attempts: int = 12
    ) -> None:
        super().__init__()
        self._id = entry.log_id
        self._size = entry.size_bytes
        self._had = ByteRanges((max(0, begin), min(end, self._size)) for begin, end in had)
        self._fresh: list[tuple[int, bytes]] = []
        self._timeout_s = timeout_s
        self._attempts = attempts
        self._timeouts = 0
        self._empty_answers = 0
        self._stream: ByteRange | None = None
        """The range that the vehicle sends now."""
        self._asked: dict[int, int] = {}
        """Blocks asked for one by one, in the order asked: begin → end."""
        self._lost: list[ByteRange] = []
        self._asked_s = 0.0
        self._measured = False

    def take(self) -> list[tuple[int, bytes]]:
        """What has come since the last call: offsets and bytes; may overlap."""
        fresh, self._fresh = self._fresh, []
        return fresh

    def start(self, now_s: float) -> Sequence[Effect]:
        # A run that was killed may have left the vehicle sending: it would not hear us.
        return [Send("LOG_REQUEST_END"), *self._go_on(now_s)]

    def cancel(self, now_s: float) -> Sequence[Effect]:
        return [Send("LOG_REQUEST_END")]

    def on_message(self, message: Message, now_s: float) -> Sequence[Effect]:
        if self.outcome is not None:
            return ()
        if message.name == "STATUSTEXT" and says_armed(str(message["text"])):
            return self._end(armed())
        if message.name != "LOG_DATA" or int(message["id"]) != self._id:
            return ()
        offset, count = int(message["ofs"]), int(message["count"])
        data = bytes(message["data"])[:count]
        if count > BLOCK_BYTES or len(data) < count or offset > self._size:
            return ()
        return self._on_block(offset, data[: self._size - offset], is_short=count < BLOCK_BYTES, now_s=now_s)

    def on_timeout(self, now_s: float) -> Sequence[Effect]:
        self._timeouts += 1
        if self._timeouts >= self._attempts:
            return self._end(NoAnswer(f"log {self._id}: stopped at {self._had.covered} of {self._size} bytes"))
        self._stream = None
        self._asked.clear()
        self._lost.clear()
        return [Send("LOG_REQUEST_END"), *self._go_on(now_s)]

    def _on_block(self, offset: int, data: bytes, *, is_short: bool, now_s: float) -> Sequence[Effect]:
        end = offset + len(data)
        if self._had.add(offset, end):
            self._fresh.append((offset, data))
            self._heard(now_s)
        if not data and offset < self._size:
            self._empty_answers += 1
            if self._empty_answers > _EMPTY_ANSWERS:
                return self._end(
                    Mismatch(
                        f"log {self._id}: the vehicle has nothing at byte {offset} of {self._size}",
                        hint="list the logs again: they may have been erased; or its card is damaged",
                    )
                )
        if self._stream is not None and self._stream[0] <= offset and (is_short or end >= self._stream[1]):
            self._stream = None
        if offset in self._asked:
            for earlier in list(self._asked):
                stop = self._asked.pop(earlier)
                if earlier == offset:
                    break
                self._lost.append((earlier, stop))  # answers come in the order of the requests
        progress = MachineProgress(self._had.covered, self._size)
        return [progress, *self._go_on(now_s)] if self._stream is None else [progress]

    def _heard(self, now_s: float) -> None:
        self._timeouts = self._empty_answers = 0
        if not self._measured:
            self._measured = True
            self._timeout_s = min(max(self._timeout_s, 1.5 * (now_s - self._asked_s)), _LONGEST_TIMEOUT_S)
        self.deadline_s = now_s + self._wait_s()

    def _go_on(self, now_s: float) -> Sequence[Effect]:
        """The next requests: a long gap as one range, while nothing else is under way; short ones block by block."""
        if self._had.covered >= self._size:
            return self._end(self._size)
        effects: list[Effect] = []
        while len(self._asked) < _WINDOW and (gap := self._next_gap()) is not None:
            begin, end = gap
            if end - begin >= _STREAM_BYTES:
                if not self._asked:
                    self._stream = gap
                    effects.append(self._request(begin, end))
                break
            end = min(end, begin + BLOCK_BYTES)
            self._asked[begin] = end
            effects.append(self._request(begin, end))
        if effects:
            self._asked_s = self._asked_s if self._measured else now_s
            self.deadline_s = now_s + self._wait_s()
        return effects

    def _wait_s(self) -> float:
        """Longer after each time-out in vain, and short again once something new has come."""
        return min(self._timeout_s * 1.5**self._timeouts, _LONGEST_TIMEOUT_S)

    def _next_gap(self) -> ByteRange | None:
        """What was lost again, else the first gap that is not asked for."""
        while self._lost:
            begin, end = self._lost.pop(0)
            gap = next(self._had.missing(end, begin), None)
            if gap is not None and gap[0] not in self._asked:
                return gap
        after = max(self._asked.values(), default=0)
        return next(self._had.missing(self._size, after), None)

    def _request(self, begin: int, end: int) -> Send:
        return Send("LOG_REQUEST_DATA", {"id": self._id, "ofs": begin, "count": end - begin})

    def _end(self, outcome: int | DronectlError) -> Sequence[Effect]:
        self._finish(outcome)
        return [Send("LOG_REQUEST_END")]
