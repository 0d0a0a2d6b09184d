"""Hundreds of file transfers over seeded bad wires in virtual time: the same bytes at both ends, or a true error."""

from __future__ import annotations

import random
import statistics

import pytest
from effort import seeds
from ftp_vehicle import CLIENT, FtpVehicle
from ftp_write import FtpWrite
from wire import Faults, Wire

from dronectl.errors import DronectlError, InputError, Mismatch, NoAnswer, Refused
from dronectl.model.message import Message
from dronectl.protocol.core.byte_ranges import ByteRanges
from dronectl.protocol.ftp.blocks import BlocksElsewhere
from dronectl.protocol.ftp.directory import DirectoryEntry, FtpList
from dronectl.protocol.ftp.packet import FtpPacket, Opcode, checksum
from dronectl.protocol.ftp.read import FtpDownload, FtpRead
from dronectl.protocol.param.pack import PARAM_PACK_PATH, unpack_parameters
from dronectl.sim.services.ftp_server import FtpRequest

RUNS_PER_BLOCK = 50
SIZES = (0, 1, 238, 239, 240, 478, 5_000, 30_000)


def random_faults(random_: random.Random) -> Faults:
    return Faults(
        loss=random_.choice((0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4)),
        duplicate=random_.choice((0.0, 0.0, 0.05, 0.3)),
        delay_s=random_.choice((0.001, 0.02, 0.05, 0.3, 1.0)),
        jitter_s=random_.choice((0.0, 0.0, 0.02, 0.3)),
        bytes_per_s=random_.choice((0.0, 0.0, 5760.0)),
    )


@pytest.mark.parametrize("block", seeds(1))
def test_a_file_is_read_as_it_is_or_not_at_all(block: int) -> None:
    failures = 0
    for seed in range(block * RUNS_PER_BLOCK, (block + 1) * RUNS_PER_BLOCK):
        random_ = random.Random(seed)
        vehicle, wire = FtpVehicle(), Wire(seed, random_faults(random_))
        content = random_.randbytes(random_.choice(SIZES))
        vehicle.files.card["a.bin"] = content
        vehicle.files.card["b.bin"] = other = random_.randbytes(700)
        first = wire.run(FtpRead("b.bin", session=seed), vehicle)
        assert first == other or isinstance(first, NoAnswer)
        # What the first transfer left in the air, and a session that may still be open, are not in the way.
        found = wire.run(FtpRead("/a.bin", session=seed + 1, verify=random_.random() < 0.7), vehicle)
        if isinstance(found, DronectlError):
            assert isinstance(found, NoAnswer) or "invalid session" in found.message, f"seed {seed}: {found!r}"
            failures += 1
        else:
            assert found == content, f"seed {seed}"
    assert failures <= RUNS_PER_BLOCK * 0.1


@pytest.mark.parametrize("block", seeds(1))
def test_all_parameters_come_packed_or_not_at_all(block: int) -> None:
    failures = 0
    for seed in range(block * 20, (block + 1) * 20):
        vehicle, wire = FtpVehicle(), Wire(seed, random_faults(random.Random(seed)))
        found = wire.run(FtpRead(PARAM_PACK_PATH, session=seed, verify=False), vehicle)
        if isinstance(found, DronectlError):
            assert isinstance(found, NoAnswer)
            failures += 1
            continue
        parameters = unpack_parameters(found)
        assert list(parameters) == [name for name, _, _ in vehicle.parameters.listed()]
        for name, value, kind in vehicle.parameters.listed():
            assert (parameters[name].value, parameters[name].type) == (pytest.approx(value, rel=1e-7), kind)
    assert failures <= 4


