"""What cannot be read is one line, whatever kind of file it is, and names the file as the reader is to know it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dronectl.errors import InputError
from dronectl.storage.mapped_file import map_file
from dronectl.storage.reading import read_bytes, read_text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such file"),
        (b"\xff\xfea\x00", "is UTF-16 text"),
        (b"a\x00b", "is a binary file, text is wanted"),
        (b"ok \xff", "byte 3 is not UTF-8 text"),
        (b"x" * (2 * 1024 * 1024 + 1), "larger than 2 MB"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "zone.geojson"
    if content is not None:
        path.write_bytes(content)
    for shown_as in (None, "geofences/zone.geojson"):
        with pytest.raises(InputError) as raised:
            read_text(path, shown_as=shown_as, max_bytes=2 * 1024 * 1024)
        assert raised.value.message == f"{shown_as or path}: {words}"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"here: is a folder, a file is wanted"):
        read_bytes(tmp_path, shown_as="here")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_a_pipe_and_a_device_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.waypoints")
    for path, kind in ((tmp_path / "x.waypoints", "pipe"), (Path("/dev/zero"), "device")):
        for read in (read_bytes, read_text, map_file):
            with pytest.raises(InputError, match=f"is a {kind}, a file is wanted"):
                read(path)


def test_links_in_a_circle_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for read in (read_bytes, map_file):
        with pytest.raises(InputError, match="cannot be read"):
            read(tmp_path / "loop")


def test_text_keeps_its_line_ends_and_loses_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\n")
    assert read_text(path) == "one\r\ntwo\n"
    assert read_bytes(path, max_bytes=12) == b"\xef\xbb\xbfone\r\ntwo\n"
