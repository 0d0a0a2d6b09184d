"""Recordings in a folder, and names of what is made of them."""

from __future__ import annotations

import sys
from pathlib import Path, PurePath

import pytest

from dronectl.errors import InputError
from dronectl.formats.recordings.recording_folder import COPIES_MARK, find_recordings, output_names


def test_recordings_are_found_at_any_depth_and_in_one_order(tmp_path: Path) -> None:
    for name in (
        "b.tlog",
        "a.BIN",
        "วัน/ค.log",
        "วัน/notes.txt",
        ".hidden/x.tlog",
        "วัน/.y.tlog.part",
        ".z.tlog",
        "c.kml",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "folder.tlog").mkdir()
    found, unread = find_recordings(tmp_path)
    assert [path.as_posix() for path in found] == ["a.BIN", "b.tlog", "วัน/ค.log"]
    assert unread == {}


def test_what_the_black_box_recorded_besides_is_not_there_twice(tmp_path: Path) -> None:
    for name in ("a.tlog", "box/2026-03-01/a.tlog"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "box" / COPIES_MARK).touch()
    assert find_recordings(tmp_path)[0] == [PurePath("a.tlog")]
    assert find_recordings(tmp_path / "box")[0] == [PurePath("2026-03-01/a.tlog")]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_circle_of_folders_has_an_end(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.tlog").touch()
    (tmp_path / "in" / "again").symlink_to(tmp_path, target_is_directory=True)
    assert find_recordings(tmp_path)[0] == [PurePath("in/a.tlog")]


def test_no_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder of this name"):
        find_recordings(tmp_path / "none")


def test_no_two_recordings_have_one_name_on_any_disk() -> None:
    paths = [PurePath(name) for name in ("a.bin", "a.tlog", "A.TLOG", "x/a.tlog", "caf\u00e9.log", "cafe\u0301.log")]
    names = output_names(paths, ".kml")
    assert names[paths[0]] == PurePath("a.bin.kml")
    assert names[paths[1]] == PurePath("a.tlog.kml")
    assert names[paths[2]] == PurePath("A.TLOG (2).kml")
    assert names[paths[3]] == PurePath("x/a.tlog.kml")
    assert names[paths[5]] == PurePath("cafe\u0301.log (2).kml")


def test_a_number_never_takes_another_recordings_name() -> None:
    paths = [PurePath(name) for name in ("a.log (2)", "a.log", "A.log")]
    assert len({name.as_posix().casefold() for name in output_names(paths, ".csv").values()}) == 3
