"""A sink that keeps every report on the disk until the other side has it. The fleet's thread only fills a queue."""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dronectl.errors import StorageError, error_text
from dronectl.model.report import Report
from dronectl.sinks.outbox import Outbox
from dronectl.sinks.sink import Channel, ChannelEvent, Delivered, Down, SinkCounts, Up
from dronectl.storage.file_lock import lock_file

QUEUED = 10_000
"""So many may wait for the disk, in memory."""
DRAIN_S = 3.0
"""So long is waited at the end for what is still to be delivered."""
LOOK_EVERY_S = 1.0

Say = Callable[[str], None]


class StoredSink:
    """A :class:`~dronectl.sinks.sink.Sink` over any channel.

    One thread of its own holds the outbox and hands out what is in it, in order, at least once. Of several processes
    with one outbox the first one delivers; the others put there what they alone know, until it is their turn, so that
    nothing is told twice. ``say`` is told, from that thread, when the other side is there and when it is not, and what
    was dropped.
    """

    def __init__(self, channel: Channel, path: Path, most: int, say: Say) -> None:
        self._channel = channel
        self._path = path
        self._most = most
        self._say = say
        self._news: queue.SimpleQueue[Report | ChannelEvent | None] = queue.SimpleQueue()
        self._not_queued: Counter[str] = Counter()
        self._counts = SinkCounts()
        self._told = ""
        self._thread = threading.Thread(target=self._work, name=channel.name, daemon=True)
        self._thread.start()

    @property
    def name(self) -> str:
        return self._channel.name

    @property
    def counts(self) -> SinkCounts:
        counts = self._counts
        return SinkCounts(counts.delivered, counts.waiting, Counter(counts.dropped) + self._not_queued)

    def offer(self, report: Report) -> None:
        if self._news.qsize() < QUEUED:
            self._news.put(report)
        else:
            self._not_queued[report.kind] += 1

    def close(self) -> None:
        self._news.put(None)
        self._thread.join(3 * DRAIN_S)

    # -- the thread -----------------------------------------------------------------------------------------------

    def _work(self) -> None:
        try:
            with self._turn() as is_ours:
                if is_ours:
                    with Outbox(self._path, self._most) as outbox:
                        self._deliver(outbox)
        except Exception as error:  # noqa: BLE001 - whatever it is, the fleet flies on
            self._tell(f"nothing is told any more: {error_text(error)}")

    @contextmanager
    def _turn(self) -> Iterator[bool]:
        """Within: this process delivers; False: it was closed before it was its turn."""
        path = self._path.with_suffix(".lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("ab")
        except OSError as error:
            raise StorageError(f"{path}: cannot be made: {error}") from error
        with file:
            while not lock_file(file):
                self._tell("another dronectl of this workspace tells it already")
                taken = self._take()
                if own := [one for one in taken if isinstance(one, Report) and one.only_here]:
                    with Outbox(self._path, self._most) as outbox:
                        outbox.add(own)
                if None in taken:
                    yield False
                    return
            yield True

    def _take(self) -> list[Report | ChannelEvent | None]:
        """What has come, at least one thing or nothing for a while."""
        taken: list[Report | ChannelEvent | None] = []
        try:
            taken.append(self._news.get(timeout=LOOK_EVERY_S))
            while True:
                taken.append(self._news.get_nowait())
        except queue.Empty:
            return taken

    def _deliver(self, outbox: Outbox) -> None:
        delivery = _Delivery(outbox, self._channel, self._tell)
        self._channel.open(self._news.put)
        ends_s = float("inf")
        try:
            while time.monotonic() < ends_s:
                taken = self._take()
                delivery.step(taken)
                self._counts = delivery.counts()
                if None in taken:
                    ends_s = time.monotonic() + DRAIN_S
                if ends_s != float("inf") and (not self._counts.waiting or not delivery.is_up):
                    break
        finally:
            self._channel.close()
        if outbox.dropped:
            self._tell(f"{outbox.dropped.total()} reports were dropped: {dict(outbox.dropped)}")

    def _tell(self, text: str) -> None:
        """Once, until something else is to be told."""
        if text != self._told:
            self._told = text
            self._say(f"{self.name}: {text}")


class _Delivery:
    """What is on its way, and what was delivered."""

    def __init__(self, outbox: Outbox, channel: Channel, tell: Say) -> None:
        self.is_up = False
        self._outbox = outbox
        self._channel = channel
        self._tell = tell
        self._last = 0
        self._delivered = 0
        self._on_their_way: dict[int, int] = {}
        """Numbers by token."""

    def step(self, taken: list[Report | ChannelEvent | None]) -> None:
        """Takes note of what has come, and sends what may go."""
        for one in taken:
            if isinstance(one, Delivered):
                self._on_delivered(one.token)
            elif isinstance(one, Up | Down):
                self._on_change(one)
        dropped = self._outbox.dropped.total()
        self._outbox.add((one for one in taken if isinstance(one, Report)), self._on_their_way.values())
        if not dropped and self._outbox.dropped:
            self._tell("the oldest reports are dropped: too many wait")
        if self.is_up:
            for waiting in self._outbox.after(self._last, self._channel.window - len(self._on_their_way)):
                self._on_their_way[self._channel.send(waiting)] = self._last = waiting.number

    def counts(self) -> SinkCounts:
        return SinkCounts(self._delivered, len(self._outbox), dict(self._outbox.dropped))

    def _on_delivered(self, token: int) -> None:
        number = self._on_their_way.pop(token, None)  # what the channel says by itself has none
        if number is not None:
            self._outbox.remove(number)
            self._delivered += 1

    def _on_change(self, news: Up | Down) -> None:
        self.is_up = isinstance(news, Up)
        if isinstance(news, Down):
            self._tell(f"not connected: {news.reason}; reports are kept for it")
        else:
            self._tell("connected")
