"""Hundreds of log transfers over seeded bad wires in virtual time: the same bytes at both ends, or a true error."""

from __future__ import annotations

import random
import statistics

import pytest
from effort import seeds
from log_vehicle import LogVehicle
from wire import Faults, Wire

from dronectl.errors import DronectlError, Mismatch, NoAnswer, NotReady
from dronectl.model.message import Message
from dronectl.protocol.core.byte_ranges import ByteRanges
from dronectl.protocol.log.log_download import BLOCK_BYTES, LogDownload
from dronectl.protocol.log.log_list import LogEntry, LogList

RUNS_PER_BLOCK = 50
SIZES = (0, 1, 89, 90, 91, 180, 4_500, 20_011)
ENTRY_TIME_S = 1_700_000_001


def random_faults(random_: random.Random) -> Faults:
    return Faults(
        loss=random_.choice((0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4)),
        duplicate=random_.choice((0.0, 0.0, 0.05, 0.3)),
        delay_s=random_.choice((0.001, 0.02, 0.05, 0.3, 1.0)),
        jitter_s=random_.choice((0.0, 0.0, 0.02, 0.3)),
        bytes_per_s=random_.choice((0.0, 0.0, 5760.0)),
    )


def entry_of(content: bytes) -> LogEntry:
    return LogEntry(1, len(content), ENTRY_TIME_S)


class Kept:
    """What a run keeps of a log: bytes and where they are."""

    def __init__(self, size: int) -> None:
        self.data = bytearray(size)
        self.had = ByteRanges()

    def take_from(self, machine: LogDownload) -> None:
        for offset, data in machine.take():
            self.data[offset : offset + len(data)] = data
            self.had.add(offset, offset + len(data))


@pytest.mark.parametrize("block", seeds(1))
def test_a_log_comes_as_it_is_or_not_at_all(block: int) -> None:
    failures = 0
    for seed in range(block * RUNS_PER_BLOCK, (block + 1) * RUNS_PER_BLOCK):
        random_ = random.Random(seed)
        content = random_.randbytes(random_.choice(SIZES))
        vehicle, wire = LogVehicle(content, b"another"), Wire(seed, random_faults(random_))
        machine, kept = LogDownload(entry_of(content)), Kept(len(content))
        outcome = wire.run(machine, vehicle)
        kept.take_from(machine)
        if isinstance(outcome, DronectlError):
            assert isinstance(outcome, NoAnswer), f"seed {seed}: {outcome!r}"
            failures += 1
        else:
            assert (outcome, bytes(kept.data)) == (len(content), content), f"seed {seed}"
        for begin, end in kept.had:
            assert kept.data[begin:end] == content[begin:end], f"seed {seed}"
    assert failures <= RUNS_PER_BLOCK * 0.05


@pytest.mark.parametrize("block", seeds(1))
def test_runs_that_are_killed_over_and_over_end_with_the_whole_log(block: int) -> None:
    """Each run hears nothing of the last but what it kept, and finds a vehicle that still sends."""
    for seed in range(block * 25, (block + 1) * 25):
        random_ = random.Random(seed)
        content = random_.randbytes(20_011)
        vehicle, kept = LogVehicle(content, on_radio=True), Kept(20_011)
        faults = Faults(loss=random_.choice((0.0, 0.05, 0.2)), delay_s=0.05, bytes_per_s=5760.0)
        wire = Wire(seed, faults)
        for _ in range(40):
            machine = LogDownload(entry_of(content), had=list(kept.had), attempts=1)
            stop_s = wire.now_s + random_.uniform(0.5, 2.0)
            wire.cut = lambda now_s, stop_s=stop_s: now_s > stop_s  # type: ignore[misc]
            outcome = wire.run(machine, vehicle)
            kept.take_from(machine)
            if not isinstance(outcome, DronectlError):
                break
        assert bytes(kept.data) == content, f"seed {seed}"


@pytest.mark.parametrize("count", [0, 1, 60])
def test_the_list_is_whole_or_an_error(count: int) -> None:
    failures, wires = 0, seeds(15)
    for seed in wires:
        vehicle = LogVehicle(*(bytes(number) for number in range(count)))
        found = Wire(seed, random_faults(random.Random(seed))).run(LogList(), vehicle)
        if isinstance(found, DronectlError):
            assert isinstance(found, NoAnswer)
            failures += 1
            continue
        assert found == tuple(LogEntry(n + 1, n, 1_700_000_001 + n) for n in range(count)), f"seed {seed}"
    assert failures <= 1 + len(wires) // 100


def test_one_entry_alone() -> None:
    vehicle = LogVehicle(b"1", b"22", b"333")
    assert Wire(1, Faults()).run(LogList(first=2, last=2), vehicle) == (LogEntry(2, 2, 1_700_000_002),)


def test_an_armed_vehicle_gives_nothing_and_says_why() -> None:
    vehicle = LogVehicle(bytes(5000))
    vehicle.is_armed = True
    assert isinstance(Wire(1, Faults()).run(LogList(), vehicle), NotReady)
    vehicle.restart()
    assert isinstance(Wire(1, Faults()).run(LogDownload(LogEntry(1, 5000, None)), vehicle), NotReady)


