"""Files of the black box: a folder a day, followed by size, the oldest removed at the quota and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tlog_builder import LogBuilder

from dronectl.errors import StorageError
from dronectl.formats.recordings.tlog.files import TlogWriter, iter_frames
from dronectl.model.recorder import MB, RecorderSettings
from dronectl.ops.recordings.black_box.folder import BoxFolder
from dronectl.ops.recordings.black_box.tracks import TRY_AGAIN_S, OpenTracks

FRAME = bytes(LogBuilder().heartbeat(armed=False).data)[8:]
T = 1_790_000_000.0
"""2026-09-21 14:13:20Z; 21:13:20 in Roi Et."""
BANGKOK = "Asia/Bangkok"


def open_tracks(folder: Path, told: list[str], **settings: float) -> OpenTracks:
    how = RecorderSettings(time_zone=BANGKOK, **settings)  # type: ignore[arg-type]
    return OpenTracks(BoxFolder(folder, how, told.append), how, told.append)


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.tlog"))


def test_each_drone_has_a_file_a_day_of_the_site(tmp_path: Path) -> None:
    told: list[str] = []
    tracks = open_tracks(tmp_path, told)
    midnight = T + 3.5 * 3600
    frames = [("alpha", FRAME, T), ("bravo", FRAME, T + 1), ("alpha", FRAME, T + 2), ("alpha", FRAME, midnight)]
    tracks.write([*frames, ("alpha", FRAME, T + 3)], 0.0)
    tracks.close(0.0)
    assert names(tmp_path) == [
        "2026-09-21/alpha-20260921T141320Z.tlog",
        "2026-09-21/bravo-20260921T141321Z.tlog",
        "2026-09-22/alpha-20260921T174320Z.tlog",
    ]
    first, _, second = (list(iter_frames(tmp_path / name)) for name in names(tmp_path))
    assert [t_us for t_us, _ in first] == [round(T * 1e6), round((T + 2) * 1e6)]
    assert len(second) == 2, "a clock that is set back makes no new file"
    assert told == []


def test_a_large_file_is_followed_by_the_next_and_none_is_overwritten(tmp_path: Path) -> None:
    for _ in range(2):  # two processes in one second
        tracks = open_tracks(tmp_path, [], max_mb=100 * len(FRAME) / MB)
        tracks.write((("alpha", FRAME, T) for _ in range(250)), 0.0)
        tracks.close(0.0)
    kept = names(tmp_path)
    assert len(kept) == 8
    assert sum(len(list(iter_frames(tmp_path / name))) for name in kept) == 500
    assert all((tmp_path / name).stat().st_size < 110 * len(FRAME) for name in kept)


def test_of_two_processes_one_records_and_the_other_goes_on_from_a_little_before(tmp_path: Path) -> None:
    first, second = open_tracks(tmp_path, []), open_tracks(tmp_path, [])
    heard = [("alpha", FRAME, T + number / 10) for number in range(100)]
    first.write(heard[:60], 0.0)  # then it is killed: the system frees its lock
    second.write(heard[:60], 0.1)
    assert len(names(tmp_path)) == 1
    first.close(0.2)
    second.write(heard[60:62], 0.3)
    assert len(names(tmp_path)) == 1, "it does not ask at every frame"
    second.write(heard[62:], 5.0)
    second.close(5.0)
    one, other = ([t_us for t_us, _ in iter_frames(tmp_path / name)] for name in names(tmp_path))
    assert len(one) == 60
    last = [round((T + number / 10) * 1e6) for number in range(100)][-len(other) :]
    assert other == last, "none is missing"
    assert one[-15] > other[0], "also of those that the first one may have lost"


def old_files(folder: Path, count: int) -> list[Path]:
    """One of 1 MB a day, all of the past."""
    made = []
    for day in range(1, count + 1):
        path = folder / f"2026-09-{day:02d}" / f"alpha-202609{day:02d}T010000Z.tlog"
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes(MB))
        os.utime(path, (T, T))
        made.append(path)
    return made


def test_the_quota_is_told_before_it_is_reached_and_then_the_oldest_go(tmp_path: Path) -> None:
    told: list[str] = []
    files = old_files(tmp_path, 8)
    box = BoxFolder(tmp_path, RecorderSettings(quota_mb=10.0), told.append)
    for _ in range(2):
        box.keep_quota([], T + 1000)
    assert all(path.exists() for path in files)
    (warning,) = told
    assert "holds 8 of 10 MB: from there on its oldest files are removed" in warning
    box = BoxFolder(tmp_path, RecorderSettings(quota_mb=5.0), told.append)
    box.keep_quota([], T + 1000)
    assert [path for path in files if path.exists()] == files[3:]
    assert not files[0].parent.exists(), "an empty day goes too"
    assert told[-1] == "the black box is full: its 3 oldest file(s) were removed"


def test_nothing_is_removed_that_the_box_did_not_make_or_that_is_in_use(tmp_path: Path) -> None:
    told: list[str] = []
    files = old_files(tmp_path, 4)
    others = [
        tmp_path / "20260901T010000Z-demo" / "alpha.tlog",
        tmp_path / "2026-09-01" / "alpha.tlog",
        tmp_path / "2026-09-01" / "alpha-20260901T010000Z.tlog.bak",
    ]
    for path in others:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(MB))
        os.utime(path, (T, T))
    os.utime(files[1], (T + 990, T + 990))  # another process writes it
    box = BoxFolder(tmp_path, RecorderSettings(quota_mb=1.0), told.append)
    box.keep_quota([files[2]], T + 1000)
    assert [path.exists() for path in files] == [False, True, True, False]
    assert all(path.exists() for path in others)
    assert "nothing in it is old enough to be removed: raise quota_mb" in told[-1]


def test_a_full_disk_is_told_and_another_file_is_tried_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    tracks = open_tracks(tmp_path, told)
    tracks.write([("alpha", FRAME, T)], 100.0)
    write = TlogWriter.write

    def full(writer: TlogWriter, frame: bytes, t_unix_s: float) -> None:
        if writer.path.name.startswith("alpha"):
            raise StorageError("No space left on device")
        write(writer, frame, t_unix_s)

    with monkeypatch.context() as patched:
        patched.setattr(TlogWriter, "write", full)
        tracks.write([("alpha", FRAME, T + 1), ("alpha", FRAME, T + 2), ("bravo", FRAME, T + 2)], 90.0)
        tracks.sync(90.1)
        tracks.write([("alpha", FRAME, T + 2)], 101.0)
    tracks.write([("alpha", FRAME, T + 3)], 101.0 + TRY_AGAIN_S - 0.1)
    assert tracks.lost == 4
    assert told == ["the black box does not record alpha: No space left on device; tried again every 10 s"]
    tracks.write([("alpha", FRAME, T + 4)], 101.0 + TRY_AGAIN_S)
    tracks.sync(120.0)
    tracks.close(120.0)
    assert names(tmp_path) == [
        "2026-09-21/alpha-20260921T141320Z.tlog",
        "2026-09-21/alpha-20260921T141324Z.tlog",
        "2026-09-21/bravo-20260921T141322Z.tlog",
    ]
    assert all(len(list(iter_frames(tmp_path / name))) == 1 for name in names(tmp_path)), "and no empty one"


def test_a_disk_that_does_not_sync_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    tracks = open_tracks(tmp_path, told)
    tracks.write([("alpha", FRAME, T)], 0.0)

    def broken(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    tracks.sync(0.0)
    assert "does not record alpha" in told[0]
    assert "Input/output error" in told[0]
