"""A log over the wire: where its file is, how it grows meanwhile, and what proves that all of it is here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from dronectl.errors import IdentityError, Mismatch, NoAnswer, NotReady, Refused, StorageError
from dronectl.link.fleet_link import VehicleLink
from dronectl.ops.common.events import ignore
from dronectl.ops.logs.log_fetch import LogFetch
from dronectl.ops.logs.log_part import LogIdentity, LogPart
from dronectl.protocol.ftp.directory import DirectoryEntry, FtpList
from dronectl.protocol.log.log_list import LogEntry, LogList

LOG = LogEntry(3, 200, None)
LOGS = (LogEntry(2, 50, None), LOG)
CONTENT = bytes(200)


class Vehicle:
    """``answer`` says what each machine ends with."""

    name = "alpha"
    firmware = "4.5.6"

    def __init__(self, answer: Callable[[Any], Any]) -> None:
        self._answer = answer

    async def run(self, machine: Any, keep: Callable[..., None] | None = None) -> Any:
        outcome = self._answer(machine)
        if isinstance(outcome, Exception):
            raise outcome
        if keep is not None:
            machine.take = lambda: [(0, CONTENT)]
            keep()
        return outcome


def fetch(answer: Callable[[Any], Any], *, may_grow: bool = False) -> LogFetch:
    return LogFetch(cast(VehicleLink, Vehicle(answer)), LOG, ignore, may_grow=may_grow)


def part(tmp_path: Path) -> LogPart:
    return LogPart(tmp_path / "alpha.bin.part", LogIdentity("alpha", "ab12", 3, LOG.size_bytes, None))


def test_its_file_is_found_in_the_folder_that_has_it() -> None:
    def answer(machine: FtpList) -> Any:
        if machine.path == "/APM/LOGS":
            return Refused("no such folder")
        return (DirectoryEntry("00000002.BIN", 50), DirectoryEntry("00000003.BIN", 200))

    assert asyncio.run(fetch(answer).find_file(LOGS)) == ("/logs/00000003.BIN", "")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Refused("no such folder"), "no such folder"),
        (NoAnswer("no answer"), "no answer"),
        ((DirectoryEntry("00000002.BIN", 50),), "/logs: which file is this log is not certain"),
    ],
)
def test_without_a_file_there_is_a_reason(answer: Any, reason: str) -> None:
    assert asyncio.run(fetch(lambda _machine: answer).find_file(LOGS)) == (None, reason)


def test_another_aircraft_is_no_reason_to_try_another_way() -> None:
    with pytest.raises(IdentityError):
        asyncio.run(fetch(lambda _machine: IdentityError("two aircraft")).find_file(LOGS))


def test_a_refused_checksum_leaves_the_size_as_proof_once_every_byte_is_here(tmp_path: Path) -> None:
    with part(tmp_path) as begun:
        with pytest.raises(Refused):
            asyncio.run(fetch(lambda _machine: Refused("busy")).by_file(begun, "/logs/00000003.BIN"))
        begun.write(0, CONTENT)
        found = asyncio.run(fetch(lambda _machine: Refused("no checksums here")).by_file(begun, "/logs/00000003.BIN"))
        assert found == (200, "size")


def test_a_file_of_another_length_is_thrown_away_unless_it_may_have_grown(tmp_path: Path) -> None:
    with part(tmp_path) as begun:
        assert asyncio.run(fetch(lambda _m: 210, may_grow=True).by_file(begun, "f")) == (210, "crc32")
        assert asyncio.run(fetch(lambda _m: 200).by_file(begun, "f")) == (200, "crc32")
        with pytest.raises(Mismatch, match="not as long as log 3"):
            asyncio.run(fetch(lambda _m: 210).by_file(begun, "f"))
        assert not (tmp_path / "alpha.bin.part").exists()


def test_the_newest_log_is_asked_for_again_until_its_size_stays(tmp_path: Path) -> None:
    sizes = [210, 220, 220]

    def answer(machine: Any) -> Any:
        return (LogEntry(3, sizes.pop(0), None),) if isinstance(machine, LogList) else None

    with part(tmp_path) as begun:
        assert asyncio.run(fetch(answer, may_grow=True).by_blocks(begun)) == (220, "size")
        assert sizes == []


def test_a_log_that_never_ends_is_told(tmp_path: Path) -> None:
    size = iter(range(201, 300))

    def answer(machine: Any) -> Any:
        return (LogEntry(3, next(size), None),) if isinstance(machine, LogList) else None

    with part(tmp_path) as begun, pytest.raises(NotReady, match="log 3 is still being written"):
        asyncio.run(fetch(answer, may_grow=True).by_blocks(begun))


def test_a_disk_that_takes_no_more_ends_the_transfer_with_its_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError("the disk is full")

    with part(tmp_path) as begun:
        monkeypatch.setattr(begun, "write", full)
        with pytest.raises(StorageError, match="the disk is full"):
            asyncio.run(fetch(lambda _m: None).by_blocks(begun))