def test_a_vehicle_that_is_armed_in_the_middle_stops_and_what_came_is_kept() -> None:
    content = random.Random(2).randbytes(60_000)
    vehicle, wire = LogVehicle(content, on_radio=True), Wire(1, Faults(bytes_per_s=5760.0))

    def arm(now_s: float) -> bool:
        vehicle.is_armed = now_s > 4.0
        return False

    wire.cut = arm
    machine, kept = LogDownload(entry_of(content)), Kept(60_000)
    assert isinstance(wire.run(machine, vehicle), NotReady)
    kept.take_from(machine)
    assert 10_000 < kept.had.covered < 60_000


def test_a_log_that_is_shorter_than_the_list_said_is_no_success() -> None:
    vehicle = LogVehicle(bytes(1000))
    outcome = Wire(1, Faults()).run(LogDownload(LogEntry(1, 2000, None)), vehicle, limit_s=60)
    assert isinstance(outcome, Mismatch)
    assert "the vehicle has nothing at byte 1" in outcome.message


def test_no_log_and_no_protocol_are_no_answer() -> None:
    assert isinstance(Wire(1, Faults()).run(LogDownload(LogEntry(9, 90, None)), LogVehicle()), NoAnswer)
    assert isinstance(Wire(1, Faults()).run(LogList(), LogVehicle(is_deaf=True)), NoAnswer)


def test_a_restart_of_the_vehicle_is_survived() -> None:
    content = random.Random(0).randbytes(60_000)
    vehicle, wire = LogVehicle(content, on_radio=True), Wire(3, Faults(loss=0.05, bytes_per_s=5760.0))
    restarted: list[bool] = []

    def restart(now_s: float) -> bool:
        if now_s > 5.0 and not restarted:
            restarted.append(True)
            vehicle.restart()
        return False

    wire.cut = restart
    machine, kept = LogDownload(entry_of(content)), Kept(len(content))
    assert wire.run(machine, vehicle) == len(content)
    kept.take_from(machine)
    assert bytes(kept.data) == content
    assert restarted


def test_what_was_had_is_not_asked_for_again() -> None:
    content = random.Random(1).randbytes(30_000)
    vehicle, wire = LogVehicle(content), Wire(1, Faults())
    machine, kept = LogDownload(entry_of(content), had=[(0, 20_000), (20_500, 29_000)]), Kept(30_000)
    assert wire.run(machine, vehicle) == 30_000
    kept.take_from(machine)
    assert list(kept.had) == [(20_000, 20_500), (29_000, 30_000)]
    assert vehicle.heard.count("LOG_REQUEST_DATA") <= 2 + -(-1500 // BLOCK_BYTES)


def test_losses_cost_little_more_than_their_bytes() -> None:
    """57,600 baud, 100 ms round trip: gaps are not worth a round trip each."""
    content = random.Random(0).randbytes(100_000)

    def median_s(loss: float) -> float:
        times = []
        for seed in range(5):
            faults = Faults(loss=loss, bytes_per_s=5760.0)
            vehicle, wire = LogVehicle(content, on_radio=True), Wire(seed, faults)
            assert wire.run(LogDownload(entry_of(content)), vehicle) == len(content)
            times.append(wire.now_s)
        return statistics.median(times)

    clean_s = median_s(0.0)
    wire_s = len(content) / BLOCK_BYTES * 109 / 5760.0
    assert clean_s < 1.05 * wire_s + 0.5
    assert median_s(0.05) < 1.15 * clean_s


class HostileVehicle(LogVehicle):
    """Before each true answer it says something random of the right log."""

    def __init__(self, seed: int, content: bytes) -> None:
        super().__init__(content)
        self.random = random.Random(seed)
        self.content = content

    def on_message(self, message: Message, now_s: float) -> list[Message]:
        offset = self.random.choice((0, 90, 7, len(self.content), 2**31 - 1, 2**32 - 1))
        noise = {"id": 1, "ofs": offset, "count": self.random.choice((0, 91, 255)), "data": [0] * 90}
        entry = {"id": 0xFFFF, "num_logs": 1, "last_log_num": 1, "time_utc": 0, "size": 2**32 - 1}
        return [
            Message("LOG_DATA", noise, 1, 1),
            Message("LOG_ENTRY", entry, 1, 1),
            *super().on_message(message, now_s),
        ]


def test_hostile_answers_bring_no_fault_no_endless_run_and_no_false_success() -> None:
    for seed in range(30):
        content = random.Random(seed).randbytes(3_000)
        vehicle = HostileVehicle(seed, content)
        assert Wire(seed, Faults(loss=0.1)).run(LogList(), vehicle) == (entry_of(content),)
        machine, kept = LogDownload(entry_of(content)), Kept(len(content))
        outcome = Wire(seed, Faults(loss=0.1)).run(machine, vehicle)
        kept.take_from(machine)
        assert isinstance(outcome, (Mismatch, NoAnswer)) or bytes(kept.data) == content
        for begin, end in kept.had:
            assert kept.data[begin:end] == content[begin:end]
