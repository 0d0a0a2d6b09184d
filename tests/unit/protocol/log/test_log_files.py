"""Which file is which log: by the sizes of all, or not at all."""

from __future__ import annotations

import pytest

from dronectl.protocol.ftp.directory import DirectoryEntry
from dronectl.protocol.log.log_files import file_of
from dronectl.protocol.log.log_list import LogEntry

OTHERS = [DirectoryEntry("..", None), DirectoryEntry("LASTLOG.TXT", 3), DirectoryEntry("old", None)]


def listing(sizes: dict[int, int]) -> list[DirectoryEntry]:
    """In the order of a FAT directory: none."""
    return [*OTHERS, *(DirectoryEntry(f"{number:08}.BIN", size) for number, size in reversed(sizes.items()))]


def logs(*sizes: int) -> list[LogEntry]:
    return [LogEntry(number, size, None) for number, size in enumerate(sizes, start=1)]


def test_a_log_is_the_file_in_its_place() -> None:
    known = logs(10, 20, 30)
    assert file_of(known[1], known, listing({1: 10, 2: 20, 3: 30})) == "00000002.BIN"
    # The oldest were deleted to make room: places and file numbers differ.
    assert file_of(known[0], known, listing({7: 10, 8: 20, 9: 30})) == "00000007.BIN"
    # Numbers began anew after the last: the oldest is not the lowest.
    assert file_of(known[0], known, listing({1: 20, 2: 30, 500: 10})) == "00000500.BIN"
    assert file_of(known[2], known, listing({1: 20, 2: 30, 500: 10})) == "00000002.BIN"


def test_an_older_log_is_found_while_the_newest_grows() -> None:
    known = logs(10, 20, 30)
    assert file_of(known[0], known, listing({1: 10, 2: 20, 3: 35})) == "00000001.BIN"
    assert file_of(known[2], known, listing({1: 10, 2: 20, 3: 35})) is None


@pytest.mark.parametrize(
    "sizes", [{}, {1: 10}, {1: 10, 2: 21, 3: 30}, {1: 10, 2: 20, 3: 30, 4: 40}, {1: 30, 2: 10, 3: 21}]
)
def test_lists_that_do_not_fit_are_not_guessed_about(sizes: dict[int, int]) -> None:
    known = logs(10, 20, 30)
    assert file_of(known[1], known, listing(sizes)) is None


def test_logs_of_one_size_cannot_be_told_apart() -> None:
    known = logs(10, 10)
    assert file_of(known[0], known, listing({1: 10, 2: 10})) is None
    assert file_of(known[0], known[:1], listing({1: 10})) == "00000001.BIN"
