"""XML in the encodings that programs write."""

from __future__ import annotations

import pytest

from dronectl.errors import InputError
from dronectl.formats.text.xml_bytes import encoding_of
from dronectl.formats.text.xml_tree import read_xml

THAI, WESTERN = "สวนสาธารณะ", "Ségolène"


def named(text: str, encoding: str, python: str | None = None) -> str:
    document = f'<?xml version="1.0" encoding="{encoding}"?>\n<gpx><name>{text}</name></gpx>'
    return read_xml(document.encode(python or encoding), source="x", root=("gpx",)).words("name")


@pytest.mark.parametrize(
    ("encoding", "python"),
    [
        ("windows-874", "cp874"),
        ("Windows-874", "cp874"),
        ("x-windows-874", "cp874"),
        ("TIS-620", None),
        ("cp874", None),
        ("iso-8859-11", None),
        ("UTF-8", None),
        ("utf8", None),
        ("UTF-16", None),
    ],
)
def test_thai_by_every_name(encoding: str, python: str | None) -> None:
    assert named(THAI, encoding, python) == THAI


@pytest.mark.parametrize("encoding", ["windows-1252", "ISO-8859-15", "latin1", "macintosh", "cp850", "utf-8"])
def test_western_by_every_name(encoding: str) -> None:
    assert named(WESTERN, encoding) == WESTERN


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("Shift_JIS", "公園"), ("GBK", "公园"), ("Big5", "公園"), ("EUC-KR", "공원"), ("KOI8-R", "парк")],
)
def test_other_scripts(encoding: str, text: str) -> None:
    assert named(text, encoding) == text


def test_a_mark_is_right_whatever_the_declaration_says() -> None:
    assert named(THAI, "windows-874", "utf-8-sig") == THAI
    assert named(THAI, "UTF-16", "utf-8") == THAI, "as .NET writes it"


@pytest.mark.parametrize("name", ["utf-7", "idna", "punycode", "unicode_escape", "hex", "zlib", "rot13", "x-martian"])
def test_what_is_no_table_is_nobodys(name: str) -> None:
    assert encoding_of(name) is None
    with pytest.raises(InputError, match=f"x:1: cannot be decoded: unknown encoding: {name}"):
        named("a", name, "ascii")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("<gpx>\n<name>สวน</name></gpx>".encode("cp874"), "x:2: byte 12 is no UTF-8"),
        ('<?xml version="1.0" encoding="utf-8"?><gpx>\xe9</gpx>'.encode("latin-1"), "is no utf-8"),
        ('<?xml version="1.0" encoding="ascii"?><gpx>é</gpx>'.encode(), "is no ascii"),
        (b'<?xml version="1.0" encoding="gbk"?><gpx>' + b"\xff\xff</gpx>", "is no gbk"),
    ],
)
def test_bytes_that_are_none_of_their_encoding_are_one_line(data: bytes, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_xml(data, source="x", root=("gpx",))
    assert words in caught.value.message
    assert caught.value.hint == "save it again as UTF-8"