@pytest.mark.parametrize("block", seeds(1))
def test_a_file_that_is_written_is_on_board_or_the_machine_says_that_it_is_not(block: int) -> None:
    failures = 0
    for seed in range(block * RUNS_PER_BLOCK, (block + 1) * RUNS_PER_BLOCK):
        random_ = random.Random(seed)
        vehicle, wire = FtpVehicle(), Wire(seed, random_faults(random_))
        content = random_.randbytes(random_.choice(SIZES))
        outcome = wire.run(FtpWrite("logs/a.bin", content, session=seed), vehicle)
        if isinstance(outcome, DronectlError):
            assert isinstance(outcome, (NoAnswer, Mismatch)), f"seed {seed}: {outcome!r}"
            failures += 1
        else:
            assert (outcome, vehicle.files.card["logs/a.bin"]) == (len(content), content), f"seed {seed}"
    assert failures <= RUNS_PER_BLOCK * 0.1


def test_a_read_that_was_cut_goes_on_where_it_stopped() -> None:
    vehicle = FtpVehicle()
    vehicle.files.card["a.bin"] = content = random.Random(1).randbytes(300_000)
    wire = Wire(1, Faults(bytes_per_s=57_600.0))
    machine = FtpRead("a.bin", session=1)
    wire.cut = lambda now_s: now_s > 2.0
    assert isinstance(wire.run(machine, vehicle), NoAnswer)
    assert content.startswith(machine.so_far)
    assert len(machine.so_far) > 20_000
    again = Wire(2, Faults(bytes_per_s=57_600.0))
    again.now_s = wire.now_s
    assert again.run(FtpRead("a.bin", session=2, have=machine.so_far), vehicle) == content
    whole = Wire(3, Faults(bytes_per_s=57_600.0))
    whole.now_s = again.now_s
    assert whole.run(FtpRead("a.bin", session=3), vehicle) == content
    assert again.now_s - wire.now_s < whole.now_s - again.now_s


@pytest.mark.parametrize("kept", [0, 238, 239, 240, 3 * 239, 4 * 239 - 1])
def test_of_what_was_kept_whole_blocks_are_gone_on_with_and_nothing_comes_twice(kept: int) -> None:
    vehicle = FtpVehicle()
    vehicle.files.card["a.bin"] = content = random.Random(1).randbytes(5_000)
    whole = kept // 239 * 239
    reader = FtpRead("a.bin", session=1, have=content[:kept])
    assert reader.so_far == content[:whole]
    assert Wire(1, Faults()).run(reader, vehicle) == content
    blocks = BlocksElsewhere(ByteRanges([(0, kept)]), lambda size: checksum(content[:size]))
    machine = FtpDownload("a.bin", blocks, session=2, max_bytes=len(content))
    assert Wire(1, Faults()).run(machine, vehicle) == len(content)
    assert sorted(machine.take()) == [(at, content[at : at + 239]) for at in range(whole, len(content), 239)]


