"""Archives of strangers: what is content, and what stays packed."""

from __future__ import annotations

import io
import zipfile

import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from dronectl.errors import InputError
from dronectl.storage.archive import MOST_MEMBERS, Archive


def packed(*members: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED, mode: int = 0o644) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, content, how)
    return buffer.getvalue()


def test_what_systems_add_is_no_content() -> None:
    names = [
        "__MACOSX/._doc.kml",
        "a/.DS_Store",
        ".hidden/x.kml",
        "a/",
        "__MACOSX/b.kml",
        "Thumbs.db",
        "a/doc.KML",
        "b.kml",
        "b.png",
    ]
    with Archive(packed(*((name, b"x") for name in names)), source="x") as archive:
        assert list(archive.names()) == ["a/doc.KML", "b.kml", "b.png"]
        assert list(archive.names(".kml", ".kmz")) == ["a/doc.KML", "b.kml"]
        assert archive.read("b.kml") == b"x"


def test_a_name_twice_is_one_member() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = packed(("a.kml", b"old"), ("a.kml", b"new"))
    with Archive(data, source="x") as archive:
        assert list(archive.names()) == ["a.kml"]
        assert archive.read("a.kml") == b"new"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (packed(("a", b"b"), mode=0o120777), "x: a: is a link"),
        (packed(("a", b"b" * 99), how=zipfile.ZIP_BZIP2), "x: a: is packed in another way"),
        (packed(("a", b"b" * 99), how=zipfile.ZIP_LZMA), "x: a: is packed in another way"),
        (
            packed(("a", b"b" * 99)).replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"),
            "encrypted",
        ),
        (packed(("a", b"0" * (65 * 1024 * 1024))), "x: unpacks to more than 64 MB"),
        (
            packed(("a", b"0123456789" * 30), how=zipfile.ZIP_STORED).replace(b"012345", b"xxxxxx", 1),
            "cannot be unpacked",
        ),
    ],
    ids=["link", "bzip2", "lzma", "encrypted", "large", "changed"],
)
def test_what_is_not_read_is_one_line(data: bytes, words: str) -> None:
    with Archive(data, source="x") as archive, pytest.raises(InputError) as caught:
        archive.read("a")
    assert words in caught.value.message
    assert "\n" not in caught.value.message


def test_all_members_together_have_one_limit() -> None:
    half = b"0" * (40 * 1024 * 1024)
    with Archive(packed(("a", half), ("b", half)), source="x") as archive:
        archive.read("a")
        with pytest.raises(InputError, match="x: unpacks to more than 64 MB"):
            archive.read("b")


def test_a_directory_without_end_is_not_read() -> None:
    with pytest.raises(InputError, match=f"x: more than {MOST_MEMBERS} files"):
        Archive(b"PK" + b"PK\x01\x02" * (MOST_MEMBERS + 1), source="x")


@examples(40)
@given(st.binary(max_size=200), st.integers(0, 200))
def test_broken_archives_are_one_error(garbage: bytes, at: int) -> None:
    whole = packed(("a.kml", b"<kml/>" * 20))
    for hostile in (b"PK" + garbage, whole[:at], whole[:at] + garbage + whole[at:]):
        try:
            with Archive(hostile, source="x") as archive:
                for name in archive.names():
                    archive.read(name)
        except InputError as error:
            assert "\n" not in error.message  # noqa: PT017
