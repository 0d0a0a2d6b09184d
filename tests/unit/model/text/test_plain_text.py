from __future__ import annotations

import json
import sys
import unicodedata

import pytest

from dronectl.model.text.plain_text import escaped_json, is_plain, plain, plain_lines

THAI = "ร้อยเอ็ด น้ำ ที่\u200bพัก"
"""With vowels and tones above and below, and a zero-width space as Thai texts have between words."""


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Mode change failed", "Mode change failed"),
        (THAI, THAI),
        ("👩\u200d✈️ ok", "👩\u200d✈️ ok"),
        ("\x1b]0;gotcha\x07\x1b[2J", "␛]0;gotcha␇␛[2J"),
        ("line\nforged: line", "line␤forged: line"),
        ("line\r\nline", "line␍␤line"),
        ("back\x08\x7f", "back␈␡"),
        ("a\tb", "a b"),
        ("\x9b2Jc\x85d", "\ufffd2Jc␤d"),
        ("e\u2028f\u2029g\x0bh\x0ci", "e␤f␤g␤h␤i"),
        ("gpj\u202e.exe \u2066x\u2069 \u200f\u061c", "gpj\ufffd.exe \ufffdx\ufffd \ufffd\ufffd"),
        ("\udc80\ufeff\U000e0041\uffff", "\ufffd\ufffd\ufffd\ufffd"),
    ],
)
def test_words_become_one_line_that_commands_nobody(said: str, shown: str) -> None:
    assert plain(said) == shown
    assert plain(shown) == shown
    assert is_plain(said) == (said == shown)


def test_no_character_at_all_commands_a_terminal() -> None:
    whole = "".join(map(chr, range(sys.maxunicode + 1)))
    shown = plain(whole)
    assert len(shown) == len(whole), "each character stays one, so that columns stay columns"
    kinds = {unicodedata.category(character) for character in shown}
    assert not kinds & {"Cc", "Cs", "Zl", "Zp"}
    directions = {unicodedata.bidirectional(character) for character in shown}
    assert not directions & {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "B"}
    assert is_plain(shown)
    assert shown.encode("utf-8")
    marks = [chr(c) for c in range(sys.maxunicode + 1) if unicodedata.category(chr(c)) in ("Mn", "Mc", "Me")]
    assert plain("".join(marks)) == "".join(marks)


def test_a_limit_is_a_number_of_characters() -> None:
    assert plain("abc", 3) == "abc"
    assert plain("abcd", 3) == "ab…"
    assert plain("a\n" * 9, 4) == "a␤a…"


def test_lines_that_are_meant_stay_and_nothing_goes_back_over_them() -> None:
    assert plain_lines("a\tb\r\nc\rd\x1b[A\u202e\n") == "a\tb\nc␍d␛[A\ufffd\n"


def test_json_keeps_the_words_and_escapes_what_a_terminal_obeys() -> None:
    said = {"ค\u202e": "\x1b]0;x\x07\x9b\x7f\u2028\u2066\udc80\U000e0041 " + THAI}
    for indent in (None, 2):
        text = escaped_json(json.dumps(said, ensure_ascii=False, indent=indent))
        assert json.loads(text) == said
        assert all(is_plain(line) for line in text.split("\n"))
        assert THAI in text
