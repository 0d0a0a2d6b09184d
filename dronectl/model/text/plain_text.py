"""Words of strangers as one line that a person can be shown: what vehicles, files and file names say.

Such words may hold what a terminal obeys (ESC sequences, C1 controls), what turns the direction of a line, and line
breaks, with which one line becomes two, the second one forged. Here, and nowhere else, they are made visible. Where
bytes become values the doors do it (vehicles' texts, names in files), and what is shown does it once more.

Thai and its combining marks stay as they are; so do the zero-width joiners and spaces that scripts are written with.
"""

from __future__ import annotations

import functools
import re

_REPLACEMENT = "\ufffd"
_LINE_BREAK = "\u2424"
_BREAKS = "\n\v\f\x85\u2028\u2029"
_DIRECTION = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Marks, embeddings, overrides and isolates (https://www.unicode.org/reports/tr9/)."""
_HIDDEN = "\u180e\u2060\u2061\u2062\u2063\u2064\u206a\u206b\u206c\u206d\u206e\u206f\ufeff\ufff9\ufffa\ufffb"
_OTHER_RANGES = ((0x80, 0x9F), (0xD800, 0xDFFF), (0xFFFE, 0xFFFF), (0xE0000, 0xE007F))
"""C1 controls, halves of characters (also what stands for bytes that are no UTF-8), no characters, tags."""
_NOT_PLAIN = re.compile(
    f"[\x00-\x1f\x7f-\x9f{_BREAKS}{_DIRECTION}{_HIDDEN}\ud800-\udfff\ufffe\uffff\U000e0000-\U000e007f]"
)


def plain(text: str, limit: int | None = None) -> str:
    """One line without anything that a terminal obeys; at most ``limit`` characters, the last one then ``…``.

    Controls become their pictures (ESC ␛, a line break ␤), a tab a space, everything else of the kind U+FFFD. Each
    character stays one character.
    """
    clean = text if text.isprintable() else text.translate(_table())
    return clean if limit is None or len(clean) <= limit else clean[: max(0, limit - 1)] + "…"


def plain_lines(text: str) -> str:
    """The same for a text of several lines that are meant: its own line ends and tabs stay."""
    return text if text.isprintable() else text.replace("\r\n", "\n").translate(_table_of_lines())


def is_plain(text: str) -> bool:
    """Whether showing the text could neither break a line, nor turn its direction, nor command a terminal."""
    return text.isprintable() or _NOT_PLAIN.search(text) is None


def escaped_json(document: str) -> str:
    """JSON in which what a terminal obeys is written as ``\\uXXXX``: the values are the same, and every stream and
    terminal can take them. JSON's own line breaks stay."""
    return document if document.isprintable() else _NOT_PLAIN.sub(_escape, document)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character == "\n":
        return character  # between values: in one, it is escaped already
    code = ord(character)
    if code > 0xFFFF:
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    return f"\\u{code:04x}"


@functools.cache
def _table() -> dict[int, str]:
    table = {code: _REPLACEMENT for first, last in _OTHER_RANGES for code in range(first, last + 1)}
    table |= {ord(character): _REPLACEMENT for character in _DIRECTION + _HIDDEN}
    table |= {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421", ord("\t"): " "}
    return table | {ord(character): _LINE_BREAK for character in _BREAKS}


@functools.cache
def _table_of_lines() -> dict[int, str]:
    return {code: shown for code, shown in _table().items() if chr(code) not in "\n\t"}
