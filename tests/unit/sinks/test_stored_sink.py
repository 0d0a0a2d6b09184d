"""A sink over a channel that a test holds in its hands."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dronectl.model.report import Report, ReportKind
from dronectl.sinks.sink import ChannelEvent, Delivered, Down, Up, Waiting
from dronectl.sinks.stored_sink import StoredSink


@dataclass
class Hand:
    """A channel: what it is given stays in it until the test confirms it."""

    name: str = "hand"
    window: int = 3
    sent: list[int] = field(default_factory=list)
    is_closed: bool = False
    heard: Callable[[ChannelEvent], None] = lambda _event: None
    news: threading.Condition = field(default_factory=threading.Condition)

    def open(self, heard: Callable[[ChannelEvent], None]) -> None:
        self.heard = heard
        heard(Up())

    def send(self, waiting: Waiting) -> int:
        with self.news:
            self.sent.append(waiting.number)
            self.news.notify_all()
        return 1000 + waiting.number

    def close(self) -> None:
        self.is_closed = True

    def wait_for(self, *numbers: int) -> None:
        with self.news:
            assert self.news.wait_for(lambda: self.sent == list(numbers), timeout=30), self.sent


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dronectl.sinks.stored_sink.LOOK_EVERY_S", 0.05)
    monkeypatch.setattr("dronectl.sinks.stored_sink.DRAIN_S", 0.3)


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[tuple[StoredSink, Hand]]:
    hand = Hand()
    one = StoredSink(hand, tmp_path / "out.sqlite", 100, lambda _text: None)
    yield one, hand
    one.close()
    assert hand.is_closed


def reports(count: int) -> list[Report]:
    return [Report(ReportKind.POSITION, "alpha", {"i": number}) for number in range(count)]


def test_no_more_are_on_their_way_than_the_channel_wants_and_the_next_goes_when_one_arrives(
    sink: tuple[StoredSink, Hand],
) -> None:
    one, hand = sink
    for report in reports(6):
        one.offer(report)
    hand.wait_for(1, 2, 3)
    hand.heard(Delivered(1002))
    hand.wait_for(1, 2, 3, 4)
    hand.heard(Delivered(9999))  # what the channel said by itself
    hand.heard(Down("gone"))
    hand.heard(Delivered(1001))
    hand.heard(Up())
    hand.wait_for(1, 2, 3, 4, 5)
    while one.counts.delivered < 2:
        threading.Event().wait(0.01)
    assert one.counts.waiting == 4


def test_what_was_sent_and_not_confirmed_is_sent_again_by_the_next_process(
    sink: tuple[StoredSink, Hand], tmp_path: Path
) -> None:
    one, hand = sink
    for report in reports(3):
        one.offer(report)
    hand.wait_for(1, 2, 3)
    hand.heard(Delivered(1002))
    one.close()
    assert (one.counts.delivered, one.counts.waiting) == (1, 2)
    later = Hand()
    again = StoredSink(later, tmp_path / "out.sqlite", 100, lambda _text: None)
    later.wait_for(1, 3)
    again.close()


KILLED = """
import os, sys, time
from pathlib import Path
from dronectl.model.report import Report, ReportKind
from dronectl.sinks.stored_sink import StoredSink

class Nowhere:
    name, window = "nowhere", 1
    def open(self, heard): pass

sink = StoredSink(Nowhere(), Path(sys.argv[1]), 1000, lambda text: None)
for number in range(200):
    sink.offer(Report(ReportKind.POSITION, "alpha", {"i": number}))
while sink.counts.waiting < 200:
    time.sleep(0.01)
os._exit(9)  # as a kill: nothing is closed, nothing tidied up
"""


def test_a_process_that_is_killed_leaves_all_of_it_to_the_next(tmp_path: Path) -> None:
    path = tmp_path / "out.sqlite"
    assert subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False, timeout=60).returncode == 9
    hand = Hand(window=1000)
    sink = StoredSink(hand, path, 1000, lambda _text: None)
    hand.wait_for(*range(1, 201))
    sink.close()
