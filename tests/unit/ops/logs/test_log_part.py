"""A log on its way to the disk: what a kill leaves is gone on with; what is another log's is not."""

from __future__ import annotations

import errno
import json
import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from dronectl.errors import Mismatch, StorageError
from dronectl.ops.logs.log_part import LogIdentity, LogPart

CONTENT = random.Random(5).randbytes(1_000)
IDENTITY = LogIdentity("alpha", "ab12", 3, len(CONTENT), 1_700_000_000)


def begun(tmp_path: Path, *spans: tuple[int, int]) -> Path:
    path = tmp_path / "flights" / "alpha-log00003.bin.part"
    with LogPart(path, IDENTITY) as part:
        for begin, end in spans:
            part.write(begin, CONTENT[begin:end])
    return path


def test_what_was_kept_is_gone_on_with_but_for_its_last_block(tmp_path: Path) -> None:
    path = begun(tmp_path, (0, 200), (400, 700))
    with LogPart(path, IDENTITY) as part:
        assert list(part.had) == [(0, 200), (400, 610)]
        assert (part.resumed_bytes, part.begun_anew) == (410, "")
        for begin, end in [(610, 700), (200, 400), (700, 1000)]:
            part.write(begin, CONTENT[begin:end])
        assert b"".join(part.pieces(900)) == CONTENT[:900]
        final = tmp_path / "flights" / "log.bin"
        part.finish(final, 1_000)
    assert final.read_bytes() == CONTENT
    assert sorted(one.name for one in final.parent.iterdir()) == ["log.bin"]


@pytest.mark.parametrize(
    "other",
    [
        replace(IDENTITY, size_bytes=999),
        replace(IDENTITY, time_utc_s=None),
        replace(IDENTITY, uid="ab13"),
        replace(IDENTITY, log_id=4),
    ],
)
def test_another_log_begins_anew_and_says_so(tmp_path: Path, other: LogIdentity) -> None:
    path = begun(tmp_path, (0, 900))
    with LogPart(path, other) as part:
        assert part.had.covered == 0
        assert "another log" in part.begun_anew


def test_a_log_that_has_grown_is_gone_on_with(tmp_path: Path) -> None:
    path = begun(tmp_path, (0, 900))
    with LogPart(path, replace(IDENTITY, size_bytes=1_035, time_utc_s=1_700_000_030)) as part:
        assert (part.had.covered, part.begun_anew) == (810, "")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"log": 1, "had": []}', '{"had": [[0, 5]]}', '{"log": {}, "had": [[5, 0]]}']
)
def test_a_damaged_note_begins_anew(tmp_path: Path, text: str) -> None:
    path = begun(tmp_path, (0, 900))
    path.with_name(path.name + ".json").write_text(text, encoding="utf-8")
    with LogPart(path, IDENTITY) as part:
        assert part.had.covered == 0
        assert part.begun_anew


def test_a_note_of_more_than_is_there_begins_anew(tmp_path: Path) -> None:
    path = begun(tmp_path, (0, 900))
    os.truncate(path, 500)
    with LogPart(path, IDENTITY) as part:
        assert "not all there" in part.begun_anew
    side = path.with_name(path.name + ".json")
    document = json.loads(side.read_text(encoding="utf-8"))
    side.write_text(json.dumps({**document, "had": [[0, 10**18]]}), encoding="utf-8")
    with LogPart(path, IDENTITY) as part:
        assert part.had.covered == 0


def test_a_last_block_that_differs_throws_everything_away(tmp_path: Path) -> None:
    path = begun(tmp_path, (0, 900))
    with LogPart(path, IDENTITY) as part, pytest.raises(Mismatch, match="another log"):
        part.write(810, bytes(90))
    assert list(path.parent.iterdir()) == []


def test_what_is_not_whole_is_not_moved_into_place(tmp_path: Path) -> None:
    path = begun(tmp_path, (0, 900))
    with LogPart(path, IDENTITY) as part, pytest.raises(Mismatch, match="810 bytes came of 1000"):
        part.finish(tmp_path / "log.bin", 1_000)
    assert not (tmp_path / "log.bin").exists()
    assert path.exists()


def test_a_folder_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "flights").write_text("a file", encoding="utf-8")
    with pytest.raises(StorageError):
        LogPart(tmp_path / "flights" / "x.bin.part", IDENTITY)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "x.bin.part: No space left on device"),
        (OSError("the stick was pulled"), "x.bin.part: the stick was pulled"),
    ],
)
def test_what_the_disk_says_is_told_with_the_path(
    error: OSError, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(StorageError) as raised:
        LogPart(tmp_path / "x.bin.part", IDENTITY)
    assert raised.value.message.endswith(says)


KILLED = """  # by a clock of its own, of which a second is 20,000 blocks
import sys, time
from pathlib import Path
from dronectl.ops.logs.log_part import LogIdentity, LogPart
path, size = Path(sys.argv[1]), 100_000_000
now_s = 0.0
time.monotonic = lambda: now_s
part = LogPart(path, LogIdentity("alpha", None, 1, size, None))
for number in range(size // 90):
    now_s = number / 20_000
    part.write(number * 90, number.to_bytes(9, "big") * 10)
    if number % 200 == 0:
        print(number * 90, now_s, flush=True)
"""


def test_a_kill_loses_about_a_second_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "alpha-log00001.bin.part"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = [process.stdout.readline().split()]
    while float(lines[-1][1]) < float(lines[0][1]) + 2.5:
        lines.append(process.stdout.readline().split())
    process.kill()
    told, _ = process.communicate()
    lines += [line.split() for line in told.splitlines() if len(line.split()) == 2]
    written = {int(offset): float(when_s) for offset, when_s in lines}
    with LogPart(path, LogIdentity("alpha", None, 1, 100_000_000, None)) as part:
        ((begin, end),) = part.had
        assert begin == 0
        assert part.begun_anew == ""
        kept = path.read_bytes()[:end]
    assert kept == b"".join(number.to_bytes(9, "big") * 10 for number in range(-(-end // 90)))[:end]
    last_s = max(written.values())
    lost = [last_s - when_s for offset, when_s in written.items() if offset >= end + 90]
    assert max(lost, default=0.0) < 1.1
