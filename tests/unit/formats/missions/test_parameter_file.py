from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dronectl.errors import InputError, InputErrors
from dronectl.formats.missions.parameter_file import parse_parameters, read_parameters, write_parameters


def single(value: float) -> bytes:
    return struct.pack("<f", value)


def test_both_ways_of_writing_are_read_with_comments_in_any_code_page() -> None:
    thai = "# ค่าของโดรน\n".encode("cp874")
    data = b"\xef\xbb\xbf" + thai + b"RTL_ALT,1500\r\nfence_enable   1 # on\n\n  WPNAV_SPEED\t500.5\n"
    assert parse_parameters(data, source="x") == {"RTL_ALT": 1500.0, "FENCE_ENABLE": 1.0, "WPNAV_SPEED": 500.5}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("RTL_ALT,nan", "nan is no value"),
        ("RTL_ALT,1e39", "1e39 is no value"),
        ("RTL_ALT,-inf", "-inf is no value"),
        ("RTL_ALT", "not a name and one value"),
        ("RTL_ALT,1,2", "not a name and one value"),
        ("RTL_ALT,สิบ", "'สิบ' is no number"),
        ("รั้ว,1", "is no parameter name"),
        ("A_NAME_OF_17_CHARS,1", "is no parameter name"),
    ],
)
def test_a_bad_line_is_named(line: str, words: str) -> None:
    with pytest.raises(InputErrors) as caught:
        parse_parameters(f"FENCE_ENABLE,1\n{line}\n".encode(), source="a.param")
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith("a.param:2: ")
    assert words in caught.value.problems[0]


def test_a_name_that_comes_twice_is_an_error_with_both_lines() -> None:
    with pytest.raises(InputErrors) as caught:
        parse_parameters(b"A,1\n# x\na 2\n", source="a.param")
    assert caught.value.problems == ("a.param:3: A stands in line 1 already",)


@pytest.mark.parametrize("data", [b"", b"# nothing\n", b"A,1\0", "A,1\n".encode("utf-16")])
def test_files_without_parameters_are_input_errors(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.param"
    path.write_bytes(data)
    with pytest.raises(InputError):
        read_parameters(path)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_every_float32_comes_back_as_the_same_number(value: float) -> None:
    text = write_parameters({"X": value}, ["one\ntwo"])
    assert text.startswith("# one two\n")
    assert single(parse_parameters(text.encode(), source="x")["X"]) == single(value)