def test_a_download_keeps_nothing_in_memory_and_is_held_against_the_checksum() -> None:
    """Blocks come in any order, some of them are there already: what is on the disk at the end is the file."""
    for seed in seeds(40):
        random_ = random.Random(seed)
        content = random_.randbytes(random_.randrange(1, 40_000))
        vehicle = FtpVehicle()
        vehicle.files.card["a.bin"] = content
        disk = bytearray(len(content))
        kept = ByteRanges()
        for _ in range(random_.randrange(4)):
            begin = random_.randrange(len(content))
            end = random_.randrange(begin, len(content)) + 1
            kept.add(begin, end)
            disk[begin:end] = content[begin:end]
        spoilt = bool(kept.covered) and random_.random() < 0.3
        if spoilt:
            disk = bytearray(byte ^ 1 for byte in disk)

        def crc(size: int, disk: bytearray = disk) -> int:
            for offset, data in machine.take():  # noqa: B023 - this very machine asks
                disk[offset : offset + len(data)] = data
            return checksum(bytes(disk[:size]))

        machine = FtpDownload("a.bin", BlocksElsewhere(kept, crc), session=1, max_bytes=50_000)
        outcome = Wire(seed, Faults(loss=0.1, delay_s=0.03)).run(machine, vehicle)
        if spoilt and any(end // 239 > -(-begin // 239) for begin, end in kept):
            assert isinstance(outcome, Mismatch)
        else:
            assert outcome == len(content), f"seed {seed}: {outcome!r}"
            assert bytes(disk) == content


class HeardWire(Wire):
    """Keeps what is sent to the vehicle, its last word too, which nobody waits for."""

    def __init__(self) -> None:
        super().__init__(1, Faults())
        self.asked: list[FtpRequest] = []

    def put(self, destination: str, message: Message, pair: int = 0) -> None:
        if destination == "vehicle":
            self.asked.append(FtpRequest.parse(CLIENT, bytes(message["payload"])))
        super().put(destination, message, pair)


def test_only_what_is_asked_for_by_place_names_one() -> None:
    """A vehicle may take the offset of any other request for what it says."""
    vehicle, wire = FtpVehicle(), HeardWire()
    vehicle.files.card["a.bin"] = content = bytes(1_000)
    assert wire.run(FtpRead("a.bin", session=1, have=content[:500]), vehicle) == content
    assert [(Opcode(one.opcode).name, one.offset) for one in wire.asked] == [
        ("OPEN_FILE_RO", 0),
        ("BURST_READ_FILE", 478),
        ("CALC_FILE_CRC32", 0),
        ("TERMINATE_SESSION", 0),
    ]


def test_what_was_begun_of_another_file_is_found_out_by_the_checksum() -> None:
    vehicle = FtpVehicle()
    vehicle.files.card["a.bin"] = bytes(1000)
    outcome = Wire(1, Faults()).run(FtpRead("a.bin", session=1, have=b"\1" * 500), vehicle)
    assert isinstance(outcome, Mismatch)


def test_a_restart_of_the_vehicle_in_the_middle_is_survived() -> None:
    for seed in range(10):
        vehicle = FtpVehicle()
        vehicle.files.card["a.bin"] = content = random.Random(seed).randbytes(60_000)
        wire = Wire(seed, Faults(loss=0.05, bytes_per_s=57_600.0))
        restarted: list[bool] = []

        def restart(now_s: float, vehicle: FtpVehicle = vehicle, restarted: list[bool] = restarted) -> bool:
            if now_s > 0.6 and not restarted:
                restarted.append(True)
                vehicle.restart()
            return False

        wire.cut = restart
        assert wire.run(FtpRead("a.bin", session=seed), vehicle) == content
        assert restarted


@pytest.mark.parametrize("release", ["4.5", "4.7"])
def test_a_directory_is_listed_whole(release: str) -> None:
    vehicle = FtpVehicle(release=release)
    for number in range(60):
        vehicle.files.card[f"logs/{number:08}.BIN"] = bytes(number)
    vehicle.files.card["logs/old/1.BIN"] = b""
    for seed in range(20):
        found = Wire(seed, Faults(loss=0.1, duplicate=0.2)).run(FtpList("/logs", session=seed), vehicle)
        assert len(found) == 61
        assert found[7] == DirectoryEntry("00000007.BIN", 7)
        assert found[-1] == DirectoryEntry("old", None)


def test_refusals_are_named() -> None:
    vehicle = FtpVehicle()
    missing = Wire(1, Faults()).run(FtpRead("no.bin", session=1), vehicle)
    assert isinstance(missing, Refused)
    assert missing.message == "no.bin: the vehicle refused the file transfer: file not found"
    nowhere = Wire(1, Faults()).run(FtpList("nowhere", session=2), vehicle)
    assert isinstance(nowhere, Refused)
    forbidden = Wire(1, Faults()).run(FtpWrite("@SYS/x", b"1", session=3), vehicle, limit_s=60)
    assert isinstance(forbidden, Refused)
    too_large = FtpRead(PARAM_PACK_PATH, session=4, verify=False, max_bytes=1000)
    assert isinstance(Wire(1, Faults()).run(too_large, vehicle), InputError)


def test_a_vehicle_without_the_protocol_is_silent() -> None:
    wire = Wire(1, Faults())
    assert isinstance(wire.run(FtpRead("a", session=1), FtpVehicle(is_deaf=True)), NoAnswer)
    assert wire.now_s < 15


def test_what_is_lost_is_sent_again_without_waiting_for_a_timer() -> None:
    """57,600 baud, 100 ms round trip: one frame in twenty lost costs less than half of the time again."""
    content = random.Random(0).randbytes(20_000)

    def median_s(loss: float) -> float:
        times = []
        for seed in range(15):
            vehicle, wire = FtpVehicle(), Wire(seed, Faults(loss=loss, bytes_per_s=5760.0))
            assert wire.run(FtpWrite("a", content, session=seed), vehicle) == len(content)
            times.append(wire.now_s)
        return statistics.median(times)

    assert median_s(0.05) < 1.5 * median_s(0.0)


def test_two_sessions_wait_for_each_other_where_a_vehicle_has_one() -> None:
    """Somebody has left a file open: after 3 s of silence the vehicle lets us in. 4.7 has a session for each."""
    vehicle = FtpVehicle(release="4.5")
    vehicle.files.card["a"] = b"content"
    opening = FtpPacket(5, 77, Opcode.OPEN_FILE_RO, data=b"a").as_message()
    vehicle.on_message(Message(opening.name, opening.fields, 255, 190), 0.0)
    wire = Wire(1, Faults())
    assert wire.run(FtpRead("a", session=1), vehicle) == b"content"
    assert 3.0 < wire.now_s < 6.0
    vehicle.on_message(Message(opening.name, opening.fields, 255, 190), wire.now_s)
    assert wire.run(FtpList("/", session=2), vehicle) == (DirectoryEntry("a", 7),)


def test_a_vehicle_whose_sessions_are_all_held_lets_us_in_when_one_has_been_silent() -> None:
    """4.7 has five; four of others' and one of a run of ours that was killed."""
    vehicle = FtpVehicle(release="4.7")
    vehicle.files.card["a"] = b"content"
    opening = FtpPacket(5, 77, Opcode.OPEN_FILE_RO, data=b"a").as_message()
    for number in range(5):
        held = FtpPacket(5, 77 + number, Opcode.OPEN_FILE_RO, data=b"a").as_message()
        vehicle.on_message(Message(held.name, held.fields, 255, 190), 0.0)
    wire = Wire(1, Faults())
    assert wire.run(FtpList("/", session=2), vehicle) == (DirectoryEntry("a", 7),)
    assert 3.0 < wire.now_s < 6.0
    assert wire.run(FtpRead("a", session=1), vehicle) == b"content"
    vehicle.on_message(Message(opening.name, opening.fields, 255, 190), wire.now_s)
    before_s = wire.now_s
    assert wire.run(FtpRead("a", session=3), vehicle) == b"content"
    assert wire.now_s - before_s < 1.0, "there is a session for each"


class HostileVehicle(FtpVehicle):
    """Before each true answer it says something of the right session that is random."""

    def __init__(self, seed: int, session: int) -> None:
        super().__init__()
        self.random = random.Random(seed)
        self.session = session

    def on_message(self, message: Message, now_s: float) -> list[Message]:
        noise = bytearray(self.random.randbytes(251))
        noise[2], noise[3] = self.session, self.random.choice((128, 129))
        noise[5] = self.random.choice((3, 4, 5, 14, 15))
        return [Message("FILE_TRANSFER_PROTOCOL", {"payload": list(noise)}, 1, 1), *super().on_message(message, now_s)]


def test_hostile_replies_bring_no_fault_no_endless_run_and_no_false_success() -> None:
    successes = 0
    for seed in range(60):
        vehicle = HostileVehicle(seed, session=9)
        vehicle.files.card["a"] = content = random.Random(seed).randbytes(3000)
        outcome = Wire(seed, Faults()).run(FtpRead("a", session=9), vehicle)
        assert outcome == content or isinstance(outcome, DronectlError), f"seed {seed}"
        successes += outcome == content
    assert successes > 0


@pytest.mark.parametrize("path", ["", "a\0b", "ก" * 80])
def test_no_path_is_an_input_error(path: str) -> None:
    with pytest.raises(InputError):
        FtpRead(path, session=1)
