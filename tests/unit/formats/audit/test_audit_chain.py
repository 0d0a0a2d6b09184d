"""Lines of the audit log hold each other in place: whatever is done to one of them is found, at its place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dronectl.formats.audit.chain import START, Link, decode, decode_head, encode, encode_head
from dronectl.formats.audit.verification import MENDS, fragment_of, verify
from dronectl.model.audit import AuditState

VALUES = st.dictionaries(
    st.text(min_size=1).filter(lambda key: key not in ("seq", "prev", "sha256")),
    st.none() | st.integers() | st.text() | st.lists(st.text(), max_size=3),
    max_size=4,
)


def chain(count: int, after: Link = START) -> tuple[list[bytes], Link]:
    lines = []
    for number in range(count):
        line, after = encode({"order": "hold", "user": "สมชาย", "n": number}, after)
        lines.append(line)
    return lines, after


def found(lines: list[bytes], head: Link | None) -> tuple[str, int] | None:
    """Kind and line of what is wrong; the lines lie in two files."""
    defect = state(lines, head).defect
    return None if defect is None else (defect.kind, defect.line + (3 if defect.file == "b" else 0))


def state(lines: list[bytes], head: Link | None) -> AuditState:
    return verify({"b": b"".join(lines[3:]), "a": b"".join(lines[:3])}, head)


@given(VALUES)
def test_a_line_comes_back_as_it_was_said(values: dict[str, object]) -> None:
    line, link = encode(values, START)
    assert line.count(b"\n") == 1
    read = decode(line.removesuffix(b"\n"))
    assert read is not None
    assert (read.link, read.prev, dict(read.values)) == (link, START.sha256, values)


@given(st.integers(0, 5), st.data())
def test_no_byte_of_any_line_can_be_changed(index: int, data: st.DataObject) -> None:
    lines, head = chain(6)
    line = bytearray(lines[index])
    place = data.draw(st.integers(0, len(line) - 2))  # not its end
    line[place] ^= data.draw(st.integers(1, 255))
    lines[index] = bytes(line)
    defect = found(lines, head)
    assert defect is not None
    assert defect[0] == "changed"


def test_a_whole_log_is_whole_and_tells_its_last_hash() -> None:
    lines, head = chain(6)
    whole = state(lines, head)
    assert (whole.defect, whole.files, whole.lines, whole.last_sha256, whole.cuts) == (None, 2, 6, head.sha256, ())


@pytest.mark.parametrize(
    ("gone", "place"),
    [((0,), ("missing", 1)), ((2, 3), ("missing", 4)), ((5,), ("missing", 5)), (range(6), ("missing", 0))],
)
def test_missing_lines_are_found_at_the_line_behind_them_or_before(gone: list[int], place: tuple[str, int]) -> None:
    lines, head = chain(6)
    left = [b"" if index in gone else line for index, line in enumerate(lines)]
    kind, line = found(left, head) or ("", 0)
    assert kind == place[0]
    if gone == (5,):
        assert line == 5, "the last one that is there"


def test_lines_that_change_places_or_come_twice_are_found() -> None:
    lines, head = chain(6)
    assert found([*lines[:4], lines[5], lines[4]], head) == ("missing", 5)
    assert found([*lines[:5], lines[4], lines[5]], head) == ("changed", 6)


def test_a_log_that_was_written_anew_differs_from_its_head_and_from_a_noted_hash() -> None:
    lines, head = chain(6)
    others, other_head = chain(6, Link(0, "1" * 64))
    after = START
    forged = []
    for _ in range(6):
        line, after = encode({"order": "rtl"}, after)
        forged.append(line)
    assert found(forged, head) == ("changed", 6)
    assert found(others, other_head) == ("changed", 1)
    assert found(forged, after) is None
    defect = verify({"a": b"".join(forged)}, after, holds=head.sha256).defect
    assert defect is not None
    assert defect.kind == "missing"
    assert verify({"a": b"".join(lines)}, head, holds=json.loads(lines[2])["sha256"]).defect is None


def test_a_cut_end_is_no_tampering_unless_the_line_was_whole_once() -> None:
    lines, _ = chain(6)
    *_, before = (decode(line[:-1]) for line in lines[:5])
    assert before is not None
    cut = [*lines[:5], lines[5][:40]]
    assert found(cut, before.link) == ("cut", 6)
    assert found(cut, Link(6, json.loads(lines[5])["sha256"])) == ("changed", 6)


def test_a_cut_line_is_harmless_where_the_next_one_tells_of_it_and_of_nothing_else() -> None:
    lines, after = chain(3)
    piece = encode({"order": "land"}, after)[0][:50]
    mending, head = encode({MENDS: fragment_of("a", piece), "order": "rtl"}, after)
    healed = state([*lines[:2], lines[2] + piece + b"\n", mending], head)
    assert (healed.defect, healed.cuts) == (None, ("a: line 4",))
    plain, head = encode({"order": "rtl"}, after)
    assert found([*lines[:2], lines[2] + piece + b"\n", plain], head) == ("changed", 4)
    mending, head = encode({MENDS: fragment_of("a", piece + b"x"), "order": "rtl"}, after)
    assert found([*lines[:2], lines[2] + piece + b"\n", mending], head) == ("changed", 4)


def test_without_a_head_nobody_knows_whether_the_end_is_there() -> None:
    lines, _ = chain(2)
    assert found(lines, None) == ("missing", 2)
    assert found([], None) is None


@given(st.integers(0, 10**12), st.integers(0, 2**256 - 1))
def test_a_head_is_as_long_as_any_other_and_comes_back(seq: int, number: int) -> None:
    link = Link(seq, f"{number:064x}")
    assert decode_head(encode_head(link)) == link
    assert len(encode_head(link)) == len(encode_head(START))
    assert decode_head(encode_head(link)[:-2]) is None
